"""What the tests of people and of imports work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pauta.commands.imports import SUBJECTS
from pauta.core.problems import Problem
from pauta.people.imports.fields import Setting
from pauta.people.imports.mapping import Wishes
from pauta.people.imports.reading import look_through
from pauta.people.imports.rejects import RejectsFile
from pauta.people.imports.running import Doors, Tally, dry_run, plan_import, run_import
from pauta.pipeline.people import people_changed
from pauta.platform.database import connect
from tests.conftest import MONDAY


@dataclass
class Importer:
    """Imports text as if it were a file, into the test's database."""

    database: str
    folder: Path
    rejects: Path = field(init=False)

    def __post_init__(self) -> None:
        self.rejects = self.folder / "rejected.csv"

    def __call__(
        self,
        kind: str,
        text: str | bytes,
        *,
        dry: bool = False,
        resume: bool = False,
        batch: int = 20_000,
        create_accounts: bool = True,
        progress: Callable[[Tally], None] = lambda tally: None,
        **wishes: tuple[str, ...],
    ) -> Tally:
        file = self.folder / f"{kind}.csv"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        sheet = look_through(file)
        plan = plan_import(SUBJECTS[kind], sheet, Wishes(**wishes))
        doors = Doors(RejectsFile(self.rejects, sheet, _code), progress, people_changed)
        setting = Setting(MONDAY, "BR", create_accounts, batch)
        with connect(self.database, autocommit=True) as one, connect(self.database, autocommit=True) as two:
            if dry:
                return dry_run(one, plan, setting, doors)
            return run_import((one, two), plan, setting, doors, "ana", resume)

    def rows(self, query: str, *params: object) -> list[tuple[Any, ...]]:
        with connect(self.database) as connection:
            return connection.execute(query, params).fetchall()  # type: ignore[arg-type]


def _code(problem: Problem) -> str:
    return f"{problem.code}:{problem.field}"


@pytest.fixture
def importer(database: str, tmp_path: Path) -> Importer:
    """Imports CSV text on a Monday noon, for a company in Brazil."""
    return Importer(database, tmp_path)
