"""A rule as one SQL condition with parameters. Names and values never become part of the text.

There are two shapes. ``whole`` is for everybody at once: what happened is gathered in sets that are joined once. The
other is for few contacts, who are named in the statement around it: each is looked up by indexes, its own and those
of its account.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString

from psycopg import Connection, sql

from pauta.core.gate.vocabulary import Channel
from pauta.core.rules.tree import (
    Belonging,
    Compare,
    Consented,
    Engaged,
    Group,
    Happened,
    Kind,
    Scalar,
    Sign,
    Test,
    When,
    Which,
    Within,
)
from pauta.segments import comparing
from pauta.segments.comparing import negation
from pauta.segments.source import ATTRIBUTES, DATES, IN_SEGMENTS, SOURCE, TEXTS

_SENT = 3
_PLANNED = {"enable_nestloop": "off", "work_mem": "128MB"}
_SIGNS: dict[Sign, LiteralString] = {
    Sign.sent: "m.day",
    Sign.opened: "r.opened_at",
    Sign.clicked: "r.clicked_at",
    Sign.replied: "r.replied_at",
    Sign.bounced: "r.bounced_at",
    Sign.complained: "r.complained_at",
    Sign.unsubscribed: "r.unsubscribed_at",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A rule as SQL about ``SOURCE``: ``where`` holds for its contacts once ``joins`` follow ``SOURCE``.

    Both use the aliases of ``SOURCE``. The names of the parameters begin with the prefix that was asked for.
    """

    joins: sql.Composable
    where: sql.Composable
    params: dict[str, object]

    @property
    def contacts(self) -> sql.Composed:
        """A statement that selects the ids of the contacts; more conditions may follow it with AND."""
        return sql.SQL("SELECT c.id FROM {} {} WHERE ({})").format(SOURCE, self.joins, self.where)


def compile_rule(rule: Group, now: datetime, today: date, *, whole: bool = False, prefix: str = "rule") -> Condition:
    """A rule as SQL, as of ``now`` (UTC) and ``today``, the company's date.

    Without ``whole``, ``joins`` is empty and the condition suits contacts that the statement around it names, by their
    ids; several conditions of different prefixes may then stand in one statement.
    """
    compiler = _Compiler(now, today, whole, prefix)
    where = compiler.group(rule)
    return Condition(sql.SQL(" ").join(compiler.joins), where, compiler.params)


@contextmanager
def about_everybody(connection: Connection[Any]) -> Iterator[None]:
    """Has statements of the ``whole`` shape planned for what they are: sets, hashed and joined once.

    Of how many a rule holds the planner knows nothing; where it guesses few, it would go through a set again for each
    contact, for hours.
    """
    for name, value in _PLANNED.items():
        connection.execute("SELECT set_config(%s, %s, true)", (name, value))
    yield
    for name in _PLANNED:
        connection.execute("SELECT set_config(%s, reset_val, true) FROM pg_settings WHERE name = %s", (name, name))


class _Compiler:
    """Compiles one rule, and collects its joins and the values of its parameters."""

    def __init__(self, now: datetime, today: date, whole: bool, prefix: str) -> None:
        self.now = now
        self.today = today
        self.whole = whole
        self.prefix = prefix
        self.joins: list[sql.Composable] = []
        self.params: dict[str, object] = {}

    def parameter(self, value: object) -> sql.Composable:
        name = f"{self.prefix}_{len(self.params)}"
        self.params[name] = value
        return sql.Placeholder(name)

    def group(self, group: Group, properties: bool = False) -> sql.Composable:
        parts = [
            self.group(part, properties) if isinstance(part, Group) else self.test(part, properties)
            for part in group.parts
        ]
        joined = sql.SQL("({})").format(sql.SQL(" AND " if group.every else " OR ").join(parts))
        return negation(joined) if group.negated else joined

    def test(self, test: Test, properties: bool) -> sql.Composable:
        match test:
            case Compare():
                return self.compare(test, properties)
            case Happened():
                return self.happened(test)
            case Engaged():
                return self.engaged(test)
            case Consented():
                return self.consented(test)
            case Within():
                return self.within(test)

    def compare(self, test: Compare, properties: bool) -> sql.Composable:
        if properties:
            held = sql.SQL("(e.properties -> {})").format(self.parameter(test.field))
            return comparing.compare(test, held, self.today, self.parameter, comparing.attribute)
        if test.kind is Kind.text:
            values: tuple[Scalar, ...] = test.values
            if test.field == "contact.email":
                values = tuple(str(value).lower() for value in values)
            folded = Compare(test.field, test.kind, test.operator, values)
            return comparing.compare(folded, sql.SQL(TEXTS[test.field]), self.today, self.parameter, comparing.text)
        if test.kind is Kind.date:
            dates = comparing.ordered("date")
            return comparing.compare(test, sql.SQL(DATES[test.field]), self.today, self.parameter, dates)
        prefix = next(prefix for prefix in ATTRIBUTES if test.field.startswith(prefix))
        name = self.parameter(test.field.removeprefix(prefix))
        column = sql.SQL("({} -> {})").format(sql.SQL(ATTRIBUTES[prefix]), name)
        return comparing.compare(test, column, self.today, self.parameter, comparing.attribute)

    def happened(self, test: Happened) -> sql.Composable:
        key: LiteralString = "account_key" if test.anywhere else "contact_id"
        asked: list[sql.Composable] = [sql.SQL("e.name = {}").format(self.parameter(test.event))]
        limits = self.window(test.when, "e.at", "e.day")
        if test.where is not None:
            limits.append(self.group(test.where, properties=True))
        own: LiteralString = "e.part = c.part AND e.account_key = c.account_key"
        if not test.anywhere:
            asked.append(sql.SQL("e.contact_id IS NOT NULL"))
            own = "e.contact_id = c.id"
        if test.which is Which.any:
            return self.counted(test, sql.SQL("event e"), key, sql.SQL(own), asked + limits)
        direction = sql.SQL("" if test.which is Which.first else " DESC")
        one = sql.SQL(
            "(SELECT DISTINCT ON (e.{key}) e.{key}, e.at, e.day, e.properties FROM event e WHERE {asked}"
            " ORDER BY e.{key}, e.at{direction}, e.id{direction}) e"
        ).format(
            key=sql.SQL(key),
            asked=_all([*asked, *(() if self.whole else (sql.SQL(own),))]),
            direction=direction,
        )
        return self.counted(test, one, key, sql.SQL("true"), limits)

    def engaged(self, test: Engaged) -> sql.Composable:
        sent = test.sign is Sign.sent
        moment = _SIGNS[test.sign]
        asked: list[sql.Composable] = [sql.SQL("m.state = {}").format(_SENT)] if sent else []
        asked.append(sql.SQL("{} IS NOT NULL").format(sql.SQL(moment)))
        asked += self.window(test.when, moment, moment if sent else f"({moment} AT TIME ZONE 'UTC')::date", days=sent)
        source: sql.Composable = sql.SQL("message m" if sent else "response r")
        if not sent and (not self.whole or test.channel is not None):
            source = sql.SQL("message m JOIN response r ON r.message_id = m.id")
        if test.channel is not None:
            asked.append(sql.SQL("m.channel = {}").format(self.parameter(Channel[test.channel].value)))
        if test.campaign is not None or test.topic is not None:
            of = sql.SQL("m.proposal_id" if sent else "r.proposal_id")
            source = sql.SQL("{} JOIN proposal p ON p.id = {} JOIN kind k ON k.id = p.kind_id").format(source, of)
            named: tuple[tuple[LiteralString, str | None], ...] = (("campaign", test.campaign), ("topic", test.topic))
            asked += [
                sql.SQL("k.{} = {}").format(sql.SQL(column), self.parameter(name))
                for column, name in named
                if name is not None
            ]
        own = sql.SQL("m.part = c.part AND m.account_key = c.account_key AND m.contact_id = c.id")
        table: LiteralString = "m" if sent else "r"
        return self.counted(test, source, "contact_id", own, asked, table)

    def window(self, when: When, moment: LiteralString, day: LiteralString, days: bool = False) -> list[sql.Composable]:
        """The limits of a stretch of time on a column of moments and on one of dates; ``days``: both are dates."""
        now = sql.SQL("{}::date" if days else "{}::timestamptz")
        column, limits = sql.SQL(moment), list[sql.Composable]()
        for number, form in (
            (when.within_days, "{column} > {now} - {days} * interval '1 day' AND {column} <= {now}"),
            (when.before_days, "{column} <= {now} - {days} * interval '1 day'"),
        ):
            if number is not None:
                at = now.format(self.parameter(self.today if days else self.now))
                limits.append(sql.SQL(form).format(column=column, now=at, days=self.parameter(number)))
        for date_, order in ((when.since, ">="), (when.until, "<=")):
            if date_ is not None:
                bound = self.parameter(date_)
                limits.append(sql.SQL("{} {} {}::date").format(sql.SQL(day), sql.SQL(order), bound))
        return limits

    def counted(
        self,
        test: Happened | Engaged,
        source: sql.Composable,
        key: LiteralString,
        own: sql.Composable,
        asked: list[sql.Composable],
        table: LiteralString = "e",
    ) -> sql.Composable:
        """Whether so many rows are there; none at all is the contrary of one or more."""
        least, most = test.at_least, test.at_most
        positive = least > 0
        having: list[sql.Composable] = []
        if not positive and most is not None:
            least, most = most + 1, None
        if least > 1:
            having.append(sql.SQL("count(*) >= {}").format(self.parameter(least)))
        if most is not None:
            having.append(sql.SQL("count(*) <= {}").format(self.parameter(most)))
        limit = sql.SQL(" HAVING {}").format(_all(having)) if having else sql.SQL("")
        column = sql.SQL(f"{table}.{key}")
        if self.whole:
            inner = sql.SQL("SELECT {} FROM {} WHERE {} GROUP BY {}{}").format(
                column, source, _all(asked), column, limit
            )
            found = self.joined(inner, key)
        else:
            inner = sql.SQL("SELECT FROM {} WHERE {}{}").format(source, _all([own, *asked]), limit)
            found = sql.SQL("EXISTS ({})").format(inner)
        return found if test.wanted is positive else negation(found)

    def joined(self, inner: sql.Composable, key: LiteralString) -> sql.Composable:
        """Whether the contact is in a set that is joined to the statement."""
        name = sql.Identifier(f"{self.prefix}_set_{len(self.joins)}")
        mine = sql.SQL("c.account_key" if key == "account_key" else "c.id")
        column = sql.SQL(key)
        self.joins.append(sql.SQL("LEFT JOIN ({}) AS {} ON {}.{} = {}").format(inner, name, name, column, mine))
        return sql.SQL("{}.{} IS NOT NULL").format(name, column)

    def looked_up(self, inner: sql.Composable, own: sql.Composable, wanted: bool) -> sql.Composable:
        """Whether a statement that groups by contact finds this one; ``{own}`` in it stands for the lookup of few."""
        found = self.joined(inner, "contact_id") if self.whole else sql.SQL("EXISTS ({})").format(own)
        return found if wanted else negation(found)

    def consented(self, test: Consented) -> sql.Composable:
        form = sql.SQL(
            "SELECT k.contact_id FROM consent k"
            " WHERE {own} AND k.channel = {channel} AND k.topic IN ({topic}::text, '*')"
            " AND NOT (k.granted AND coalesce(k.expires_on <= {today}::date, false)) GROUP BY k.contact_id"
            " HAVING CASE WHEN bool_or(k.topic = {topic})"
            " THEN (array_agg(k.granted ORDER BY k.at DESC, k.id DESC)"
            " FILTER (WHERE k.topic = {topic} OR NOT k.granted))[1]"
            " ELSE (array_agg(k.granted ORDER BY k.at DESC, k.id DESC))[1] END"
        )
        given = {
            "channel": self.parameter(Channel[test.channel].value),
            "topic": self.parameter(test.topic),
            "today": self.parameter(self.today),
        }
        whole = form.format(own=sql.SQL("true"), **given)
        few = form.format(own=sql.SQL("k.part = c.part AND k.contact_id = c.id"), **given)
        return self.looked_up(whole, few, test.wanted)

    def within(self, test: Within) -> sql.Composable:
        names = self.parameter(list(test.names))
        if test.what is Belonging.condition:
            found = self.standing(names)
            return found if test.wanted else negation(found)
        if test.what is Belonging.segment and not self.whole:
            found = sql.SQL(IN_SEGMENTS).format(c=sql.SQL("c"), names=names)
            return found if test.wanted else negation(found)
        form = sql.SQL(_BELONGING[test.what])
        whole = sql.SQL("{} GROUP BY b.contact_id").format(form.format(names=names))
        few = sql.SQL("{} AND b.contact_id = c.id").format(form.format(names=names))
        found = self.looked_up(whole, few, wanted=True)
        if test.what is Belonging.segment:
            found = sql.SQL("(c.segments && {}::text[] OR {})").format(names, found)
        return found if test.wanted else negation(found)

    def standing(self, names: sql.Composable) -> sql.Composable:
        """Whether a condition stands at the contact or at its account."""
        if self.whole:
            form: LiteralString = (
                "(c.id IN (SELECT k.contact_id FROM condition k"
                " WHERE k.ended_at IS NULL AND k.name = ANY({names}::text[])"
                " AND k.contact_id IS NOT NULL) OR c.account_key IN (SELECT k.account_key FROM condition k"
                " WHERE k.ended_at IS NULL AND k.name = ANY({names}::text[]) AND k.contact_id IS NULL))"
            )
        else:
            form = (
                "EXISTS (SELECT FROM condition k WHERE k.ended_at IS NULL AND k.part = c.part"
                " AND k.account_key = c.account_key AND k.name = ANY({names}::text[])"
                " AND coalesce(k.contact_id, c.id) = c.id)"
            )
        return sql.SQL(form).format(names=names)


_BELONGING: dict[Belonging, LiteralString] = {
    Belonging.segment: "SELECT b.contact_id FROM segment_member b JOIN segment s ON s.id = b.segment_id"
    " WHERE s.key = ANY({names}::text[])",
    Belonging.list: "SELECT b.contact_id FROM contact_list_member b JOIN contact_list l ON l.id = b.list_id"
    " WHERE l.name = ANY({names}::text[])",
    Belonging.preference: "SELECT b.contact_id FROM preference b WHERE b.topic = ANY({names}::text[])",
}


def _all(conditions: Sequence[sql.Composable]) -> sql.Composable:
    return sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("true")
