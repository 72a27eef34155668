"""What is held about a contact: every section, told by names, as data and as a page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from psycopg import Connection

from pauta.core.problems import Problem
from pauta.journeys import actions
from pauta.journeys.entering import enter_named
from pauta.people import actions as people
from pauta.pipeline.segments import keep_segments
from pauta.platform.settings import LANGUAGES, Settings
from pauta.privacy.held import SECTIONS, held, page, purposes
from pauta.segments.actions import create_segment
from tests.faults import company
from tests.pipeline.office import Office


@pytest.fixture
def office(settings: Settings, connection: Connection[Any]) -> Office:
    """A company of one account with one contact, who got a mail."""
    made = Office(settings, connection)
    company.build(connection, made.now, 1, 1, [])
    people.upsert_contact(
        connection,
        people.ContactValues(
            external_id="c1", last_name="<b>D'Ávila</b>", phone="+5511999990000", attributes={"plan": "pro"}
        ),
        made.now,
    )
    people.set_preference(connection, 1, "offers", 1, 30, made.now)
    company.launch(connection, made.now, "spring")
    made.settle(made.worker())
    return made


def test_every_section_is_there_and_codes_are_told_by_their_names(office: Office) -> None:
    sections = held(office.connection, "c1@customer.example")
    assert sections.keys() == SECTIONS.keys()
    profile, message, delivery = (sections[name][0] for name in ("profile", "messages", "deliveries"))
    assert (profile["email_state"], profile["phone"], profile["attributes"]) == (
        "ok",
        "+5511999990000",
        {"plan": "pro"},
    )
    told = (message["campaign"], message["state"], message["verdict"], message["reason"], message["channel"])
    assert told == ("spring", "sent", "send", "delivered", "email")
    assert "Message-ID" in message["mail"]
    assert delivery["outcome"] == "sent"
    assert sections["consents"][0]["basis"] == "express"
    assert sections["preferences"][0]["at_most"] == 1
    assert json.loads(json.dumps(sections)) == sections


def test_what_came_of_a_message_is_told_when_single_opens_are_gone(office: Office) -> None:
    message = office.one("SELECT id FROM message")
    office.run(
        "INSERT INTO response (message_id, proposal_id, contact_id, opened_at, link) VALUES (%s, 1, 1, %s, 'https://a')",
        message,
        office.now,
    )
    sections = held(office.connection, "c1")
    assert sections["readings"] == []
    (told,) = sections["responses"]
    assert (told["id"], told["opened_at"], told["target"]) == (message, office.now.isoformat(), "https://a")
    assert told["replied_at"] is None


def test_segments_are_told_with_who_came_and_left(office: Office) -> None:
    rule = {"combinator": "and", "rules": [{"field": "contact.attributes.plan", "operator": "=", "value": "pro"}]}
    create_segment(office.connection, "pros", "Professionals", rule, actor="ana", now=office.now)
    while keep_segments(office.connection, office.now):
        pass
    sections = held(office.connection, "c1")
    at = office.now.isoformat()
    assert sections["segments"] == [{"began_at": at, "segment": "Professionals"}]
    assert sections["segment_changes"] == [{"at": at, "segment": "Professionals", "entered": True}]


def test_journeys_are_told_with_where_the_contact_is_in_them(office: Office) -> None:
    nodes = [{"id": "pause", "kind": "wait", "days": 3, "next": "end"}, {"id": "end", "kind": "exit"}]
    document = {"entry": {"kind": "api"}, "start": "pause", "nodes": nodes}
    actions.create(office.connection, office.now, "trip", document, "ana")
    actions.publish(office.connection, office.now, "trip", "ana", "finish", {}, try_only=False)
    enter_named(office.connection, office.now, "trip", ["c1"])
    (told,) = held(office.connection, "c1")["journeys"]
    assert told == {
        "began_at": office.now.isoformat(),
        "journey": "trip",
        "step": "pause",
        "converted_at": None,
        "ended_at": None,
    }


def test_nobody_of_that_name_is_a_problem(office: Office) -> None:
    with pytest.raises(Problem, match="people_contact_unknown"):
        held(office.connection, "nobody")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_tells_everything_in_words_and_runs_nothing(office: Office, lang: str) -> None:
    sections = held(office.connection, "c1")
    written = page(sections, office.now, lang)
    assert f'lang="{lang}"' in written
    assert "&lt;b&gt;D" in written
    assert not [tag for tag in ("<script", "<b>") if tag in written]
    assert all(purpose in written for purpose in purposes(lang).values())
    cells = re.findall(r"<td>(.*?)</td>", written, re.S)
    assert "spring" in cells
    assert not {"True", "False", "None", "delivered"} & set(cells)


def test_columns_have_their_words(office: Office) -> None:
    every = {name: [dict.fromkeys(_columns(office, query), "x")] for name, query in SECTIONS.items()}
    every["profile"][0] |= dict.fromkeys(("paused_until", "created_at", "changed_at"), "2026-11-23")
    for rows in every.values():
        for name in rows[0]:
            if name.endswith("_at") or name in ("at", "day", "wished", "until", "due"):
                rows[0][name] = "2026-11-23"
    for lang in LANGUAGES:
        assert page(every, office.now, lang)


def _columns(office: Office, query: str) -> list[str]:
    given = {"ids": [0], "parts": [0], "names": [""], "addresses": [""], "messages": [0]}
    cursor = office.connection.execute(query, given)
    return [column.name for column in cursor.description or ()]
