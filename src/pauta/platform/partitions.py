"""The partitioning by account key."""

from __future__ import annotations

PARTITIONS = 64
"""Logical partitions of account keys: the unit of leases. A key's partition is ``abs(key) % PARTITIONS``."""

TABLES_PER_PARTITIONED = 8
"""Physical tables under each partitioned table; each holds an equal share of the logical partitions."""

PARTITIONS_PER_TABLE = PARTITIONS // TABLES_PER_PARTITIONED
"""Table n under a partitioned one holds so many partitions, from n times that number on."""


def partition_of(account_key: int) -> int:
    """Logical partition of an account key (an account id, or minus the contact id of a contact without account)."""
    return abs(account_key) % PARTITIONS
