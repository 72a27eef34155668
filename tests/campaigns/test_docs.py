from __future__ import annotations

from pathlib import Path

import pytest

from pauta.campaigns.actions import FIELDS
from pauta.campaigns.filters import FIELDS as FILTER_FIELDS
from pauta.campaigns.filters import OPERATORS
from pauta.core.gate.vocabulary import CHANNELS, TYPES
from pauta.messages.states import State

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("word", [*FIELDS, *FILTER_FIELDS, *OPERATORS, *TYPES, *CHANNELS])
def test_the_reference_of_campaigns_has_every_field_and_operator(word: str) -> None:
    assert f"`{word}`" in (REFERENCE / "campaigns.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("state", [state.name.lower() for state in State])
def test_the_reference_of_messages_has_every_state(state: str) -> None:
    assert f"| `{state}` |" in (REFERENCE / "messages.md").read_text(encoding="utf-8")
