"""Tables of e-mail: the secrets behind links and return addresses."""

from __future__ import annotations

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from pauta.platform.schema import Base, Moment, Small


class LinkKey(Base):
    """A secret from which the links and addresses in mails are made: the newest makes them, all of them are accepted.

    ``id``, from 0 to 255, stands in each token.
    """

    __tablename__ = "link_key"
    id: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Moment]
