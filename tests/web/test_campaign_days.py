"""The days of a campaign by API: its strip, its move, its undo, and its content before it goes out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.content.actions import publish
from pauta.core.render import TemplateSource
from pauta.platform import database as pauta_database
from pauta.platform.settings import Settings
from tests.conftest import MONDAY
from tests.messages.cast import ACME, ANA, BRUNO, NOW, TWO_A_WEEK, add_touch, settle
from tests.web.conftest import Call

FORM = {"type": "promotional", "topic": "news", "template": "hello", "team": "marketing"}
ONE_A_DAY = {"kind": "cap", "name": "one a day", "limit": 1, "days": 1}


@pytest.fixture
def base(settings: Settings) -> Iterator[Connection[Any]]:
    """The cast with two caps, on a connection that commits at once."""
    with pauta_database.connect(settings.database_url) as connection:
        settle(connection, (TWO_A_WEEK, ONE_A_DAY))
    with pauta_database.connect(settings.database_url, autocommit=True) as connection:
        yield connection


def launched(base: Connection[Any], call: Call, name: str, days: dict[int, str], **form: Any) -> None:
    """A campaign whose messages a worker has written already: a planned day for each contact."""
    assert call("POST", f"/campaigns/{name}", json=FORM | form).status_code == 201
    assert call("POST", f"/campaigns/{name}/launch").status_code == 200
    base.execute("UPDATE launch_part SET done_at = %s", (NOW,))
    base.execute("UPDATE campaign SET state = 'launched' WHERE name = %s", (name,))
    for contact, day in days.items():
        base.execute(
            "INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule,"
            " winner, channel, wished, day, due, policy_version, created_at, changed_at)"
            " SELECT %s, nextval('message_ids'), %s, %s, proposal_id, 0, 1, 0, 14, 0, 0, 0, %s, %s, %s, 1, %s, %s"
            " FROM campaign WHERE name = %s",
            (ACME, ACME, contact, day, day, day, NOW, NOW, name),
        )


@pytest.mark.usefixtures("base")
def test_an_audience_is_counted(call: Call) -> None:
    form = {"audience": {"filter": {"all": [{"field": "account.name", "op": "=", "value": "Acme"}]}}}
    assert call("POST", "/audiences/count", json=form).json() == {"contacts": 2}
    assert call("POST", "/audiences/count", json={"audience": {"list": "nobody"}}).status_code == 422


def test_the_strip_tells_reasons_and_rivals_of_every_day(base: Connection[Any], call: Call) -> None:
    for number, day in enumerate(("2026-11-22", "2026-11-23"), start=1):
        add_touch(base, ANA, ACME, day, number)
    launched(base, call, "tips", {BRUNO: "2026-11-24"}, tier=3, not_before="2026-11-24")
    assert call("POST", "/campaigns/news", json=FORM | {"tier": 1}).status_code == 201
    strip = call("GET", "/campaigns/news/strip?days=8").json()
    assert (strip["contacts"], strip["sampled"], strip["today"], strip["best"]) == (3, 3, "2026-11-23", "2026-11-29")
    days = strip["days"]
    assert [day["send"] for day in days] == [2, 2, 2, 2, 2, 2, 3, 3]
    assert days[0]["counts"][-1] == {"verdict": "queue", "reason": "cap", "rule": "two a week", "contacts": 1}
    assert [(one["campaign"], one["messages"]) for one in days[0]["winners"]] == [("spring", 1)]
    assert [day["losers"] for day in days[:1]] == [[]]
    assert [(one["campaign"], one["later"]) for one in days[1]["losers"]] == [("tips", 1)]
    exact = call("GET", "/campaigns/news/impact?day=2026-11-24").json()
    assert (exact["counts"], exact["losers"]) == (days[1]["counts"], days[1]["losers"])


@pytest.mark.usefixtures("base")
def test_a_draft_is_moved_with_its_last_day(call: Call) -> None:
    window = {"not_before": "2026-11-24", "expires": "2026-11-27"}
    call("POST", "/campaigns/news", json=FORM | window)
    shown = call("GET", "/campaigns/news/move?day=2026-11-26").json()
    assert (shown["before"]["day"], shown["after"]["day"], shown["expires"]) == (
        "2026-11-24",
        "2026-11-26",
        "2026-11-29",
    )
    assert call("GET", "/campaigns/news").json()["not_before"] == "2026-11-24"
    moved = call("POST", "/campaigns/news/move", json={"day": "2026-11-26"}).json()
    assert moved == {"campaign": "news", "not_before": "2026-11-26", "expires": "2026-11-29"}
    assert call("GET", "/campaigns/news").json()["not_before"] == "2026-11-26"
    assert call("POST", "/campaigns/news/move", json={"day": "2026-11-20"}).json()["code"] == "campaigns.day_past"
    assert call("POST", "/campaigns/news/move", json={"day": "2026-11-28"}, role="reader").status_code == 403


def test_a_launched_campaign_is_moved_and_planned_again(base: Connection[Any], call: Call) -> None:
    launched(base, call, "news", {ANA: "2026-11-23", BRUNO: "2026-11-23"}, tier=1)
    launched(base, call, "tips", {ANA: "2026-11-25"}, tier=3, not_before="2026-11-25")
    shown = call("GET", "/campaigns/news/move?day=2026-11-25").json()
    assert (shown["contacts"], shown["before"]["send"], shown["after"]["send"]) == (2, 2, 2)
    assert shown["before"]["losers"] == []
    assert [(one["campaign"], one["later"]) for one in shown["after"]["losers"]] == [("tips", 1)]
    assert base.execute("SELECT count(*) FROM plan_request").fetchone() == (0,)
    assert call("POST", "/campaigns/news/move", json={"day": "2026-11-25"}).status_code == 200
    wished = (
        "SELECT DISTINCT wished::text FROM message m JOIN proposal p ON p.id = m.proposal_id WHERE p.occurrence = %s"
    )
    assert base.execute(wished, ("news",)).fetchall() == [("2026-11-25",)]
    assert base.execute(wished, ("tips",)).fetchall() == [("2026-11-25",)]
    assert base.execute("SELECT not_before::text FROM proposal WHERE occurrence = 'news'").fetchone() == ("2026-11-25",)
    assert base.execute("SELECT account_key FROM plan_request").fetchall() == [(ACME,)]
    call("POST", "/campaigns/news/cancel")
    assert call("POST", "/campaigns/news/move", json={"day": "2026-11-26"}).json()["code"] == "campaigns.no_move"


def test_a_launch_is_undone_while_nothing_has_left(base: Connection[Any], call: Call) -> None:
    launched(base, call, "news", {ANA: "2026-11-23"})
    assert call("POST", "/campaigns/news/undo").json() == {"campaign": "news", "left": 0, "state": "draft"}
    assert call("GET", "/campaigns/news").json()["state"] == "draft"
    assert base.execute("SELECT DISTINCT state FROM message").fetchall() == [(7,)]
    assert call("POST", "/campaigns/news/launch").status_code == 200
    assert call("POST", "/campaigns/news/undo", role="reader").status_code == 403


def test_what_has_left_cannot_be_undone_nor_what_is_long_ago(base: Connection[Any], call: Call) -> None:
    launched(base, call, "news", {ANA: "2026-11-23", BRUNO: "2026-11-24"})
    base.execute("UPDATE message SET state = 3 WHERE contact_id = %s", (ANA,))
    assert call("POST", "/campaigns/news/undo").json() == {"campaign": "news", "left": 1, "state": "cancelled"}
    assert base.execute("SELECT state FROM message ORDER BY contact_id").fetchall() == [(3,), (7,)]
    launched(base, call, "old", {})
    base.execute("UPDATE campaign SET launched_at = launched_at - interval '61 seconds' WHERE name = 'old'")
    base.execute("UPDATE proposal SET leaves_from = leaves_from - interval '61 seconds'")
    assert call("POST", "/campaigns/old/undo").json()["code"] == "campaigns.undo_late"


GOOD = (
    "<p>Hello {{ contact.first_name }}, {{ contact.seats }}</p><a href='https://sur.example/out'>Unsubscribe</a>"
    "<a href='https://sur.example/a'>a</a> {{ company.postal_address }}"
)
BAD = "<p>Hello</p><a href='htp:/nowhere'>x</a><a href='https://no host/'>y</a>"


def test_content_is_reviewed_before_it_goes_out(base: Connection[Any], call: Call) -> None:
    base.execute("UPDATE contact SET attributes = '{\"seats\": 4}' WHERE id <> %s", (BRUNO,))
    sources = {"en": TemplateSource("Hi {{ contact.first_name }}", GOOD), "es": TemplateSource("Hola", BAD)}
    base.execute("SELECT setval('template_id_seq', 100)")
    base.execute("UPDATE company SET postal_address = 'Rua das Marés, 100'")
    with base.transaction():
        publish(base, "mail", sources, "ana", MONDAY)
    call("POST", "/campaigns/news", json=FORM | {"template": "mail"})
    base.execute("UPDATE contact SET language = 'en'")
    form = {"contacts": ["ana", "bruno"], "languages": ["en", "es"]}
    found = call("POST", "/campaigns/news/review", json=form).json()
    assert [(one["contact"], one["language"], one["subject"], one["missing"]) for one in found["mails"]] == [
        ("ana", "en", "Hi Ana", ""),
        ("ana", "es", "Hola", ""),
        ("bruno", "en", "", "contact.seats"),
        ("bruno", "es", "Hola", ""),
    ]
    checks = {one["code"]: (one["level"], one["found"]) for one in found["checks"]}
    assert checks == {
        "unsubscribe_link": ("ok", []),
        "postal_address": ("ok", []),
        "missing_figures": ("warning", ["contact.seats"]),
        "broken_links": ("error", ["htp:/nowhere", "https://no host/"]),
        "left_over_placeholders": ("ok", []),
        "size": ("ok", []),
        "languages": ("ok", []),
        "subject": ("ok", []),
    }
    assert found["tried"] == 3
    assert "/unsubscribe/preview" in found["mails"][1]["html"]
    base.execute("UPDATE company SET postal_address = ''")
    found = call("POST", "/campaigns/news/review", json=form).json()
    checks = {one["code"]: (one["level"], one["found"]) for one in found["checks"]}
    assert checks["unsubscribe_link"] == checks["postal_address"] == ("error", ["es"])
    assert call("POST", "/campaigns/news/review", json={"contacts": ["nobody"]}).json()["field"] == "contacts[0]"


def test_progress_tells_how_fast_it_goes(base: Connection[Any], call: Call) -> None:
    assert call("POST", "/campaigns/news", json=FORM).status_code == 201
    draft = call("GET", "/campaigns/news/progress").json()
    assert (draft["state"], draft["rate"], draft["due"], draft["seconds_left"]) == ("draft", 0.0, 0, None)
    call("POST", "/campaigns/news/launch")
    base.execute("UPDATE campaign SET launched_at = launched_at - interval '10 seconds'")
    base.execute("UPDATE launch_part SET done_at = %s, messages = 2 WHERE part < 16", (NOW,))
    found = call("GET", "/campaigns/news/progress").json()
    assert (found["state"], found["parts_done"], found["rate"], found["seconds_left"]) == ("launching", 16, 3.2, 30.0)
    launched(base, call, "tips", {ANA: "2026-11-23", BRUNO: "2026-11-23"})
    waiting = call("GET", "/campaigns/tips/progress").json()
    assert (waiting["due"], waiting["rate"], waiting["seconds_left"]) == (2, 0.0, None)
    base.execute(
        "INSERT INTO attempt (part, message_id, number, owner, started_at, ended_at, outcome)"
        " SELECT part, id, 1, 'w', %(at)s, %(at)s, 0 FROM message WHERE contact_id = %(ana)s",
        {"at": NOW - timedelta(seconds=5), "ana": ANA},
    )
    base.execute("UPDATE message SET state = 3 WHERE contact_id = %s", (ANA,))
    moving = call("GET", "/campaigns/tips/progress").json()
    assert (moving["due"], moving["rate"], moving["seconds_left"]) == (1, 0.1, 10.0)


def test_a_day_that_a_campaign_has_already_is_no_move(base: Connection[Any], call: Call) -> None:
    launched(base, call, "news", {ANA: "2026-11-25"}, not_before="2026-11-25")
    shown = call("GET", "/campaigns/news/move?day=2026-11-25").json()
    assert shown["before"] == shown["after"]
