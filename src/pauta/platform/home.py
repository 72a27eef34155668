"""The folder in which the embedded database lives, reachable by the user that runs it."""

from __future__ import annotations

import errno
import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pauta.core.problems import Problem
from pauta.platform.binaries import server_owner

NAME = "pauta"
"""Of the role and of the database."""

SOCKET = ".s.PGSQL.5432"
"""File name of PostgreSQL's socket."""

_LONGEST_SOCKET_PATH = 107  # bytes, in Linux's struct sockaddr_un
_ROOTS_PLACE = Path("/var/lib/pauta")


@dataclass(frozen=True)
class Home:
    """The folder that holds the embedded server: programs (for root), data, socket, log and locks."""

    folder: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "postgres.log"

    @property
    def sockets(self) -> Path:
        """The folder of the socket: here, or under /tmp when the path would be longer than a socket's may be."""
        here = self.folder / "run"
        if len(os.fsencode(here / SOCKET)) <= _LONGEST_SOCKET_PATH:
            return here
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path("/tmp") / f"pauta-{server_owner().user}-{name}"

    @property
    def url(self) -> str:
        """URL of Pauta's database on this server."""
        return self.url_of(NAME)

    def url_of(self, name: str) -> str:
        """URL of a database on this server."""
        return f"postgresql://{NAME}@/{name}?host={self.sockets}"


def home_of(data_dir: Path) -> Home:
    """The embedded server's home in a data folder, made when it is not there.

    It is ``postgres`` in the data folder. Root's server runs as another user; when that user could not enter the data
    folder, the home is a folder under /var/lib/pauta and ``postgres`` is a link to it.
    """
    data_dir = usable(data_dir)
    place = data_dir / "postgres"
    if place.exists() and place.lstat().st_uid != os.geteuid():
        raise Problem(
            "data_of_other_user", field="data_dir", folder=str(data_dir), user=_user_name(place.lstat().st_uid)
        )
    if not place.exists():
        if os.geteuid() == 0 and not _anyone_can_enter(data_dir):
            _ROOTS_PLACE.mkdir(mode=0o711, parents=True, exist_ok=True)
            elsewhere = Path(tempfile.mkdtemp(prefix="postgres-", dir=_ROOTS_PLACE))
            elsewhere.chmod(0o711)
            place.symlink_to(elsewhere)
        else:
            place.mkdir(mode=0o711)
    return Home(place.resolve())


def usable(data_dir: Path) -> Path:
    """The data folder, made when it is not there; a Problem when this user cannot write to it."""
    try:
        if not data_dir.exists():
            data_dir.mkdir(parents=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        if not os.access(data_dir, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise Problem("data_dir_unusable", field="data_dir", folder=data_dir, why=error.strerror) from None
    return data_dir.absolute()


def _user_name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _anyone_can_enter(folder: Path) -> bool:
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.resolve().parents))
