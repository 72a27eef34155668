"""Cases as text: one document or one a line, in three languages, with one clear refusal."""

from __future__ import annotations

import json

import pytest

from pauta.core.gate.case import decide_case, explain_text
from pauta.core.problems import Problem

CASE = {
    "today": "2026-11-23",
    "zone": "America/Sao_Paulo",
    "accounts": [{"id": None, "contacts": [{"id": "ana"}, {"id": "bruno"}]}],
    "open": [{"id": "m1", "contact": "ana"}, {"id": "m2", "contact": "bruno"}],
}


def test_one_document_gives_one_list() -> None:
    answers = json.loads(explain_text(json.dumps(CASE, indent=2)))
    assert [answer["id"] for answer in answers] == ["m1", "m2"]
    assert list(answers[0]) == [
        "id",
        "verdict",
        "day",
        "at",
        "channel",
        "reason",
        "rule",
        "earliest",
        "winners",
        "closed",
        "text",
    ]


def test_one_case_a_line_gives_one_list_a_line() -> None:
    lines = explain_text(f"{json.dumps(CASE)}\n\n{json.dumps({**CASE, 'open': []})}\n").splitlines()
    assert [len(json.loads(line)) for line in lines] == [2, 0]


def test_now_is_midnight_of_today_unless_given() -> None:
    assert decide_case(CASE)[0]["at"] == "2026-11-23T03:00:00Z"
    assert decide_case({**CASE, "now": "2026-11-23T12:34:56.789Z"})[0]["at"] == "2026-11-23T12:34:56Z"


def test_today_is_the_local_date_of_now_unless_given() -> None:
    case = {**CASE, "today": None, "now": "2026-11-24T01:00:00Z", "touches": [{"id": "t", "contact": "ana", "day": 0}]}
    case["policies"] = [{"kind": "cap", "name": "one a day", "limit": 1, "days": 1}]
    assert [answer["day"] for answer in decide_case(case)] == [1, 0]
    assert decide_case(case)[0]["at"] == "2026-11-24T12:00:00Z"


def test_contacts_of_an_account_without_id_stand_alone() -> None:
    cap = {"kind": "cap", "name": "one per company", "limit": 1, "days": 1, "scope": "account"}
    assert [answer["day"] for answer in decide_case({**CASE, "policies": [cap]})] == [0, 0]
    together = [{"id": "acme", "contacts": [{"id": "ana"}, {"id": "bruno"}]}]
    assert [answer["day"] for answer in decide_case({**CASE, "policies": [cap], "accounts": together})] == [0, 1]


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("", "gate_not_json", "line 1"),
        ('{"today": "2026-11-23"}\n{nonsense\n', "gate_not_json", "line 2"),
        ('{"today": "2026-11-23"}\n{"today": 7}\n', "gate_not_text", "line 2.today"),
        ("[]", "gate_not_object", "document"),
        ("{}", "gate_missing", "today"),
    ],
)
def test_bad_text_is_refused_by_its_place(text: str, code: str, field: str) -> None:
    with pytest.raises(Problem) as refused:
        explain_text(text)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        explain_text(json.dumps(CASE), "fr")
    assert refused.value.code == "gate_unknown_language"
