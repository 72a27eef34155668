"""Tables of policies: a stable id per name, and the whole ordered list per version."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, Moment


class Policy(Base):
    """A policy's name and number; verdicts point at the number, which no other policy ever gets."""

    __tablename__ = "policy"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)


class PolicyVersion(Base):
    """All policies that were in force from one change to the next, in order, as the gate's case format writes them.

    ``accounts`` is how many had open messages when it came into force, which were to be planned anew.
    """

    __tablename__ = "policy_version"
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
    accounts: Mapped[int] = mapped_column(Integer, server_default="0")
