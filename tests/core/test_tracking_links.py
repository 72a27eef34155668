"""Links and pictures in mails: what is rewritten, and that nobody can make or bend one."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from pauta.core.tokens import TokenKey
from pauta.core.tracking_links import Followed, followed, measured, opened

BASE = "https://news.acme.example"
KEY = TokenKey(0, b"k" * 32, datetime(2026, 1, 1, tzinfo=UTC))
KEYS = {0: KEY}
MAIL = """<html><head><link href="https://fonts.example/a.css"></head><body>
<a class="x" href="https://acme.example/a?b=1&amp;c=ü#top">one</a> <a href='https://acme.example/b'>two</a>
<a href="https://acme.example/a?b=1&amp;c=ü#top">one again</a> <a data-href="https://acme.example/no" title="t">none</a>
<a href="mailto:ana@acme.example">mail</a> <a href="tel:+5511">call</a> <a href="#part">part</a>
<a href="https://news.acme.example/preferences/abc">choose</a> <a href="https://news.acme.example/unsubscribe/abc">end</a>
<a href="https://news.acme.example/sign-up/abc">confirm</a>
</body></html>"""


def ways(html: str) -> list[tuple[str, str]]:
    """Place and target of each link that leads over us."""
    found = [urlsplit(way) for way in re.findall(r'href="(https://news[^"]+/l/[^"]+)"', html)]
    return [(way.path.removeprefix("/l/"), parse_qs(way.query).get("to", [""])[0]) for way in found]


def test_web_links_lead_over_us_and_everything_else_stays_as_it_is() -> None:
    html = measured(MAIL, BASE, KEY, 7)
    one, two = "https://acme.example/a?b=1&c=ü#top", "https://acme.example/b"
    assert [target for _, target in ways(html)] == [one, two, one, ""]
    assert [followed(KEYS, place, target) for place, target in ways(html)] == [
        Followed(7, 2, one),
        Followed(7, 2, two),
        Followed(7, 2, one),
        Followed(7, 2, ""),
    ]
    for kept in re.findall(r'(?:href|data-href)="(?:mailto|tel|#|https://fonts|https://news[^"]*/[pu])[^"]*"', MAIL):
        assert kept in html
    assert 'data-href="https://acme.example/no"' in html


def test_a_link_that_no_server_would_take_stays_as_it_is() -> None:
    short, long = ("https://acme.example/?q=" + "ü" * count for count in (1_320, 1_350))
    html = measured(f'<a href="{short}">1</a><a href="{long}">2</a>', BASE, KEY, 7)
    assert [target for _, target in ways(html)] == [short, ""]
    assert f'href="{long}"' in html
    assert followed(KEYS, *ways(html)[0]) == Followed(7, 1, short)


def test_the_picture_stands_at_the_end_and_names_the_message() -> None:
    html = measured(MAIL, BASE, KEY, 7)
    found = re.search(
        r'<img src="https://news.acme.example/o/([0-9a-f]+\.gif)" width="1"[^>]*></a></body></html>$', html
    )
    assert found
    assert opened(KEYS, found[1]) == 7
    assert opened({}, found[1]) is None
    assert opened(KEYS, found[1][:20] + ("a" if found[1][20] != "a" else "b") + found[1][21:]) is None


def test_a_mail_without_a_body_or_links_is_measured_too() -> None:
    html = measured("Hello", BASE, KEY, 2**62)
    assert html.startswith("Hello<a href=")
    assert [followed(KEYS, *way) for way in ways(html)] == [Followed(2**62, 0, "")]


@pytest.mark.parametrize("target", ["https://evil.example/", "https://acme.example/b#", "https://acme.example/B", ""])
def test_no_link_leads_to_another_target(target: str) -> None:
    place = ways(measured(MAIL, BASE, KEY, 7))[1][0]
    assert followed(KEYS, place, target) is None


def test_no_link_is_made_of_pieces_of_others() -> None:
    place, target = ways(measured(MAIL, BASE, KEY, 7))[1]
    other = ways(measured(MAIL, BASE, KEY, 8))[1][0]
    reading, seal, links = place.split(".")
    assert followed(KEYS, f"{other.split('.')[0]}.{seal}.{links}", target) is None
    assert followed(KEYS, f"{reading}.{seal}.3", target) is None
    assert followed(KEYS, f"{reading}.{seal}", target) is None
    assert followed({0: TokenKey(0, b"j" * 32, KEY.since)}, place, target) is None
    assert followed(KEYS, place.upper(), target) == Followed(7, 2, target), "some programs change the case"


def test_nothing_in_a_link_gets_out_of_its_attribute() -> None:
    html = measured('<a href="https://acme.example/?q=&quot;><script>">x</a>', BASE, KEY, 7)
    assert [target for _, target in ways(html)] == ['https://acme.example/?q="><script>', ""]
    assert "<script" not in html
