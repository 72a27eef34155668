"""Tables of what programs send: requests that wait to be understood, visitors, and what nobody could understand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, BigId, Moment


class Intake(Base):
    """A request of a program as it came; it goes when its calls have been understood. ``door`` is what it asked for."""

    __tablename__ = "intake"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    key_id: Mapped[BigId]
    door: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[Moment]


class Visitor(Base):
    """A browser or device, by its anonymous id, whose owner has said who they are."""

    __tablename__ = "visitor"
    anonymous_id: Mapped[str] = mapped_column(Text, primary_key=True)
    contact_id: Mapped[BigId] = mapped_column(ForeignKey("contact.id"), index=True)
    linked_at: Mapped[Moment]


class VisitorEvent(Base):
    """What an unknown visitor did; it becomes an event of the contact as soon as the visitor is known."""

    __tablename__ = "visitor_event"
    __table_args__ = (Index("ix_visitor_event_at", "at", postgresql_using="brin"),)
    id: Mapped[BigId] = mapped_column(primary_key=True)
    anonymous_id: Mapped[str] = mapped_column(Text, index=True)
    name: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
    properties: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    source: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text, unique=True)


class DeadLetter(Base):
    """A call that could not be understood, or not wholly: why (a problem's code and values), and what it said.

    ``external_id`` is that of the event that it would have become, so that a repeated one stands here once.
    """

    __tablename__ = "dead_letter"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    key_id: Mapped[BigId]
    door: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    sent_at: Mapped[Moment | None]
    received_at: Mapped[Moment]
    external_id: Mapped[str] = mapped_column(Text, unique=True)
