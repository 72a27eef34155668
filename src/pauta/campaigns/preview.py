"""What a campaign would do before it is launched: who gets it on a day, who waits, who does not, and who gives way.

The gate decides with the facts of now, as at a launch, and nothing is written. The chosen day is counted over everyone;
the strip of days over a sample of accounts when there are many contacts; its error is that of a ratio over clusters
(Cochran, Sampling Techniques, 3rd ed., 6.4).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from pauta import facts
from pauta.campaigns import audience as audiences
from pauta.campaigns.audience import audience_of, company_today
from pauta.campaigns.forecasts import (
    Count,
    Counted,
    DayForecast,
    DayImpact,
    Impact,
    Outlook,
    Preview,
    counted_day,
    day_forecast,
    scaled,
    tally,
)
from pauta.campaigns.queries import Campaign
from pauta.campaigns.rivals import Lost, losers, lost, winners, won
from pauta.campaigns.room import Room, first_messages, wished_from
from pauta.core.gate.plan import Plan
from pauta.core.gate.reasons import BUILTIN_RULES, REASONS, VERDICTS
from pauta.core.problems import Problem
from pauta.facts import AccountChoice, KindFacts, Loaded, ProposalFacts, Proposed
from pauta.messages.actions import kind_id
from pauta.platform.database import another
from pauta.platform.partitions import PARTITIONS
from pauta.policies.queries import PolicySet, current

Conn = Connection[Any]
Members = NDArray[Any]
"""Contacts of an audience: ``id`` and ``account_key``, in order of id."""

SAMPLE = 8_000
"""Contacts from which the strip of days is reckoned when there are more."""

SEED = 20_260_101
"""Of the sample: two previews of the same base are reckoned from the same accounts."""

TOGETHER = 40_000
"""Contacts of the base that are decided at once when everyone is counted: it bounds the memory."""

READERS = 2
"""Pieces of the base that are read ahead, each on a connection of its own."""

FEW_ACCOUNTS = 20_000
"""Up to this many accounts are asked for by their keys; more, by whole partitions."""

MOST = 0.5
"""Share of the contacts of partitions from which on these are read as a whole."""

MOST_DAYS = 60
"""Longest strip; boards end soon after."""

_EPOCH = date(1970, 1, 1)


def preview(
    connection: Conn,
    now: datetime,
    campaign: Campaign,
    day: date | None = None,
    days: int = 30,
    sample: int | None = None,
) -> Preview:
    """The impact of a campaign if it were launched now, or were for a chosen day, and on each of the coming days.

    ``sample`` is the number of contacts from which the strip is reckoned; the same contacts every time.
    """
    trial = Trial(connection, now, campaign)
    chosen = day or max(trial.today, campaign.terms.not_before or trial.today)
    counted = trial.everyone(day)
    strip, sampled = trial.strip(days, sample or SAMPLE)
    return Preview(
        campaign=campaign.name,
        contacts=trial.contacts,
        day=chosen,
        counts=counted.counts,
        losers=losers(counted.given_way),
        winners=winners(counted.come_first),
        strip=strip,
        best=best_day(strip),
        sampled=sampled,
    )


def outlook(
    connection: Conn,
    now: datetime,
    campaign: Campaign,
    dates: Sequence[date] | None = None,
    days: int = 30,
    exact: bool = False,
) -> Outlook:
    """What each coming day (or each of ``dates``) would bring to a campaign that is not launched yet: from a sample, or
    counted over everyone, which takes a minute and a half for thirty days of a million contacts."""
    trial = Trial(connection, now, campaign)
    wanted = dates or trial.coming(days)
    found, sampled = (trial.every_day(wanted), trial.contacts) if exact else trial.impacts(wanted, SAMPLE)
    forecasts = [DayForecast(one.day, one.send, one.queue, one.suppress, one.error) for one in found]
    return Outlook(campaign.name, trial.contacts, sampled, trial.today, best_day(forecasts), found)


def impact(connection: Conn, now: datetime, campaign: Campaign, day: date | None = None) -> Impact:
    """What a day (None: as the campaign is, launched now) would bring, counted over everyone."""
    trial = Trial(connection, now, campaign)
    found = trial.everyone(day)
    chosen = day or max(trial.today, campaign.terms.not_before or trial.today)
    told = (losers(found.given_way), winners(found.come_first))
    return Impact(campaign.name, trial.contacts, chosen, found.counts, *told)


def forecast(
    connection: Conn, now: datetime, campaign: Campaign, days: int = 30, sample: int | None = None
) -> tuple[tuple[DayForecast, ...], int]:
    """What would become of a campaign on each of the coming days, and from how many contacts that was reckoned."""
    return Trial(connection, now, campaign).strip(days, sample or SAMPLE)


def best_day(strip: Sequence[DayForecast]) -> date:
    """The day on which most are sent at once; among equals the one with the fewest suppressed, then the earliest."""
    return max(strip, key=lambda one: (one.send, -one.suppress, -one.day.toordinal())).day


class Trial:
    """A campaign that is tried out: its audience, and the policies of now."""

    def __init__(self, connection: Conn, now: datetime, campaign: Campaign) -> None:
        self.connection, self.now, self.campaign = connection, now, campaign
        self.today = company_today(connection, now)
        self.policies: PolicySet = current(connection)
        self.audience = audience_of(connection, campaign.audience, now)
        self.contacts = audiences.count(connection, self.audience)
        terms = campaign.terms
        self.proposal = ProposalFacts(
            id=0,
            kind_id=_kind(connection, campaign),
            tier=terms.tier,
            value=terms.value,
            channels=tuple(terms.channel_codes),
            not_before=terms.not_before,
            expires=terms.expires,
            minute=terms.minute,
        )

    def everyone(self, day: date | None) -> Counted:
        """Every contact's verdict on a day (None: as the campaign is, launched now), and the messages that lose and win
        by it, piece by piece as at a launch."""
        (counted,) = self._counted([day])
        return counted

    def every_day(self, dates: Sequence[date]) -> tuple[DayImpact, ...]:
        """These days in full, counted over everyone; the base is read once for all of them."""
        as_it_is = self.campaign.terms.not_before is None
        counted = self._counted([None if as_it_is and day == self.today else day for day in dates])
        return tuple(counted_day(day, found) for day, found in zip(dates, counted, strict=True))

    def _counted(self, days: Sequence[date | None]) -> list[Counted]:
        rooms = [Room(self.policies) for _ in days]
        verdicts: list[Counter[tuple[int, int, int]]] = [Counter() for _ in days]
        given_way: list[Lost] = [Counter() for _ in days]
        come_first: list[Counter[KindFacts]] = [Counter() for _ in days]
        for loaded in self._pieces():
            count = len(loaded.messages)
            for place, (day, room) in enumerate(zip(days, rooms, strict=True)):
                fitted = room.fitted(loaded)
                without = room.decide(first_messages(fitted, count))
                if day is not None:
                    fitted = wished_from(fitted, count, (day - _EPOCH).days)
                decided = room.decide(fitted)
                verdicts[place].update(tally(decided, np.arange(count, len(decided.verdict))))
                given_way[place].update(lost(loaded, without, decided))
                come_first[place].update(won(loaded, decided))
                room.draw(loaded, decided)
        return [Counted(self.named(verdicts[n]), given_way[n], come_first[n]) for n in range(len(days))]

    def strip(self, days: int, sample: int) -> tuple[tuple[DayForecast, ...], int]:
        """The forecast of each coming day from a sample of accounts with about ``sample`` contacts."""
        found, sampled = [], 0
        for day, loaded, _, decided in self._on_days(self.coming(days), sample):
            count = len(loaded.messages)
            sampled = len(decided.verdict) - count
            accounts = loaded.facts.contacts.account[loaded.facts.messages.contact[count:]]
            found.append(day_forecast(day, decided.verdict[count:], accounts, self.contacts))
        return tuple(found), sampled

    def impacts(self, dates: Sequence[date], sample: int) -> tuple[tuple[DayImpact, ...], int]:
        """These days in full from a sample of accounts with about ``sample`` contacts."""
        found, sampled = [], 0
        without: Plan | None = None
        for day, loaded, room, decided in self._on_days(dates, sample):
            count = len(loaded.messages)
            without = without or room.decide(first_messages(loaded.facts, count))
            sampled = len(decided.verdict) - count
            accounts = loaded.facts.contacts.account[loaded.facts.messages.contact[count:]]
            scale = self.contacts / max(1, sampled)
            told = day_forecast(day, decided.verdict[count:], accounts, self.contacts)
            found.append(
                DayImpact(
                    *(told.day, told.send, told.queue, told.suppress, told.error),
                    counts=self.named(scaled(tally(decided, np.arange(count, len(decided.verdict))), scale)),
                    losers=losers(scaled(lost(loaded, without, decided), scale)),
                    winners=winners(scaled(won(loaded, decided), scale)),
                )
            )
        return tuple(found), sampled

    def coming(self, days: int) -> list[date]:
        """Today where the company is, and the days after it; a Problem when there are none or too many."""
        if not 1 <= days <= MOST_DAYS:
            raise Problem("campaigns.days_wrong", field="days", value=days, most=MOST_DAYS)
        return [self.today + timedelta(days=number) for number in range(days)]

    def _on_days(self, dates: Sequence[date], sample: int) -> Iterator[tuple[date, Loaded, Room, Plan]]:
        """What the gate says of a sample if the campaign were for each of these days, with the places it would find."""
        if self.contacts <= sample:
            chosen = audiences.members(self.connection, self.audience, range(PARTITIONS))
        else:
            chosen = audiences.sample(self.connection, self.audience, sample / self.contacts, SEED)
        room = Room(self.policies, len(chosen) / max(1, self.contacts))
        loaded = self._load(self.connection, chosen)
        fitted, count = room.fitted(loaded), len(loaded.messages)
        for day in dates:
            as_it_is = day == self.today and self.campaign.terms.not_before is None
            on_day = fitted if as_it_is else wished_from(fitted, count, (day - _EPOCH).days)
            yield day, replace(loaded, facts=fitted), room, room.decide(on_day)

    def _pieces(self) -> Iterator[Loaded]:
        """The audience in the pieces that are decided together, in their order. Of several, the next ones are read on
        connections of their own while one is decided: reading takes PostgreSQL twice as long as deciding takes us."""
        row = self.connection.execute("SELECT count(*) FROM contact").fetchone()
        each = (row[0] if row else 0) / PARTITIONS
        together = max(1, int(TOGETHER / max(1, each)))
        if self.contacts <= FEW_ACCOUNTS or together >= PARTITIONS:
            yield from self._read(self.connection, range(PARTITIONS), each)
            return
        pieces = [range(first, min(first + together, PARTITIONS)) for first in range(0, PARTITIONS, together)]
        with ExitStack() as opened, ThreadPoolExecutor(READERS) as threads:
            readers = [opened.enter_context(another(self.connection)) for _ in range(READERS)]
            ahead: deque[Future[tuple[Loaded, ...]]] = deque()
            for number, parts in enumerate(pieces):
                ahead.append(threads.submit(self._read, readers[number % READERS], parts, each))
                if len(ahead) > READERS:
                    yield from ahead.popleft().result()
            while ahead:
                yield from ahead.popleft().result()

    def _read(self, connection: Conn, parts: range, each: float) -> tuple[Loaded, ...]:
        """What the gate reads of those of the audience who are in these partitions of ``each`` so many contacts;
        nothing when nobody is. When they are most of them, whole partitions are read, which is cheaper than accounts.
        """
        piece = audiences.members(connection, self.audience, parts)
        whole = len(piece) > each * len(parts) * MOST
        return (self._load(connection, piece, parts if whole else None),) if len(piece) else ()

    def _load(self, connection: Conn, chosen: Members, parts: range | None = None) -> Loaded:
        """What the gate reads of the accounts of these contacts, or of everyone in the partitions."""
        keys = np.unique(chosen["account_key"])
        if parts is None and len(keys) > FEW_ACCOUNTS:
            parts = range(PARTITIONS)
        choice = AccountChoice.of(keys.tolist()) if parts is None else AccountChoice(tuple(parts))
        return facts.load(connection, self.now, choice, self.policies, Proposed(self.proposal, chosen["id"]))

    def named(self, counted: Counter[tuple[int, int, int]]) -> tuple[Count, ...]:
        """Verdicts, reasons and rules by their words, the most frequent of each verdict first."""
        names = [policy.name for policy in self.policies.policies]
        return tuple(
            Count(
                verdict=VERDICTS[verdict].value,
                reason=REASONS[reason].value,
                rule=names[rule] if rule >= 0 else BUILTIN_RULES.get(rule, ""),
                contacts=contacts,
            )
            for (verdict, reason, rule), contacts in sorted(counted.items(), key=lambda item: (item[0][0], -item[1]))
        )


def _kind(connection: Conn, campaign: Campaign) -> int:
    """The signature of the campaign's messages; made at once when it is new, as pieces of the base are read on other
    connections, which must see it."""
    terms = campaign.terms
    with another(connection) as at_once:
        return kind_id(at_once, terms.type, terms.topic, terms.team, campaign.name, terms.urgent)
