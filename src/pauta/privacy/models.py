"""Tables of erasures and of retention."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, BigId, Moment


class Erasure(Base):
    """An erasure and its proof: numbers of contacts, and how much was removed of what. It names nobody."""

    __tablename__ = "erasure"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    at: Mapped[Moment]
    actor: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    contact_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    removed: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Retention(Base):
    """For how many days a kind of data is kept; null for ever. Kinds without a row are kept as long as usual."""

    __tablename__ = "retention"
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    days: Mapped[int | None] = mapped_column(Integer)
    actor: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[Moment]


class RetentionRun(Base):
    """What was removed of a kind on a day because its time was over; ``done_at`` is null while more is to go."""

    __tablename__ = "retention_run"
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    before: Mapped[Moment]
    removed: Mapped[int] = mapped_column(Integer)
    done_at: Mapped[Moment | None]
