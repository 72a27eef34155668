"""Owners hear what became of their messages: coalesced, in their inbox and by one mail the morning after."""

from __future__ import annotations

import email
import email.policy
from datetime import timedelta
from typing import Any

import pytest

from pauta.campaigns import actions as campaigns
from pauta.campaigns.queries import campaign_named
from pauta.messages import actions as messages
from pauta.messages.terms import read_terms
from pauta.pipeline.notices import send_notices
from pauta.pipeline.telling import tell
from pauta.policies.actions import replace_all
from pauta.reports.inbox_text import as_text, told
from pauta.team import inbox
from pauta.team.actions import save_team
from pauta.team.roles import caller
from pauta.team.users import Profile, add_user, disable_user
from tests.faults import company
from tests.pipeline.office import Office

ONE_A_WEEK = {"kind": "cap", "name": "one a week", "limit": 1, "days": 7, "window": "rolling", "scope": "contact"}


def colleague(office: Office, name: str, team: str = "marketing", language: str = "en") -> int:
    profile = Profile(name.title(), team, "marketer", language)
    return add_user(office.connection, office.now, f"{name}@pauta.example", profile).id


def launch(office: Office, name: str, owner: str, **terms: Any) -> None:
    company.launch(office.connection, office.now, name, **terms)
    office.run("UPDATE campaign SET actor = %s WHERE name = %s", f"user:{owner}@pauta.example", name)


def told_to(office: Office, user_id: int, lang: str = "en", minutes: int = 15) -> list[str]:
    office.later(minutes=minutes)
    with office.transaction() as connection:
        tell(connection, office.now)
    return [as_text(told(one, lang)) for one in inbox.entries(office.connection, user_id, 50)]


def test_one_entry_for_a_campaign_and_a_day_names_rule_winner_and_what_to_do(office: Office) -> None:
    company.build(office.connection, office.now, 3, 6, [ONE_A_WEEK])
    ana, bruno = colleague(office, "ana"), colleague(office, "bruno")
    office.run(
        "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at)"
        " SELECT part, contact_id, channel, topic, false, 'withdrawal', 'test', at + interval '1 second', recorded_at"
        " FROM consent WHERE contact_id = 1"
    )
    office.suppress("c2@customer.example")
    launch(office, "first", "ana")
    worker = office.worker()
    office.settle(worker)
    launch(office, "second", "bruno", expires=(office.now + timedelta(days=2)).date())
    office.settle(worker)
    (first,) = told_to(office, ana)
    assert set(first.splitlines()) == {
        "What became of “first”",
        "– 1 message is not sent: no usable address (address). Correct the addresses, or add another channel.",
        "– 1 message is not sent: no consent (consent). Ask for consent before you write about this topic.",
    }
    (second,) = told_to(office, bruno)
    assert (
        "– 4 messages ran out of time: its dates end before a free day (one a week); “first” came first."
        " Give it a later last day, or choose an earlier, calmer day." in second.splitlines()
    )


def test_what_moves_later_in_the_day_is_added_and_is_unread_again(office: Office) -> None:
    company.build(office.connection, office.now, 2, 4, [])
    ana = colleague(office, "ana")
    launch(office, "spring", "ana", not_before=(office.now + timedelta(days=3)).date())
    worker = office.worker()
    office.settle(worker)
    assert told_to(office, ana) == [], "all is as wished"
    launch(office, "before", "ana", not_before=(office.now + timedelta(days=2)).date(), tier=0)
    replace_all(office.connection, [ONE_A_WEEK], "carla", office.now)
    messages.request_plan_everywhere(office.connection, office.now, 1)
    office.settle(worker)
    assert told_to(office, ana, minutes=14) == [], "just now"
    (entry,) = told_to(office, ana)
    assert entry.splitlines()[1].startswith("– 4 messages go later: frequency limit (one a week); “before” came first.")
    inbox.mark_read(office.connection, office.now, ana, office.now)
    assert inbox.unread(office.connection, ana) == 0
    told_to(office, ana)
    assert inbox.unread(office.connection, ana) == 0, "nothing new"
    office.run("UPDATE contact SET paused_until = '2027-01-10' WHERE id = 1")
    messages.request_plan_everywhere(office.connection, office.now, 1)
    office.settle(worker)
    assert len(told_to(office, ana)) == 2, "one for each campaign"
    assert inbox.unread(office.connection, ana) == 2


def test_of_a_cancelled_campaign_nothing_is_told_and_what_was_told_is_taken_back(office: Office) -> None:
    company.build(office.connection, office.now, 2, 4, [ONE_A_WEEK | {"limit": 0}])
    ana = colleague(office, "ana")
    worker = office.worker()
    for name in ("spring", "summer"):
        launch(office, name, "ana")
    office.settle(worker)
    assert len(told_to(office, ana)) == 2
    launch(office, "autumn", "ana")
    office.settle(worker)
    for name in ("spring", "autumn"):
        with office.transaction() as connection:
            campaigns.cancel(connection, office.now, campaign_named(connection, name).id)
    office.settle(worker)
    assert [entry.splitlines()[0] for entry in told_to(office, ana)] == ["What became of “summer”"]


def test_without_its_author_the_team_is_told_and_others_never(office: Office) -> None:
    company.build(office.connection, office.now, 1, 2, [ONE_A_WEEK | {"limit": 0}])
    ana, bruno = colleague(office, "ana"), colleague(office, "bruno")
    save_team(office.connection, "success", "Success")
    carla = colleague(office, "carla", "success")
    colleague(office, "renata", "success")
    office.run("UPDATE pauta_user SET role = 'admin' WHERE email = 'renata@pauta.example'")
    disable_user(office.connection, office.now, "ana@pauta.example")
    launch(office, "first", "ana", expires=office.now.date())
    office.settle(office.worker())
    assert len(told_to(office, bruno)) == 1
    assert told_to(office, ana) == told_to(office, carla) == []


def test_single_messages_are_summed_up_for_who_sent_them(office: Office) -> None:
    company.build(office.connection, office.now, 1, 2, [ONE_A_WEEK | {"limit": 0}])
    ana = colleague(office, "ana")
    who = caller("user:ana@pauta.example", "marketer", "marketing", email="ana@pauta.example")
    for key in ("a", "b"):
        terms = read_terms({"type": "promotional", "topic": "offer", "expires": office.now.date().isoformat()})
        messages.propose_one(office.connection, office.now, terms, contact="c1", template="hello", key=key, who=who)
    office.settle(office.worker())
    (entry,) = told_to(office, ana, "pt-BR")
    assert entry.startswith(
        "O que aconteceu com as suas mensagens avulsas\n– 2 mensagens não serão enviadas: limite de frequência"
    )


def test_one_mail_the_morning_after_tells_all_of_it(office: Office) -> None:
    company.build(office.connection, office.now, 1, 2, [ONE_A_WEEK | {"limit": 0}])
    ana = colleague(office, "ana", language="pt-BR")
    for name in ("first", "second"):
        launch(office, name, "ana", expires=office.now.date())
    office.settle(office.worker())
    told_to(office, ana)
    assert office.all("SELECT kind FROM notice") == []
    office.later(hours=18)
    told_to(office, ana)
    assert office.all("SELECT kind FROM notice") == [], "three in the morning in São Paulo"
    office.later(hours=6)
    told_to(office, ana)
    ((kind, detail),) = office.all("SELECT kind, detail FROM notice")
    assert kind == "outcomes"
    assert "O que aconteceu com “first”" in detail["text"]
    assert "O que aconteceu com “second”" in detail["text"]
    with office.transaction() as connection:
        assert send_notices(connection, office.now, office.post, office.settings) == 1
    mail = email.message_from_bytes(office.post.received[-1].content, policy=email.policy.default)
    assert mail["Subject"] == "O que aconteceu com as suas mensagens"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "O que aconteceu com “first”\n– 2 mensagens não serão enviadas" in body.get_content().replace("\r", "")
    assert "/inbox\n" in body.get_content().replace("\r", "")
    office.later(hours=1)
    told_to(office, ana)
    assert office.one("SELECT count(*) FROM notice") == 0, "told once"


@pytest.mark.parametrize("actor", ["key:shop", "cli:root"])
def test_a_program_without_a_team_troubles_nobody(office: Office, actor: str) -> None:
    company.build(office.connection, office.now, 1, 2, [ONE_A_WEEK | {"limit": 0}])
    colleague(office, "ana")
    company.launch(office.connection, office.now, "first", team="", expires=office.now.date())
    office.run("UPDATE campaign SET actor = %s", actor)
    office.settle(office.worker())
    told_to(office, 0)
    assert office.one("SELECT count(*) FROM inbox_entry") == 0
