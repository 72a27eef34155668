"""The schema's history, and the check that it equals the table models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from pauta.migrations.tables import METADATA


def engine_url(url: str) -> str:
    """The SQLAlchemy form of a libpq URL."""
    return "postgresql+psycopg://" + url.split("://", 1)[1]


def upgrade(url: str) -> None:
    """Bring the database at ``url`` (libpq URL) to the newest schema; does nothing when it is there already."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["url"] = engine_url(url)
    command.upgrade(config, "head")


def differences(url: str) -> list[Any]:
    """What would have to change for the migrated database at ``url`` to equal the table models; empty when equal."""
    engine = create_engine(engine_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": is_ours, "compare_server_default": False})
        return list(compare_metadata(context, METADATA))


def is_ours(item: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Leave out the physical tables below partitioned ones and Alembic's own table."""
    if kind == "table":
        return not reflected or name in METADATA.tables
    return not (kind == "index" and reflected and getattr(item, "table", None) is None)
