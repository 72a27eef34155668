"""Every door of the API against every role: the right that the reference names lets in, and nothing else does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pauta.team.roles import ROLES, Right
from tests.web.conftest import Call

REFERENCE = (Path(__file__).parents[2] / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
DOORS = re.findall(r"^### `(\w+) /api/v1(\S+)`\n\n(.*?)(?=^#|\Z)", REFERENCE, re.MULTILINE | re.DOTALL)
NEEDED = [
    (method, path, Right(found[1]))
    for method, path, told in DOORS
    if (found := re.search(r"Right: `([a-z.]+)`(?! or)", told)) is not None
]
OWN = {
    *("GET /session", "POST /session", "PATCH /session", "DELETE /session", "GET /session/demo"),
    *("POST /session/reset", "POST /session/link", "POST /session/password", "GET /inbox", "POST /inbox/read"),
    *("POST /tasks/{task_id}/done", "POST /campaigns/{name}/withdraw"),
}
"""Whoever signs in, what is theirs, and what more than one right opens."""


def test_few_doors_need_no_right() -> None:
    assert {f"{method} {path}" for method, path, _ in DOORS} - {f"{method} {path}" for method, path, _ in NEEDED} == OWN


@pytest.mark.parametrize("role", ROLES)
def test_each_role_passes_the_doors_of_its_rights(call: Call, role: str) -> None:
    refused = set()
    for method, path, right in NEEDED:
        sent = {} if method in ("GET", "DELETE") else {"json": {}}
        answer = call(method, re.sub(r"{\w+}", "1", path), role=role, **sent)
        assert answer.status_code < 500, (method, path, answer.text)
        if answer.status_code == 403 and answer.json()["code"] == "right_missing":
            refused.add((method, path, right))
    assert refused == {door for door in NEEDED if door[2] not in ROLES[role]}
