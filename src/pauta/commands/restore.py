"""``pauta restore``: a backup into an empty database, whole or not at all."""

from __future__ import annotations

import json
import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Annotated

import typer

from pauta import migrations
from pauta.commands.backup import DUMP, FORMAT, MANIFEST, run_client
from pauta.commands.session import language
from pauta.core.problems import Problem
from pauta.platform import database
from pauta.platform.embedded import running_database
from pauta.platform.settings import Settings, load
from pauta.platform.words import tell

app = typer.Typer(rich_markup_mode=None)


@app.command()
def read_backup(file: Annotated[Path, typer.Argument(help="File that pauta backup wrote.")]) -> None:
    """Fill an empty database from a backup."""
    settings = load()
    manifest = restore(settings, file)
    typer.echo(tell("backup.restored", language(settings), made=manifest["made"]))


def restore(settings: Settings, file: Path) -> Mapping[str, object]:
    """Fill an empty database from a backup, in one transaction, and bring it to the newest schema; return the manifest.

    A Problem when the file is not a backup, was made by a newer Pauta, or when the database already holds tables.
    """
    with tempfile.TemporaryDirectory(prefix="pauta-restore-") as folder:
        manifest = _opened(file, Path(folder))
        with running_database(settings) as url:
            _refuse_unless_empty(url)
            arguments = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
            run_client(settings, url, "pg_restore", [*arguments, str(Path(folder) / DUMP)], "restore_failed", file)
            migrations.upgrade(url)
    return manifest


def _opened(file: Path, folder: Path) -> dict[str, object]:
    """The manifest of a backup, whose dump is written to a folder."""
    try:
        with tarfile.open(file) as archive:
            manifest = json.loads(_member(archive, MANIFEST).read())
            with (folder / DUMP).open("wb") as dump:
                shutil.copyfileobj(_member(archive, DUMP), dump)
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise Problem("backup_unreadable", field=str(file), why=str(error)) from None
    if manifest["format"] > FORMAT:
        raise Problem("backup_newer", field=str(file), version=manifest["pauta"])
    return dict(manifest)


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    found = archive.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def _refuse_unless_empty(url: str) -> None:
    with database.connect(url) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') LIMIT 1"
        ).fetchone()
    if found:
        raise Problem("restore_not_empty", field="database_url")
