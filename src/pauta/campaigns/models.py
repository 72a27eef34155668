"""Tables of campaigns."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ARRAY, REAL, ForeignKey, Index, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, BigId, Moment, Small


class Campaign(Base):
    """What is to be said, to whom and when. ``state``: draft, launching, launched, paused, cancelled.

    ``approval`` is the state of what was submitted last (submitted, approved, rejected), or empty; ``authors`` are all
    who have written at it. Who has an event ``goal_event`` within ``goal_days`` days after the message converts.
    """

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
    approval: Mapped[str] = mapped_column(Text, server_default="")
    authors: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    unread_days: Mapped[Small | None]
    goal_event: Mapped[str] = mapped_column(Text, server_default="")
    goal_days: Mapped[Small] = mapped_column(server_default="0")
    sender: Mapped[str] = mapped_column(Text, server_default="")


class LaunchPart(Base):
    """A partition of a launch: open until its messages are written with their verdicts, in one transaction."""

    __tablename__ = "launch_part"
    campaign_id: Mapped[BigId] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    part: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    messages: Mapped[int] = mapped_column(Integer, server_default="0")
    done_at: Mapped[Moment | None]


class OutcomesTold(Base):
    """When owners were last told what became of their messages: one row, which whoever does it next moves on."""

    __tablename__ = "outcomes_told"
    id: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[Moment]


class CampaignRequest(Base):
    """A campaign that somebody asks a team for. ``state``: open, accepted (``campaign_id`` is its draft), declined.

    ``stakeholders`` are addresses of users, who are told at the launch.
    """

    __tablename__ = "campaign_request"
    __table_args__ = (Index(None, "campaign_id"),)
    id: Mapped[BigId] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    whom: Mapped[str] = mapped_column(Text)
    goal: Mapped[str] = mapped_column(Text)
    team: Mapped[str] = mapped_column(Text)
    wished: Mapped[date]
    stakeholders: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
    state: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text, server_default="")
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[Moment | None]
    campaign_id: Mapped[BigId | None] = mapped_column(ForeignKey("campaign.id"))


class Submission(Base):
    """A campaign as it was submitted for approval. ``state``: submitted, approved, rejected, withdrawn, void."""

    __tablename__ = "submission"
    __table_args__ = (Index(None, "campaign_id"),)
    id: Mapped[BigId] = mapped_column(primary_key=True)
    campaign_id: Mapped[BigId] = mapped_column(ForeignKey("campaign.id"))
    fingerprint: Mapped[str] = mapped_column(Text)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSONB)
    groups: Mapped[list[str]] = mapped_column(ARRAY(Text))
    requester: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
    state: Mapped[str] = mapped_column(Text)
    approved_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    ended_by: Mapped[str | None] = mapped_column(Text)


class ApprovalDecision(Base):
    """What somebody said about a submission in the name of a team; each team decides once."""

    __tablename__ = "approval_decision"
    submission_id: Mapped[BigId] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    team: Mapped[str] = mapped_column(Text, primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    approved: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]


class CampaignComment(Base):
    """What colleagues say to each other about a campaign."""

    __tablename__ = "campaign_comment"
    __table_args__ = (Index(None, "campaign_id"),)
    id: Mapped[BigId] = mapped_column(primary_key=True)
    campaign_id: Mapped[BigId] = mapped_column(ForeignKey("campaign.id"))
    actor: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
