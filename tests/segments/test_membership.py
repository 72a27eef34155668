"""Who is in a segment stays true to its rule, whatever happens, and those who come and go are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.core.problems import Problem
from pauta.core.rules.reading import read_rule
from pauta.people.actions import ContactValues, upsert_contact
from pauta.pipeline.merging import merge_contacts
from pauta.pipeline.segments import keep_segments
from pauta.policies.actions import replace_all
from pauta.segments import membership, queries
from pauta.segments.actions import change_segment, create_segment, remove_segment
from pauta.segments.compiling import compile_rule
from tests.messages.cast import ACME, ANA, BRUNO, DIEGO, NOW, settle
from tests.segments.test_compiling import happens, one

ALL = [ANA, BRUNO, DIEGO]
Conn = Connection[Any]


@pytest.fixture
def base(connection: Conn) -> Conn:
    settle(connection)
    return connection


def create(base: Conn, key: str, rule: dict[str, Any]) -> None:
    create_segment(base, key, key.title(), rule, actor="ana", now=NOW)


def settled(base: Conn, now: datetime = NOW) -> None:
    """Rounds of the worker until nothing is left to do."""
    for _ in range(20):
        if not keep_segments(base, now):
            return
    raise AssertionError("never done")


def inside(base: Conn, key: str) -> list[int]:
    found = [
        number
        for (number,) in base.execute(
            "SELECT contact_id FROM segment_member m JOIN segment s ON s.id = m.segment_id WHERE s.key = %s ORDER BY 1",
            (key,),
        )
    ]
    assert queries.segment(base, key).members == len(found)
    return found


def moves(base: Conn, key: str) -> list[tuple[int, bool, bool]]:
    return base.execute(
        "SELECT contact_id, entered, by_rule FROM segment_change"
        " WHERE segment_id = (SELECT id FROM segment WHERE key = %s) ORDER BY id",
        (key,),
    ).fetchall()


def test_those_whom_a_new_rule_holds_for_come_in(base: Conn) -> None:
    create(base, "acme", one("account.name", "=", "Acme"))
    assert inside(base, "acme") == []
    settled(base)
    assert inside(base, "acme") == [ANA, BRUNO]
    assert sorted(moves(base, "acme")) == [(ANA, True, True), (BRUNO, True, True)]


def test_an_event_brings_its_contact_in_and_asks_about_nobody_else(base: Conn, monkeypatch: pytest.MonkeyPatch) -> None:
    create(base, "active", one("event.login", "did", {"at_least": 2}))
    settled(base)
    asked: list[list[int]] = []
    ask = membership._ask
    monkeypatch.setattr(membership, "_ask", lambda c, s, ids, now: asked.append(ids) or ask(c, s, ids, now))
    happens(base, "login", ANA, 1)
    happens(base, "unknown", BRUNO, 1)
    settled(base)
    assert (inside(base, "active"), asked) == ([], [[ANA]])
    happens(base, "login", ANA, 0)
    settled(base)
    assert inside(base, "active") == [ANA]
    assert moves(base, "active") == [(ANA, True, False)]


def test_changes_of_contacts_and_accounts_are_followed(base: Conn) -> None:
    create(
        base,
        "gold-es",
        {
            "combinator": "and",
            "rules": [
                {"field": "contact.language", "operator": "=", "value": "es"},
                {"field": "account.attributes.plan", "operator": "=", "value": "gold"},
            ],
        },
    )
    settled(base)
    base.execute("UPDATE contact SET language = 'es'")
    settled(base)
    assert inside(base, "gold-es") == [ANA, BRUNO]
    base.execute("""UPDATE account SET attributes = '{"plan": "silver"}' WHERE id = %s""", (ACME,))
    settled(base)
    assert inside(base, "gold-es") == []
    assert moves(base, "gold-es")[-1][1:] == (False, False)


def test_new_contacts_are_asked_about(base: Conn) -> None:
    create(base, "silent", one("event.login", "didNot"))
    settled(base)
    upsert_contact(base, ContactValues(external_id="eva", email="eva@x.example"), NOW)
    settled(base)
    assert len(inside(base, "silent")) == len(ALL) + 1


@pytest.mark.parametrize(
    ("field", "value", "statement"),
    [
        (
            "consent",
            {"channel": "sms"},
            "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at)"
            " VALUES (1, 11, 1, '*', true, '', '', now(), now())",
        ),
        ("preference", "news", "INSERT INTO preference VALUES (11, 'news', 1, 1, 7, now())"),
        (
            "condition",
            "angry",
            "INSERT INTO condition (part, account_key, contact_id, name, began_at, source)"
            " VALUES (1, 1, 11, 'angry', now(), '')",
        ),
        (
            "list",
            "pilot",
            "WITH l AS (INSERT INTO contact_list VALUES (1, 'pilot', now()))"
            " INSERT INTO contact_list_member VALUES (1, 11)",
        ),
        (
            "engagement.replied",
            None,
            "INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state,"
            " verdict, reason, rule, winner, channel, wished, policy_version, created_at, changed_at)"
            " VALUES (1, 1, 1, 11, 1, 0, 3, 0, 0, 0, 0, 0, now(), 1, now(), now());"
            " INSERT INTO response (message_id, proposal_id, contact_id, replied_at) VALUES (1, 1, 11, now())",
        ),
        (
            "engagement.sent",
            None,
            "INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state,"
            " verdict, reason, rule, winner, channel, wished, day, policy_version, created_at, changed_at)"
            " VALUES (1, 1, 1, 11, 1, 0, 2, 0, 0, 0, 0, 0, now(), '2026-11-23', 1, now(), now());"
            " UPDATE message SET state = 3",
        ),
    ],
)
def test_every_source_of_a_rule_tells_of_its_changes(base: Conn, field: str, value: Any, statement: str) -> None:
    operator = "did" if field.startswith("engagement") else "has" if field == "consent" else "="
    create(base, "some", one(field, operator, value))
    settled(base)
    assert inside(base, "some") == []
    for part in statement.split(";"):
        base.execute(part)  # type: ignore[call-overload]
    settled(base)
    assert inside(base, "some") == [ANA]


def test_time_alone_lets_contacts_leave(base: Conn) -> None:
    create(base, "recent", one("event.login", "did", {"within_days": 7}))
    happens(base, "login", ANA, 5)
    settled(base)
    assert inside(base, "recent") == [ANA]
    settled(base, NOW + timedelta(minutes=9))
    settled(base, NOW + timedelta(days=3))
    assert inside(base, "recent") == []
    assert moves(base, "recent") == [(ANA, True, True), (ANA, False, False)]


def test_segments_of_segments_follow_in_one_round(base: Conn) -> None:
    create(base, "active", one("event.login", "did"))
    create(base, "active-acme", one("segment", "=", "active"))
    create(base, "others", one("segment", "!=", "active-acme"))
    settled(base)
    assert inside(base, "others") == ALL
    happens(base, "login", ANA, 1)
    assert keep_segments(base, NOW)
    assert inside(base, "active-acme") == [ANA]
    assert inside(base, "others") == [BRUNO, DIEGO]


def test_a_changed_rule_is_a_version_and_tells_so(base: Conn) -> None:
    create(base, "some", one("contact.external_id", "=", "ana"))
    settled(base)
    rule = one("contact.external_id", "=", "bruno")
    assert change_segment(base, "some", "Some", rule, actor="bruno", now=NOW, expected=1) == 2
    settled(base)
    assert inside(base, "some") == [BRUNO]
    assert sorted(moves(base, "some")[1:]) == [(ANA, False, True), (BRUNO, True, True)]
    assert change_segment(base, "some", "Other", rule, actor="bruno", now=NOW) == 2
    with pytest.raises(Problem, match=r"segments\.changed"):
        change_segment(base, "some", "Some", rule, actor="bruno", now=NOW, expected=1)
    assert [one.version for one in queries.versions(base, queries.segment(base, "some").id)] == [2, 1]


def test_a_rule_that_is_changed_while_everybody_is_asked_is_asked_again(base: Conn) -> None:
    create(base, "some", one("contact.external_id", "=", "ana"))
    asked = membership._due(base, NOW)
    assert asked is not None
    change_segment(base, "some", "Some", one("contact.external_id", "=", "bruno"), actor="bruno", now=NOW)
    membership.refresh(base, asked, NOW)
    settled(base)
    assert inside(base, "some") == [BRUNO]


def test_what_no_trigger_tells_of_shows_within_a_day(base: Conn) -> None:
    create(base, "active", one("event.login", "did"))
    for contact in (ANA, BRUNO):
        happens(base, "login", contact, 1)
    settled(base)
    base.execute("DELETE FROM event WHERE contact_id = %s", (ANA,))
    base.execute("DELETE FROM segment_member WHERE contact_id = %s", (BRUNO,))
    settled(base, NOW + timedelta(hours=23))
    settled(base, NOW + timedelta(hours=24))
    assert inside(base, "active") == [BRUNO]


def test_what_is_wrong_with_a_segment_is_refused(base: Conn) -> None:
    create(base, "a", one("contact.external_id", "=", "ana"))
    create(base, "b", one("segment", "=", "a"))
    with pytest.raises(Problem, match=r"segments\.circle"):
        change_segment(base, "a", "A", one("segment", "!=", "b"), actor="ana", now=NOW)
    with pytest.raises(Problem, match=r"segments\.used"):
        remove_segment(base, "a")
    with pytest.raises(Problem, match=r"segments\.taken"):
        create(base, "a", one("segment", "=", "x"))
    with pytest.raises(Problem, match=r"segments\.key"):
        create(base, "A b", one("segment", "=", "x"))
    remove_segment(base, "b")
    remove_segment(base, "a")
    assert base.execute("SELECT count(*) FROM rule_watch").fetchone() == (0,)


def test_much_news_is_answered_by_asking_about_everybody(base: Conn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership, "BATCH", 1)
    monkeypatch.setattr(membership, "BACKLOG", 2)
    create(base, "active", one("event.login", "did"))
    settled(base)
    for contact in ALL:
        happens(base, "login", contact, 1)
    settled(base)
    assert inside(base, "active") == ALL
    assert all(not by_rule for *_, by_rule in moves(base, "active"))


def test_a_merged_contact_is_asked_about_again(base: Conn) -> None:
    create(base, "active", one("event.login", "did", {"at_least": 2}))
    happens(base, "login", ANA, 1)
    happens(base, "login", BRUNO, 1)
    settled(base)
    merge_contacts(base, "ana", "bruno", NOW, "ana")
    settled(base)
    assert inside(base, "active") == [ANA]


def test_the_gate_sees_segments_and_plans_anew_for_those_who_come(base: Conn) -> None:
    replace_all(
        base,
        [{"kind": "guard", "name": "active only", "held": {"topics": ["tips"]}, "segments": ["active"]}],
        "ana",
        NOW,
    )
    create(base, "active", one("event.login", "did"))
    settled(base)
    base.execute(
        "INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule,"
        " winner, channel, wished, policy_version, created_at, changed_at)"
        " VALUES (1, 1, 1, 11, 1, 0, 0, 0, 0, 0, 0, 0, now(), 1, now(), now())"
    )
    happens(base, "login", ANA, 1)
    settled(base)
    assert base.execute("SELECT account_key FROM plan_request").fetchall() == [(ACME,)]


def test_members_equal_the_rule_after_whatever_happened(base: Conn) -> None:
    rule = {
        "combinator": "or",
        "rules": [
            one("event.login", "did", {"at_least": 2, "within_days": 30}),
            one("account_event.upgrade", "did", {"where": one("to", "=", "gold")}, **{"not": True}),
        ],
    }
    create(base, "mixed", rule)
    settled(base)
    for day, (name, contact, given) in enumerate(
        [
            ("login", ANA, None),
            ("login", ANA, None),
            ("upgrade", BRUNO, {"to": "gold"}),
            ("login", DIEGO, None),
            ("upgrade", DIEGO, {"to": "gold"}),
            ("upgrade", None, {"to": "silver"}),
            ("login", DIEGO, None),
        ]
    ):
        happens(base, name, contact, day, given)
        settled(base)
        condition = compile_rule(read_rule(rule), NOW, NOW.date(), whole=True)
        expected = sorted(number for (number,) in base.execute(condition.contacts, condition.params))
        assert inside(base, "mixed") == expected, f"after event {day}"
