"""Tables of e-mail: the secrets behind links, and the keys of signatures."""

from __future__ import annotations

from sqlalchemy import LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, BigId, Moment, Small


class LinkKey(Base):
    """A secret from which the links and addresses in mails are made: the newest makes them, all of them are accepted.

    ``id``, from 0 to 255, stands in each token.
    """

    __tablename__ = "link_key"
    id: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Moment]


class DkimKey(Base):
    """A key with which mails of a domain are signed from ``used_from`` on, until ``retired_at``; then it is forgotten.

    The public half stands in DNS under ``<selector>._domainkey.<domain>``.
    """

    __tablename__ = "dkim_key"
    __table_args__ = (UniqueConstraint("domain", "selector"),)
    id: Mapped[BigId] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(Text)
    selector: Mapped[str] = mapped_column(Text)
    private_key: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment]
    used_from: Mapped[Moment | None]
    retired_at: Mapped[Moment | None]
