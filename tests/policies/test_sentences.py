"""Every kind of policy reads as one sentence, in every language."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from pauta.core.gate.policies import KINDS
from pauta.policies.sentences import LANGUAGES, sentence

RULES: list[tuple[dict[str, Any], str]] = [
    (
        {"kind": "cap", "limit": 2, "days": 7, "held": {"except_types": ["transactional"]}}
        | {"counts": {"except_types": ["transactional"]}},
        "At most 2 messages a week per person, transactional ones not counted",
    ),
    ({"kind": "cap", "limit": 1, "days": 1, "scope": "account"}, "At most 1 message a day per company"),
    (
        {"kind": "cap", "limit": 1, "window": "month", "held": {"types": ["promotional"]}},
        "At most 1 message a calendar month per person; it holds only promotional messages",
    ),
    (
        {"kind": "hold", "while": "open_complaint", "scope": "account", "held": {"types": ["promotional"]}},
        "While the condition “open_complaint” stands, no promotional messages, for the whole company",
    ),
    (
        {"kind": "hold", "after": "ticket_closed_unhappy", "days": 7},
        "No messages in the 7 days from “ticket_closed_unhappy” on, per person",
    ),
    (
        {"kind": "spacing", "days": 1, "held": {"teams": ["success"]}, "from": {"topics": ["launch", "event"]}},
        "Never on the same day: messages from “success” and messages about “launch” or “event”, per person",
    ),
    (
        {"kind": "spacing", "days": 3, "held": {"channels": ["call"]}, "from": {"except_urgent": True}},
        "At least 3 days between messages by phone call and messages (except those that are urgent), per person",
    ),
    (
        {"kind": "guard", "held": {"topics": ["tips"]}, "stages": ["adoption"], "segments": ["power-user"]},
        "Messages about “tips” only to people in stage “adoption” and segment “power-user”",
    ),
    ({"kind": "channel", "channel": "sms", "only": {"urgent": True}}, "By SMS only messages that are urgent"),
    (
        {"kind": "time", "hours": ["08:00", "18:00"], "weekdays": [1, 2, 3, 4, 5], "holidays": True}
        | {"dates": ["2026-12-24"], "held": {"except_types": ["transactional"]}},
        "Messages (except transactional ones) only from 08:00 to 18:00 local time, on Monday to Friday, "
        "outside public holidays, not on Dec 24, 2026",
    ),
    (
        {"kind": "time", "dates": ["2026-12-01", "2026-12-02"], "held": {"topics": ["launch"]}},
        "No messages about “launch” on Dec 1, 2026 or Dec 2, 2026",
    ),
    ({"kind": "time", "weekdays": [6, 1]}, "Messages only on Monday and Saturday"),
    ({"kind": "concurrency", "limit": 3}, "Each person is in at most 3 campaigns at a time"),
    (
        {"kind": "mix", "type": "promotional", "percent": 20, "days": 30},
        "Of the messages in 30 days, at most 20 percent are promotional, per person, from 5 messages on",
    ),
    (
        {"kind": "capacity", "channel": "email", "limit": 5000, "per": "day", "active": False},
        "At most 5000 messages by e-mail a day, across all companies (switched off)",
    ),
]


@pytest.mark.parametrize(("rule", "expected"), RULES)
def test_a_policy_reads_as_a_sentence(rule: dict[str, Any], expected: str) -> None:
    assert sentence(rule, "en") == expected


@pytest.mark.parametrize("language", ["es", "pt-BR"])
@pytest.mark.parametrize(("rule", "english"), RULES)
def test_every_sentence_exists_in_the_other_languages(rule: dict[str, Any], english: str, language: str) -> None:
    told = sentence(rule, language)
    assert told != english
    assert "{" not in told


def test_every_kind_is_among_them() -> None:
    assert {rule["kind"] for rule, _ in RULES} == set(KINDS)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("es", "Como máximo 2 mensajes a la semana por persona, sin contar los transaccionales"),
        ("pt-BR", "No máximo 2 mensagens por semana por pessoa, sem contar as transacionais"),
    ],
)
def test_the_first_one_in_spanish_and_portuguese(language: str, expected: str) -> None:
    assert sentence(RULES[0][0], language) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            {"kind": "cap", "limit": 1, "days": 1, "counts": {"types": ["promotional", "operational"]}},
            "Como máximo 1 mensaje promocional u operativo al día por persona; retiene solo mensajes",
        ),
        (
            {"kind": "cap", "limit": 1, "days": 7, "held": {"urgent": False}, "counts": {"urgent": False}},
            "Como máximo 1 mensaje no urgente a la semana por persona",
        ),
        (
            {"kind": "guard", "held": {"topics": ["tips"]}, "stages": ["closed", "oro"]},
            "Mensajes sobre «tips» solo a personas en la etapa «cierre» u «oro»",
        ),
        (
            {
                "kind": "capacity",
                "channel": "email",
                "limit": 9,
                "per": "day",
                "counts": {"except_topics": ["news", "ideas"]},
            },
            "Como máximo 9 mensajes por correo electrónico al día, sumando todas las empresas, "
            "sin contar los que tratan de «news» o «ideas»",
        ),
    ],
)
def test_spanish_minds_number_and_sound(rule: dict[str, Any], expected: str) -> None:
    assert sentence(rule, "es") == expected


def test_the_catalogues_have_the_same_keys() -> None:
    folder = files("pauta.policies").joinpath("words")
    shapes = [_shape(json.loads(folder.joinpath(f"{name}.json").read_text(encoding="utf-8"))) for name in LANGUAGES]
    assert shapes[0] == shapes[1] == shapes[2]


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    return len(value) if isinstance(value, list) else "text"
