"""Reads the golden cases: cases in the gate's JSON format, each with a name and what is expected of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

FOLDER = Path(__file__).parents[2] / "cases" / "gate"
BESIDE_THE_CASE = ("name", "expect", "problem")


def golden_cases(*, bad: bool = False) -> dict[str, Json]:
    """Every golden case by file and name; with ``bad`` those that have to be refused instead."""
    cases: dict[str, Json] = {}
    for file in sorted(FOLDER.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            if ("problem" in case) == bad:
                cases[f"{file.stem}: {case['name']}"] = case
    return cases


def plain(case: Json) -> Json:
    """The case alone, as a person would write it."""
    return {name: value for name, value in case.items() if name not in BESIDE_THE_CASE}


def unexpected(expected: list[Json], answers: list[Json]) -> list[str]:
    """What the answers say otherwise than expected; an expectation may be silent on some fields."""
    if [wanted["id"] for wanted in expected] != [answer["id"] for answer in answers]:
        return [f"answers for {[answer['id'] for answer in answers]}"]
    return [
        f"{wanted['id']}.{name}: {value!r} expected, {answer[name]!r} answered"
        for wanted, answer in zip(expected, answers, strict=True)
        for name, value in wanted.items()
        if answer[name] != value
    ]
