"""Requests of campaigns by API: asked, accepted as a draft, declined; stakeholders told at the launch."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pauta.campaigns.actions import launch
from pauta.campaigns.queries import campaign_named
from pauta.platform import database as pauta_database
from pauta.platform.clock import advance
from pauta.platform.settings import Settings
from tests.conftest import ADMIN, MONDAY
from tests.web.conftest import As, Call
from tests.web.test_governance import NEWSLETTER

WISH = {
    "title": "Mobile app",
    "what": "The app is here.",
    "whom": "Administrators of gold customers",
    "goal": "300 installations in a month",
    "team": "marketing",
    "wished": "2026-12-04",
    "stakeholders": ["Rodrigo@pauta.example", "carla@pauta.example"],
}
DRAFT = NEWSLETTER | {"name": "Mobile app", "not_before": "2026-12-04"}


def titles(by: As, name: str) -> list[str]:
    return [one["title"] for one in by(name, "GET", "/inbox?lang=en").json()["entries"]]


def ask(by: As, name: str = "bruno", **changed: Any) -> int:
    made = by(name, "POST", "/requests", WISH | changed)
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


def test_a_request_becomes_a_draft_and_those_concerned_are_told(by: As, settings: Settings) -> None:
    number = ask(by)
    assert titles(by, "ana") == ["New request: “Mobile app”, wished for Fri 4 Dec"]
    assert titles(by, "bruno") == titles(by, "fernanda") == []
    (open_one,) = by("igor", "GET", "/requests").json()
    assert (open_one["state"], open_one["by"], open_one["campaign"]) == ("open", "Bruno", None)
    assert [(one["step"], one["day"]) for one in open_one["deadlines"]][:2] == [
        ("draft", "2026-11-25"),
        ("submitted", "2026-11-30"),
    ]
    accepted = by("ana", "POST", f"/requests/{number}/accept", DRAFT).json()
    assert (accepted["state"], accepted["campaign"], accepted["decided_by"]) == ("accepted", "Mobile app", "Ana")
    assert [one["done"] for one in accepted["deadlines"]] == [True, False, False, False]
    assert by("ana", "GET", "/campaigns/Mobile app").json()["state"] == "draft"
    assert titles(by, "bruno") == ["Your request “Mobile app” is accepted: it is the draft “Mobile app”"]
    assert titles(by, "rodrigo") == []
    assert by("ana", "POST", "/campaigns/Mobile app/launch").status_code == 200
    assert titles(by, "rodrigo") == titles(by, "carla") == ["Ana launched “Mobile app”"]
    with pauta_database.connect(settings.database_url) as connection:
        mails = connection.execute("SELECT u.name, n.due_at FROM notice n JOIN pauta_user u ON u.id = n.user_id")
        assert sorted(mails.fetchall()) == [(name, MONDAY + timedelta(seconds=60)) for name in ("Carla", "Rodrigo")]
    assert all(one["done"] for one in by("ana", "GET", "/requests").json()[0]["deadlines"])


def test_nobody_is_told_of_a_launch_that_is_undone(by: As, settings: Settings) -> None:
    by("ana", "POST", f"/requests/{ask(by)}/accept", DRAFT)
    by("ana", "POST", "/campaigns/Mobile app/launch")
    assert by("ana", "POST", "/campaigns/Mobile app/undo").json()["state"] == "draft"
    assert titles(by, "rodrigo") == []
    with pauta_database.connect(settings.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM notice").fetchone() == (0,)
    assert by("ana", "GET", "/requests").json()[0]["campaign"] == "Mobile app"
    by("ana", "POST", "/campaigns/Mobile app/launch")
    assert titles(by, "rodrigo") == ["Ana launched “Mobile app”"]


def test_a_declined_request_tells_why_and_is_decided_once(by: As) -> None:
    number = ask(by)
    assert by("ana", "POST", f"/requests/{number}/decline", {"why": " "}).status_code == 422
    assert by("ana", "POST", f"/requests/{number}/decline", {"why": "too close to the fair"}).status_code == 200
    assert titles(by, "bruno") == ["Your request “Mobile app” is declined: too close to the fair"]
    for path, form in (("accept", DRAFT), ("decline", {"why": "again"})):
        refused = by("ana", "POST", f"/requests/{number}/{path}", form)
        assert (refused.status_code, refused.json()["code"]) == (409, "requests.decided")
    assert by("ana", "POST", "/requests/99/decline", {"why": "no"}).status_code == 404


def test_requests_of_one_title_are_told_one_by_one(by: As) -> None:
    asked = [ask(by), ask(by, wished="2026-12-07")]
    assert len(titles(by, "ana")) == 2
    for number in asked:
        by("ana", "POST", f"/requests/{number}/decline", {"why": "too close to the fair"})
    assert titles(by, "bruno") == ["Your request “Mobile app” is declined: too close to the fair"] * 2


@pytest.mark.parametrize(
    ("grace", "urgent", "seconds"), [(0, False, 60), (300, False, 300), (300, True, 60)], ids=["none", "long", "urgent"]
)
def test_stakeholders_get_their_mail_when_messages_may_leave_and_nothing_can_be_undone(
    by: As, settings: Settings, grace: int, urgent: bool, seconds: int
) -> None:
    by("ana", "POST", f"/requests/{ask(by)}/accept", DRAFT)
    with pauta_database.connect(settings.database_url) as connection:
        connection.execute("UPDATE campaign SET urgent = %s", (urgent,))
        launch(connection, MONDAY, campaign_named(connection, "Mobile app").id, ADMIN, timedelta(seconds=grace))
        due = connection.execute("SELECT DISTINCT due_at FROM notice").fetchall()
    assert due == [(MONDAY + timedelta(seconds=seconds),)]


@pytest.mark.parametrize(("name", "ask_status", "decide_status"), [
    ("renata", 201, 200), ("ana", 201, 200), ("rodrigo", 201, 200), ("bruno", 201, 403), ("debora", 201, 403),
    ("carla", 201, 403), ("igor", 201, 403),
])  # fmt: skip
def test_everybody_may_ask_and_who_writes_campaigns_decides(
    by: As,
    name: str,
    ask_status: int,
    decide_status: int,
) -> None:
    assert by(name, "POST", "/requests", WISH).status_code == ask_status
    assert by(name, "POST", f"/requests/{ask(by)}/accept", DRAFT).status_code == decide_status
    assert by(name, "POST", f"/requests/{ask(by)}/decline", {"why": "no"}).status_code == decide_status


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"wished": "2026-11-22"}, "requests.past"),
        ({"team": "nobody"}, "messages.not_one_of"),
        ({"stakeholders": ["x@pauta.example"]}, "user_named_unknown"),
        ({"goal": ""}, "web_field_length"),
        ({"goal": "  "}, "messages.field_missing"),
    ],
)
def test_a_wrong_request_is_refused(by: As, changed: dict[str, Any], code: str) -> None:
    assert by("bruno", "POST", "/requests", WISH | changed).json()["code"] == code


def test_what_is_not_done_by_its_day_is_late(by: As, call: Call, settings: Settings) -> None:
    ask(by)
    assert settings.clock_file is not None
    advance(settings.clock_file, MONDAY + timedelta(days=3))
    (one,) = call("GET", "/requests").json()
    assert [step["late"] for step in one["deadlines"]] == [True, False, False, False]


def test_requests_come_page_by_page(by: As) -> None:
    numbers = [ask(by, wished=day) for day in ("2026-12-09", "2026-12-04", "2026-12-07", "2026-12-08")]
    by("ana", "POST", f"/requests/{numbers[2]}/decline", {"why": "too early"})
    assert by("igor", "GET", f"/requests/{numbers[2]}").json()["state"] == "declined"
    pages, after = [], ""
    while page := by("igor", "GET", f"/requests?limit=2{after}").json():
        pages.append([one["id"] for one in page])
        after = f"&after={page[-1]['id']}"
    assert pages == [[numbers[1], numbers[3]], [numbers[0], numbers[2]]]
