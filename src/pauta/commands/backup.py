"""``pauta backup`` and ``pauta restore``: the whole database in one file, written or restored whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pauta.core.problems import Problem
from pauta.platform import database
from pauta.platform.binaries import locate, programs_in
from pauta.platform.clock import Clock
from pauta.platform.embedded import running_database
from pauta.platform.home import home_of
from pauta.platform.settings import Settings

_MANIFEST = "manifest.json"
_DUMP = "database.dump"
_FORMAT = 1


def backup(settings: Settings, file: Path) -> None:
    """Write everything that the database holds to a new file, as it is at one moment; work may go on meanwhile.

    The file is a tar archive of a manifest and a dump in pg_dump's own format. A Problem when the file exists or when
    the dump fails; then no file is left.
    """
    if file.exists():
        raise Problem("backup_exists", field=str(file))
    manifest = {
        "format": _FORMAT,
        "pauta": version("pauta"),
        "made": Clock(settings.clock_file).now().isoformat(timespec="seconds"),
    }
    try:
        with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".backup-") as folder:
            dump = Path(folder) / _DUMP
            with running_database(settings) as url:
                arguments = ["--format=custom", "--no-owner", "--no-privileges", f"--file={dump}"]
                _run(settings, url, "pg_dump", arguments, "backup_failed", file)
            (Path(folder) / _MANIFEST).write_text(json.dumps(manifest))
            unfinished = Path(folder) / "backup"
            with tarfile.open(unfinished, "w") as archive:
                for name in (_MANIFEST, _DUMP):
                    archive.add(Path(folder) / name, name)
            _to_disk(unfinished)
            os.link(unfinished, file)  # unlike a rename, it fails when the name was taken meanwhile
    except FileExistsError:
        raise Problem("backup_exists", field=str(file)) from None
    except OSError as error:
        raise Problem("backup_failed", field=str(file), why=error.strerror) from None


def restore(settings: Settings, file: Path) -> Mapping[str, object]:
    """Fill an empty database from a backup, in one transaction; return the backup's manifest.

    A Problem when the file is not a backup, was made by a newer Pauta, or when the database already holds tables.
    """
    with tempfile.TemporaryDirectory(prefix="pauta-restore-") as folder:
        manifest = _opened(file, Path(folder))
        with running_database(settings) as url:
            _refuse_unless_empty(url)
            arguments = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
            _run(settings, url, "pg_restore", [*arguments, str(Path(folder) / _DUMP)], "restore_failed", file)
    return manifest


def _opened(file: Path, folder: Path) -> dict[str, object]:
    """The manifest of a backup, whose dump is written to a folder."""
    try:
        with tarfile.open(file) as archive:
            manifest = json.loads(_member(archive, _MANIFEST).read())
            with (folder / _DUMP).open("wb") as dump:
                shutil.copyfileobj(_member(archive, _DUMP), dump)
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise Problem("backup_unreadable", field=str(file), why=str(error)) from None
    if manifest["format"] > _FORMAT:
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


def _run(settings: Settings, url: str, name: str, arguments: Sequence[str], failure: str, file: Path) -> None:
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
    for programs in ([programs_in(Path(found).parent)] if found else []) + [
        locate(home_of(settings.data_dir).folder)
    ]:
        if programs.major >= major and Path(programs.path(name)).exists():
            return programs.path(name)
    raise Problem("program_missing", field="database_url", program=name, major=major)


def _to_disk(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
