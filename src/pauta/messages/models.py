"""Tables of the ledger. What grows is partitioned by account key."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    REAL,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.messages.states import WAITING, Lane, State
from pauta.platform.schema import Base, BigId, Moment, Small

BY_PART = {"postgresql_partition_by": "LIST (part)"}
BRIN = {"pages_per_range": 32, "autosummarize": "on"}


MESSAGE_IDS = Sequence("message_ids", metadata=Base.metadata)
TOUCH_IDS = Sequence("touch_ids", metadata=Base.metadata)
CHANGE_IDS = Sequence("message_change_ids", metadata=Base.metadata)


class Kind(Base):
    """A signature that filters ask about; messages and touches point at it."""

    __tablename__ = "kind"
    __table_args__ = (UniqueConstraint("type", "topic", "team", "campaign", "urgent"),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(Text)
    team: Mapped[str] = mapped_column(Text)
    campaign: Mapped[str] = mapped_column(Text, server_default="")
    urgent: Mapped[bool]


class Proposal(Base):
    """One thing to say, to one contact or to many: what all its messages have in common.

    ``source`` and ``occurrence`` name where it comes from (campaign, API call); together they are unique. Before
    ``leaves_from`` nothing of it leaves, so that it can be undone. ``unread_days`` days after it was sent, what nobody
    has read goes on by the next channel; never for 0 and null.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("source", "occurrence"),
        Index(None, "kind_id"),
        Index("ix_proposal_single", "actor", "created_at", postgresql_where=text("source = 'api'")),
    )
    id: Mapped[BigId] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    occurrence: Mapped[str] = mapped_column(Text)
    kind_id: Mapped[int] = mapped_column(ForeignKey("kind.id"))
    tier: Mapped[Small]
    value: Mapped[float] = mapped_column(REAL)
    channels: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    not_before: Mapped[date | None]
    expires: Mapped[date | None]
    minute: Mapped[Small] = mapped_column(server_default="-1")
    template_id: Mapped[BigId] = mapped_column(ForeignKey("template.id"))
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    sender: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[Small] = mapped_column(server_default="0")
    actor: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment]
    leaves_from: Mapped[Moment | None]
    unread_days: Mapped[Small | None]


class Message(Base):
    """One proposal to one contact, with its verdict. Written once, then changed only when something changes.

    ``winner`` is the message that came first, minus the touch that did, or 0. ``rule`` is a policy's id, a negative
    builtin rule, or 0. ``channel`` is -1 without a place. ``day`` is the contact's local date of the place, and after
    hand-over the date of the touch. ``due`` is when the message wants attention: to be released (planned) or looked
    at again (open). ``follows`` is the one before it, which failed or which nobody read, and ``wish_from``
    the position in the proposal's channels from which on it may go. ``sent_key`` is the account key under which it was
    sent, where its contact has moved since.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index(None, "account_key"),
        Index("ix_message_due", "part", "due", postgresql_where=text(f"{WAITING} AND lane = {Lane.BULK}")),
        Index("ix_message_fast", "due", postgresql_where=text(f"{WAITING} AND lane = {Lane.FAST}")),
        Index("ix_message_overridden", "part", "due", postgresql_where=text(f"{WAITING} AND lane = {Lane.OVERRIDDEN}")),
        Index("ix_message_sending", "part", postgresql_where=text(f"state = {State.SENDING}")),
        Index("ix_message_follows", "follows", postgresql_where=text("follows IS NOT NULL")),
        Index("ix_message_day", "day", postgresql_using="brin", postgresql_with=BRIN),
        Index("ix_message_proposal", "proposal_id", postgresql_using="brin", postgresql_with=BRIN),
        BY_PART,
    )
    part: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)
    account_key: Mapped[BigId]
    contact_id: Mapped[BigId]
    proposal_id: Mapped[BigId]
    lane: Mapped[Small]
    state: Mapped[Small]
    verdict: Mapped[Small]
    reason: Mapped[Small]
    rule: Mapped[int] = mapped_column(Integer)
    winner: Mapped[BigId]
    channel: Mapped[Small]
    wished: Mapped[date]
    day: Mapped[date | None]
    due: Mapped[Moment | None]
    policy_version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    follows: Mapped[BigId | None]
    wish_from: Mapped[Small] = mapped_column(server_default="0")
    sent_key: Mapped[BigId | None]


class Override(Base):
    """Who sent a message past the policies, when and why."""

    __tablename__ = "override"
    message_id: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)
    actor: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]


class ManualHold(Base):
    """What a colleague holds by hand until a day (itself free): an account (``contact_id`` null) or a contact."""

    __tablename__ = "manual_hold"
    __table_args__ = (
        Index("ix_manual_hold_standing", "part", "account_key", postgresql_where=text("lifted_at IS NULL")),
    )
    id: Mapped[BigId] = mapped_column(primary_key=True)
    part: Mapped[Small]
    account_key: Mapped[BigId]
    contact_id: Mapped[BigId | None]
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
    lifted_at: Mapped[Moment | None]
    lifted_by: Mapped[str | None] = mapped_column(Text)


class MessageKey(Base):
    """Keeps (proposal, contact) unique over all partitions, so that one who moves is not written to twice."""

    __tablename__ = "message_key"
    proposal_id: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)
    contact_id: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)
    message_id: Mapped[BigId]


class MessageChange(Base):
    """What a message's row said before it changed to something else, or why it moved on."""

    __tablename__ = "message_change"
    __table_args__ = (
        Index(None, "part", "message_id"),
        Index("ix_message_change_at", "at", postgresql_using="brin", postgresql_with=BRIN),
        BY_PART,
    )
    part: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False, server_default=CHANGE_IDS.next_value())
    message_id: Mapped[BigId]
    at: Mapped[Moment]
    state: Mapped[Small]
    verdict: Mapped[Small]
    reason: Mapped[Small]
    rule: Mapped[int] = mapped_column(Integer)
    day: Mapped[date | None]
    detail: Mapped[str] = mapped_column(Text, server_default="")


class Attempt(Base):
    """One hand-over of a message to a channel. Written before the hand-over, completed after it.

    ``outcome`` is null while nothing is known; otherwise a ``pauta.channels.base.OutcomeKind``. ``measured`` says that
    it can be told whether the message was opened.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_running", "part", postgresql_where=text("outcome IS NULL")),
        Index("ix_attempt_started_at", "started_at", postgresql_using="brin", postgresql_with=BRIN),
        BY_PART,
    )
    part: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    message_id: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    owner: Mapped[str] = mapped_column(Text)
    started_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    outcome: Mapped[Small | None]
    answer: Mapped[str] = mapped_column(Text, server_default="")
    measured: Mapped[bool] = mapped_column(server_default="false")


class Skeleton(Base):
    """What the mails of one template version share; the dictionary with which their archive copies are compressed."""

    __tablename__ = "skeleton"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Archive(Base):
    """The exact bytes that were handed over, compressed, with their SHA-256."""

    __tablename__ = "archive"
    __table_args__ = (BY_PART,)
    part: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    message_id: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    skeleton_id: Mapped[BigId]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Touch(Base):
    """Something that reached a contact outside the ledger: imported history, a call, a meeting.

    ``day`` is the local date at hand-over and never changes. ``external_id`` names it among those of its contact.
    ``sent_key`` is the account key under which it was sent, where its contact has moved since.
    """

    __tablename__ = "touch"
    __table_args__ = (
        Index(None, "account_key"),
        UniqueConstraint("part", "contact_id", "external_id"),
        Index("ix_touch_day", "day", postgresql_using="brin", postgresql_with=BRIN),
        BY_PART,
    )
    part: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)
    account_key: Mapped[BigId]
    contact_id: Mapped[BigId]
    kind_id: Mapped[int] = mapped_column(Integer)
    channel: Mapped[Small]
    day: Mapped[date]
    at: Mapped[Moment]
    external_id: Mapped[str] = mapped_column(Text)
    sent_key: Mapped[BigId | None]


class FormerAccount(Base):
    """An account key under which something was sent to a contact who has moved away since."""

    __tablename__ = "former_account"
    part: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    account_key: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)
    contact_id: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)


class Lease(Base):
    """Who owns a partition, in which epoch, until when (on the database's clock)."""

    __tablename__ = "lease"
    part: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    owner: Mapped[str] = mapped_column(Text, server_default="")
    epoch: Mapped[BigId] = mapped_column(server_default="0")
    until: Mapped[Moment]


class WorkerRow(Base):
    """A worker that is alive while ``seen_at`` is recent; partitions go to the living of the bulk lane."""

    __tablename__ = "worker"
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    lane: Mapped[Small]
    seen_at: Mapped[Moment]


class PlanRequest(Base):
    """An account whose open messages must be planned again, because something the gate reads has changed."""

    __tablename__ = "plan_request"
    part: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    account_key: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[Moment]


class CapacityUse(Base):
    """Places of a capacity that are reserved or used up in one period (its first date)."""

    __tablename__ = "capacity_use"
    policy_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    period: Mapped[date] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(Integer)


class CapacityCount(Base):
    """When the places of a capacity were last counted, and under which version of the policies."""

    __tablename__ = "capacity_count"
    policy_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer)
    at: Mapped[Moment]


class Quarantine(Base):
    """What is set aside since it met a defect of ours, with the error; tried again from ``again_at`` on.

    ``id`` is an account key, a campaign's id or a message's, as ``unit`` says.
    """

    __tablename__ = "quarantine"
    unit: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)
    error: Mapped[str] = mapped_column(Text)
    since: Mapped[Moment]
    tries: Mapped[int] = mapped_column(Integer)
    again_at: Mapped[Moment]


class Stop(Base):
    """The stop switch: while a row stands (``lifted_at`` null), nothing leaves on its channel (null: on any).

    With a ``stream`` (see ``pauta.channels.base.Stream``) only mails of that one are held.
    """

    __tablename__ = "stop"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    channel: Mapped[Small | None]
    stream: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
    lifted_at: Mapped[Moment | None]
    lifted_by: Mapped[str | None] = mapped_column(Text)


class Slowed(Base):
    """A mailbox provider (see ``pauta.core.mailboxes``) whose readers complain: so many bulk mails a day at most."""

    __tablename__ = "slowed"
    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    per_day: Mapped[int] = mapped_column(Integer)
    since: Mapped[Moment]


class MessageTally(Base):
    """How many messages are alike in what the calendar asks: the sum of all rows that agree in everything else.

    Triggers on ``message`` and ``touch`` append a row for each sort of message that a statement changed, negative for
    what is no more; ``pauta.messages.tally`` folds them. ``state`` is a ``State``, or TOUCHED for a touch.
    """

    __tablename__ = "message_tally"
    __table_args__ = (
        Index(None, "day"),
        Index("ix_message_tally_fresh", "kind_id", postgresql_where=text("fresh")),
        Index("ix_message_tally_waiting", "wished", postgresql_where=text(WAITING)),
    )
    id: Mapped[BigId] = mapped_column(primary_key=True)
    kind_id: Mapped[int] = mapped_column(Integer)
    channel: Mapped[Small]
    state: Mapped[Small]
    verdict: Mapped[Small]
    wished: Mapped[date]
    day: Mapped[date | None]
    messages: Mapped[int] = mapped_column(Integer)
    fresh: Mapped[bool] = mapped_column(server_default="true")
