"""Tables of teams, users, their sessions, API keys and the audit."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ARRAY, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, BigId, Moment


class Team(Base):
    """A team that writes to customers."""

    __tablename__ = "team"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)


class User(Base):
    """A colleague who signs in: one role, ``rights`` on top of it, and perhaps a team. ("user" is a word of SQL's own.)

    Without a password nobody signs in yet; who is disabled keeps the row, as the audit names people.
    """

    __tablename__ = "pauta_user"
    __table_args__ = (Index("uq_pauta_user_email", text("lower(email)"), unique=True),)
    id: Mapped[BigId] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    role: Mapped[str] = mapped_column(Text)
    rights: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    language: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Moment]
    disabled_at: Mapped[Moment | None]


class UserSession(Base):
    """A browser that a user signed in from: only the hash of its token is kept. Signing out deletes the row."""

    __tablename__ = "user_session"
    __table_args__ = (Index(None, "user_id"),)
    id: Mapped[BigId] = mapped_column(primary_key=True)
    user_id: Mapped[BigId] = mapped_column(ForeignKey("pauta_user.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]


class UserToken(Base):
    """A link that lets a user choose a password, once and until it expires; only its hash is kept."""

    __tablename__ = "user_token"
    __table_args__ = (Index(None, "user_id"),)
    id: Mapped[BigId] = mapped_column(primary_key=True)
    user_id: Mapped[BigId] = mapped_column(ForeignKey("pauta_user.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[Moment]


class SignInAttempt(Base):
    """Failed sign-ins in a row of one address or one account (``who``); the pause before the next grows with them."""

    __tablename__ = "sign_in_attempt"
    who: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[Moment]


class Notice(Base):
    """A mail to a user that has not left yet: its kind and what it tells. A link's token is made when it leaves."""

    __tablename__ = "notice"
    __table_args__ = (Index(None, "due_at"),)
    id: Mapped[BigId] = mapped_column(primary_key=True)
    user_id: Mapped[BigId] = mapped_column(ForeignKey("pauta_user.id"))
    kind: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    due_at: Mapped[Moment]
    tries: Mapped[int] = mapped_column(Integer, server_default="0")


class InboxEntry(Base):
    """What a user is told in the app: its kind, what it is about, and what it tells. One for each of these and day.

    ``subject`` is the number of the task or request, whose titles may be alike; empty for what has a name of its own.
    ``mailed_at`` is for those kinds that a daily mail sums up.
    """

    __tablename__ = "inbox_entry"
    __table_args__ = (UniqueConstraint("user_id", "kind", "about", "subject", "day"),)
    id: Mapped[BigId] = mapped_column(primary_key=True)
    user_id: Mapped[BigId] = mapped_column(ForeignKey("pauta_user.id"))
    kind: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, server_default="")
    day: Mapped[date]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changed_at: Mapped[Moment]
    read_at: Mapped[Moment | None]
    mailed_at: Mapped[Moment | None]


class Task(Base):
    """Something for a colleague to do by a day, perhaps about a contact or an account (external ids, or empty)."""

    __tablename__ = "task"
    __table_args__ = (Index("ix_task_open", "due", postgresql_where=text("done_at IS NULL")),)
    id: Mapped[BigId] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    contact: Mapped[str] = mapped_column(Text, server_default="")
    account: Mapped[str] = mapped_column(Text, server_default="")
    assignee_id: Mapped[BigId] = mapped_column(ForeignKey("pauta_user.id"))
    due: Mapped[date]
    actor: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment]
    done_at: Mapped[Moment | None]
    done_by: Mapped[str | None] = mapped_column(Text)


class SendingPermission(Base):
    """Who may send what; null and empty lists mean any. See ``pauta.team.sending``."""

    __tablename__ = "sending_permission"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    role: Mapped[str | None] = mapped_column(Text)
    team: Mapped[str | None] = mapped_column(Text)
    types: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    most: Mapped[int | None] = mapped_column(Integer)
    per_day: Mapped[int | None] = mapped_column(Integer)


class ApprovalRule(Base):
    """A rule of approval by its name. The document is read by ``pauta.team.approvals.read_rule``."""

    __tablename__ = "approval_rule"
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)


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
