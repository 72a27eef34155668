"""Who may do what, by every door, and approvals: as tables of cases through the API."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from pauta.cli import app as commands
from pauta.core.problems import Problem
from pauta.platform import database as pauta_database
from pauta.platform.settings import Settings
from tests.web.conftest import SPANISH, As, Call

EVA = {"filter": {"all": [{"field": "contact.external_id", "op": "=", "value": "eva"}]}}
BOTH = {"filter": {"all": [{"field": "contact.external_id", "op": "in", "value": ["eva", "luis"]}]}}
NEWSLETTER = {"type": "educational", "topic": "newsletter", "template": "hello", "audience": {"everyone": True}}
LAUNCH = NEWSLETTER | {"type": "operational", "topic": "launch"}
PRICES = NEWSLETTER | {"type": "operational", "topic": "prices"}
LETTER = NEWSLETTER | {"type": "relationship", "topic": "letter"}
RULES = {
    "all bulk": {"groups": ["marketing"], "contacts": 2},
    "product news": {"groups": ["product", "marketing"], "topics": ["launch"]},
    "prices": {"groups": ["legal"], "topics": ["prices"]},
}

WISH = {"title": "App", "what": "It is here", "whom": "All", "goal": "Use", "team": "marketing", "wished": "2026-12-04"}
TASK = {"title": "Call Eva", "contact": "eva", "assignee": "bruno@pauta.example", "due": "2026-11-27"}

_numbers = itertools.count()


def send(by: As, name: str, kind: str, topic: str, key: str = "one") -> httpx.Response:
    form = {"type": kind, "topic": topic, "contact": "eva", "template": "hello"}
    return by(name, "POST", "/messages", form, {"Idempotency-Key": key})


def waiting(by: As) -> int:
    """A message that no worker has planned yet, by the administrator."""
    made = send(by, "renata", "promotional", "upsell", f"waiting {next(_numbers)}")
    return int(made.json()["id"])


def launch(by: As, name: str, form: dict[str, object]) -> httpx.Response:
    """Draft and launch a campaign as somebody; the first answer that refuses, or the last one."""
    made = by(name, "POST", "/campaigns/spring", form)
    return made if made.status_code >= 400 else by(name, "POST", "/campaigns/spring/launch")


ACTIONS: dict[str, Callable[[As, str], httpx.Response]] = {
    "newsletter": lambda by, name: launch(by, name, NEWSLETTER),
    "letter to all": lambda by, name: launch(by, name, LETTER),
    "invoice to all": lambda by, name: launch(by, name, NEWSLETTER | {"type": "transactional"}),
    "personal message": lambda by, name: send(by, name, "relationship", "check-in"),
    "personal offer": lambda by, name: send(by, name, "promotional", "upsell"),
    "about a ticket": lambda by, name: send(by, name, "transactional", "ticket"),
    "receipt": lambda by, name: send(by, name, "transactional", "billing"),
    "send anyway": lambda by, name: by(name, "POST", f"/messages/{waiting(by)}/override", {"why": "asked by phone"}),
    "hold a contact": lambda by, name: by(
        name, "POST", "/contacts/eva/holds", {"until": "2027-01-10", "reason": "talks"}
    ),
    "stop everything": lambda by, name: by(name, "POST", "/stops", {"reason": "wrong prices"}),
    "edit policies": lambda by, name: by(name, "PUT", "/policies", {"version": 0, "policies": []}),
    "edit approval rules": lambda by, name: by(name, "PUT", "/approval-rules/all", {"groups": ["legal"]}),
    "manage people": lambda by, name: by(name, "POST", "/users/igor@pauta.example/disable"),
    "edit rights": lambda by, name: by(name, "POST", "/rights", {"role": "csm"}),
    "read the audit": lambda by, name: by(name, "GET", "/audit"),
    "export the audit": lambda by, name: by(name, "GET", "/audit.csv"),
    "publish": lambda by, name: by(name, "PUT", "/templates/other", {"languages": SPANISH}),
    "draft a campaign": lambda by, name: by(name, "POST", "/campaigns/drafted", NEWSLETTER),
    "enter a meeting": lambda by, name: by(
        name,
        "POST",
        "/calendar/meetings",
        {"what": "call", "title": "hello", "at": "2026-11-27T15:00:00Z", "minutes": 30, "contacts": ["eva"]},
    ),
    "enter maintenance": lambda by, name: by(
        name,
        "POST",
        "/calendar/maintenance",
        {"title": "night", "starts_at": "2026-11-27T15:00:00Z", "ends_at": "2026-11-27T16:00:00Z"},
    ),
    "ask for a campaign": lambda by, name: by(name, "POST", "/requests", WISH),
    "give a task": lambda by, name: by(name, "POST", "/tasks", TASK),
    "change a contact": lambda by, name: by(name, "PUT", "/contacts/eva", {"first_name": "Eva"}),
    "record a consent": lambda by, name: by(
        name,
        "POST",
        "/contacts/eva/consents",
        {"channel": "email", "topic": "*", "state": "granted", "basis": "consent", "source": "phone"},
    ),
    "tell of the company": lambda by, name: by(
        name, "PUT", "/company", {"name": "Acme", "zone": "America/Bogota", "language": "es"}
    ),
    "see what is held": lambda by, name: by(name, "GET", "/contacts/eva/held"),
    "change how long data is kept": lambda by, name: by(name, "PUT", "/retention/mails", {"days": 365}),
    "erase a contact": lambda by, name: by(name, "POST", "/contacts/luis/erasure", {"reason": "asked for"}),
}
MAY = {
    "renata": set(ACTIONS),
    "ana": {
        *("newsletter", "letter to all", "personal message", "personal offer", "hold a contact", "stop everything"),
        *("publish", "draft a campaign", "enter a meeting", "enter maintenance", "ask for a campaign", "give a task"),
        *("change a contact", "record a consent"),
    },
    "bruno": {
        *("personal message", "hold a contact", "stop everything", "enter a meeting", "ask for a campaign"),
        *("give a task", "change a contact", "record a consent"),
    },
    "debora": {
        *("about a ticket", "hold a contact", "stop everything", "enter a meeting", "ask for a campaign"),
        *("give a task", "record a consent"),
    },
    "rodrigo": {
        *("letter to all", "hold a contact", "stop everything", "publish", "draft a campaign", "enter maintenance"),
        *("ask for a campaign", "give a task"),
    },
    "carla": {"ask for a campaign"},
    "igor": {"ask for a campaign"},
}


@pytest.mark.parametrize("name", MAY)
def test_each_role_may_do_what_it_may_and_nothing_else(by: As, settings: Settings, name: str) -> None:
    did = set()
    for action, attempt in ACTIONS.items():
        answer = attempt(by, name)
        assert answer.status_code < 300 or answer.status_code == 403, (action, answer.text)
        if answer.status_code < 300:
            did.add(action)
        with pauta_database.connect(settings.database_url) as connection:
            connection.execute(
                "UPDATE campaign SET name = name || id; UPDATE proposal SET occurrence = occurrence || id;"
                "UPDATE pauta_user SET disabled_at = NULL"
            )
    assert did == MAY[name]


@pytest.mark.parametrize(
    ("right", "action"),
    [
        ("stop.use", "stop everything"),
        ("policies.write", "edit policies"),
        ("team.write", "manage people"),
        ("messages.override", "send anyway"),
    ],
)
def test_a_right_given_to_a_person_opens_one_door_more(by: As, right: str, action: str) -> None:
    assert ACTIONS[action](by, "carla").status_code == 403
    form = {"name": "Carla", "team": "legal", "role": "reviewer", "rights": [right]}
    assert by("renata", "PUT", "/users/carla@pauta.example", form).status_code == 200
    assert ACTIONS[action](by, "carla").status_code < 300


def test_a_csm_sends_in_bulk_by_no_door(
    by: As, call: Call, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by a session, nor by a key, nor by a command, nor one by one."""
    assert by("ana", "POST", "/campaigns/spring", NEWSLETTER).status_code == 201
    assert by("bruno", "POST", "/campaigns/own", LETTER).json()["code"] == "right_missing"
    assert by("bruno", "POST", "/campaigns/spring/launch").json()["code"] == "right_missing"
    assert call("POST", "/campaigns/spring/launch", role="csm").json()["code"] == "right_missing"
    with pytest.raises(Problem, match="right_missing"):
        _command(settings, monkeypatch, "--as", "bruno@pauta.example", "campaign", "launch", "spring")
    (mine,) = [one for one in by("bruno", "GET", "/rights").json() if one["role"] == "csm"]
    by("renata", "PUT", f"/rights/{mine['id']}", {**{k: v for k, v in mine.items() if k != "id"}, "per_day": 2})
    codes = [send(by, "bruno", "relationship", "check-in", f"m{number}").json().get("code") for number in range(4)]
    assert codes == [None, None, "sending_day_full", "sending_day_full"]
    assert send(by, "bruno", "relationship", "check-in", "m1").status_code == 202
    with pauta_database.connect(settings.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM message").fetchone() == (2,)


def test_how_many_is_asked_even_of_who_may_launch(by: As) -> None:
    for one in by("renata", "GET", "/rights").json():
        if one["role"] == "marketer":
            changed = {**{k: v for k, v in one.items() if k != "id"}, "most": 1}
            assert by("renata", "PUT", f"/rights/{one['id']}", changed).status_code == 200
    refused = launch(by, "ana", NEWSLETTER)
    assert (refused.status_code, refused.json()["code"]) == (403, "sending_too_many")
    assert by("ana", "POST", "/campaigns/spring/submit").json()["code"] == "sending_too_many"
    assert by("renata", "POST", "/campaigns/spring/launch").status_code == 200


def test_a_journey_is_published_only_by_who_may_send_its_messages_to_everybody(by: As) -> None:
    """A journey may meet every contact, whoever it meets at first."""
    hello = {"id": "hello", "kind": "message", "template": "hello", "type": "promotional", "next": "end"}
    document = {"entry": {"kind": "api"}, "start": "hello", "nodes": [hello, {"id": "end", "kind": "exit"}]}
    assert by("ana", "POST", "/journeys/offers", {"document": document}).status_code == 201
    for one in by("renata", "GET", "/rights").json():
        if one["role"] == "marketer":
            changed = {**{k: v for k, v in one.items() if k != "id"}, "most": 1}
            by("renata", "PUT", f"/rights/{one['id']}", changed)
    refused = by("ana", "POST", "/journeys/offers/publish", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "sending_too_many")
    assert by("ana", "GET", "/journeys/offers").json()["state"] == "draft"
    assert by("renata", "POST", "/journeys/offers/publish", {}).status_code == 200


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"role": "chief"}, "role_unknown"),
        ({"team": "nobody"}, "team_unknown"),
        ({"types": ["spam"]}, "web_field_choice"),
        ({"most": 0}, "web_field_range"),
    ],
)
def test_a_wrong_permission_is_refused(by: As, changed: dict[str, object], code: str) -> None:
    assert by("renata", "POST", "/rights", changed).json()["code"] == code


def test_permissions_are_added_and_removed(by: As) -> None:
    made = by("renata", "POST", "/rights", {"role": "csm", "types": ["promotional"], "most": 1}).json()
    assert send(by, "bruno", "promotional", "upsell", "a").status_code == 202
    assert by("renata", "DELETE", f"/rights/{made['id']}").status_code == 204
    assert send(by, "bruno", "promotional", "upsell", "b").json()["code"] == "sending_not_permitted"
    assert by("renata", "DELETE", f"/rights/{made['id']}").json()["code"] == "permission_unknown"


def _command(settings: Settings, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("PAUTA_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.setenv("PAUTA_AS", "")
    result = CliRunner().invoke(commands, list(words))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


# Approvals


@pytest.fixture
def ruled(by: As) -> As:
    """With the rules of approval in force."""
    for name, rule in RULES.items():
        assert by("renata", "PUT", f"/approval-rules/{name}", rule).status_code == 200
    return by


def submit(by: As, form: dict[str, object], name: str = "ana") -> dict[str, Any]:
    by(name, "POST", "/campaigns/spring", form)
    answer = by(name, "POST", "/campaigns/spring/submit", {"note": "please"})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def decide(by: As, name: str, what: str = "approve", comment: str = "") -> httpx.Response:
    shown = by(name, "GET", "/campaigns/spring/approval").json()["submission"]
    form = {"fingerprint": shown["fingerprint"] if shown else "", "comment": comment}
    return by(name, "POST", f"/campaigns/spring/{what}", form)


def approve(by: As, form: dict[str, object], *names: str) -> None:
    submit(by, form)
    for name in names:
        assert decide(by, name).status_code == 200


def state(by: As) -> str:
    return str(by("ana", "GET", "/campaigns/spring").json()["state"])


@pytest.mark.parametrize(
    ("form", "groups"),
    [
        (NEWSLETTER, ["marketing"]),
        (LAUNCH, ["marketing", "product"]),
        (PRICES, ["marketing", "legal"]),
        (NEWSLETTER | {"audience": EVA}, []),
        (PRICES | {"audience": EVA}, ["legal"]),
    ],
)
def test_rules_name_the_groups(ruled: As, form: dict[str, object], groups: list[str]) -> None:
    told = submit(ruled, form)
    assert [one["name"] for one in told["groups"]] == groups
    assert told["state"] == ("submitted" if groups else "approved")
    assert state(ruled) == told["state"]


def test_nothing_leaves_unapproved_by_any_door(
    ruled: As, call: Call, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruled("ana", "POST", "/campaigns/spring", NEWSLETTER)
    for told in (None, "submit"):
        if told:
            ruled("ana", "POST", f"/campaigns/spring/{told}")
        for name in ("ana", "renata"):
            assert ruled(name, "POST", "/campaigns/spring/launch").json()["code"] == "approvals.missing"
        assert call("POST", "/campaigns/spring/launch").json()["code"] == "approvals.missing"
        with pytest.raises(Problem, match=r"approvals\.missing"):
            _command(settings, monkeypatch, "campaign", "launch", "spring")
    assert decide(ruled, "livia").json()["state"] == "approved"
    assert ruled("ana", "POST", "/campaigns/spring/launch").json()["state"] == "launching"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ana", "right_missing"),
        ("igor", "right_missing"),
        ("bruno", "right_missing"),
        ("rodrigo", "approvals.not_asked"),
        ("carla", "approvals.not_asked"),
    ],
)
def test_only_who_is_asked_decides(ruled: As, name: str, code: str) -> None:
    submit(ruled, NEWSLETTER)
    for what in ("approve", "reject"):
        assert decide(ruled, name, what, "no").json()["code"] == code
    assert state(ruled) == "submitted"


def test_nobody_approves_their_own(ruled: As, call: Call) -> None:
    submit(ruled, NEWSLETTER, "livia")
    assert decide(ruled, "livia").json()["code"] == "approvals.own"
    ruled("livia", "POST", "/campaigns/spring/withdraw")
    ruled("ana", "POST", "/campaigns/spring/submit")
    assert decide(ruled, "livia").json()["code"] == "approvals.own"
    ruled("renata", "PUT", "/campaigns/spring", NEWSLETTER | {"tier": 1})
    ruled("ana", "POST", "/campaigns/spring/submit")
    assert decide(ruled, "renata").json()["code"] == "approvals.own"
    ruled("livia", "PUT", "/templates/other", {"languages": SPANISH})
    ruled("ana", "POST", "/campaigns/autumn", NEWSLETTER | {"template": "other"})
    shown = ruled("ana", "POST", "/campaigns/autumn/submit").json()["submission"]["fingerprint"]
    published = ruled("livia", "POST", "/campaigns/autumn/approve", {"fingerprint": shown})
    assert published.json()["code"] == "approvals.own", "its content is hers"
    waiting = {one["campaign"]: one["may_decide"] for one in ruled("livia", "GET", "/approvals").json()}
    assert waiting == {"spring": False, "autumn": False}
    shown = ruled("ana", "GET", "/campaigns/spring/approval").json()["submission"]["fingerprint"]
    by_key = call("POST", "/campaigns/spring/approve", json={"fingerprint": shown})
    assert by_key.json()["code"] == "session_needed"
    assert state(ruled) == "submitted"


def test_every_group_must_approve_once(ruled: As) -> None:
    submit(ruled, LAUNCH)
    assert decide(ruled, "fernanda").json()["state"] == "submitted"
    assert decide(ruled, "fernanda").json()["code"] == "approvals.decided"
    assert ruled("ana", "POST", "/campaigns/spring/launch").json()["code"] == "approvals.missing"
    assert decide(ruled, "livia").json()["state"] == "approved"
    assert decide(ruled, "renata").json()["code"] == "approvals.not_submitted"
    assert ruled("ana", "POST", "/campaigns/spring/launch").status_code == 200


def test_one_group_rejects_with_a_reason(ruled: As) -> None:
    submit(ruled, LAUNCH)
    assert decide(ruled, "livia").status_code == 200
    assert decide(ruled, "fernanda", "reject").json()["code"] == "approvals.why_empty"
    told = decide(ruled, "fernanda", "reject", "too early").json()
    assert told["state"] == state(ruled) == "rejected"
    said = {one["name"]: one["decision"]["comment"] for one in told["groups"]}
    assert said == {"marketing": "", "product": "too early"}
    assert ruled("ana", "POST", "/campaigns/spring/launch").json()["code"] == "approvals.missing"
    assert ruled("ana", "POST", "/campaigns/spring/submit").json()["state"] == "submitted"


EDITS: dict[str, Callable[[As, Call], httpx.Response]] = {
    **{
        field: lambda by, _call, field=field, value=value: by(  # type: ignore[misc]
            "ana", "PUT", "/campaigns/spring", NEWSLETTER | {field: value}
        )
        for field, value in {
            "type": "promotional",
            "topic": "tips",
            "team": "product",
            "tier": 0,
            "urgent": True,
            "channels": ["email", "sms"],
            "audience": BOTH,
            "template": "other",
            "not_before": "2026-12-01",
            "expires": "2026-12-24",
            "at": "10:30",
        }.items()
    },
    "content": lambda by, _call: by("ana", "PUT", "/templates/hello", {"languages": SPANISH}),
    "content in one more language": lambda by, _call: by(
        "ana", "PUT", "/templates/hello", {"languages": {"en": SPANISH["es"]}}
    ),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("stage", ["submitted", "approved"])
def test_any_edit_ends_what_was_submitted_or_approved(ruled: As, call: Call, edit: str, stage: str) -> None:
    ruled("renata", "PUT", "/templates/other", {"languages": SPANISH})
    approve(ruled, NEWSLETTER, *(["livia"] if stage == "approved" else []))
    assert state(ruled) == stage
    assert EDITS[edit](ruled, call).status_code == 200
    assert state(ruled) == "draft"
    assert ruled("ana", "POST", "/campaigns/spring/launch").json()["code"] == "approvals.missing"
    told = ruled("ana", "GET", "/campaigns/spring/approval").json()
    assert (told["state"], [one["state"] for one in told["earlier"]]) == ("needed", ["void"])


def test_an_edit_that_nobody_reported_is_found_at_launch(ruled: As, settings: Settings) -> None:
    approve(ruled, NEWSLETTER, "livia")
    with pauta_database.connect(settings.database_url) as connection:
        connection.execute("UPDATE campaign SET expires = '2026-12-24'")
    assert ruled("ana", "POST", "/campaigns/spring/launch").json()["code"] == "approvals.missing"


def test_who_looked_at_something_else_approves_nothing(ruled: As) -> None:
    seen = submit(ruled, NEWSLETTER)["submission"]["fingerprint"]
    ruled("ana", "PUT", "/campaigns/spring", NEWSLETTER | {"tier": 0})
    ruled("ana", "POST", "/campaigns/spring/submit")
    answer = ruled("livia", "POST", "/campaigns/spring/approve", {"fingerprint": seen})
    assert (answer.status_code, answer.json()["code"]) == (409, "approvals.changed")


def test_another_list_than_was_approved_is_another_audience(
    ruled: As, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "council.csv"

    def save(*contacts: str) -> None:
        file.write_text("external_id\n" + "\n".join(contacts), encoding="utf-8")
        _command(settings, monkeypatch, "campaign", "save-list", "council", str(file))

    save("eva", "luis")
    approve(ruled, NEWSLETTER | {"audience": {"list": "council"}}, "livia")
    save("luis", "eva")
    assert state(ruled) == "approved"
    save("eva")
    assert state(ruled) == "draft"


def test_a_change_after_the_launch_pauses_until_it_is_approved(ruled: As) -> None:
    approve(ruled, NEWSLETTER, "livia")
    ruled("ana", "POST", "/campaigns/spring/launch")
    ruled("ana", "PUT", "/templates/hello", {"languages": SPANISH})
    assert state(ruled) == "paused"
    assert ruled("renata", "POST", "/campaigns/spring/resume").json()["code"] == "approvals.missing"
    assert ruled("ana", "POST", "/campaigns/spring/submit").json()["state"] == "submitted"
    assert decide(ruled, "livia").json()["state"] == "approved"
    assert ruled("ana", "POST", "/campaigns/spring/resume").json()["state"] == "launching"


def test_withdrawing_takes_the_approval_back_and_stops_what_runs(ruled: As, settings: Settings) -> None:
    approve(ruled, NEWSLETTER, "livia")
    assert ruled("bruno", "POST", "/campaigns/spring/withdraw").json()["code"] == "right_missing"
    assert ruled("livia", "POST", "/campaigns/spring/withdraw", {"note": "wait"}).json()["state"] == "needed"
    assert ruled("ana", "POST", "/campaigns/spring/launch").json()["code"] == "approvals.missing"
    ruled("ana", "POST", "/campaigns/spring/submit")
    decide(ruled, "livia")
    ruled("ana", "POST", "/campaigns/spring/launch")
    ruled("ana", "POST", "/campaigns/spring/comments", {"text": "out it goes"})
    assert ruled("livia", "POST", "/campaigns/spring/withdraw").json()["state"] == "needed"
    assert state(ruled) == "draft"
    told = ruled("ana", "GET", "/campaigns/spring/approval").json()
    assert [one["state"] for one in told["earlier"]] == ["withdrawn", "withdrawn"]
    assert len(ruled("ana", "GET", "/campaigns/spring/comments").json()) == 1
    with pauta_database.connect(settings.database_url) as connection:
        assert connection.execute("SELECT state FROM proposal").fetchone() == (2,)
    ruled("ana", "POST", "/campaigns/spring/submit")
    assert decide(ruled, "livia").status_code == 200
    assert ruled("ana", "POST", "/campaigns/spring/launch").status_code == 200


def test_withdrawing_pauses_what_has_begun_to_leave(ruled: As, settings: Settings) -> None:
    approve(ruled, NEWSLETTER, "livia")
    ruled("ana", "POST", "/campaigns/spring/launch")
    with pauta_database.connect(settings.database_url) as connection:
        connection.execute(
            "INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule,"
            " winner, channel, wished, policy_version, created_at, changed_at)"
            " SELECT c.part, 1, c.account_key, c.id, p.id, 0, 3, 0, 0, 0, 0, 0, '2026-11-23', 0, p.created_at,"
            " p.created_at FROM contact c, proposal p LIMIT 1"
        )
    assert ruled("livia", "POST", "/campaigns/spring/withdraw").status_code == 200
    assert state(ruled) == "paused"
    assert ruled("ana", "POST", "/campaigns/spring/resume").json()["code"] == "approvals.missing"


def test_a_moved_campaign_needs_approval_again(ruled: As) -> None:
    approve(ruled, NEWSLETTER, "livia")
    assert ruled("ana", "POST", "/campaigns/spring/move", {"day": "2026-12-01"}).status_code == 200
    assert state(ruled) == "draft"
    ruled("ana", "POST", "/campaigns/spring/submit")
    decide(ruled, "livia")
    ruled("ana", "POST", "/campaigns/spring/launch")
    assert ruled("ana", "POST", "/campaigns/spring/move", {"day": "2026-12-02"}).status_code == 200
    assert state(ruled) == "paused"


def test_an_undone_launch_keeps_its_approval_and_its_authors(ruled: As) -> None:
    approve(ruled, NEWSLETTER, "livia")
    ruled("ana", "POST", "/campaigns/spring/launch")
    assert ruled("renata", "POST", "/campaigns/spring/undo").json()["state"] == "draft"
    assert state(ruled) == "approved"
    assert ruled("ana", "POST", "/campaigns/spring/launch").status_code == 200


@pytest.mark.parametrize(
    "document",
    [
        "[]",
        "{}",
        '{"groups": []}',
        '{"groups": "legal"}',
        '{"groups": ["legal"], "contacts": "many"}',
        '{"groups": ["legal"], "contacts": true}',
        '{"groups": ["legal"], "unless": 1}',
        '{"groups": ["legal"], "topics": [1]}',
    ],
)
def test_a_rule_that_cannot_be_read_lets_nothing_through(by: As, settings: Settings, document: str) -> None:
    by("ana", "POST", "/campaigns/spring", NEWSLETTER)
    with pauta_database.connect(settings.database_url) as connection:
        connection.execute("INSERT INTO approval_rule VALUES ('broken', %s)", (document,))
    assert by("renata", "POST", "/campaigns/spring/launch").json()["code"] == "approvals.rule_unreadable"
    assert by("renata", "GET", "/approval-rules").json()[0]["readable"] is False
    assert by("renata", "DELETE", "/approval-rules/broken").status_code == 204
    assert by("renata", "POST", "/campaigns/spring/launch").status_code == 200


def test_a_group_that_is_gone_or_empty_still_must_approve(ruled: As, settings: Settings) -> None:
    ruled("renata", "POST", "/users/carla@pauta.example/disable")
    with pauta_database.connect(settings.database_url) as connection:
        connection.execute("""UPDATE approval_rule SET document = '{"groups": ["gone"]}' WHERE name = 'product news'""")
    told = submit(ruled, PRICES)
    assert {one["name"]: one["approvers"] for one in told["groups"]} == {
        "marketing": ["Lívia", "Renata"],
        "gone": [],
        "legal": [],
    }
    assert decide(ruled, "livia").json()["state"] == "submitted"
    assert ruled("renata", "POST", "/campaigns/spring/launch").json()["code"] == "approvals.missing"


def test_a_stricter_rule_counts_at_once(ruled: As) -> None:
    approve(ruled, NEWSLETTER, "livia")
    ruled("renata", "PUT", "/approval-rules/all bulk", {"groups": ["marketing", "legal"]})
    assert ruled("ana", "POST", "/campaigns/spring/launch").json()["code"] == "approvals.missing"


def test_approvers_find_what_waits_and_what_is_different(ruled: As) -> None:
    submit(ruled, LAUNCH)
    decide(ruled, "fernanda")
    decide(ruled, "livia")
    ruled("ana", "PUT", "/templates/hello", {"languages": {"es": {"subject": "Buenos días", "body": "<p>Hola</p>"}}})
    ruled("ana", "PUT", "/campaigns/spring", LAUNCH | {"not_before": "2026-12-01"})
    ruled("ana", "POST", "/campaigns/spring/submit", {"note": "new date"})
    waiting = {name: ruled(name, "GET", "/approvals").json() for name in ("livia", "fernanda", "carla", "ana")}
    assert {name: [one["may_decide"] for one in found] for name, found in waiting.items()} == {
        "livia": [True],
        "fernanda": [True],
        "carla": [False],
        "ana": [False],
    }
    (one,) = waiting["livia"]
    assert (one["campaign"], one["requester"], one["note"]) == ("spring", "ana@pauta.example", "new date")
    assert one["waits_for"] == ["marketing", "product"]
    shown = ruled("livia", "GET", "/campaigns/spring/approval").json()
    assert shown["differences"] == [
        {"field": "not_before", "before": None, "after": "2026-12-01"},
        {"field": "content.es.subject", "before": "Hola", "after": "Buenos días"},
    ]
    assert shown["may_decide"] is True
    decide(ruled, "livia")
    assert ruled("livia", "GET", "/approvals").json()[0]["waits_for"] == ["product"]


def test_everybody_concerned_gets_a_mail(ruled: As, settings: Settings) -> None:
    def mails() -> set[tuple[str, str]]:
        with pauta_database.connect(settings.database_url) as connection:
            rows = connection.execute(
                "SELECT split_part(u.email, '@', 1), n.kind FROM notice n JOIN pauta_user u ON u.id = n.user_id"
            ).fetchall()
            connection.execute("DELETE FROM notice")
        return set(rows)

    submit(ruled, LAUNCH)
    assert mails() == {(name, "approval_wanted") for name in ("livia", "renata", "fernanda")}
    decide(ruled, "livia")
    assert mails() == set()
    decide(ruled, "fernanda")
    assert mails() == {("ana", "approval_given")}
    ruled("livia", "POST", "/campaigns/spring/withdraw")
    assert mails() == {("ana", "approval_withdrawn")}
    ruled("ana", "POST", "/campaigns/spring/submit")
    mails()
    decide(ruled, "fernanda", "reject", "too early")
    assert mails() == {("ana", "approval_refused")}
    ruled("ana", "POST", "/campaigns/spring/submit")
    mails()
    ruled("renata", "PUT", "/templates/hello", {"languages": SPANISH})
    assert mails() == {("ana", "approval_void")}


def test_colleagues_talk_about_a_campaign(ruled: As) -> None:
    ruled("ana", "POST", "/campaigns/spring", NEWSLETTER)
    ruled("livia", "POST", "/campaigns/spring/comments", {"text": "<b>shorter</b>, please"})
    said = ruled("ana", "POST", "/campaigns/spring/comments", {"text": "done"}).json()
    assert [(one["actor"], one["text"]) for one in said] == [
        ("user:livia@pauta.example", "<b>shorter</b>, please"),
        ("user:ana@pauta.example", "done"),
    ]
    assert ruled("igor", "GET", "/campaigns/spring/comments").json() == said


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"groups": []}, "web_field_length"),
        ({"groups": ["nobody"]}, "team_unknown"),
        ({"teams": ["nobody"]}, "team_unknown"),
        ({"contacts": 0}, "web_field_range"),
    ],
)
def test_a_wrong_rule_is_refused(by: As, changed: dict[str, object], code: str) -> None:
    assert by("renata", "PUT", "/approval-rules/x", {"groups": ["legal"]} | changed).json()["code"] == code
    assert by("renata", "GET", "/approval-rules").json() == []


# The audit


def test_the_audit_is_filtered_and_exported_without_formulas(by: As) -> None:
    by("ana", "POST", "/campaigns/=HYPERLINK()", NEWSLETTER)
    by("renata", "POST", "/stops", {"reason": "=1+1"})
    whole = by("renata", "GET", "/audit").json()
    assert [one["actor"] for one in whole[:2]] == ["user:renata@pauta.example", "user:ana@pauta.example"]
    found = {
        query: len(by("renata", "GET", f"/audit?{query}").json())
        for query in (
            "actor=user:ana",
            "action=stop",
            "subject=campaign:",
            "actor=user:igor",
            "since=2026-11-23T12:00:00Z",
            "until=2026-11-23T12:00:00Z",
            "subject=%25",
        )
    }
    assert list(found.values()) == [1, 1, 1, 0, len(whole), 0, 0]
    exported = by("renata", "GET", "/audit.csv?actor=user:")
    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(exported.text)))
    assert [row["subject"] for row in rows] == ["stop:*", "campaign:=HYPERLINK()"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert by("renata", "GET", "/audit").json()[0]["detail"] == {"exported": 2}
