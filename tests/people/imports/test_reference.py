"""The reference page names everything that an import takes."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer.main

from pauta.commands.imports import SUBJECTS, app
from pauta.people.imports.guessing import AttributeType

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "import.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", SUBJECTS)
def test_every_field_of_a_kind_has_its_row(kind: str) -> None:
    section = PAGE.split(f"## {kind.capitalize()}\n")[1].split("\n## ")[0]
    told = {line.split("`")[1] for line in section.splitlines() if line.startswith("| `")}
    assert told - {"consent.CHANNEL.TOPIC"} == {field.name for field in SUBJECTS[kind].fields}


def test_every_type_and_option_is_told() -> None:
    for kind in AttributeType:
        assert f"| `{kind}` |" in PAGE
    for option in typer.main.get_command(app).params:
        if option.param_type_name == "option":
            assert any(f"`{name}" in PAGE for name in (*option.opts, *option.secondary_opts)), option.name
