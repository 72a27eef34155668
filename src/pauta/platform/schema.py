"""The base of all table models, and the partitioning by account key."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from sqlalchemy import BigInteger, DateTime, MetaData, SmallInteger
from sqlalchemy.orm import DeclarativeBase, mapped_column

PARTITIONS = 64
"""Logical partitions of account keys: the unit of leases. A key's partition is ``abs(key) % PARTITIONS``."""

TABLES_PER_PARTITIONED = 8
"""Physical tables under each partitioned table; each holds an equal share of the logical partitions."""

PARTITIONS_PER_TABLE = PARTITIONS // TABLES_PER_PARTITIONED
"""Table n under a partitioned one holds so many partitions, from n times that number on."""

BigId = Annotated[int, mapped_column(BigInteger)]
Small = Annotated[int, mapped_column(SmallInteger)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]


class Base(DeclarativeBase):
    """Parent of every table model; names constraints the same everywhere."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def partition_of(account_key: int) -> int:
    """Logical partition of an account key (an account id, or minus the contact id of a contact without account)."""
    return abs(account_key) % PARTITIONS
