"""Tables of teams, members, API keys and audit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, BigId, Moment


class Team(Base):
    """A team that writes to customers."""

    __tablename__ = "team"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)


class Member(Base):
    """A colleague, in one team, with one role."""

    __tablename__ = "member"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    role: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)


class ApiKey(Base):
    """A key for the API: only its hash is kept. A revoked key keeps its row."""

    __tablename__ = "api_key"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    role: Mapped[str] = mapped_column(Text)
    team: Mapped[str] = mapped_column(Text, server_default="")
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]


class Audit(Base):
    """Who did what to what, and when. Never changed, never deleted."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "subject", "at"),)
    id: Mapped[BigId] = mapped_column(primary_key=True)
    at: Mapped[Moment]
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
