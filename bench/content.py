"""The mail of the benchmarks: about 10 KB of personalised HTML with 16 links and a text part."""

from __future__ import annotations

from pauta.core.render import TemplateSource

_PARAGRAPH = (
    "Your team has closed the month with fewer open tasks than companies of your size, and the figures below show "
    "where the time went. Ask {{ contact.first_name }} or write to us when something looks wrong. "
)
_ROW = (
    '<tr><td style="padding:8px;border-bottom:1px solid #dddddd">'
    '<a href="https://bench.example/{{ contact.email }}/%d" '
    'style="color:#1a5fb4">Figure %d for {{ account.name }}</a></td>'
    '<td style="padding:8px;border-bottom:1px solid #dddddd;text-align:right">%s</td></tr>'
)


def source() -> TemplateSource:
    """The template as an author would have written it."""
    rows = "\n".join(_ROW % (number, number, _PARAGRAPH) for number in range(16))
    body = (
        '<!doctype html><html><head><meta charset="utf-8"><title>Your month</title></head>'
        '<body style="font-family:Arial,sans-serif;color:#222222"><h1>Hello {{ contact.first_name }}</h1>'
        f'<p>{_PARAGRAPH * 4}</p><table role="presentation" width="600">{rows}</table>'
        "<p>{{ company.name }}</p></body></html>"
    )
    links = "\n".join(f"https://bench.example/{{{{ contact.email }}}}/{number}" for number in range(16))
    text = f"Hello {{{{ contact.first_name }}}}\n\n{_PARAGRAPH * 4}\n\n{links}\n"
    return TemplateSource("{{ contact.first_name }}, your month at {{ account.name }}", body, text)
