"""Tables of events and of standing conditions."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, BigId, Moment, Small


class Condition(Base):
    """Something that stands at an account (``contact_id`` null) or a contact until it is ended."""

    __tablename__ = "condition"
    __table_args__ = (
        UniqueConstraint("external_id"),
        Index("ix_condition_standing", "part", "account_key", postgresql_where=text("ended_at IS NULL")),
    )
    id: Mapped[BigId] = mapped_column(primary_key=True)
    part: Mapped[Small]
    account_key: Mapped[BigId]
    contact_id: Mapped[BigId | None]
    name: Mapped[str] = mapped_column(Text)
    began_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    source: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str | None] = mapped_column(Text)


class Event(Base):
    """Something that happened at an account (``contact_id`` null) or a contact; ``day`` is the local date there.

    ``id`` is the position: whoever has read up to one misses nothing by asking for higher ones, see
    ``pauta.events.actions.lock_events``. ``recorded_at`` is when Pauta learned of it: see ``LATE``.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("external_id"),
        Index(None, "part", "account_key", "day"),
        Index("ix_event_contact", "contact_id", "name", "at", postgresql_where=text("contact_id IS NOT NULL")),
        Index("ix_event_at", "at", postgresql_using="brin"),
    )
    id: Mapped[BigId] = mapped_column(primary_key=True)
    part: Mapped[Small]
    account_key: Mapped[BigId]
    contact_id: Mapped[BigId | None]
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
    recorded_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    day: Mapped[date]
    properties: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    source: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str | None] = mapped_column(Text)
