"""``pauta import``: accounts, contacts, touches, consents, conditions and more, from CSV files."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from pauta.commands.ready import ready_database
from pauta.commands.session import language, whoever_asks
from pauta.core.problems import Problem
from pauta.events.imports import Conditions, Events
from pauta.messages.touches import Touches
from pauta.people.imports.accounts import Accounts
from pauta.people.imports.consents import Consents
from pauta.people.imports.contacts import Contacts
from pauta.people.imports.fields import Setting, Subject
from pauta.people.imports.mapping import Wishes
from pauta.people.imports.preferences import Preferences
from pauta.people.imports.reading import look_through
from pauta.people.imports.rejects import RejectsFile
from pauta.people.imports.running import Doors, Plan, Tally, dry_run, plan_import, run_import
from pauta.people.imports.suppressions import Suppressions
from pauta.pipeline.people import people_changed
from pauta.platform import database
from pauta.platform.clock import Clock, monotonic
from pauta.platform.disk import require_room, room
from pauta.platform.settings import Settings, load
from pauta.platform.words import say, tell
from pauta.team.roles import Right

SUBJECTS: dict[str, Subject] = {
    subject.kind: subject
    for subject in (
        *(Accounts(), Contacts(), Touches(), Consents()),
        *(Preferences(), Suppressions(), Conditions(), Events()),
    )
}
"""Everything that can be imported, by the word after ``pauta import``."""

NOTHING_TAKEN = 1
"""Exit code when every row was rejected."""

_Texts = list[str] | None

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def import_file(
    kind: Annotated[str, typer.Argument(help=f"What the rows are: {', '.join(SUBJECTS)}.")],
    file: Annotated[Path, typer.Argument(help="The CSV file, with a header line.")],
    maps: Annotated[_Texts, typer.Option("--map", help="column=field, column=attribute or column=ignore.")] = None,
    sets: Annotated[_Texts, typer.Option("--set", help="field=value: the same for every row.")] = None,
    computes: Annotated[
        _Texts, typer.Option("--compute", help="field=template with {column} and {row}, as in {row}@example.test.")
    ] = None,
    types: Annotated[
        _Texts, typer.Option("--type", help="column=type of an attribute, or of a date, instead of the guess.")
    ] = None,
    where: Annotated[
        _Texts, typer.Option("--where", help="Take only rows for which column=value (!=, <, <=, >, >=).")
    ] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen; write nothing.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an import that was interrupted.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before writing.")] = False,
    create_accounts: Annotated[
        bool, typer.Option("--create-accounts/--no-create-accounts", help="Make accounts that contacts name.")
    ] = True,
    delimiter: Annotated[str | None, typer.Option(help="Between cells, instead of the guess: , ; tab |")] = None,
    encoding: Annotated[str | None, typer.Option(help="Of the file, instead of the guess: utf-8, latin-1.")] = None,
    rejects: Annotated[Path | None, typer.Option(help="Where rejected rows go, with their reasons.")] = None,
) -> None:
    """Import rows of a CSV file. Importing the same file again changes nothing."""
    settings = load()
    lang = language(settings)
    subject = _subject(kind)
    wishes = Wishes(*(tuple(texts or ()) for texts in (maps, sets, computes, types, where)))
    plan = plan_import(subject, look_through(file, encoding, delimiter), wishes)
    typer.echo("\n".join(describe(plan, lang)), err=True)
    if not (dry or yes) and sys.stdin.isatty() and not typer.confirm(tell("import.ask", lang), err=True):
        raise typer.Abort
    rejects_file = RejectsFile(
        rejects or Path(f"{file.stem}.rejected.csv"), plan.sheet, lambda problem: say(problem, lang)
    )
    doors = Doors(rejects_file, _Progress(plan.rows, lang, settings), people_changed)
    require_room(settings)
    with ready_database(settings) as url, database.connect(url, autocommit=True) as connection:
        asking = whoever_asks(connection)
        asking.require(Right.PEOPLE_WRITE)
        country = connection.execute("SELECT country FROM company").fetchone()
        setting = Setting(
            Clock(settings.clock_file).now(), country[0] if country else None, create_accounts, settings.import_batch
        )
        if dry:
            tally = dry_run(connection, plan, setting, doors)
        else:
            with database.connect(url, autocommit=True) as second:
                tally = run_import((connection, second), plan, setting, doors, asking.actor, resume)
    typer.echo("\n".join(summary(tally, rejects_file.path, lang, dry=dry)))
    if tally.rejected and tally.rejected == tally.done - tally.left_out:
        raise typer.Exit(NOTHING_TAKEN)


def describe(plan: Plan, lang: str) -> Iterable[str]:
    """What the import is going to make of each column, in lines."""
    sheet, assignment = plan.sheet, plan.assignment
    delimiter = "tab" if sheet.delimiter == "\t" else sheet.delimiter
    yield tell("import.file", lang, file=sheet.path.name, rows=plan.rows, encoding=sheet.encoding, delimiter=delimiter)
    width = max(map(len, [*assignment.given, *(column.name for column in assignment.attributes), ""])) + 2
    for recipe in assignment.recipes:
        yield f"  {recipe.field.name:<{width}}{recipe.origin}" + (f"  ({recipe.order})" if recipe.order else "")
    for name, source in plan.subject.implied(assignment.given).items():
        yield "  " + tell("import.implied", lang, field=name, source=source)
    if assignment.attributes:
        yield tell("import.attributes", lang)
    for column in assignment.attributes:
        yield f"  {column.name:<{width}}{column.type}"
    if assignment.ignored:
        yield tell("import.ignored", lang, columns=", ".join(assignment.ignored))


def summary(tally: Tally, rejects: Path, lang: str, *, dry: bool) -> Iterable[str]:
    """What became of the rows, in lines."""
    if dry:
        yield tell("import.dry", lang)
    counts = ("done", "created", "changed", "unchanged", "rejected", "left_out")
    yield tell("import.rows", lang, **{name: getattr(tally, name) for name in counts})
    for code, count in sorted(tally.notes.items()):
        yield "  " + tell(f"import.{code.removeprefix('import_')}", lang, count=count)
    if tally.rejected:
        yield tell("import.rejects", lang, file=rejects)


def _subject(kind: str) -> Subject:
    if kind not in SUBJECTS:
        raise Problem("import_kind_unknown", "kind", kind=kind, kinds=", ".join(SUBJECTS))
    return SUBJECTS[kind]


class _Progress:
    """A line on standard error after every batch; on a terminal the same line again. A Problem when the disk is nearly
    full and there is more to come."""

    def __init__(self, rows: int, lang: str, settings: Settings) -> None:
        self._rows = rows
        self._settings = settings
        self._lang = lang
        self._began = monotonic()

    def __call__(self, tally: Tally) -> None:
        rate = int(tally.done / max(monotonic() - self._began, 1e-6))
        line = tell(
            "import.progress",
            self._lang,
            done=tally.done,
            rows=self._rows,
            percent=100 * tally.done // self._rows,
            rate=rate,
            rejected=tally.rejected,
        )
        at_end = tally.done >= self._rows
        print(
            f"\r{line}" if sys.stderr.isatty() else line,
            end="" if sys.stderr.isatty() and not at_end else "\n",
            file=sys.stderr,
        )
        found = room(self._settings)
        if found.short and not at_end:
            raise Problem("import_disk_short", folder=str(found.folder), free=found.free_mb, done=tally.done)
