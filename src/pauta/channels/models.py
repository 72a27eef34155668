"""The table of what providers report."""

from __future__ import annotations

from sqlalchemy import ARRAY, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, BigId, Moment, Small


class ProviderReport(Base):
    """Something that a provider told of one of our messages, known by the provider's own id.

    It waits until ``due_at`` to be acted on; then that is empty, as are ``words`` and ``recipients``. ``raw`` is kept
    of what nobody understood, or what belongs to no message of ours.
    """

    __tablename__ = "provider_report"
    __table_args__ = (
        UniqueConstraint("provider", "external_id"),
        Index("ix_provider_report_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_provider_report_raw", "id", postgresql_where=text("raw <> ''::text")),
        Index("ix_provider_report_received_at", "received_at", postgresql_using="brin"),
    )
    id: Mapped[BigId] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    external_id: Mapped[str] = mapped_column(Text)
    said: Mapped[str] = mapped_column(Text)
    happened: Mapped[str] = mapped_column(Text)
    message_id: Mapped[BigId | None]
    at: Mapped[Moment]
    received_at: Mapped[Moment]
    status: Mapped[str] = mapped_column(Text, server_default="")
    words: Mapped[str] = mapped_column(Text, server_default="")
    recipients: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    due_at: Mapped[Moment | None]
    tries: Mapped[Small] = mapped_column(server_default="0")
    raw: Mapped[str] = mapped_column(Text, server_default="")
