"""The schema that the migrations make equals the one that the models declare."""

from __future__ import annotations

import pytest

from pauta import migrations
from pauta.core.problems import Problem
from pauta.platform import database as pauta_database


def test_migrations_equal_models(database: str) -> None:
    assert migrations.differences(database) == []


def test_a_difference_would_be_noticed(database: str) -> None:
    with pauta_database.connect(database) as connection:
        connection.execute("ALTER TABLE contact ADD COLUMN shoe_size smallint")
    assert "shoe_size" in str(migrations.differences(database))


def test_upgrading_twice_changes_nothing(database: str) -> None:
    migrations.upgrade(database)
    assert migrations.differences(database) == []


def test_a_database_of_a_newer_pauta_is_left_alone(database: str) -> None:
    with pauta_database.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Problem) as refused:
        migrations.upgrade(database)
    assert (refused.value.code, refused.value.values["has"]) == ("database_newer", "9999")
