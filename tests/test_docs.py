"""The documentation tells the truth: the headings that must be there are, links lead somewhere, examples parse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from pauta.cli import COMMANDS, app
from pauta.core.gate.policies import KINDS
from pauta.core.gate.reasons import Reason
from pauta.core.law import Basis, basis_of
from pauta.platform.settings import Settings, declared
from pauta.team.roles import ROLES, Right
from pauta.web.app import create_app
from pauta.web.reference import groups

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
JSON = re.compile(r"^```json\n(.+?)^```", re.MULTILINE | re.DOTALL)


def headings(page: str) -> list[str]:
    """The headings of a page of the reference, without their marks."""
    text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    return [line.lstrip("#").strip().replace("`", "") for line in text.splitlines() if line.startswith("#")]


def commands() -> Iterator[str]:
    """Every command that can be run."""
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    for name in COMMANDS:
        command = group.get_command(None, name)  # type: ignore[arg-type]
        if isinstance(command, TyperGroup):
            yield from (f"pauta {name} {below}" for below in command.commands)
        else:
            yield f"pauta {name}"


def test_every_reason_has_its_heading() -> None:
    assert [one for one in headings("reasons.md") if one in set(Reason)] == list(Reason)


def test_every_policy_kind_has_its_heading() -> None:
    assert set(KINDS) <= set(headings("policies.md"))


def test_every_setting_has_its_heading() -> None:
    assert {name for name, _, _ in declared()} <= set(headings("settings.md"))


def test_every_right_and_role_has_its_heading() -> None:
    told = headings("roles.md")
    assert [one for one in told if one in set(Right)] == [right.value for right in Right]
    assert [one for one in told if one in ROLES] == list(ROLES)


def test_every_command_has_its_heading_and_no_other() -> None:
    assert [one for one in headings("cli.md") if one.startswith("pauta ")] == list(commands())


def test_every_request_has_its_heading_and_no_other() -> None:
    described = groups(create_app(Settings()).openapi())
    routes = {f"{one['method']} {one['path']}" for group in described for one in group["operations"]}
    assert {one for one in headings("api.md") if "/api/v1/" in one} == routes


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere_and_examples_parse(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    prose = re.sub(r"```.+?```", "", text, flags=re.DOTALL)
    for target in LINK.findall(prose):
        if not target.startswith(("http://", "https://", "#", "mailto:")):
            assert (page.parent / target.split("#")[0]).exists(), target
    for example in JSON.findall(text):
        json.loads(example)


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial/first-campaign.md"])
def test_those_whom_the_first_campaign_is_for_may_get_it(page: str) -> None:
    bases = re.findall(r'consent\.basis=([^"\s]+[^"\n]*?)(?:"|\s)', (ROOT / page).read_text(encoding="utf-8"))
    assert bases
    assert {basis_of(one) for one in bases} == {Basis.express}
