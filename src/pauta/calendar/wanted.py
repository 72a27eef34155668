"""What part of the calendar somebody asks for, and of whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString

from psycopg import Connection, sql

from pauta.campaigns.audience import audience_of
from pauta.campaigns.filters import Audience
from pauta.core.gate.vocabulary import Channel
from pauta.core.problems import Problem
from pauta.people.queries import account_ids
from pauta.segments.source import SOURCE

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What part of the calendar: days from ``first`` to ``last``; None is everything. ``account`` is a number."""

    first: date
    last: date
    team: str | None = None
    type: str | None = None
    channel: str | None = None
    campaign: str | None = None
    account: int | None = None
    audience: Audience | None = None

    @property
    def is_of_some(self) -> bool:
        """Whether it is about some contacts only: those of an account, those of an audience, or both."""
        return self.account is not None or self.audience is not None

    def about(self, row: LiteralString, contact: LiteralString) -> sql.Composable:
        """The condition that a row with ``part`` and ``account_key`` is of one of those contacts, named ``contact``."""
        asked: list[sql.Composable] = [sql.SQL("true")]
        if self.account is not None:
            of_account = "{row}.part = abs(%(account)s::bigint) %% 64 AND {row}.account_key = %(account)s"
            asked.append(sql.SQL(of_account).format(row=sql.SQL(row)))
        if self.audience is not None:
            asked.append(sql.SQL("{} IN ({})").format(sql.SQL(contact), members(self.audience, "c.id")))
        return sql.SQL(" AND ").join(asked)

    @property
    def params(self) -> dict[str, object]:
        """The parameters of the queries."""
        return {
            "first": self.first,
            "last": self.last,
            "team": self.team,
            "type": self.type,
            "channel": None if self.channel is None else Channel[self.channel].value,
            "campaign": self.campaign,
            "account": self.account,
            **(self.audience.params if self.audience else {}),
        }

    @property
    def days(self) -> list[date]:
        """Every day asked for."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]


def members(audience: Audience, column: LiteralString) -> sql.Composable:
    """The query for a column of the contacts (``c``) of an audience."""
    return sql.SQL("SELECT {} FROM {} WHERE {}").format(sql.SQL(column), SOURCE, audience.where)


def wanted_by(conn: Conn, now: datetime, first: date, last: date, filters: Mapping[str, Any]) -> Wanted:
    """What filters ask for: team, type, channel, campaign, account by external id or name, audience as in a campaign.

    A Problem when there is no such account or list, or the audience is malformed. None, or nothing, is everything.
    """
    given = {name: value for name, value in filters.items() if value is not None}
    if "account" in given:
        given["account"] = _account(conn, given["account"])
    if "audience" in given:
        given["audience"] = audience_of(conn, given["audience"], now)
    return Wanted(first, last, **given)


def _account(conn: Conn, name: str) -> int:
    found = account_ids(conn, [name])
    if name not in found:
        raise Problem("web_account_unknown", "account", value=name)
    return found[name]
