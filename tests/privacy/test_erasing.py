"""Erasure: nothing that tells who it was is left anywhere, figures stay right, and the address stays closed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.calendar.actions import MeetingDraft, enter_meeting
from pauta.campaigns.lists import save_list
from pauta.channels.base import OutcomeKind
from pauta.core.gate.vocabulary import Channel
from pauta.core.problems import Problem
from pauta.core.tracking_signs import What
from pauta.events.actions import open_conditions, record_events
from pauta.messages.archived import archived_mail
from pauta.messages.origins import origin_of
from pauta.messages.states import State
from pauta.people import actions as people
from pauta.people.actions import suppress
from pauta.people.addresses import AddressState
from pauta.people.measuring import choose_measured
from pauta.people.queries import find_contacts
from pauta.pipeline.merging import merge_contacts
from pauta.pipeline.people import people_changed
from pauta.platform import database
from pauta.platform.settings import Settings
from pauta.policies.actions import replace_all
from pauta.privacy.erasing import ERASED, erase, erasures, find_subject
from pauta.team.actions import audit
from pauta.team.roles import caller
from pauta.team.tasks import NewTask, add_task
from pauta.team.users import Profile, add_user
from pauta.tracking.actions import Arrival, judge_hits, record_hits
from tests.faults import company
from tests.pipeline.office import Office

EMAIL, PHONE, NAME, ID = "Zulmira@quintanilha.example", "+5511999990000", "Zulmira Quintanilha", "crm-zulmira-77"
TRACES = (EMAIL, PHONE, "Zulmira", "Quintanilha", ID)
ZULMIRA = people.ContactValues(
    external_id=ID,
    account="a1",
    first_name="Zulmira",
    last_name="Quintanilha",
    email=EMAIL,
    phone=PHONE,
    postal_address="Rua da Zulmira 7",
    attributes={"nickname": "Zulmira"},
)


@pytest.fixture
def office(settings: Settings, connection: Connection[Any]) -> Office:
    """A company of three accounts and three contacts, and Zulmira at the first account."""
    made = Office(settings, connection)
    company.build(connection, made.now, 3, 3, [])
    connection.execute("SELECT setval('contact_id_seq', 100)")
    add(made)
    return made


def add(office: Office) -> int:
    stored = people.upsert_contact(office.connection, ZULMIRA, office.now)
    entry = people.ConsentEntry(channel=Channel.email, granted=True, basis="consent", source=EMAIL, at=office.now)
    people.append_consent(office.connection, stored.ids, entry, office.now)
    people_changed(office.connection, stored.changes, office.now)
    office.connection.commit()
    return stored.ids[0]


def tell_everything(office: Office, number: int) -> None:
    """Leave traces of her in every corner that anybody can write to."""
    connection, now = office.connection, office.now
    moment = {"at": [now], "contact_id": [number], "account_id": [None]}
    record_events(
        connection,
        {
            **_timed(moment),
            "name": ["login"],
            "external_id": [f"login-{EMAIL}"],
            "properties": [f'{{"who": "{NAME}"}}'],
        },
        source="test",
        now=now,
    )
    open_conditions(
        connection,
        {**_timed(moment), "name": ["ticket"], "external_id": [f"t-{ID}"], "ended": [None]},
        source="test",
        now=now,
    )
    people.set_preference(connection, number, "offers", 1, 7, now)
    save_list(connection, now, "pilots", [ID, "c1"])
    draft = MeetingDraft(
        what="call", title=f"Call {NAME}", team="marketing", at=now + timedelta(days=1), minutes=30, contacts=[ID]
    )
    enter_meeting(connection, now, draft, "user:ana@pauta.example")
    enter_meeting(
        connection,
        now,
        MeetingDraft(
            what="meeting",
            title=f"All with {NAME}",
            team="marketing",
            at=now + timedelta(days=2),
            minutes=30,
            contacts=[ID, "c1"],
        ),
        "ana",
    )
    add_user(connection, now, "ana@pauta.example", Profile("Ana", "marketing", "admin", "pt-BR"))
    ana = caller("user:ana@pauta.example", "admin", "marketing", email="ana@pauta.example")
    add_task(
        connection, now, date(2026, 11, 23), NewTask(f"Call {NAME}", "", ID, "", ana.email, date(2026, 12, 1)), ana
    )
    add_task(
        connection,
        now,
        date(2026, 11, 23),
        NewTask("Send papers", f"to {EMAIL.upper()}", "c1", "", ana.email, date(2026, 12, 1)),
        ana,
    )
    audit(connection, now, "user:ana@pauta.example", "people.write", f"contact:{ID}", {"contact": ID, "email": EMAIL})
    at_account = {"at": [now], "contact_id": [None], "account_id": [1]}
    record_events(
        connection,
        {
            **_timed(at_account),
            "name": ["seat"],
            "external_id": [f"seat-{EMAIL}"],
            "properties": [f'{{"given_to": ["{EMAIL}"]}}'],
        },
        source="test",
        now=now,
    )
    other = company.send_one(connection, now, 1, f"invoice for {EMAIL}")
    connection.execute(
        "UPDATE proposal SET figures = %s WHERE id = (SELECT proposal_id FROM message WHERE id = %s)",
        (f'{{"asked_by": "{NAME}"}}', other),
    )
    connection.execute("UPDATE attempt SET answer = %s WHERE message_id <> %s", (f"250 told {EMAIL}", number))
    connection.execute("UPDATE account SET attributes = %s WHERE external_id = 'a2'", (f'{{"buyer": "{EMAIL}"}}',))
    connection.execute(
        "INSERT INTO provider_report (provider, external_id, said, happened, at, received_at, words, recipients, raw)"
        " VALUES ('ses', '1', 'Bounce', 'unclear', %s, %s, %s, %s, %s)",
        (now, now, f"<{EMAIL}> is away", [EMAIL.lower()], f'{{"to": "{EMAIL}"}}'),
    )
    connection.execute(
        "INSERT INTO sign_up (contact_id, made, email, topics, source, wording, locale, proof, at)"
        " VALUES (0, false, %s, '{*}', 'form', '', 'es', %s, %s)",
        (EMAIL.upper(), f'{{"ip": "192.0.2.1", "who": "{EMAIL}"}}', now),
    )
    rule = {"combinator": "and", "rules": [{"field": "contact.email", "operator": "!=", "value": EMAIL}]}
    connection.execute("INSERT INTO segment_version VALUES (1, 1, %s, 'ana', %s)", (Jsonb(rule), now))
    answer = Jsonb({"contact": ID, "who": NAME, "text": "Call me", "answer_to": EMAIL})
    connection.execute(
        "INSERT INTO notice (user_id, kind, detail, due_at) SELECT id, 'reply', %s, %s FROM pauta_user", (answer, now)
    )
    suppress(connection, Channel.sms, [PHONE], [AddressState.BOUNCED], [f"{PHONE} is off"], source="test", now=now)
    merged = people.ContactValues(external_id=f"web-{ID}", email=EMAIL, first_name="Zulmira")
    people.upsert_contact(connection, merged, now)
    merge_contacts(connection, ID, f"web-{ID}", now, "ana")
    connection.commit()


def read(office: Office, number: int) -> None:
    """Somebody followed a link with her address in each mail."""
    office.run(
        "INSERT INTO hit (message_id, proposal_id, contact_id, at, what, target, links, ip, agent, head)"
        " SELECT id, proposal_id, contact_id, %s, 1, %s, 1, '192.0.2.1', 'Firefox', false FROM message",
        office.now,
        f"https://a.example/?to={EMAIL}",
    )
    with office.transaction() as connection:
        judge_hits(connection)
    choose_measured(office.connection, [number], False, EMAIL, office.now)


def _timed(columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    given = dict(columns)
    at = given.pop("at")
    return {**given, "at": [one.isoformat() for one in at]}


def traces(connection: Connection[Any]) -> dict[str, str]:
    """Rows of any table in which anything tells of her."""
    found = {}
    tables = connection.execute(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
    ).fetchall()
    assert len(tables) > 50
    hexes = [trace.encode().hex() for trace in TRACES] + [trace.lower().encode().hex() for trace in TRACES]
    for (table,) in tables:
        row = connection.execute(
            f"SELECT left(row::text, 300) FROM {table} row WHERE row::text ILIKE ANY(%s) LIMIT 1",
            ([f"%{trace}%" for trace in (*TRACES, *hexes)],),
        ).fetchone()
        if row:
            found[table] = row[0]
    for (number,) in connection.execute("SELECT DISTINCT message_id FROM archive").fetchall():
        copy = archived_mail(connection, number) or b""
        if any(trace.encode().lower() in copy.lower() for trace in TRACES):
            found[f"archive of {number}"] = copy.decode("utf-8", "replace")
    return found


def test_nothing_tells_who_it_was(office: Office) -> None:
    number = office.one("SELECT id FROM contact WHERE external_id = %s", ID)
    company.launch(office.connection, office.now, "first", channels=["email", "sms"])
    office.post.answers["quintanilha"] = OutcomeKind.FAILED
    office.settle(office.worker())
    office.run(
        "UPDATE attempt SET answer = %s WHERE message_id IN (SELECT id FROM message WHERE contact_id = %s)",
        f"550 5.1.1 <{EMAIL}>: unknown",
        number,
    )
    office.run(
        "INSERT INTO provider_report (provider, external_id, said, happened, message_id, at, received_at, words,"
        " recipients) SELECT 'ses', id, 'Bounce', 'bounced_hard', id, now(), now(), %s, ARRAY[lower(%s)] FROM message"
        " WHERE contact_id = %s",
        EMAIL,
        EMAIL,
        number,
    )
    tell_everything(office, number)
    office.run("DELETE FROM suppression WHERE channel = 0; UPDATE contact SET email_state = 1")
    office.post.answers.clear()
    company.launch(office.connection, office.now, "second")
    office.settle(office.worker())
    sent = office.one("SELECT count(*) FROM message WHERE contact_id = %s AND state = %s", number, State.SENT)
    assert sent == 1
    read(office, number)
    mails = office.one("SELECT count(*) FROM archive")
    before = traces(office.connection)
    assert {
        "contact",
        "hit",
        "response",
        "unmeasured",
        "event",
        "task",
        "meeting",
        "consent",
        "audit",
        "account",
        "provider_report",
        "sign_up",
        "segment_version",
        "contact_alias",
        "notice",
        "suppression",
    } <= before.keys()
    assert [name for name in before if name.startswith("archive of")], "her mails are among what is looked through"
    erased = erase(
        office.connection, EMAIL.lower(), office.now, actor="user:ana@pauta.example", reason=f"Asked by {EMAIL}"
    )
    office.connection.commit()
    assert traces(office.connection) == {}
    assert office.one("SELECT count(*) FROM archive") == mails - 2
    assert erased.removed["mentions"] >= 3
    assert (erased.removed["archive"], erased.removed["contacts"]) == (2, 1)
    assert office.one("SELECT count(*) FROM message WHERE contact_id = %s AND state = %s", number, State.SENT) == 1
    assert office.all("SELECT title, contact_ids FROM meeting") == [(f"All with {ERASED}", [1])]
    assert office.all("SELECT title, note FROM task") == [("Send papers", f"to {ERASED}")]
    assert [one.reason for one in erasures(office.connection, None, 10)] == [f"Asked by {ERASED}"]


def arrival(office: Office) -> Arrival:
    message = office.one(
        "SELECT max(id) FROM message WHERE contact_id = (SELECT id FROM contact WHERE email = %s)", EMAIL
    )
    return Arrival(message, office.now, What.CLICK, f"https://a.example/?to={EMAIL}", 1, "192.0.2.1", "Firefox", False)


def waits(office: Office, work: Callable[[Connection[Any]], object], let_go: Callable[[], object]) -> None:
    """Some work in a transaction of its own has to wait until somebody lets go."""

    def do() -> None:
        with database.connect(office.settings.database_url) as connection:
            work(connection)

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(do)
        with pytest.raises(TimeoutError):
            done.result(0.5)
        let_go()
        done.result(30)


def test_a_click_in_the_same_moment_leaves_nothing_behind(office: Office) -> None:
    company.launch(office.connection, office.now, "first")
    office.settle(office.worker())
    click = arrival(office)
    with database.connect(office.settings.database_url) as clicking:
        record_hits(clicking, [click])
        asked = {"actor": "ana", "reason": "asked"}
        waits(office, lambda other: erase(other, ID, office.now, **asked), clicking.commit)
    assert traces(office.connection) == {}
    assert office.one("SELECT count(*) FROM hit") == 0


def test_a_click_during_the_erasure_is_not_kept(office: Office) -> None:
    company.launch(office.connection, office.now, "first")
    office.settle(office.worker())
    click = arrival(office)
    erase(office.connection, ID, office.now, actor="ana", reason="asked")
    waits(office, lambda other: record_hits(other, [click]), office.connection.commit)
    assert office.one("SELECT count(*) FROM hit") == 0


def test_what_is_just_being_judged_or_answered_leaves_nothing_behind(office: Office) -> None:
    company.launch(office.connection, office.now, "first")
    office.settle(office.worker())
    click, asked = arrival(office), {"actor": "ana", "reason": "asked"}
    with office.transaction() as connection:
        record_hits(connection, [click])
    with database.connect(office.settings.database_url) as judging:
        judge_hits(judging)
        origin_of(judging, click.message_id)
        waits(office, lambda other: erase(other, ID, office.now, **asked), judging.commit)
    assert traces(office.connection) == {}


def test_rejected_rows_of_imports_are_forgotten(office: Office, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one.csv", "two.csv", "gone.csv")]
    head, other = "id;email;note;row;reason", "c9;carla@;of nobody;4;no address"
    told = [f"x;{EMAIL.lower()};;2;wrong", f"{ID};;;3;wrong", f'y;;"by {NAME}\r\nin two lines";5;wrong']
    paths[0].write_text("\r\n".join([head, told[0], other, *told[1:], ""]), encoding="utf-8", newline="")
    paths[1].write_text("email,row,reason\r\na@,1,wrong\r\n", encoding="utf-8", newline="")
    for path in paths:
        office.run(
            "INSERT INTO import_run (kind, file_name, fingerprint, mapping, state, rejects, rows_total, actor,"
            " started_at, changed_at) VALUES ('contacts', 'x', 'x', '{}', 'done', %s, 1, 'ana', now(), now())",
            str(path),
        )
    erased = erase(office.connection, ID, office.now, actor="ana", reason="asked")
    assert erased.removed["rejected_rows"] == 3
    assert paths[0].read_text(encoding="utf-8").splitlines() == [head, other]
    assert paths[1].read_text(encoding="utf-8").splitlines() == ["email,row,reason", "a@,1,wrong"]
    assert sorted(one.name for one in tmp_path.glob("*.*")) == ["one.csv", "two.csv"]


def test_what_is_open_is_cancelled(office: Office) -> None:
    company.launch(office.connection, office.now, "first")
    office.settle(office.worker())
    company.launch(office.connection, office.now, "second", not_before=office.now.date() + timedelta(days=2))
    office.settle(office.worker())
    number = office.one("SELECT id FROM contact WHERE external_id = %s", ID)
    erased = erase(office.connection, ID, office.now, actor="ana", reason="asked")
    office.connection.commit()
    assert erased.removed["cancelled"] == 1
    assert company.states(office.connection, f"contact_id = {number}") == {State.SENT: 1, State.CANCELLED: 1}


def test_limits_of_the_account_go_on_counting_what_was_sent(office: Office) -> None:
    two_a_week = {"kind": "cap", "name": "two", "limit": 2, "days": 7, "window": "rolling", "scope": "account"}
    replace_all(office.connection, [two_a_week], "ana", office.now)
    company.launch(office.connection, office.now, "first")
    office.settle(office.worker())
    at_her_account = "account_key = (SELECT id FROM account WHERE external_id = 'a1')"
    assert company.states(office.connection, at_her_account) == {State.SENT: 2}
    erase(office.connection, ID, office.now, actor="ana", reason="asked")
    company.launch(office.connection, office.now, "second")
    office.settle(office.worker())
    assert company.states(office.connection, at_her_account) == {State.SENT: 2, State.PLANNED: 1}


def test_a_message_on_its_way_makes_erasure_wait_and_nothing_is_half_done(office: Office) -> None:
    company.launch(office.connection, office.now, "first")
    office.settle(office.worker())
    number = office.one("SELECT id FROM contact WHERE external_id = %s", ID)
    office.run("UPDATE message SET state = %s WHERE contact_id = %s", State.SENDING, number)
    with pytest.raises(Problem, match="in_flight"):
        erase(office.connection, ID, office.now, actor="ana", reason="asked")
    office.connection.commit()
    assert find_contacts(office.connection, [ID]).missing == []
    assert (
        office.one(
            "SELECT count(*) FROM archive WHERE message_id = (SELECT id FROM message WHERE contact_id = %s)", number
        )
        == 1
    )


@pytest.mark.parametrize("again", [ZULMIRA, people.ContactValues(external_id="new", email=EMAIL.upper())])
def test_whoever_brings_the_address_back_it_stays_closed(office: Office, again: people.ContactValues) -> None:
    erase(office.connection, ID, office.now, actor="ana", reason="asked")
    stored = people.upsert_contact(office.connection, again, office.now)
    states = "SELECT email_state, phone_state FROM contact WHERE id = %s"
    row = office.connection.execute(states, (stored.ids[0],)).fetchone()
    assert row == (AddressState.ERASED, AddressState.ERASED if again.phone else AddressState.NONE)


def test_a_known_contact_that_is_given_the_address_cannot_be_written_to(office: Office) -> None:
    erase(office.connection, ID, office.now, actor="ana", reason="asked")
    for values in (
        people.ContactValues(external_id="c1", email=EMAIL),
        people.ContactValues(external_id="c1", phone=PHONE),
    ):
        people.upsert_contact(office.connection, values, office.now)
    row = office.connection.execute("SELECT email_state, phone_state FROM contact WHERE external_id = 'c1'").fetchone()
    assert row == (AddressState.ERASED, AddressState.ERASED)


def test_the_owner_of_an_address_may_come_back(office: Office) -> None:
    erase(office.connection, ID, office.now, actor="ana", reason="asked")
    number = add(office)
    people.lift_suppression(office.connection, Channel.email, EMAIL, office.now)
    states = office.connection.execute("SELECT email_state FROM contact WHERE id = %s", (number,)).fetchone()
    assert states == (AddressState.OK,)
    with pytest.raises(Problem, match="people_not_suppressed"):
        people.lift_suppression(office.connection, Channel.email, EMAIL, office.now)


def test_all_who_share_the_address_are_one_person(office: Office) -> None:
    people.upsert_contact(office.connection, people.ContactValues(external_id="other", email=EMAIL.lower()), office.now)
    assert find_subject(office.connection, "other").names == [ID, "other"]
    erase(office.connection, "other", office.now, actor="ana", reason="asked")
    assert find_contacts(office.connection, [ID, "other"]).missing == [0, 1]
    assert find_contacts(office.connection, ["c1", "c2"]).missing == []


def test_an_erasure_says_why(office: Office) -> None:
    with pytest.raises(Problem, match="reason_missing"):
        erase(office.connection, ID, office.now, actor="ana", reason=" ")


def test_who_was_merged_into_her_is_forgotten_with_her(office: Office) -> None:
    stored = people.upsert_contact(
        office.connection,
        people.ContactValues(
            external_id="web-4711", first_name="Zuzu", last_name="Quintão", email="zuzu@quintao.example"
        ),
        office.now,
    )
    people_changed(office.connection, stored.changes, office.now)
    merge_contacts(office.connection, ID, "web-4711", office.now, "ana")
    told = {"value": "Zuzu Quintão <zuzu@quintao.example>"}
    audit(office.connection, office.now, "ana", "people.write", "contact:web-4711", told)
    erase(office.connection, ID, office.now, actor="ana", reason="asked")
    office.connection.commit()
    rows = office.all("SELECT subject, detail::text FROM audit")
    assert not [row for row in rows if any(word in str(row) for word in ("web-4711", "Zuzu", "quintao"))]
    assert office.one("SELECT count(*) FROM contact_alias") == 0
