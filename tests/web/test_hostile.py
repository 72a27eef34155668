"""Names that are markup, formulas, commands of a terminal, right-to-left or very long: harmless behind every door."""

from __future__ import annotations

from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from icalendar import Calendar
from psycopg import Connection

from pauta.content.topics import save_topic
from pauta.people.company import CompanyValues, save_company
from pauta.platform.settings import Settings
from tests.test_cli import pauta
from tests.web.conftest import Call, TestClient
from tests.web.test_calendar import base as base
from tests.web.test_preferences import Desk, token, write
from tests.web.test_preferences import office as office

FIELDS = {"SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID"}
MARKUP = "<img src=x onerror=alert(1)>\"'&"
TURNED = "\u202egnp.exe"
HOSTILE = (MARKUP, "=HYPERLINK(0)", "\x1b[2J\x9b31m", TURNED, "{{ 7 * 7 }}%(x)s{0}", "x\r\nBEGIN:VEVENT", "عميل")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_feed_keeps_names_within_their_line(base: Connection[Any], call: Call, web: TestClient, name: str) -> None:
    meeting = {"title": name, "at": "2026-11-25T13:00:00Z", "contacts": ["ana"]}
    assert call("POST", "/calendar/meetings", json=meeting).status_code == 201
    feed = call("POST", "/calendar/feeds", json={"name": name}).json()
    file = Calendar.from_ical(web.get(feed["url"]).content)
    told = [one for one in file.walk("VEVENT") if isinstance(one.decoded("dtstart"), datetime)]
    assert [(str(one["summary"]), set(one)) for one in told] == [(name.replace("\r\n", " "), FIELDS)]


def test_pages_of_customers_show_names_as_text(office: Desk, web: TestClient) -> None:
    made = token(office, write(office, "ana", "news"))
    for name in (MARKUP, TURNED, "{{ 7 * 7 }}"):
        save_topic(office.connection, "news", {"en": name})
        save_company(office.connection, CompanyValues(name, name, "Sur <a@sur.example>"), zone="UTC", language="en")
        office.connection.commit()
        for path in ("preferences", "unsubscribe"):
            shown = web.get(f"/{path}/{made}").text
            assert "<img" not in shown
            assert name in unescape(shown)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_api_gives_names_back_as_they_are(call: Call, name: str) -> None:
    for path, form in (
        ("/contacts/eva", {"first_name": name, "last_name": name}),
        ("/accounts/luna", {"name": name, "attributes": {name: name}}),
    ):
        assert call("PUT", path, json=form).status_code < 300
        shown = call("GET", path)
        assert shown.headers["content-type"] == "application/json"
        assert shown.json() | form == shown.json()
    assert call("GET", "/search", params={"q": name}).status_code == 200


def test_names_without_end_are_refused(call: Call) -> None:
    for field in ("first_name", "account", "email", "segments"):
        value: Any = ["x" * 10_000] if field == "segments" else "x" * 10_000
        assert call("PUT", "/contacts/eva", json={field: value}).status_code == 422, field


def test_commands_print_letters_only(call: Call, settings: Settings) -> None:
    for name in (TURNED, "\x1b[2J\x9b31m"):
        form = {"type": "promotional", "template": "hello"}
        call("PUT", "/templates/hello", json={"languages": {"en": {"subject": "Hi", "body": "<p>Hi</p>"}}})
        assert call("POST", f"/campaigns/{quote(name)}", json=form).status_code == 201
    shown = pauta("campaign", "list", DATABASE_URL=settings.database_url)
    assert shown.returncode == 0, shown.stderr
    assert "\\u202egnp.exe" in shown.stdout
    assert "\\x9b31m" in shown.stdout
    assert not set(shown.stdout) & {"\x1b", "\x9b", "\u202e"}
    refused = pauta("campaign", "show", "\x1b]0;x\x07", DATABASE_URL=settings.database_url)
    assert refused.returncode == 2
    assert "\\x1b]0;x\\x07" in refused.stderr
