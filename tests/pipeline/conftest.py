"""The office of the pipeline's tests."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from pauta.platform.settings import Settings
from tests.pipeline.office import Office


@pytest.fixture
def office(settings: Settings, connection: Connection[Any]) -> Office:
    """An office with nobody in it, on the test's database and clock."""
    return Office(settings, connection)
