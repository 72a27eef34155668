"""Tables of campaigns."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ARRAY, REAL, ForeignKey, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, BigId, Moment, Small


class Campaign(Base):
    """What is to be said, to whom and when. ``state``: draft, launching, launched, paused, cancelled."""

    __tablename__ = "campaign"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    type: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(Text)
    team: Mapped[str] = mapped_column(Text)
    tier: Mapped[Small]
    value: Mapped[float] = mapped_column(REAL)
    urgent: Mapped[bool]
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    audience: Mapped[dict[str, Any]] = mapped_column(JSONB)
    not_before: Mapped[date | None]
    expires: Mapped[date | None]
    minute: Mapped[Small] = mapped_column(server_default="-1")
    template_id: Mapped[BigId] = mapped_column(ForeignKey("template.id"))
    state: Mapped[str] = mapped_column(Text)
    proposal_id: Mapped[BigId | None] = mapped_column(ForeignKey("proposal.id"))
    actor: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment]
    launched_at: Mapped[Moment | None]


class LaunchPart(Base):
    """A partition of a launch: open until its messages are written with their verdicts, in one transaction."""

    __tablename__ = "launch_part"
    campaign_id: Mapped[BigId] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    part: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    messages: Mapped[int] = mapped_column(Integer, server_default="0")
    done_at: Mapped[Moment | None]
