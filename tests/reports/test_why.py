from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from pauta.core.gate.reasons import REASON_CODE, Reason
from pauta.core.problems import Problem
from pauta.messages import actions
from pauta.messages.terms import read_terms
from pauta.platform.settings import LANGUAGES
from pauta.reports.strip import strips
from pauta.reports.why import ClosedDays, Why, why
from pauta.reports.why_text import lines
from tests.conftest import ADMIN
from tests.messages.cast import ACME, ANA, BRUNO, NOW, TWO_A_WEEK, add_touch, settle

TODAY = date(2026, 11, 23)
SMS_RULE = {"kind": "channel", "name": "sms is for urgent", "channel": "sms", "only": {"urgent": True}}


def propose(connection: Connection[Any], key: str, now: datetime = NOW, **terms: Any) -> int:
    document = {"type": "promotional", "topic": "offers"} | terms
    return actions.propose_one(
        connection, now, read_terms(document), contact="ana", template="hello", key=key, who=ADMIN
    ).message_id


def place(connection: Connection[Any], number: int, state: int, reason: Reason, day: str | None, rule: int = 0) -> None:
    connection.execute(
        "UPDATE message SET state = %s, verdict = %s, reason = %s, rule = %s, day = %s, channel = %s,"
        " policy_version = 1, due = %s WHERE id = %s",
        (state, int(reason is not Reason.clear), REASON_CODE[reason], rule, day, 0 if day else -1, NOW, number),
    )


def of_ana(connection: Connection[Any], lang: str = "en", now: datetime = NOW) -> Why:
    (found,) = why(connection, now, "ana", lang)
    return found


def days(*texts: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(text) for text in texts)


def test_a_queued_message_shows_its_rule_its_winner_and_its_closed_days(connection: Connection[Any]) -> None:
    settle(connection, (SMS_RULE, TWO_A_WEEK))
    add_touch(connection, ANA, ACME, "2026-11-22", 1)
    add_touch(connection, ANA, ACME, "2026-11-23", 2)
    number = propose(connection, "k", channels=["sms", "email"])
    row = connection.execute("SELECT id FROM policy WHERE name = 'two a week'").fetchone()
    assert row is not None
    place(connection, number, 1, Reason.cap, "2026-11-29", row[0])
    connection.execute("UPDATE message SET winner = -2")
    (told,) = of_ana(connection).coming
    assert (told.message.rule, told.message.reason, told.message.day) == ("two a week", "cap", date(2026, 11, 29))
    assert told.winner is not None
    assert (told.winner.what, told.winner.day) == ("spring", TODAY)
    assert "two a week" in told.text
    sms, email = told.strips
    assert {rule for span in sms.days for rule in span.rules} >= {"sms is for urgent", "provider"}
    first, last, free, end = days("2026-11-23", "2026-11-28", "2026-11-29", "2026-12-13")
    assert email.days == (ClosedDays(first, last, ("two a week",)), ClosedDays(free, end, ()))


def test_the_ledger_is_believed_when_a_plan_is_due(connection: Connection[Any]) -> None:
    settle(connection, (TWO_A_WEEK,))
    number = propose(connection, "k")
    place(connection, number, 1, Reason.time, "2026-12-01")
    (told,) = of_ana(connection).coming
    assert told.text == "goes Tue 1 Dec at 09:00 by email; day or hour not allowed"


@pytest.mark.parametrize(
    ("state", "reason", "coming", "words"),
    [
        (2, Reason.clear, True, "is leaving now"),
        (8, Reason.missing_figure, True, "is held back; a figure is missing"),
        (3, Reason.clear, False, "sent Mon 23 Nov by email"),
        (4, Reason.rejected, False, "failed Mon 23 Nov by email; refused by the server"),
        (5, Reason.lost, False, "nobody knows whether it arrived"),
        (6, Reason.consent, False, "will not be sent; no consent"),
        (7, Reason.cancelled, False, "was cancelled"),
    ],
)
def test_every_state_has_its_sentence(
    connection: Connection[Any], state: int, reason: Reason, coming: bool, words: str
) -> None:
    settle(connection)
    number = propose(connection, "k")
    place(connection, number, state, reason, "2026-11-23" if state in (2, 3, 4, 5) else None)
    found = of_ana(connection)
    (told,) = found.coming if coming else found.ended
    assert words in told.text
    assert told.strips == ()
    assert not (found.ended if coming else found.coming)


def test_a_missing_figure_is_named(connection: Connection[Any]) -> None:
    settle(connection)
    number = propose(connection, "k")
    actions.hold(connection, ACME % 64, [number], NOW, reason=Reason.missing_figure, detail="account.plan")
    (told,) = of_ana(connection).coming
    assert told.text == "is held back; the figure “account.plan” is missing"
    (row,) = strips(connection, NOW, ACME, ANA, "pt-BR").messages
    assert row.text == "está retida; falta o dado “account.plan”"


@pytest.mark.parametrize(
    ("switch", "words"),
    [
        ("INSERT INTO stop (channel, reason, actor, at) VALUES (0, 'x', 'ana', now())", "stopped"),
        ("INSERT INTO stop (channel, reason, actor, at) VALUES (NULL, 'x', 'ana', now())", "stopped"),
        ("UPDATE proposal SET state = 1", "campaign paused"),
    ],
)
def test_what_keeps_a_planned_message_here_is_told_while_it_stands(
    connection: Connection[Any], switch: str, words: str
) -> None:
    settle(connection, (TWO_A_WEEK,))
    number = propose(connection, "k")
    place(connection, number, 1, Reason.time, "2026-12-01")
    connection.execute(switch)
    (told,) = of_ana(connection).coming
    assert told.text == f"goes Tue 1 Dec at 09:00 by email; {words}"
    place(connection, number, 3, Reason.clear, "2026-11-23")
    (told,) = of_ana(connection).ended
    assert words not in told.text


def test_a_new_message_is_not_decided_yet(connection: Connection[Any]) -> None:
    settle(connection)
    propose(connection, "k")
    (told,) = of_ana(connection).coming
    assert told.text == "not decided yet"
    assert told.strips[0].channel == "email"


def test_what_ended_long_ago_is_told_only_when_asked_for(connection: Connection[Any]) -> None:
    settle(connection)
    number = propose(connection, "k")
    place(connection, number, 3, Reason.clear, "2026-11-23")
    later = NOW + timedelta(days=31)
    assert of_ana(connection, now=later).ended == ()
    (one,) = why(connection, later, "ana", "en", message_id=number)
    assert [told.message.id for told in one.ended] == [number]
    with pytest.raises(Problem) as caught:
        why(connection, later, "bruno", "en", message_id=number)
    assert caught.value.code == "messages.message_unknown"


def test_everyone_with_an_address_is_told_of(connection: Connection[Any]) -> None:
    settle(connection)
    connection.execute("UPDATE contact SET email = 'ANA@acme.example' WHERE id = %s", (BRUNO,))
    found = why(connection, NOW, "ana@acme.example", "en")
    assert [one.contact.external_id for one in found] == ["ana", "bruno"]
    with pytest.raises(Problem) as caught:
        why(connection, NOW, "nobody", "en")
    assert caught.value.code == "messages.contact_unknown"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_terminal_shows_it_in_every_language(connection: Connection[Any], lang: str) -> None:
    settle(connection, (TWO_A_WEEK,))
    add_touch(connection, ANA, ACME, "2026-11-22", 1)
    add_touch(connection, ANA, ACME, "2026-11-23", 2)
    place(connection, propose(connection, "k"), 1, Reason.cap, "2026-11-29")
    place(connection, propose(connection, "s"), 3, Reason.clear, "2026-11-20")
    shown = list(lines(of_ana(connection, lang), lang))
    assert any("ana@acme.example" in line for line in shown)
    (strip,) = [line for line in shown if line.strip().startswith("email")]
    assert strip.split(maxsplit=1)[1].startswith("××××××●")
    assert any(line.strip().startswith("two a week: ") for line in shown)


def test_a_contact_without_messages_is_told_so(connection: Connection[Any]) -> None:
    settle(connection)
    assert "Nothing is planned" in "\n".join(lines(of_ana(connection), "en"))
