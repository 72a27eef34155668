"""The company of the benchmarks in a PostgreSQL of its own, with the settings of an installation."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pauta import migrations
from pauta.platform.embedded import owned_server
from pauta.platform.home import home_of


@contextmanager
def installation() -> Iterator[tuple[Path, str]]:
    """A new data folder with a running, migrated, empty database; its URL."""
    with tempfile.TemporaryDirectory(prefix="pauta-bench-") as folder:
        Path(folder).chmod(0o711)
        data_dir = Path(folder) / "pauta"
        home = home_of(data_dir)
        with owned_server(home):
            migrations.upgrade(home.url)
            yield data_dir, home.url


def store(url: str, contacts: int, now: datetime, *, policies: bool = True) -> None:
    """Write the company, in a process of its own, whose memory is none of the benchmark's."""
    words = [url, str(contacts), now.isoformat(), "policies" if policies else "free"]
    subprocess.run([sys.executable, "-m", "bench.storing", *words], check=True)
