"""Tables of people: company, places, accounts, contacts, consents, preferences, suppressions, imports."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    ForeignKey,
    Index,
    Integer,
    Label,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.people.names import CONTACT_NAME, plain
from pauta.platform.schema import Base, BigId, Moment, Small

_BY_PREFIX = {"by_prefix": "text_pattern_ops"}


def _prefix(expression: str) -> Label[str]:
    """An expression that an index finds by its beginning, whatever the collation of the database."""
    return literal_column(expression, Text).label("by_prefix")


class Company(Base):
    """The one organisation that this installation speaks for; the last resort for zone, country and language.

    ``sample`` marks the fictional company of the demonstration, whose users' passwords everybody may know.
    """

    __tablename__ = "company"
    id: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    sender: Mapped[str] = mapped_column(Text)
    postal_address: Mapped[str] = mapped_column(Text)
    sample: Mapped[bool] = mapped_column(server_default="false")
    measures: Mapped[str] = mapped_column(Text, server_default="bulk")


class Unmeasured(Base):
    """A contact who does not want it to be measured whether mails are read, since when, and by which door."""

    __tablename__ = "unmeasured"
    contact_id: Mapped[BigId] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]


class Place(Base):
    """A combination of time zone, country and region; accounts and contacts point at one (0 = nothing known)."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("zone", "country", "region", postgresql_nulls_not_distinct=True),)
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    zone: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)


class Account(Base):
    """A company that is a customer or may become one. ``owner`` is the address of the colleague who looks after it, in
    lower case; usually a user's."""

    __tablename__ = "account"
    __table_args__ = (
        Index("ix_account_words", text(f"to_tsvector('simple'::regconfig, {plain('name')})"), postgresql_using="gin"),
        Index("ix_account_renewal", text("(attributes ->> 'renewal_date'::text)")),
    )
    id: Mapped[BigId] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    place_id: Mapped[int] = mapped_column(Integer, server_default="0")
    stage: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(Text)
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]


class Contact(Base):
    """A person. ``account_key`` is the home account, or minus the contact's id when there is none.

    ``person_id`` is the lowest contact id among the contacts that share an address: they share contact caps, and live
    under one account key. Address states: see ``AddressState``.
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index(None, "part", "account_key"),
        Index("ix_contact_email", _prefix("lower(email)"), postgresql_ops=_BY_PREFIX),
        Index("ix_contact_name", _prefix(plain(CONTACT_NAME)), postgresql_ops=_BY_PREFIX),
        Index("ix_contact_last_name", _prefix(plain("last_name")), postgresql_ops=_BY_PREFIX),
        Index("ix_contact_phone", "phone", postgresql_where=text("phone IS NOT NULL")),
        Index("ix_contact_elsewhere", "account_id", postgresql_where=text("account_key <> account_id")),
    )
    id: Mapped[BigId] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(Text, unique=True)
    account_id: Mapped[BigId | None]
    account_key: Mapped[BigId]
    part: Mapped[Small]
    person_id: Mapped[BigId]
    first_name: Mapped[str] = mapped_column(Text, server_default="")
    last_name: Mapped[str] = mapped_column(Text, server_default="")
    email: Mapped[str | None] = mapped_column(Text)
    email_state: Mapped[Small] = mapped_column(server_default="0")
    phone: Mapped[str | None] = mapped_column(Text)
    phone_state: Mapped[Small] = mapped_column(server_default="0")
    postal_address: Mapped[str | None] = mapped_column(Text)
    place_id: Mapped[int] = mapped_column(Integer, server_default="0")
    language: Mapped[str | None] = mapped_column(Text)
    stage: Mapped[str | None] = mapped_column(Text)
    segments: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    best_minute: Mapped[Small] = mapped_column(server_default="-1")
    paused_until: Mapped[date | None]
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]


class ContactAlias(Base):
    """A contact that was merged into another: whoever uses its external id means that one.

    ``merged_id`` was its number. Its name and addresses are kept, for they have to be found when the other is erased.
    """

    __tablename__ = "contact_alias"
    external_id: Mapped[str] = mapped_column(Text, primary_key=True)
    contact_id: Mapped[BigId] = mapped_column(ForeignKey("contact.id"), index=True)
    merged_id: Mapped[BigId] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(Text, server_default="")
    email: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    merged_at: Mapped[Moment]
    actor: Mapped[str] = mapped_column(Text)


class Relation(Base):
    """Another company that a contact belongs to; carries no caps."""

    __tablename__ = "relation"
    contact_id: Mapped[BigId] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    account_id: Mapped[BigId] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Text, server_default="")


class Consent(Base):
    """One entry of the consent ledger: append-only, in order of ``at`` then ``id``. Topic ``*`` means every topic.

    ``basis`` is written by people, ``ground`` (see ``law.Basis``) is what the law knows it as. ``at`` is when it was
    said, or when what it rests on happened: the purchase, the end of the contract. ``wording`` was read in the language
    ``locale``; ``country`` is where it was said, ``actor`` who recorded it, each empty where nobody knows. From
    ``expires_on`` on a grant counts no longer, whatever the law allows.
    """

    __tablename__ = "consent"
    __table_args__ = (
        PrimaryKeyConstraint("part", "contact_id", "id"),
        Index("uq_consent_external_id", "external_id", unique=True, postgresql_where=text("external_id IS NOT NULL")),
    )
    id: Mapped[BigId] = mapped_column(autoincrement=True)
    part: Mapped[Small]
    contact_id: Mapped[BigId]
    channel: Mapped[Small]
    topic: Mapped[str] = mapped_column(Text)
    granted: Mapped[bool]
    basis: Mapped[str] = mapped_column(Text)
    ground: Mapped[Small] = mapped_column(server_default="0")
    source: Mapped[str] = mapped_column(Text)
    wording: Mapped[str] = mapped_column(Text, server_default="")
    locale: Mapped[str] = mapped_column(Text, server_default="")
    country: Mapped[str] = mapped_column(Text, server_default="")
    actor: Mapped[str] = mapped_column(Text, server_default="")
    expires_on: Mapped[date | None]
    proof: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    at: Mapped[Moment]
    recorded_at: Mapped[Moment]
    external_id: Mapped[str | None] = mapped_column(Text)


class SignUp(Base):
    """Somebody who asked for mails and has yet to confirm it, by a link in a mail: until then nothing is granted.

    ``made`` tells that ``contact_id`` was made for it, and goes again when nobody confirms. ``proof`` is where the
    asking came from; ``topics`` are those asked for, ``*`` for all.
    """

    __tablename__ = "sign_up"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    contact_id: Mapped[BigId] = mapped_column(index=True)
    made: Mapped[bool]
    email: Mapped[str] = mapped_column(Text)
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text))
    source: Mapped[str] = mapped_column(Text)
    wording: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text)
    proof: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[Moment]
    confirmed_at: Mapped[Moment | None]
    __table_args__ = (Index("ix_sign_up_email", text("lower(email)"), "at"),)


class Preference(Base):
    """How often a contact wants a topic: at most ``at_most`` messages in any ``days`` days."""

    __tablename__ = "preference"
    contact_id: Mapped[BigId] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(Text, primary_key=True)
    part: Mapped[Small]
    at_most: Mapped[Small]
    days: Mapped[Small]
    changed_at: Mapped[Moment]


class Suppression(Base):
    """An address that must not be written to on a channel; it outlives the contacts that use it."""

    __tablename__ = "suppression"
    __table_args__ = (
        Index(
            "uq_suppression_standing",
            "channel",
            text("lower(address)"),
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )
    id: Mapped[BigId] = mapped_column(primary_key=True)
    channel: Mapped[Small]
    address: Mapped[str] = mapped_column(Text)
    state: Mapped[Small]
    reason: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
    lifted_at: Mapped[Moment | None]


class ErasureKey(Base):
    """The key of the hashes by which erased addresses are known again."""

    __tablename__ = "erasure_key"
    id: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    secret: Mapped[bytes] = mapped_column(LargeBinary)


class ErasedAddress(Base):
    """An address whose owner was erased, as a keyed hash: it is never written to, whoever brings it back."""

    __tablename__ = "erased_address"
    channel: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    at: Mapped[Moment]


class ContactList(Base):
    """A named list of contacts."""

    __tablename__ = "contact_list"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[Moment]


class ContactListMember(Base):
    """A contact on a list."""

    __tablename__ = "contact_list_member"
    list_id: Mapped[BigId] = mapped_column(ForeignKey("contact_list.id"), primary_key=True)
    contact_id: Mapped[BigId] = mapped_column(ForeignKey("contact.id"), primary_key=True)


class ImportRun(Base):
    """One import of a file: its mapping, how far it came, and what it took and refused.

    ``rejects`` is where the rejected rows are, if there are any: an erasure looks there as well.
    """

    __tablename__ = "import_run"
    id: Mapped[BigId] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(Text)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    rejects: Mapped[str] = mapped_column(Text, server_default="")
    rows_total: Mapped[int] = mapped_column(Integer)
    rows_done: Mapped[int] = mapped_column(Integer, server_default="0")
    rows_created: Mapped[int] = mapped_column(Integer, server_default="0")
    rows_changed: Mapped[int] = mapped_column(Integer, server_default="0")
    rows_rejected: Mapped[int] = mapped_column(Integer, server_default="0")
    rows_left_out: Mapped[int] = mapped_column(Integer, server_default="0")
    reasons: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    notes: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    actor: Mapped[str] = mapped_column(Text)
    started_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    __table_args__ = (Index(None, "fingerprint"),)
