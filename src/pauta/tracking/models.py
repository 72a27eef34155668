"""Tables of what comes back from messages."""

from __future__ import annotations

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from pauta.messages.models import BRIN
from pauta.platform.schema import Base, BigId, Moment, Small


class Hit(Base):
    """A picture or link of a mail that was asked for, as it came; ``what`` is a ``pauta.core.tracking_signs.What``.

    ``links`` counts the different links of the mail. ``machine`` is null until it was judged who asked; ``signs`` are
    what that rests on, with spaces between them.
    """

    __tablename__ = "hit"
    __table_args__ = (
        Index(None, "message_id"),
        Index(None, "ip", "at"),
        Index("ix_hit_at", "at", postgresql_using="brin", postgresql_with=BRIN),
        Index("ix_hit_unjudged", "message_id", postgresql_where=text("machine IS NULL")),
    )
    id: Mapped[BigId] = mapped_column(primary_key=True)
    message_id: Mapped[BigId]
    proposal_id: Mapped[BigId]
    contact_id: Mapped[BigId]
    at: Mapped[Moment]
    what: Mapped[Small]
    target: Mapped[str] = mapped_column(Text)
    links: Mapped[Small]
    ip: Mapped[str] = mapped_column(Text)
    agent: Mapped[str] = mapped_column(Text)
    head: Mapped[bool]
    machine: Mapped[bool | None]
    signs: Mapped[str] = mapped_column(Text, server_default="")


class Response(Base):
    """What came back for one message, each thing when it first came. A person who follows a link has read the mail.

    ``opened_at`` and ``clicked_at`` are a person's; ``machine_opened_at`` and ``scanned_at`` a program's. ``link`` is
    the first one that a person followed.
    """

    __tablename__ = "response"
    __table_args__ = (
        Index(None, "proposal_id"),
        Index("ix_response_complained", "complained_at", postgresql_where=text("complained_at IS NOT NULL")),
    )
    message_id: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)
    proposal_id: Mapped[BigId]
    contact_id: Mapped[BigId]
    opened_at: Mapped[Moment | None]
    machine_opened_at: Mapped[Moment | None]
    clicked_at: Mapped[Moment | None]
    scanned_at: Mapped[Moment | None]
    link: Mapped[str] = mapped_column(Text, server_default="")
    bounced_at: Mapped[Moment | None]
    complained_at: Mapped[Moment | None]
    unsubscribed_at: Mapped[Moment | None]
    replied_at: Mapped[Moment | None]
