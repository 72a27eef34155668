"""Tables of what people put on the calendar themselves, and of its feeds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, BigInteger, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, BigId, Moment


class Meeting(Base):
    """A call or a meeting with customers. While it stands each contact has a touch ``meeting:<id>:<contact>``."""

    __tablename__ = "meeting"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    team: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment] = mapped_column(index=True)
    minutes: Mapped[int] = mapped_column(SmallInteger)
    contact_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    actor: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment]
    cancelled_at: Mapped[Moment | None]


class Maintenance(Base):
    """A maintenance window that everybody who plans should see."""

    __tablename__ = "maintenance"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    actor: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment]
    cancelled_at: Mapped[Moment | None]


class CalendarFeed(Base):
    """A calendar file at a secret address, which its owner may revoke. Only the hash of the secret is kept."""

    __tablename__ = "calendar_feed"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    name: Mapped[str] = mapped_column(Text)
    filters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    language: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text, index=True)
    created_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
