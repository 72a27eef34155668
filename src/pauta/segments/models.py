"""Tables of segments, and of what rules watch."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, Integer, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, BigId, Moment, Small


class Segment(Base):
    """A rule with a name, kept current: who it holds for stands in ``segment_member``.

    ``level`` is above that of every segment that the rule names. ``rolls``: time alone changes who it holds for.
    ``refreshed_at`` is when the whole base was last asked (null: it has to be asked), with ``refreshed_version`` of the
    rule, which took ``took_ms``.
    """

    __tablename__ = "segment"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, server_default="")
    version: Mapped[int] = mapped_column(Integer)
    level: Mapped[Small]
    rolls: Mapped[bool]
    members: Mapped[BigId] = mapped_column(server_default="0")
    created_at: Mapped[Moment]
    refreshed_at: Mapped[Moment | None]
    refreshed_version: Mapped[int] = mapped_column(Integer, server_default="0")
    took_ms: Mapped[int] = mapped_column(Integer, server_default="0")


class SegmentVersion(Base):
    """A segment's rule as it was from ``at`` on."""

    __tablename__ = "segment_version"
    segment_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    rule: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]


class SegmentMember(Base):
    """A contact that is in a segment, since when."""

    __tablename__ = "segment_member"
    __table_args__ = (Index(None, "contact_id"),)
    segment_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    contact_id: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[Moment]


class SegmentChange(Base):
    """A contact that came into a segment or left it. Ids are written one writer at a time, so none appears late.

    ``by_rule``: not the contact changed but the segment's rule, or the segment is new.
    """

    __tablename__ = "segment_change"
    __table_args__ = (
        Index(None, "segment_id", "id"),
        Index(None, "contact_id"),
        Index("ix_segment_change_at", "at", postgresql_using="brin"),
    )
    id: Mapped[BigId] = mapped_column(primary_key=True)
    segment_id: Mapped[int] = mapped_column(Integer)
    contact_id: Mapped[BigId]
    entered: Mapped[bool]
    by_rule: Mapped[bool] = mapped_column(server_default="false")
    at: Mapped[Moment]


class RuleWatch(Base):
    """What somebody's rule asks about: ``kind`` and, where it names one, ``name``; ``watcher`` is ``segment:12``."""

    __tablename__ = "rule_watch"
    __table_args__ = (PrimaryKeyConstraint("kind", "name", "watcher"),)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    watcher: Mapped[str] = mapped_column(Text)


class RuleNews(Base):
    """Something that is watched has changed, at a contact or (``contact_id`` null) at all contacts of an account.

    Triggers on the tables of people, events, messages and answers append these rows, as 0001_segments.sql tells.
    """

    __tablename__ = "rule_news"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    contact_id: Mapped[BigId | None]
    account_key: Mapped[BigId | None]
