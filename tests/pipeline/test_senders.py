"""Mails of a colleague: from whoever looks after the account, and answers to them go there."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from psycopg import Connection

from pauta.channels.base import OutcomeKind
from pauta.channels.email.links import link_keys
from pauta.channels.email.signing import make_key, use_key
from pauta.core.problems import Problem
from pauta.core.tokens import Purpose
from pauta.messages.states import Lane
from pauta.people.actions import AccountValues, upsert_account
from pauta.people.views import account
from pauta.pipeline.incoming import known_recipient, take
from pauta.pipeline.rendering import Letterhead
from pauta.platform.settings import LANGUAGES, Settings
from pauta.privacy.erasing import erase
from pauta.reports.inbox_text import told
from pauta.team.inbox import entries
from pauta.team.users import Profile, add_user, disable_user
from tests.faults import company
from tests.pipeline.office import Office

IN = "in.acme.example"
ANSWER = """From: {who}
To: {to}
Subject: =?utf-8?q?Re:_Ol=C3=A1?=
Message-ID: <{mark}@customer.example>
Content-Type: text/plain; charset=utf-8
{more}
Sim, às 15h. {{ braces }} <b>
"""


@pytest.fixture
def office(settings: Settings, connection: Connection[Any]) -> Office:
    """A company with one account, of which Bruno looks after, and who has one contact."""
    made = Office(settings, connection)
    company.build(connection, made.now, 1, 1, [])
    add_user(connection, made.now, "Bruno@acme.example", Profile("Bruno Teles", "marketing", "csm", "pt-BR"))
    upsert_account(connection, AccountValues(external_id="a1", owner="bruno@acme.example"), made.now)
    connection.commit()
    return made


def sent(office: Office, return_domain: str = IN, **terms: Any) -> EmailMessage:
    """The mail of a campaign that leaves now."""
    company.launch(office.connection, office.now, f"c{len(office.post.received)}", **{"sender": "owner", **terms})
    worker = office.worker()
    worker.letterhead = Letterhead("Pauta <x@y.example>", "https://pauta.example", return_domain)
    office.settle(worker)
    return parsed(office.post.received[-1].content)


def parsed(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def answered(office: Office, to: str, who: str = "Ana <ana@customer.example>", mark: str = "1", more: str = "") -> bool:
    """Let somebody answer; whether it was taken as news."""
    raw = ANSWER.format(who=who, to=to, mark=mark, more=more).replace("\n", "\r\n").encode()
    taken = take(office.connection, office.now, raw, to.partition("@")[0])
    office.connection.commit()
    return taken.new


def forwarded(office: Office) -> list[EmailMessage]:
    """The mails to colleagues that leave now."""
    before = len(office.post.received)
    office.settle(office.worker(Lane.FAST))
    return [parsed(one.content) for one in office.post.received[before:]]


def test_a_colleague_writes_under_their_own_name_and_address(office: Office) -> None:
    mail = sent(office)
    assert str(mail["From"]) == "Bruno Teles <Bruno@acme.example>"
    answers = mail["Reply-To"].addresses[0]
    assert (answers.display_name, answers.domain, answers.username[:2]) == ("Bruno Teles", IN, "r+")
    keys = link_keys(office.connection)
    assert keys.number_in(Purpose.REPLY, answers.username[2:]) == office.post.ids()[0]
    assert known_recipient(keys, answers.username)
    assert str(mail["Message-ID"]).endswith("@acme.example>")


def test_without_a_mail_room_answers_go_to_the_colleague_at_once(office: Office) -> None:
    assert sent(office, return_domain="")["Reply-To"] is None


def test_an_address_for_which_we_cannot_speak_gives_its_name_alone(office: Office) -> None:
    """Receivers would not believe it (DMARC)."""
    office.run("UPDATE pauta_user SET email = 'bruno@partner.example'")
    office.run("UPDATE account SET owner = 'bruno@partner.example'")
    mail = sent(office, return_domain="")
    assert str(mail["From"]) == "Bruno Teles <ana@acme.example>"
    assert str(mail["Reply-To"]) == "Bruno Teles <bruno@partner.example>"
    use_key(office.connection, make_key(office.connection, "partner.example", "p1", office.now), office.now)
    again = sent(office, return_domain="", topic="more")
    assert str(again["From"]) == "Bruno Teles <bruno@partner.example>"
    assert "d=partner.example" in str(again["DKIM-Signature"])


@pytest.mark.parametrize("change", ["UPDATE account SET owner = NULL", "UPDATE account SET owner = 'x@acme.example'"])
def test_without_somebody_who_looks_after_it_the_company_writes(office: Office, change: str) -> None:
    office.run(change)
    mail = sent(office)
    assert (str(mail["From"]), mail["Reply-To"]) == ("Ana <ana@acme.example>", None)


def test_nobody_writes_in_the_name_of_who_has_left(office: Office) -> None:
    add_user(office.connection, office.now, "renata@acme.example", Profile("Renata", "marketing", "admin", "en"))
    disable_user(office.connection, office.now, "bruno@acme.example")
    office.connection.commit()
    assert str(sent(office)["From"]) == "Ana <ana@acme.example>"


def test_other_senders_stay_as_they_are(office: Office) -> None:
    assert str(sent(office, sender="News <news@acme.example>")["From"]) == "News <news@acme.example>"
    assert str(sent(office, sender="", topic="b")["From"]) == "Ana <ana@acme.example>"
    with pytest.raises(Problem, match=r"email\.sender_invalid"):
        sent(office, sender="nobody")


def test_an_answer_goes_to_the_colleague_and_into_the_timeline(office: Office) -> None:
    to = sent(office)["Reply-To"].addresses[0].addr_spec
    assert answered(office, to)
    assert office.all("SELECT name FROM event") == [("mail_reply",)]
    (mail,) = forwarded(office)
    assert mail["To"].addresses[0].addr_spec == "Bruno@acme.example"
    assert str(mail["From"]) == "Bruno 1 <ana@acme.example>"
    assert str(mail["Reply-To"]) == "Bruno 1 <ana@customer.example>"
    assert str(mail["Subject"]) == "Bruno 1: Re: Olá"
    assert str(mail["Auto-Submitted"]) == "auto-forwarded"
    body, attached = mail.iter_parts()  # type: ignore[attr-defined]
    text = body.get_body(("plain",)).get_content()
    assert "Sim, às 15h. { braces } <b>" in text
    assert "/contacts/c1" in text
    assert "<b>" not in body.get_body(("html",)).get_content().split("Sim, às 15h")[1][:30]
    assert attached.get_filename() == "answer.eml"
    original = parsed(attached.get_content())
    assert original["Message-ID"] == "<1@customer.example>"
    assert office.one("SELECT count(*) FROM notice") == 0


def test_an_answer_that_a_server_refuses_goes_without_what_was_attached(office: Office) -> None:
    answered(office, sent(office)["Reply-To"].addresses[0].addr_spec)
    office.post.answers["Bruno@"] = OutcomeKind.FAILED
    office.post.meanwhile = lambda _: office.post.answers.clear()
    (mail,) = forwarded(office)
    assert "Sim, às 15h" in mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    assert list(mail.iter_attachments()) == []  # type: ignore[attr-defined]
    assert entries(office.connection, 1, 9) == []


def test_an_answer_that_cannot_be_delivered_stands_in_the_inbox(office: Office) -> None:
    answered(office, sent(office)["Reply-To"].addresses[0].addr_spec)
    office.post.answers["Bruno@"] = OutcomeKind.FAILED
    assert forwarded(office) == []
    assert office.one("SELECT count(*) FROM notice") == 0
    bruno = office.one("SELECT id FROM pauta_user WHERE email ILIKE 'bruno@acme.example'")
    (entry,) = entries(office.connection, bruno, 9)
    assert (entry.kind, entry.about, entry.detail["subject"]) == ("reply", "Bruno 1", "Re: Olá")
    for lang in LANGUAGES:
        assert "Sim, às 15h. { braces } <b>" in told(entry, lang).title
    erase(office.connection, "c1", office.now, actor="ana", reason="asked")
    assert entries(office.connection, bruno, 9) == []


def test_the_same_answer_twice_goes_once(office: Office) -> None:
    to = sent(office)["Reply-To"].addresses[0].addr_spec
    assert [answered(office, to), answered(office, to), answered(office, to, mark="2")] == [True, False, True]
    assert len(forwarded(office)) == 2


def test_answers_by_machines_are_not_passed_on(office: Office) -> None:
    to = sent(office)["Reply-To"].addresses[0].addr_spec
    assert answered(office, to, more="Auto-Submitted: auto-replied\n")
    assert office.all("SELECT name FROM event") == [("mail_auto_reply",)]
    assert forwarded(office) == []


def test_an_answer_goes_to_whoever_looks_after_the_account_by_now(office: Office) -> None:
    to = sent(office)["Reply-To"].addresses[0].addr_spec
    add_user(office.connection, office.now, "helena@acme.example", Profile("Helena", "marketing", "csm", "es"))
    upsert_account(office.connection, AccountValues(external_id="a1", owner="Helena@acme.example"), office.now)
    answered(office, to, who="a b c")
    (mail,) = forwarded(office)
    assert mail["To"].addresses[0].addr_spec == "helena@acme.example"
    assert mail["Reply-To"].addresses[0].addr_spec == "c1@customer.example"


def test_a_forged_address_for_answers_is_none(office: Office) -> None:
    to = sent(office)["Reply-To"].addresses[0].username
    keys = link_keys(office.connection)
    returning = keys.token(Purpose.RETURN, office.post.ids()[0])
    assert not known_recipient(keys, f"r+{returning}")
    assert not known_recipient(keys, to[:-1] + ("a" if to[-1] != "a" else "b"))


def test_who_looks_after_an_account_is_kept_unless_another_is_given(office: Office) -> None:
    upsert_account(office.connection, AccountValues(external_id="a1", name="Other"), office.now)
    found = account(office.connection, "a1")
    assert found is not None
    assert (found.name, found.owner) == ("Other", "bruno@acme.example")
    with pytest.raises(Problem, match="people_email_invalid"):
        upsert_account(office.connection, AccountValues(external_id="a1", owner="bruno"), office.now)
