"""What most commands begin with: a database that is up and has the newest schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pauta import migrations
from pauta.platform.embedded import running_database
from pauta.platform.settings import Settings


@contextmanager
def ready_database(settings: Settings) -> Iterator[str]:
    """A database with the newest schema, by its URL; the embedded one runs for as long as the block if none did."""
    with running_database(settings) as url:
        migrations.upgrade(url)
        yield url
