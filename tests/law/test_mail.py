"""R4, R10, R11, R14 and R15: what stands in mails, and what comes back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from pauta.channels.base import OutcomeKind
from pauta.channels.email.signing import make_key, use_key
from pauta.core.gate.reasons import Reason
from pauta.messages.states import State
from pauta.pipeline.rendering import Letterhead
from pauta.policies.actions import replace_all
from tests.law.conftest import DENIED, GONE, Court
from tests.pipeline.office import Office
from tests.pipeline.test_incoming import HARD, SHAPES, SOFT, address_state, come, first, sent
from tests.web.conftest import TestClient

__all__ = ["sent"]

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CAP = {"kind": "cap", "name": "one a week", "limit": 1, "days": 7, "window": "rolling", "scope": "contact"}


def test_r4_marketing_carries_the_address_and_a_way_out_and_waits_while_it_lacks_them(court: Court) -> None:
    court.person("ana", "US")
    court.says("ana")
    message = court.write("ana")
    court.became_of(message)
    text = court.mail(message).replace("=\r\n", "")
    assert "Recife" in text
    assert f"https://pauta.example/unsubscribe/{court.token(message)}" in text
    court.run("UPDATE company SET postal_address = ''")
    assert court.writes("ana", topic="offers") == (State.HELD, Reason.missing_figure)


def test_r10_nothing_planned_queued_or_rendered_leaves_after_an_opt_out(court: Court, web: TestClient) -> None:
    replace_all(court.connection, [CAP], "ana", court.now)
    court.person("ana", "BR")
    court.says("ana")
    court.post.answers["ana"] = OutcomeKind.LATER
    rendered = court.write("ana", tier=1)
    assert court.became_of(rendered)[0] is State.PLANNED
    assert court.one("SELECT count(*) FROM archive WHERE message_id = %s", rendered) == 1
    tomorrow = court.now.date() + timedelta(days=1)
    queued, planned = court.write("ana", topic="tips"), court.write("ana", topic="offers", not_before=tomorrow)
    assert court.became_of(queued) == (State.PLANNED, Reason.cap)
    assert web.post(f"/unsubscribe/{court.token(rendered)}", data={"everything": "1"}).status_code == 200
    court.post.answers.clear()
    for days in (0, 1, 7, 30):
        court.later(days=days)
        for message in (rendered, queued, planned):
            assert court.became_of(message) == DENIED
    assert court.post.received == []
    assert court.writes("ana", "transactional") == GONE


def test_r11_one_click_headers_are_there_signed_and_act_by_post_alone(court: Court, web: TestClient) -> None:
    use_key(court.connection, make_key(court.connection, "sur.example", "p1", court.now), court.now)
    court.clerk.letterhead = Letterhead("Sur <hello@sur.example>", "https://pauta.example", "in.sur.example")
    court.person("ana", "ES")
    court.says("ana")
    message = court.write("ana")
    court.became_of(message)
    head = re.sub(r"\r\n[ \t]+", " ", court.mail(message).split("\r\n\r\n")[0])
    token = court.token(message)
    assert f"List-Unsubscribe: <https://pauta.example/unsubscribe/{token}>, <mailto:u+{token}@in.sur.example>" in head
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    signed = re.search(r"DKIM-Signature:.*?\bh=([^;]+);", head)
    assert signed
    covered = {name.strip().lower() for name in signed[1].split(":")}
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= covered
    path = f"/unsubscribe/{token}"
    web.get(path)
    court.later(days=365)
    assert court.one("SELECT count(*) FROM consent WHERE NOT granted") == 0
    for _ in range(2):
        answer = web.post(path, content="List-Unsubscribe=One-Click", headers=FORM, follow_redirects=False)
        assert answer.status_code == 200
    assert court.one("SELECT count(*) FROM consent WHERE NOT granted") == 1
    assert court.writes("ana") == DENIED


@pytest.mark.parametrize(
    ("mail", "times", "days", "given_up"),
    [
        (HARD, 1, 0, True),
        (SOFT, 3, 0, False),
        (SOFT, 3, 4, True),
        (SHAPES["iCloud, policy"], 5, 3, False),
        (SHAPES["Delayed, not failed"], 5, 3, False),
        (SHAPES["Nothing that anybody knows"], 5, 3, False),
    ],
)
def test_r14_bounces_give_an_address_up_when_they_speak_of_it(
    sent: Office, mail: str, times: int, days: int, given_up: bool
) -> None:
    message, local, _ = first(sent)
    for number in range(times):
        come(sent, f"{mail}\n{number}", local)
        sent.later(days=days)
    assert (address_state(sent, message) == 3) is given_up


def test_r14_forged_bounces_do_nothing(sent: Office) -> None:
    message, local, _ = first(sent)
    forged = local[:-1] + ("0" if local[-1] != "0" else "1")
    come(sent, HARD, forged)
    assert address_state(sent, message) == 1
    assert sent.one("SELECT count(*) FROM event") == 0


def test_r15_a_complaint_ends_marketing_for_whoever_the_mail_went_to(sent: Office) -> None:
    message, _, message_id = first(sent)
    report = SHAPES["Abuse, the address taken out"]
    come(sent, report, "complaints", message_id)
    who = sent.one("SELECT contact_id FROM message WHERE id = %s", message)
    denied = "SELECT contact_id, channel, topic FROM consent WHERE NOT granted"
    assert sent.all(denied) == [(who, 0, "*")]
