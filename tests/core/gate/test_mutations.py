"""The list of things to break on purpose stays in step with the gate; breaking them takes a minute or two."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.gate import mutations
from tests.core.gate.mutation_list import MUTATIONS, Mutation
from tests.core.gate.reference_rules import ORDER


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[mutation.what for mutation in MUTATIONS])
def test_what_is_to_be_broken_is_still_there(mutation: Mutation) -> None:
    source = (mutations.SOURCE / "pauta/core" / mutation.file).read_text(encoding="utf-8")
    assert source.count(mutation.old) == 1


def test_every_rule_kind_is_broken() -> None:
    assert {mutation.what.split(":")[0] for mutation in MUTATIONS} >= set(ORDER)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_whatever_is_broken_is_noticed(tmp_path: Path) -> None:
    assert mutations.survivors(MUTATIONS, tmp_path / "src") == []
