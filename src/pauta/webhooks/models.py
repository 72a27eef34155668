"""Tables of webhooks: who wants to be told of what, what they are told, and what they answered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, BigId, Moment


class Webhook(Base):
    """An address that is told of some kinds of happenings. Until ``former_until`` both secrets sign.

    ``failing_since`` is the first failure after the last success; ``disabled_at`` ends it, by whom or what
    ``disabled_by`` tells.
    """

    __tablename__ = "webhook"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    url: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    secret: Mapped[str] = mapped_column(Text)
    former_secret: Mapped[str | None] = mapped_column(Text)
    former_until: Mapped[Moment | None]
    created_at: Mapped[Moment]
    failing_since: Mapped[Moment | None]
    disabled_at: Mapped[Moment | None]
    disabled_by: Mapped[str] = mapped_column(Text, server_default="")


class WebhookDelivery(Base):
    """Something that a webhook is to be told; ``due_at`` is null when it was told or given up."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index(None, "webhook_id", "id"),
    )
    id: Mapped[BigId] = mapped_column(primary_key=True)
    webhook_id: Mapped[BigId] = mapped_column(ForeignKey("webhook.id"))
    contact_id: Mapped[BigId | None]
    kind: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[Moment]
    due_at: Mapped[Moment | None]
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    delivered_at: Mapped[Moment | None]


class WebhookAttempt(Base):
    """One attempt at a delivery: the status of the answer (null when there was none), and its beginning."""

    __tablename__ = "webhook_attempt"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    delivery_id: Mapped[BigId] = mapped_column(ForeignKey("webhook_delivery.id", ondelete="CASCADE"), index=True)
    at: Mapped[Moment]
    status: Mapped[int | None] = mapped_column(Integer)
    answer: Mapped[str] = mapped_column(Text)
    milliseconds: Mapped[int] = mapped_column(Integer)
