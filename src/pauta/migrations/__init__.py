"""The schema's history, and the check that it equals the table models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pauta.core.problems import Problem
from pauta.platform import database

_FOLDER = Path(__file__).parent


def engine_url(url: str) -> str:
    """The SQLAlchemy form of a libpq URL."""
    return "postgresql+psycopg://" + url.split("://", 1)[1]


def upgrade(url: str) -> None:
    """Bring the database at ``url`` (libpq URL) to the newest schema; does nothing when it is there already.

    Most commands begin with this, so what takes a second to load is loaded only when there is something to do.
    A Problem, with nothing changed, when a newer Pauta has been at this database.
    """
    has = revision(url)
    if has == newest():
        return
    if has is not None and has > newest():
        raise Problem("database_newer", field="database_url", has=has, known=newest())
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["url"] = engine_url(url)
    command.upgrade(config, "head")


def revision(url: str) -> str | None:
    """The revision that the database at ``url`` has; None when it is empty."""
    with database.connect(url) as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return row[0] if row else None


def newest() -> str:
    """The revision that a fully migrated database has: revisions are numbered, and files begin with the number."""
    return max(file.name.split("_")[0] for file in (_FOLDER / "versions").glob("[0-9]*.py"))


def differences(url: str) -> list[Any]:
    """What would have to change for the migrated database at ``url`` to equal the table models; empty when equal."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    from pauta.migrations.tables import METADATA

    engine = create_engine(engine_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": is_ours, "compare_server_default": False}
        )
        return list(compare_metadata(context, METADATA))


def is_ours(item: object, name: str | None, kind: str, reflected: bool, _compare_to: object) -> bool:
    """Leave out the physical tables below partitioned ones and Alembic's own table."""
    from pauta.migrations.tables import METADATA

    if kind == "table":
        return not reflected or name in METADATA.tables
    return not (kind == "index" and reflected and getattr(item, "table", None) is None)
