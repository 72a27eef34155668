"""Tables of content."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, BigId, Moment, Small


class Template(Base):
    """A named piece of content with versions in several languages."""

    __tablename__ = "template"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[Moment]


class TemplateVersion(Base):
    """One published version in one language: what the author wrote, what it compiled to, and the figures it needs.

    ``body`` is MJML or HTML; ``compiled`` is a ``pauta.core.render.CompiledTemplate``.
    """

    __tablename__ = "template_version"
    __table_args__ = (UniqueConstraint("template_id", "version", "language"),)
    id: Mapped[BigId] = mapped_column(primary_key=True)
    template_id: Mapped[BigId] = mapped_column(ForeignKey("template.id"))
    version: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    compiled: Mapped[dict[str, Any]] = mapped_column(JSONB)
    figures: Mapped[list[str]] = mapped_column(ARRAY(Text))
    actor: Mapped[str] = mapped_column(Text)
    published_at: Mapped[Moment]


class Topic(Base):
    """What messages can be about, in the words of those who get them: titles by language.

    ``unread_days`` after they were sent, messages about it that nobody has read go on by their next channel.
    """

    __tablename__ = "topic"
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    titles: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    unread_days: Mapped[Small | None]
