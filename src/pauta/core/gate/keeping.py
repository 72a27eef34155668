"""Boards that are kept for each contact: what its touches and events close, brought up to date place by place."""

from __future__ import annotations

from pauta.core.gate.boards import around, between, period_first, period_last
from pauta.core.gate.closing import closed_by_contact, collect_counted
from pauta.core.gate.compiled import lowest, part
from pauta.core.gate.entries import day_in
from pauta.core.gate.world import (
    ALL,
    CAPACITY,
    ROLLING,
    UNKNOWN,
    Asking,
    World,
    contact_kept,
    contact_kept_across,
    counted,
    full,
    kept,
    kept_winner,
    policies,
)


@part
def closed_by_policy(world: World, ask: Asking, p: int, held: int, across: int) -> int:
    """What a policy closes for a message that it holds, or has on its other side (bits of policies)."""
    closed = 0
    if world.own_bits >> p & 1:
        closed |= kept_board(world, ask, p) if held >> p & 1 else 0
        closed |= kept_across(world, ask, p) if across >> p & 1 else 0
    elif world.account_bits >> p & 1:
        closed |= policies(world)[p].closed if held >> p & 1 else 0
        closed |= policies(world)[p].across if across >> p & 1 else 0
    elif policies(world)[p].kind == CAPACITY:
        closed |= full(world)[p, ask.shift]
    if world.nothing_bits >> p & 1:
        closed = ALL
    return int(closed)


@part
def kept_board(world: World, ask: Asking, p: int) -> int:
    column = policies(world)[p].column
    if not contact_kept(world)[ask.contact] >> p & 1:
        kept(world)[ask.contact, column] = closed_by_contact(world, ask, p, True, False)
        kept_winner(world)[ask.contact, column] = UNKNOWN
        contact_kept(world)[ask.contact] |= world.keeping & 1 << p
    return int(kept(world)[ask.contact, column])


@part
def kept_across(world: World, ask: Asking, p: int) -> int:
    column = policies(world)[p].column + 1
    if not contact_kept_across(world)[ask.contact] >> p & 1:
        kept(world)[ask.contact, column] = closed_by_contact(world, ask, p, False, True)
        contact_kept_across(world)[ask.contact] |= world.keeping & 1 << p
    return int(kept(world)[ask.contact, column])


@part
def keep_up(world: World, ask: Asking, day: int, code: int, counted: int, near: int) -> None:
    """Add to the kept boards what a new touch of the contact closes. ``counted`` and ``near`` are bits of policies."""
    known = contact_kept(world)[ask.contact]
    apart = counted & known & world.apart_bits
    while apart:
        p = lowest(apart)
        apart &= apart - 1
        closed = around(day - ask.base, policies(world)[p].days)
        keep(world, ask, p, code, closed, bool(closed >> ask.own & 1))
    caps = counted & known & world.own_cap_bits
    while caps:
        p = lowest(caps)
        caps &= caps - 1
        closed, wins = closed_by_one_more(world, ask, p, day)
        if closed:
            keep(world, ask, p, code, closed, wins)
    apart = near & contact_kept_across(world)[ask.contact]
    while apart:
        p = lowest(apart)
        apart &= apart - 1
        kept(world)[ask.contact, policies(world)[p].column + 1] |= around(day - ask.base, policies(world)[p].days)
    contact_kept(world)[ask.contact] &= ~world.mix_bits


@part
def keep(world: World, ask: Asking, p: int, code: int, closed: int, wins: bool) -> None:
    """Close days on a kept board; the latest touch is the last winner of the contact's today if it won there."""
    column = policies(world)[p].column
    kept(world)[ask.contact, column] |= closed
    if wins:
        kept_winner(world)[ask.contact, column] = code


@part
def closed_by_one_more(world: World, ask: Asking, p: int, day: int) -> tuple[int, bool]:
    """Days that a cap closes for the touches around that day; whether those of that day help to close today."""
    limit, days, today = policies(world)[p].limit, policies(world)[p].days, ask.base + ask.own
    closed, wins = 0, False
    if limit > ask.high - ask.low:
        return closed, wins
    if policies(world)[p].window != ROLLING:
        first, last = period_first(world, p, day), period_last(world, p, day)
        full = collect_counted(world, ask, p, first, last) >= limit
        return between(first - ask.base, last - ask.base) if full else 0, full and first <= today <= last
    count = collect_counted(world, ask, p, day - days + 1, day + days - 1)
    for earliest in range(limit - 1, count):
        first = day_in(world, counted(world)[earliest])
        last = day_in(world, counted(world)[earliest - limit + 1])
        full = last - first < days
        closed |= between(last - days + 1 - ask.base, first + days - 1 - ask.base) if full else 0
        wins |= full & (max(last, day, today) - days < min(first, day, today))
    return closed, wins
