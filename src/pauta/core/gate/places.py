"""What a place taken closes for those that come after: in the account, and in the capacity of the channel."""

from __future__ import annotations

from pauta.core.gate.boards import between, period_first, period_last
from pauta.core.gate.compiled import compiled
from pauta.core.gate.entries import belongs, day_of, entry, near_bits, other_bits
from pauta.core.gate.world import (
    CAP,
    CAPACITY,
    HOLD,
    LAST,
    ROLLING,
    SPACING,
    Asking,
    World,
    account_events,
    accounts,
    contacts,
    entries,
    full,
    placed,
    policies,
    signs,
    tally,
    used,
)


@compiled
def load_account(world: World, account: int) -> None:
    """Days that the touches and events of all contacts of the account close, for policies with that scope."""
    for p in range(world.policy_count):
        if policies(world)[p].account:
            policies(world)[p].closed = 0
            policies(world)[p].across = 0
            if policies(world)[p].kind == CAP and policies(world)[p].limit:
                load_cap(world, account, p)
            elif policies(world)[p].kind == HOLD:
                load_hold(world, account, p)
            elif policies(world)[p].kind == SPACING:
                load_spacing(world, account, p)


@compiled
def load_hold(world: World, account: int, p: int) -> None:
    for row in range(accounts(world)[account].events, accounts(world)[account + 1].events):
        if account_events(world)[row, 0] == policies(world)[p].event:
            day = account_events(world)[row, 1] - accounts(world)[account].base
            policies(world)[p].closed |= between(day, day + policies(world)[p].days - 1)


@compiled
def load_spacing(world: World, account: int, p: int) -> None:
    base = accounts(world)[account].base
    for contact in range(accounts(world)[account].contacts, accounts(world)[account + 1].contacts):
        low = contacts(world)[contacts(world)[contact].person].low
        for position in range(low + contacts(world)[contacts(world)[contact].person].touches - 1, low - 1, -1):
            if day_of(world, position) <= base - policies(world)[p].days:
                break
            if belongs(world, position, contact):
                counted = other_bits(world, position)
                near = near_bits(world, position)
                space_account(world, p, day_of(world, position) - base, counted, near)


@compiled
def space_account(world: World, p: int, day: int, counted: int, near: int) -> None:
    closed = between(day - policies(world)[p].days + 1, day + policies(world)[p].days - 1)
    if counted >> p & 1:
        policies(world)[p].closed |= closed
    if near >> p & 1:
        policies(world)[p].across |= closed


@compiled
def load_cap(world: World, account: int, p: int) -> None:
    base = accounts(world)[account].base
    first, last = tally_bounds(world, p, base)
    tally(world)[p, : last - first + 1] = 0
    policies(world)[p].tallied = 0
    for contact in range(accounts(world)[account].contacts, accounts(world)[account + 1].contacts):
        low = contacts(world)[contacts(world)[contact].person].low
        for position in range(low + contacts(world)[contacts(world)[contact].person].touches - 1, low - 1, -1):
            day = day_of(world, position)
            if day < first:
                break
            if day <= last and other_bits(world, position) >> p & 1 and belongs(world, position, contact):
                tally(world)[p, period_first(policies(world)[p].window, day) - first] += 1
                policies(world)[p].tallied += 1
    if policies(world)[p].tallied >= policies(world)[p].limit:
        close_tallied(world, p, base, first, last)


@compiled
def tally_bounds(world: World, p: int, base: int) -> tuple[int, int]:
    """First and last day whose touches may close a day of the board."""
    if policies(world)[p].window == ROLLING:
        return base - policies(world)[p].days + 1, base + LAST + policies(world)[p].days - 1
    return period_first(policies(world)[p].window, base), period_last(policies(world)[p].window, base + LAST)


@compiled
def close_tallied(world: World, p: int, base: int, first: int, last: int) -> None:
    """Close the windows that are full, of those that contain a day from first to last of the tally."""
    origin = tally_bounds(world, p, base)[0]
    if policies(world)[p].window != ROLLING:
        for day in range(period_first(policies(world)[p].window, first), last + 1):
            if tally(world)[p, day - origin] >= policies(world)[p].limit:
                policies(world)[p].closed |= between(day - base, period_last(policies(world)[p].window, day) - base)
        return
    days = policies(world)[p].days
    start = max(first - days + 1, origin)
    touches = 0
    for day in range(start, start + days - 1):
        touches += tally(world)[p, day - origin]
    for day in range(start, min(last, base + LAST) + 1):
        touches += tally(world)[p, day + days - 1 - origin]
        if touches >= policies(world)[p].limit:
            policies(world)[p].closed |= between(day - base, day + days - 1 - base)
        touches -= tally(world)[p, day - origin]


@compiled
def take_place(world: World, ask: Asking, day: int, channel: int) -> None:
    """The message is a touch from now on: of its person, its account, and the channel's capacity. `day` is a bit."""
    sign = ask.kind * 8 + channel
    placed(world)[world.place_count] = ask.row
    enter(world, ask, entry(ask.base + day - world.day_origin, sign, world.touch_count + world.place_count))
    world.place_count += 1
    counted = signs(world)[sign].other & ~contacts(world)[ask.contact].uncounted
    near = signs(world)[sign].near & ~contacts(world)[ask.contact].spared
    for p in range(world.policy_count):
        if policies(world)[p].kind == CAPACITY and counted >> p & 1:
            use_capacity(world, p, ask.base + day)
        elif policies(world)[p].kind == SPACING and policies(world)[p].account:
            space_account(world, p, day, counted, near)
        elif (
            policies(world)[p].kind == CAP
            and policies(world)[p].account
            and policies(world)[p].limit
            and counted >> p & 1
        ):
            tally_one(world, p, ask.base, ask.base + day)


@compiled
def enter(world: World, ask: Asking, new: int) -> None:
    """Put an entry in its place among those of the person."""
    hole = ask.high
    while hole > ask.low and entries(world)[hole - 1] > new:
        entries(world)[hole] = entries(world)[hole - 1]
        hole -= 1
    entries(world)[hole] = new
    contacts(world)[contacts(world)[ask.contact].person].touches += 1


@compiled
def tally_one(world: World, p: int, base: int, day: int) -> None:
    origin = tally_bounds(world, p, base)[0]
    tally(world)[p, period_first(policies(world)[p].window, day) - origin] += 1
    policies(world)[p].tallied += 1
    if policies(world)[p].tallied >= policies(world)[p].limit:
        close_tallied(world, p, base, day, day)


@compiled
def use_capacity(world: World, p: int, day: int) -> None:
    first, last = (
        period_first(policies(world)[p].window, day),
        period_last(policies(world)[p].window, day),
    )
    used(world)[p, first - world.period_origin] += 1
    if used(world)[p, first - world.period_origin] >= policies(world)[p].limit:
        for shift in range(world.shift_count):
            base = world.first_base + shift
            full(world)[p, shift] |= between(first - base, last - base)
