"""Mails that answer to nothing: who sees them, how long, and that an erasure finds them."""

from __future__ import annotations

import pytest

from pauta.people.actions import ContactValues, upsert_contact
from pauta.pipeline import unmatched
from pauta.pipeline.reported import unread
from pauta.privacy.erasing import erase
from pauta.privacy.retention import remove_old
from tests.pipeline.office import Office
from tests.pipeline.test_incoming import come, sent
from tests.web.conftest import Call

__all__ = ["sent"]


def test_what_answers_to_nothing_is_kept_once_for_a_while_and_shown(sent: Office, call: Call) -> None:
    mail = "From: Eva <eva@elsewhere.example>\nSubject: =?utf-8?q?Reclama=C3=A7=C3=A3o?=\n\nWho are you?\0"
    for _ in range(2):
        assert come(sent, mail, "complaints") == ""
    (told,) = call("GET", "/mails/unmatched").json()
    assert told["kind"] == "reply"
    assert "Who are you?" in told["text"]
    assert "Subject: Reclamação" in told["text"]
    assert unread(sent.connection, 9) == []
    sent.connection.commit()
    sent.run("SELECT setval('contact_id_seq', 100)")
    upsert_contact(sent.connection, ContactValues(external_id="eva", email="eva@elsewhere.example"), sent.now)
    erase(sent.connection, "eva", sent.now, actor="user:ana@pauta.example", reason="asked")
    sent.connection.commit()
    assert "eva@elsewhere" not in call("GET", "/mails/unmatched").text
    sent.later(days=91)
    remove_old(sent.connection, sent.now)
    sent.connection.commit()
    assert call("GET", "/mails/unmatched").json() == []


REPORT = """From: fbl@isp.example
Subject: =?x-none?q?odd?=
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=x

--x
Content-Type: text/plain

Somebody complained.
--x
Content-Type: message/feedback-report

Feedback-Type: abuse
Original-Rcpt-To: eva@elsewhere.example
--x
Content-Type: message/rfc822

From: news@other.example
Subject: =?utf-8?q?Ol=C3=A1?=

Hello
--x--
"""


def test_what_a_report_encloses_is_shown_with_it(sent: Office, call: Call) -> None:
    come(sent, REPORT, "complaints")
    (told,) = call("GET", "/mails/unmatched").json()
    assert told["kind"] == "complaint"
    for said in ("odd", "Somebody complained.", "Original-Rcpt-To: eva@elsewhere.example", "Subject: Olá", "Hello"):
        assert said in told["text"]


def test_whoever_writes_without_end_fills_no_disk(sent: Office, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unmatched, "MOST", 2)
    for number in range(4):
        come(sent, f"From: Eva <eva@elsewhere.example>\nSubject: {number}\n\nspam", "complaints")
    assert ["Subject: 3" in one["text"] for one in call("GET", "/mails/unmatched").json()] == [True, False]
    assert sent.one("SELECT count(*) FROM provider_report") == 2
