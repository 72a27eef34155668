"""Rules against a small company: the shape for everybody and the one for few agree, and find who is meant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from pauta.core.rules.reading import read_rule
from pauta.segments.compiling import compile_rule
from tests.messages.cast import ACME, ANA, BRUNO, DIEGO, DIEGO_KEY, NOW, settle

ALL = [ANA, BRUNO, DIEGO]
ACMES = [ANA, BRUNO]
TODAY = NOW.date()
Test = tuple[str, str, Any]


def happens(
    base: Connection[Any], name: str, contact: int | None, days_ago: float, properties: dict[str, Any] | None = None
) -> None:
    at = NOW - timedelta(days=days_ago)
    key = DIEGO_KEY if contact == DIEGO else ACME
    base.execute(
        "INSERT INTO event (part, account_key, contact_id, name, at, day, properties, source)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, 'test')",
        (abs(key) % 64, key, contact, name, at, at.date(), Jsonb(properties or {})),
    )


@pytest.fixture
def base(connection: Connection[Any]) -> Connection[Any]:
    settle(connection)
    connection.execute(
        "UPDATE contact SET segments = '{vip}', language = 'es', stage = 'trial' WHERE id = %s", (DIEGO,)
    )
    connection.execute("""UPDATE contact SET attributes = '{"beta": true, "score": 1.5}' WHERE id = %s""", (ANA,))
    for days_ago, seconds in ((40, 10), (5, 20), (1, 30)):
        happens(connection, "login", ANA, days_ago, {"seconds": seconds, "from": "app" if seconds > 15 else "web"})
    happens(connection, "login", BRUNO, 60, {"seconds": 5})
    happens(connection, "login", BRUNO, 45)
    happens(connection, "plan changed", None, 3)
    return connection


def people_of(base: Connection[Any], document: dict[str, Any]) -> list[int]:
    """Who a rule holds for, asked in both shapes."""
    rule = read_rule(document)
    whole, few = (compile_rule(rule, NOW, TODAY, whole=shape) for shape in (True, False))
    found = sorted(number for (number,) in base.execute(whole.contacts, whole.params))
    named = sql.SQL("{} AND c.id = ANY(%(ids)s)").format(few.contacts)
    assert sorted(number for (number,) in base.execute(named, {**few.params, "ids": ALL})) == found
    return found


def one(field: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {"combinator": "and", "rules": [{"field": field, "operator": operator, "value": value}], **more}


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("contact.external_id", "=", "ana", [ANA]),
        ("contact.external_id", "!=", "ana", [BRUNO, DIEGO]),
        ("contact.external_id", "in", "ana, diego", [ANA, DIEGO]),
        ("contact.external_id", "notIn", ["ana", "diego"], [BRUNO]),
        ("contact.email", "=", "ANA@Acme.example", [ANA]),
        ("contact.email", "contains", "@ACME", ALL),
        ("contact.email", "beginsWith", "Br", [BRUNO]),
        ("contact.email", "endsWith", ".EXAMPLE", ALL),
        ("contact.email", "doesNotContain", "an", [BRUNO, DIEGO]),
        ("contact.first_name", "contains", "%", []),
        ("contact.language", "=", "pt-BR", ACMES),
        ("contact.country", "=", "ES", [DIEGO]),
        ("contact.region", "null", None, [DIEGO]),
        ("contact.stage", "!=", "trial", ACMES),
        ("contact.stage", "notNull", None, [DIEGO]),
        ("contact.created", "inLast", 1, ALL),
        ("contact.created", "<", {"days_from_today": 0}, []),
        ("contact.paused_until", "null", None, ALL),
        ("account.name", "=", "Acme", ACMES),
        ("account.attributes.plan", "=", "gold", ACMES),
        ("account.attributes.plan", "!=", "gold", [DIEGO]),
        ("account.attributes.seats", ">=", 40, ACMES),
        ("account.attributes.seats", "between", [41, 50], []),
        ("account.attributes.seats", "notBetween", [41, 50], ALL),
        ("account.attributes.renewal", "inNext", 30, ACMES),
        ("account.attributes.renewal", ">", {"days_from_today": 30}, []),
        ("account.attributes.tags", "contains", "a", ACMES),
        ("account.attributes.plan", "beginsWith", "GO", ACMES),
        ("contact.attributes.beta", "=", True, [ANA]),
        ("contact.attributes.score", "<", 2, [ANA]),
        ("contact.attributes.score", "<", "2", []),
        ("contact.attributes.score", "null", None, [BRUNO, DIEGO]),
        ("event.login", "did", None, ACMES),
        ("event.login", "didNot", None, [DIEGO]),
        ("event.login", "did", {"within_days": 30}, [ANA]),
        ("event.login", "did", {"before_days": 30}, ACMES),
        ("event.login", "did", {"at_least": 3}, [ANA]),
        ("event.login", "did", {"at_least": 2, "at_most": 2}, [BRUNO]),
        ("event.login", "did", {"at_most": 2}, [BRUNO, DIEGO]),
        ("event.login", "did", {"at_most": 0}, [DIEGO]),
        ("event.login", "didNot", {"at_least": 3}, [BRUNO, DIEGO]),
        ("event.login", "did", {"from": "2026-09-01", "to": "2026-10-01"}, [BRUNO]),
        ("event.login", "did", {"which": "first", "within_days": 50}, [ANA]),
        ("event.login", "did", {"which": "last", "before_days": 30}, [BRUNO]),
        ("event.login", "did", {"where": one("seconds", ">", 25)}, [ANA]),
        ("event.login", "did", {"which": "first", "where": one("from", "=", "app")}, []),
        ("event.login", "did", {"which": "last", "where": one("from", "=", "app")}, [ANA]),
        ("event.login", "did", {"where": one("from", "!=", "app"), "at_least": 2}, [BRUNO]),
        ("event.plan changed", "did", None, []),
        ("account_event.plan changed", "did", {"within_days": 7}, ACMES),
        ("account_event.login", "did", {"at_least": 5}, ACMES),
        ("consent", "has", {"channel": "email"}, ALL),
        ("consent", "has", {"channel": "sms", "topic": "news"}, []),
        ("segment", "=", "vip", [DIEGO]),
        ("segment", "notIn", ["vip", "other"], ACMES),
        ("list", "=", "none", []),
        ("condition", "=", "none", []),
        ("preference", "!=", "news", ALL),
        ("engagement.opened", "didNot", {"within_days": 30}, ALL),
    ],
)
def test_a_test_finds_who_is_meant(
    base: Connection[Any], field: str, operator: str, value: Any, expected: list[int]
) -> None:
    assert people_of(base, one(field, operator, value)) == expected
    contrary = sorted(set(ALL) - set(expected))
    assert people_of(base, one(field, operator, value, **{"not": True})) == contrary


def test_groups_combine_and_nest(base: Connection[Any]) -> None:
    login = {"field": "event.login", "operator": "did", "value": {"at_least": 3}}
    spanish = {"field": "contact.language", "operator": "=", "value": "es"}
    either = {"combinator": "or", "rules": [login, spanish]}
    assert people_of(base, either) == [ANA, DIEGO]
    assert people_of(base, {**either, "combinator": "and"}) == []
    assert people_of(base, {"combinator": "and", "rules": [{**either, "not": True}]}) == [BRUNO]


@pytest.mark.parametrize(
    ("entries", "news", "tips"),
    [
        ("*+", True, True),
        ("*+ news- *-  tips+", False, True),
        ("tips+ *-", False, False),
        ("news- *+", False, True),
        ("news+", True, False),
        ("news- news+", True, False),
    ],
)
def test_consent_is_what_the_ledger_says_last(base: Connection[Any], entries: str, news: bool, tips: bool) -> None:
    for place, entry in enumerate(entries.split()):
        base.execute(
            "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at)"
            " VALUES (%s, %s, 1, %s, %s, 'x', 'test', %s, %s)",
            (abs(DIEGO_KEY) % 64, DIEGO, entry[:-1], entry[-1] == "+", NOW + timedelta(minutes=place), NOW),
        )
    found = {
        topic: people_of(base, one("consent", "has", {"channel": "sms", "topic": topic})) for topic in ("news", "tips")
    }
    assert found == {"news": [DIEGO] if news else [], "tips": [DIEGO] if tips else []}


def test_signs_of_messages_count_by_campaign_and_time(base: Connection[Any]) -> None:
    base.execute("INSERT INTO kind VALUES (1, 'promotional', 'news', '', 'spring', false)")
    base.execute(
        "INSERT INTO proposal (id, source, occurrence, kind_id, tier, value, channels, template_id, actor, created_at)"
        " VALUES (1, 'campaign', 'spring', 1, 2, 0, '{0}', 1, 'ana', %s)",
        (NOW,),
    )
    for number, contact, days_ago in ((1, ANA, 2), (2, BRUNO, 20)):
        day = TODAY - timedelta(days=days_ago)
        base.execute(
            "INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule,"
            " winner, channel, wished, day, policy_version, created_at, changed_at)"
            " VALUES (%s, %s, %s, %s, 1, 0, 3, 0, 0, 0, 0, 0, %s, %s, 1, %s, %s)",
            (ACME % 64, number, ACME, contact, day, day, NOW, NOW),
        )
    base.execute(
        "INSERT INTO response (message_id, proposal_id, contact_id, opened_at, machine_opened_at) VALUES"
        " (1, 1, %s, %s, NULL), (2, 1, %s, NULL, %s)",
        (ANA, NOW, BRUNO, NOW),
    )
    assert people_of(base, one("engagement.sent", "did")) == ACMES
    assert people_of(base, one("engagement.sent", "did", {"within_days": 7})) == [ANA]
    assert people_of(base, one("engagement.sent", "did", {"before_days": 7, "channel": "email"})) == [BRUNO]
    assert people_of(base, one("engagement.opened", "did")) == [ANA], "what a program fetched does not count"
    assert people_of(base, one("engagement.opened", "did", {"campaign": "spring", "topic": "news"})) == [ANA]
    assert people_of(base, one("engagement.opened", "did", {"campaign": "autumn"})) == []
    assert people_of(base, one("engagement.opened", "did", {"channel": "sms"})) == []


def test_lists_conditions_and_preferences_are_looked_up(base: Connection[Any]) -> None:
    base.execute("INSERT INTO contact_list VALUES (1, 'pilot', %s)", (NOW,))
    base.execute("INSERT INTO contact_list_member VALUES (1, %s)", (BRUNO,))
    base.execute("INSERT INTO preference VALUES (%s, 'news', 1, 1, 7, %s)", (ANA, NOW))
    for contact, name in ((None, "angry"), (ANA, "on leave")):
        base.execute(
            "INSERT INTO condition (part, account_key, contact_id, name, began_at, source)"
            " VALUES (1, 1, %s, %s, %s, '')",
            (contact, name, NOW),
        )
    assert people_of(base, one("list", "=", "pilot")) == [BRUNO]
    assert people_of(base, one("preference", "=", "news")) == [ANA]
    assert people_of(base, one("condition", "=", "angry")) == ACMES
    assert people_of(base, one("condition", "in", ["on leave"])) == [ANA]
    assert people_of(base, one("condition", "!=", "on leave")) == [BRUNO, DIEGO]


@pytest.mark.parametrize("hostile", ["'; DROP TABLE contact; --", "%(x)s", "%s {x}", '"', "\\"])
def test_names_and_values_never_become_sql(base: Connection[Any], hostile: str) -> None:
    for test in (
        one("contact.first_name", "contains", hostile),
        one(f"contact.attributes.{hostile}", "=", hostile),
        one(f"event.{hostile}", "did", {"where": one(hostile, "contains", hostile)}),
        one("segment", "in", [hostile]),
        one("engagement.opened", "did", {"campaign": hostile, "topic": hostile}),
    ):
        assert people_of(base, test) == []
