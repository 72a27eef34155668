"""``pauta backup``: the whole database in one file, written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pauta.commands.session import language
from pauta.core.problems import Problem
from pauta.platform import database
from pauta.platform.binaries import locate, programs_in
from pauta.platform.clock import Clock
from pauta.platform.embedded import running_database
from pauta.platform.home import home_of
from pauta.platform.settings import Settings, load
from pauta.platform.words import tell

app = typer.Typer(rich_markup_mode=None)

MANIFEST = "manifest.json"
DUMP = "database.dump"
FORMAT = 1
"""Names of a backup's two members, and the number of its layout."""


@app.command()
def make_backup(file: Annotated[Path, typer.Argument(help="New file to write the backup to.")]) -> None:
    """Write everything that the database holds to a file."""
    settings = load()
    backup(settings, file)
    megabytes = round(file.stat().st_size / 1e6, 1)
    typer.echo(tell("backup.done", language(settings), file=file, megabytes=megabytes))


def backup(settings: Settings, file: Path) -> None:
    """Write everything that the database holds to a new file, as it is at one moment; work may go on meanwhile.

    The file is a tar archive of a manifest and a dump in pg_dump's own format. A Problem when the file exists or when
    the dump fails; then no file is left.
    """
    if file.exists():
        raise Problem("backup_exists", field=str(file))
    manifest = {
        "format": FORMAT,
        "pauta": version("pauta"),
        "made": Clock(settings.clock_file).now().isoformat(timespec="seconds"),
    }
    try:
        with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".backup-") as folder:
            dump = Path(folder) / DUMP
            with running_database(settings) as url:
                arguments = ["--format=custom", "--no-owner", "--no-privileges", f"--file={dump}"]
                run_client(settings, url, "pg_dump", arguments, "backup_failed", file)
            (Path(folder) / MANIFEST).write_text(json.dumps(manifest))
            unfinished = Path(folder) / "backup"
            with tarfile.open(unfinished, "w") as archive:
                for name in (MANIFEST, DUMP):
                    archive.add(Path(folder) / name, name)
            _to_disk(unfinished)
            os.link(unfinished, file)  # unlike a rename, it fails when the name was taken meanwhile
    except FileExistsError:
        raise Problem("backup_exists", field=str(file)) from None
    except OSError as error:
        raise Problem("backup_failed", field=str(file), why=error.strerror) from None


def run_client(settings: Settings, url: str, name: str, arguments: Sequence[str], failure: str, file: Path) -> None:
    """Run one of PostgreSQL's client programs on a database; its password does not show in the list of processes."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    ran = subprocess.run(
        [_program(settings, url, name), f"--dbname={make_conninfo('', **parts)}", *arguments],
        env={**os.environ, **({"PGPASSWORD": str(password)} if password else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        raise Problem(failure, field=str(file), why=ran.stderr.strip().split("\n")[0])


def _program(settings: Settings, url: str, name: str) -> str:
    """A client program no older than the server: the embedded server's own; for another server the system's first,
    because those of the wheel know no TLS."""
    with database.connect(url) as connection:
        major = connection.info.server_version // 10_000
    found = shutil.which(name) if settings.database_url else None
    for programs in ([programs_in(Path(found).parent)] if found else []) + [locate(home_of(settings.data_dir).folder)]:
        if programs.major >= major and Path(programs.path(name)).exists():
            return programs.path(name)
    raise Problem("program_missing", field="database_url", program=name, major=major)


def _to_disk(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
