"""The reference of policies tells the truth: a heading for each kind, every field of it, and examples that hold."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from pauta.core.gate.policies import KINDS, Filter
from pauta.core.gate.policy_document import parse_policy
from pauta.policies.sentences import sentence

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "policies.md").read_text(encoding="utf-8")
SECTIONS = {part.split("\n", 1)[0]: part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]}
EXAMPLES = re.findall(r"```json\n(.+?)\n```\n\n> (.+)\n", PAGE)
JSON_NAMES = {"condition": "while", "event": "after", "apart_from": "from", "account": "scope"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_heading_with_all_fields_and_an_example(kind: str) -> None:
    section = SECTIONS[kind]
    told = set(re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE))
    meant = {JSON_NAMES.get(field.name, field.name) for field in fields(KINDS[kind])} - {"name"}
    assert told == meant
    assert f'"kind": "{kind}"' in section


def test_kinds_stand_in_the_order_in_which_the_gate_asks_them() -> None:
    assert [name for name in SECTIONS if name in KINDS] == list(KINDS)


def test_every_field_of_a_filter_is_told() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", SECTIONS["Filters"], flags=re.MULTILINE))
    assert told == {field.name for field in fields(Filter) if not field.name.startswith("except_")}


@pytest.mark.parametrize(("example", "told"), EXAMPLES)
def test_every_example_is_valid_and_reads_as_told(example: str, told: str) -> None:
    rule = json.loads(example)
    parse_policy(rule)
    assert sentence(rule, "en") == told


def test_there_is_an_example_for_each_kind() -> None:
    assert {json.loads(example)["kind"] for example, _ in EXAMPLES} == set(KINDS)
