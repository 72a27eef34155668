"""Tables of journeys and of the contacts inside them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, BigId, Moment, Small


class Journey(Base):
    """A journey. ``state``: draft, live, paused, stopped. ``version`` is the number in force, 0 before the first.

    ``draft`` is what people write at, ``draft_version`` counts how often it was saved. ``paused_at`` is since when it
    rests.
    """

    __tablename__ = "journey"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    state: Mapped[str] = mapped_column(Text)
    draft: Mapped[dict[str, Any]] = mapped_column(JSONB)
    draft_version: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer, server_default="0")
    actor: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    published_at: Mapped[Moment | None]
    paused_at: Mapped[Moment | None]


class JourneyVersion(Base):
    """A journey as it was published; never changed."""

    __tablename__ = "journey_version"
    __table_args__ = (UniqueConstraint("journey_id", "number"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    journey_id: Mapped[int] = mapped_column(ForeignKey("journey.id"))
    number: Mapped[int] = mapped_column(Integer)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor: Mapped[str] = mapped_column(Text)
    published_at: Mapped[Moment]


class JourneyStep(Base):
    """A node of a version, by a number to which enrolments point."""

    __tablename__ = "journey_step"
    __table_args__ = (UniqueConstraint("version_id", "node"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("journey_version.id"))
    node: Mapped[str] = mapped_column(Text)


class Enrolment(Base):
    """A contact in a journey: at which step, since when, and when there is something to do (``wake_at``).

    ``number`` counts the contact's enrolments in the journey, ``seq`` the steps of this one. ``key`` tells apart those
    that may run beside each other. ``arrived`` until the step's own work is done. ``since`` is when it came to the step
    by rights, however late a worker was; by which event, tells ``event_id`` (or 0). ``shifted`` are seconds of pauses
    since then. ``local``: what it waits for depends on where the contact is, or on a date of theirs. ``moves`` counts
    the steps since ``moves_since``, ``stuck`` that they were too many. ``skip``: the next messages are left out until
    it waits again, as they fell into a pause.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("contact_id", "journey_id", "number"),
        Index(
            "uq_enrolment_inside", "journey_id", "contact_id", "key", unique=True, postgresql_where=text("ended = 0")
        ),
        Index("ix_enrolment_wake_at", "journey_id", "wake_at", postgresql_where=text("wake_at IS NOT NULL")),
        Index("ix_enrolment_message_id", "message_id", postgresql_where=text("message_id IS NOT NULL AND ended = 0")),
        Index("ix_enrolment_task_id", "task_id", postgresql_where=text("task_id IS NOT NULL AND ended = 0")),
        Index("ix_enrolment_step_id", "step_id", postgresql_where=text("ended = 0")),
    )
    id: Mapped[BigId] = mapped_column(primary_key=True)
    journey_id: Mapped[int] = mapped_column(Integer)
    contact_id: Mapped[BigId]
    number: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(Text, server_default="")
    step_id: Mapped[int] = mapped_column(Integer)
    seq: Mapped[int] = mapped_column(Integer, server_default="0")
    arrived: Mapped[bool] = mapped_column(server_default="true")
    since: Mapped[Moment]
    wake_at: Mapped[Moment | None]
    event_id: Mapped[BigId] = mapped_column(server_default="0")
    shifted: Mapped[int] = mapped_column(Integer, server_default="0")
    local: Mapped[bool] = mapped_column(server_default="false")
    message_id: Mapped[BigId | None]
    task_id: Mapped[BigId | None]
    entered_at: Mapped[Moment]
    ended: Mapped[Small] = mapped_column(server_default="0")
    ended_at: Mapped[Moment | None]
    converted_at: Mapped[Moment | None]
    moves: Mapped[Small] = mapped_column(server_default="0")
    moves_since: Mapped[Moment | None]
    stuck: Mapped[bool] = mapped_column(server_default="false")
    skip: Mapped[bool] = mapped_column(server_default="false")


class EnrolmentStep(Base):
    """A step that an enrolment came to, when, and by which way (the field of the node before it)."""

    __tablename__ = "enrolment_step"
    __table_args__ = (Index(None, "step_id"),)
    enrolment_id: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    step_id: Mapped[int] = mapped_column(Integer)
    at: Mapped[Moment]
    way: Mapped[str] = mapped_column(Text, server_default="")
    message_id: Mapped[BigId | None]


class JourneyCursor(Base):
    """How far journeys have read: events and changes of segments up to these, dates up to that moment. One row."""

    __tablename__ = "journey_cursor"
    id: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[BigId] = mapped_column(server_default="0")
    segment_id: Mapped[BigId] = mapped_column(server_default="0")
    dates_at: Mapped[Moment | None]
