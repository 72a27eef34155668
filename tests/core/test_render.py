"""Templates: what is checked when they are published, what readers see, and what an author cannot do."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pauta.core.problems import Problem
from pauta.core.render import (
    CompiledTemplate,
    MissingFigure,
    TemplateSource,
    compile_template,
    figures,
    render,
)

ANA: dict[str, Any] = {
    "contact": {"name": "Ana Souza", "email": "ana@acme.example"},
    "usage": {"hours": 127, "none": None, "empty": "", "zero": 0, "list": [], "items": [{"name": "Reports", "n": 3}]},
    "price": 1234.5,
    "link": "https://ours.example/?a=1&b=2",
}


def template(body: str, subject: str = "Hello", text: str = "") -> CompiledTemplate:
    return compile_template(TemplateSource(subject, body, text))


def html(body: str, data: dict[str, Any] | None = None, locale: str = "en") -> str:
    """What stands between the body tags."""
    return render(template(body), ANA if data is None else data, locale).html.split("<body>")[1].split("</body>")[0]


def subject(written: str, data: dict[str, Any] | None = None, locale: str = "en") -> str:
    return render(template("<p>x</p>", written), ANA if data is None else data, locale).subject


def refused(body: str = "<p>x</p>", subject: str = "Hello", text: str = "") -> Problem:
    with pytest.raises(Problem) as caught:
        template(body, subject, text)
    return caught.value


# --- figures ---------------------------------------------------------------------------------------------------------


def test_figures_are_filled_in() -> None:
    compiled = template("<p>{{ contact.name }}: {{ usage.hours }}</p>", "Hello {{ contact.name }}")
    done = render(compiled, ANA, "en")
    assert done.subject == "Hello Ana Souza"
    assert "<p>Ana Souza: 127</p>" in done.html
    assert done.text == "Ana Souza: 127\n"


@pytest.mark.parametrize(
    "name", ["usage.gone", "usage.none", "usage.empty", "usage.list", "gone.gone", "gone", "price.x"]
)
@pytest.mark.parametrize("place", ["body", "subject", "text"])
def test_a_message_without_its_figure_is_not_written(name: str, place: str) -> None:
    parts = {"body": "<p>x</p>", "subject": "Hello", "text": "x"}
    parts[place] = f"<p>{{{{ {name} }}}}</p>"
    compiled = template(**parts)
    assert figures(compiled) == {name}
    with pytest.raises(MissingFigure) as caught:
        render(compiled, ANA, "en")
    assert caught.value.name == name


@pytest.mark.parametrize(
    ("written", "needed", "shown"),
    [
        ("{{ usage.zero }}", {"usage.zero"}, "0"),
        ("{{ usage.gone|default('many') }}", set(), "many"),
        ("{{ gone.gone.gone|default('many') }}", set(), "many"),
        ("{{ usage.none|default('many') }}", set(), "many"),
        ("{{ usage.empty|default('many') }}", set(), "many"),
        ("{{ usage.zero|default('many') }}", set(), "0"),
        ("{{ usage.gone|default }}", set(), ""),
        ("{{ usage.gone|default(usage.hours) }}", set(), "127"),
        ("{% if usage.gone %}{{ usage.gone }}{% else %}none{% endif %}", {"usage.gone"}, "none"),
        ("{% if usage.hours %}{{ usage.hours }}{% endif %}", {"usage.hours"}, "127"),
        ("{% if usage.gone is defined %}{{ usage.gone }}{% else %}none{% endif %}", {"usage.gone"}, "none"),
        ("{% if not usage.gone %}none{% endif %}", set(), "none"),
        ("{% if usage.gone and usage.gone > 3 %}x{% else %}none{% endif %}", {"usage.gone"}, "none"),
        ("{{ usage.hours if usage.hours else 'none' }}", {"usage.hours"}, "127"),
        ("{{ usage.gone if usage.gone else 'none' }}", {"usage.gone"}, "none"),
        ("{{ usage['hours'] }}", {"usage.hours"}, "127"),
        ("{{ usage.items[0].name }}", {"usage.items.0.name"}, "Reports"),
        (
            "{% for i in usage.items %}{{ i.name }} {{ i.n }} {{ loop.index }}{% endfor %}",
            {"usage.items"},
            "Reports 3 1",
        ),
        ("{% for i in usage.gone|default([]) %}{{ i }}{% else %}none{% endfor %}", set(), "none"),
        ("{{ contact.name|upper }} {{ 2 + usage.hours }}", {"contact.name", "usage.hours"}, "ANA SOUZA 129"),
        ("{{ contact.name ~ '!' }}", {"contact.name"}, "Ana Souza!"),
    ],
)
def test_what_is_needed_and_what_is_not(written: str, needed: set[str], shown: str) -> None:
    assert figures(template("<p>x</p>", written)) == needed
    assert subject(written) == shown


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("{% if usage.hours > 100 %}{{ usage.gone }}{% endif %}", "usage.gone"),
        ("{% if usage.gone > 100 %}x{% else %}you can do better{% endif %}", "usage.gone"),
        ("{% if usage.none is defined %}{{ usage.none }}{% endif %}", "usage.none"),
        ("{% for i in usage.items %}{{ i.gone }}{% endfor %}", "i.gone"),
        ("{% for i in usage.list %}{{ i }}{% endfor %}", "usage.list"),
        ("{{ usage.gone|default(usage.none) }}", "usage.none"),
        ("{{ contact.name if usage.hours else usage.gone }}{{ usage.gone if usage.hours else 1 }}", "usage.gone"),
        ("{{ usage.gone|money('BRL') }}", "usage.gone"),
        ("{{ usage.gone ~ 'x' }}", "usage.gone"),
    ],
)
def test_a_figure_is_needed_on_the_branch_that_is_taken(written: str, name: str) -> None:
    with pytest.raises(MissingFigure) as caught:
        subject(written)
    assert caught.value.name == name


def test_a_branch_that_is_not_taken_needs_nothing() -> None:
    assert subject("{% if usage.hours < 100 %}{{ usage.gone }}{% else %}fine{% endif %}") == "fine"


# --- locales ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "written", "shown"),
    [
        ("pt-BR", "{{ price|money('BRL') }}", "R$\u00a01.234,50"),
        ("en", "{{ price|money('USD') }}", "$1,234.50"),
        ("es", "{{ price|money('EUR') }}", "1.234,50\u00a0€"),
        ("es-MX", "{{ price|money('MXN') }}", "$1,234.50"),
        ("pt-BR", "{{ 1234567.891|number }}", "1.234.567,891"),
        ("pt-BR", "{{ price|number(0) }}", "1.234"),
        ("en", "{{ price|number(2) }}", "1,234.50"),
        ("pt-BR", "{{ 0.125|percent(1) }}", "12,5%"),
        ("es", "{{ 0.13|percent }}", "13\u00a0%"),
        ("pt-BR", "{{ when|date('long') }}", "23 de novembro de 2026"),
        ("en", "{{ when|date }}", "Nov 23, 2026"),
        ("es", "{{ iso|date('full') }}", "lunes, 23 de noviembre de 2026"),
        ("en", "{{ at|date('short') }}", "11/23/26, 9:05\u202fAM"),
        ("xx-YY", "{{ price|number }}", "1,234.5"),
        ("", "{{ price|number }}", "1,234.5"),
        ("en", "{{ 7|times(60) }} {{ 1.5|times(3) }}", "420 4.5"),
        ("en", "{{ 'a long sentence here'|truncate(10) }}", "a long…"),
        ("en", "{{ names|join(', ') }} {{ 'a-b'|replace('-', '+') }}", "x, y a+b"),
    ],
)
def test_values_in_the_readers_own_locale(locale: str, written: str, shown: str) -> None:
    data = {
        "price": 1234.5,
        "when": date(2026, 11, 23),
        "iso": "2026-11-23",
        "at": datetime(2026, 11, 23, 9, 5, tzinfo=UTC),
        "names": ["x", "y"],
    }
    assert render(template(f"<p>{written}</p>", "x", written), data, locale).text == shown


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{{ contact.name|money('BRL') }}", "template.not_a_number"),
        ("{{ price|money('XXZ') }}", "template.currency"),
        ("{{ contact.name|date }}", "template.not_a_date"),
        ("{{ '2026-11-23'|date('huge') }}", "template.date_length"),
        ("{{ 'nan'|number }}", "template.not_a_number"),
        ("{{ '1e999999'|times('1e999999') }}", "template.not_a_number"),
    ],
)
def test_values_that_do_not_fit_their_filter(written: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        subject(written)
    assert caught.value.code == code


# --- HTML ------------------------------------------------------------------------------------------------------------

MJML = """<mjml><mj-head><mj-title>{{ contact.name }}</mj-title>
<mj-style>.big { letter-spacing: 3px }</mj-style></mj-head>
<mj-body><mj-section><mj-column>
{% if usage.hours > 100 and usage.hours < 1000 %}
<mj-text css-class="big">{{ contact.name|default("you & <me>") }}{% if usage.gone %} <b>few</b>{% else %}
 many{% endif %}</mj-text>
{% endif %}
{% for item in usage.items %}<mj-text>{{ item.name }} <a href="{{ link }}&i={{ item.n }}">go</a></mj-text>{% endfor %}
<mj-button href="{{ link }}&amp;c={{ 'x' ~ "y" }}" background-color="{{ brand.colour|default('#123456') }}">
Go</mj-button>
<mj-table><tr><td>head</td></tr>{% for item in usage.items %}<tr><td>{{ item.name }}</td></tr>{% endfor %}</mj-table>
</mj-column></mj-section></mj-body></mjml>"""


def test_mjml_with_placeholders_everywhere() -> None:
    done = render(template(MJML), ANA, "en")
    assert "<title>Ana Souza</title>" in done.html
    assert "letter-spacing:3px" in done.html.replace(" ", "")
    assert "Ana Souza\n many</div>" in done.html
    assert "fonts.googleapis" not in done.html
    assert 'Reports <a href="https://ours.example/?a=1&amp;b=2&amp;i=3">go</a>' in done.html
    assert 'href="https://ours.example/?a=1&amp;b=2&amp;c=xy"' in done.html
    assert 'bgcolor="#123456"' in done.html
    assert done.html.count(">Reports</td></tr>") == 1
    assert done.html.index(">head</td>") < done.html.index(">Reports</td></tr>") < done.html.rindex("</table></td>")
    assert "{{" not in done.html + done.text
    assert "zslot" not in done.html + done.text


def test_the_text_part_says_what_the_html_says() -> None:
    done = render(template(MJML), ANA, "en")
    assert "Ana Souza many" in done.text
    assert "Reports go <https://ours.example/?a=1&b=2&i=3>" in done.text
    assert "Go <https://ours.example/?a=1&b=2&c=xy>" in done.text
    assert "<td>" not in done.text
    assert "\n\n\n" not in done.text


def test_a_text_part_of_ones_own_is_kept() -> None:
    assert render(template("<p>x</p>", text="Olá, {{ contact.name }}.\n\n-- \nPauta\n"), ANA, "en").text == (
        "Olá, Ana Souza.\n\n-- \nPauta\n"
    )


def test_hidden_text_and_styles_stay_out_of_the_text_part() -> None:
    hidden = '<style>p { color: red }</style><div style="display:none">preview <div>x</div></div>'
    body = f"{hidden}<h1>Title</h1><ul><li>one</li></ul>"
    assert render(template(body), {}, "en").text == "Title\n\n- one\n"


def test_styles_are_written_into_the_elements() -> None:
    assert html("<style>p { color: red } @media print { p { color: blue } }</style><p>x</p>", {}) == (
        '<p style="color: red;">x</p>'
    )


def test_rows_of_a_table_may_be_repeated_in_plain_html() -> None:
    body = "<table>{% for i in usage.items %}<tr><td>{{ i.name }}</td></tr>{% endfor %}</table>"
    data = {"usage": {"items": [{"name": "one"}, {"name": "two"}]}}
    assert html(body, data).count("<tr>") == 2
    assert html(body, data).index("<table>") < html(body, data).index("one") < html(body, data).index("two")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_no_value_leaves_its_place(value: str) -> None:
    data = {"value": value}
    written = html('<p title="{{ value }}">{{ value }}</p><a href="{{ value }}">x</a>', data)
    assert written.count("<") == 4
    assert written.count('"') == 4
    assert written.startswith('<p title="')
    assert written.endswith("x</a>")


def test_a_value_is_never_read_as_a_template() -> None:
    assert html("<p>{{ value }}</p>", {"value": "{{ contact.name }}{% for %}"}) == "<p>{{ contact.name }}{% for %}</p>"


def test_a_subject_is_one_line_and_not_escaped() -> None:
    assert (
        subject("Hi {{ name }}", {"name": "<b>\r\nBcc: eve@evil.example\u2028&\x00"})
        == "Hi <b> Bcc: eve@evil.example &"
    )


def test_nothing_is_read_from_the_machine_or_the_net() -> None:
    assert "root" not in render(template('<link rel="stylesheet" href="file:///etc/passwd"><p>x</p>'), {}, "en").html
    assert refused('<mjml><mj-body><mj-include path="/etc/passwd" /></mj-body></mjml>').code == "template.mjml"


# --- what an author cannot do ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{{ 'x' * 1000000000 }}", "template.operator"),
        ("{{ 9 ** 9 ** 9 }}", "template.operator"),
        ("{{ '%1000000000d'|format(1) }}", "template.filter"),
        ("{{ 'a'|indent(1000000000) }}", "template.filter"),
        ("{{ contact|tojson }}", "template.filter"),
        ("{{ contact.name|safe }}", "template.filter"),
        ("{{ usage.hours|figure('x') }}", "template.filter"),
        ("{{ contact.items() }}", "template.call"),
        ("{{ ''.join() }}", "template.subscript"),
        ("{{ (contact.name)() }}", "template.call"),
        ("{{ contact['x']() }}", "template.call"),
        ("{{ range(100000) }}", "template.call"),
        ("{{ debug() }}", "template.call"),
        ("{{ contact.__class__ }}", "template.name"),
        ("{{ _spend }}", "template.name"),
        ("{{ contact[usage] }}", "template.subscript"),
        ("{{ contact['\\\")}}{{'] }}", "template.subscript"),
        ("{{ contact['a\\\"b'] }}", "template.subscript"),
        ("{{ (usage.items|first).name }}", "template.subscript"),
        ("{{ usage.items[0:2] }}", "template.subscript"),
        ("{% set x = 1 %}", "template.tag"),
        ("{% include 'x' %}", "template.tag"),
        ("{% import 'x' as y %}", "template.tag"),
        ("{% extends 'x' %}", "template.tag"),
        ("{% macro f() %}{{ f() }}{% endmacro %}", "template.tag"),
        ("{% raw %}{{ x }}{% endraw %}", "template.tag"),
        ("{% autoescape false %}x{% endautoescape %}", "template.tag"),
        ("{% %}", "template.tag"),
        ("{{ contact.name is callable }}", "template.test"),
        ("{{ contact.name", "template.unclosed"),
        ("{% if contact.name %}x", "template.unbalanced"),
        ("x{% endif %}", "template.unbalanced"),
        ("{% if contact.name %}x{% endfor %}", "template.unbalanced"),
        ("{{ contact.name ! }}", "template.syntax"),
        ("{{ }}", "template.syntax"),
        ("{{ contact..name }}", "template.syntax"),
        ("{% for in usage.items %}x{% endfor %}", "template.syntax"),
        ("{{ a; b }}", "template.syntax"),
    ],
)
@pytest.mark.parametrize("part", ["subject", "body", "text"])
def test_what_is_outside_of_the_language(written: str, code: str, part: str) -> None:
    parts = {"subject": "Hello", "body": "<p>x</p>", "text": "x"}
    problem = refused(**{**parts, part: f"first\n{written}"})
    assert (problem.code, problem.field) == (code, part)
    assert problem.values["line"] == 2


def test_huge_loops_end_soon() -> None:
    body = "{% for a in l %}{% for b in l %}{% for c in l %}{{ c }}{% endfor %}{% endfor %}{% endfor %}"
    started = time.monotonic()
    with pytest.raises(Problem, match=r"template\.loop_too_long"):
        html(body, {"l": list(range(1000))})
    assert time.monotonic() - started < 1


def test_a_long_loop_body_counts_for_each_pass() -> None:
    compiled = template("{% for a in l %}" + "x" * 100_000 + "{% endfor %}", text="x")
    assert len(render(compiled, {"l": [1] * 9}, "en").html) > 900_000
    with pytest.raises(Problem, match=r"template\.loop_too_long"):
        render(compiled, {"l": [1] * 11}, "en")


def test_trimmed_loops_stay_trimmed() -> None:
    compiled = template("<p>x</p>", "{% for a in l -%}  {{ a }}  {%- endfor %}")
    assert render(compiled, {"l": [1, 2]}, "en").subject == "12"


@pytest.mark.parametrize(
    "written",
    ["{{ v|replace('a', v)|replace('a', v)|replace('a', v) }}", "{{ v|join(v)|replace('a', v) }}", "{{ l|join(v) }}"],
)
def test_texts_that_multiply_are_stopped(written: str) -> None:
    with pytest.raises(Problem, match=r"template\.text_too_long"):
        subject(written, {"v": "a" * 1000, "l": ["x"] * 1000})


def test_a_long_output_is_stopped() -> None:
    with pytest.raises(Problem, match=r"template\.output_too_long"):
        html("{{ v }}" * 30, {"v": "x" * 100_000})


def test_a_long_source_is_refused() -> None:
    assert refused("x" * 500_001).code == "template.source_too_long"


@pytest.mark.parametrize(("parts", "field"), [({"subject": "  "}, "subject"), ({"body": "\n"}, "body")])
def test_an_empty_part_is_refused(parts: dict[str, str], field: str) -> None:
    problem = refused(**parts)
    assert (problem.code, problem.field) == ("template.empty", field)


def test_broken_mjml_names_its_line() -> None:
    problem = refused("<mjml>\n<mj-body>\n<mj-section>\n<mj-nothing>\n</mj-body>\n</mjml>")
    assert (problem.code, problem.field) == ("template.mjml", "body")
    assert problem.values["line"] in (3, 4, 5)


def test_a_placeholder_that_the_mail_would_lose_is_refused() -> None:
    problem = refused(
        '<mjml><mj-body>\n<mj-section><mj-column><mj-text unknown="{{ x }}">y</mj-text></mj-column></mj-section>'
        "</mj-body></mjml>"
    )
    assert (problem.code, problem.values["line"], problem.values["placeholder"]) == (
        "template.placeholder_lost",
        2,
        "{{ x }}",
    )


def test_the_head_may_stand_in_any_order() -> None:
    head = "<mj-preview>{% if a %}one{% endif %}</mj-preview><mj-title>{% if b %}two{% endif %}</mj-title>"
    done = render(template(f"<mjml><mj-head>{head}</mj-head><mj-body></mj-body></mjml>"), {"a": 1, "b": 1}, "en").html
    assert "<title>two</title>" in done
    assert ">one</div>" in done


def test_comments_vanish() -> None:
    assert html("<p>{# {{ secret }} {% if %} #}x</p>", {}) == "<p>x</p>"


WORDS = "{{ }} {% %} {# #} if endif for endfor in a a b | default ' \" ( ) . [ ] 0 is not <b> </b>"


@given(st.lists(st.sampled_from(WORDS.split(" ")), max_size=25).map(" ".join))
def test_any_source_is_either_a_template_or_a_problem(source: str) -> None:
    try:
        compiled = compile_template(TemplateSource(source, f"<p>{source}</p>"))
        render(compiled, {"a": "x"}, "en")
    except (Problem, MissingFigure):
        pass
