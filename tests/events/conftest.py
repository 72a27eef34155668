"""Events are tried on imported people."""

from tests.people.conftest import importer

__all__ = ["importer"]
