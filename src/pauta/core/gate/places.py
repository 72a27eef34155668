"""What a place taken closes for those that come after: in the account, and in the capacity of the channel."""

from __future__ import annotations

from pauta.core.gate.boards import between, period_first, period_last
from pauta.core.gate.compiled import lowest, part
from pauta.core.gate.entries import belongs, code_of, day_of, entry, near_bits, other_bits
from pauta.core.gate.keeping import keep_up
from pauta.core.gate.world import (
    HOLD,
    LAST,
    ROLLING,
    Asking,
    World,
    account_events,
    accounts,
    contact_low,
    contact_person,
    contact_spared,
    contact_touches,
    contact_uncounted,
    entries,
    full,
    latest,
    placed,
    policies,
    signs,
    tally,
    used,
)


@part
def load_account(world: World, account: int) -> None:
    """Days that the touches and events of all contacts of the account close, for policies with that scope."""
    if not world.account_bits:
        return
    clear_account(world, account)
    base = accounts(world)[account].base
    for contact in range(accounts(world)[account].contacts, accounts(world)[account + 1].contacts):
        person = contact_person(world)[contact]
        low = contact_low(world)[person]
        for position in range(low + contact_touches(world)[person] - 1, low - 1, -1):
            day = day_of(world, position)
            if day < base - world.account_reach:
                break
            if belongs(world, position, contact):
                counted, near = other_bits(world, position), near_bits(world, position)
                note_touch(world, base, day, code_of(world, position), counted, near)
    full_caps = world.account_cap_bits
    while full_caps:
        p = lowest(full_caps)
        full_caps &= full_caps - 1
        close_tallied(world, p, base, policies(world)[p].first, policies(world)[p].last)


@part
def clear_account(world: World, account: int) -> None:
    asked = world.account_bits
    while asked:
        p = lowest(asked)
        asked &= asked - 1
        base = accounts(world)[account].base
        policies(world)[p].closed = 0
        policies(world)[p].across = 0
        policies(world)[p].tallied = 0
        policies(world)[p].first, policies(world)[p].last = tally_bounds(world, p, base)
        for slot in range(policies(world)[p].last - policies(world)[p].first + 1):
            tally(world)[p, slot] = 0
            latest(world)[p, slot] = 0
            latest(world)[world.policy_count + p, slot] = 0
        if policies(world)[p].kind == HOLD:
            load_hold(world, account, p)


@part
def load_hold(world: World, account: int, p: int) -> None:
    for row in range(accounts(world)[account].events, accounts(world)[account + 1].events):
        if account_events(world)[row, 0] == policies(world)[p].event:
            day = account_events(world)[row, 1] - accounts(world)[account].base
            policies(world)[p].closed |= between(day, day + policies(world)[p].days - 1)


@part
def tally_bounds(world: World, p: int, base: int) -> tuple[int, int]:
    """First and last day whose touches may close a day of the board."""
    if policies(world)[p].window == ROLLING:
        return base - policies(world)[p].days + 1, base + LAST + policies(world)[p].days - 1
    return period_first(world, p, base), period_last(world, p, base + LAST)


@part
def note_touch(world: World, base: int, day: int, code: int, counted: int, near: int) -> None:
    """Enter one touch of the account into its caps and spacings. ``counted`` and ``near`` are bits of policies."""
    caps = counted & world.account_cap_bits
    while caps:
        p = lowest(caps)
        caps &= caps - 1
        if policies(world)[p].first <= day <= policies(world)[p].last:
            slot = day - policies(world)[p].first
            if policies(world)[p].window != ROLLING:
                slot = period_first(world, p, day) - policies(world)[p].first
            tally(world)[p, slot] += 1
            latest(world)[p, slot] = max(latest(world)[p, slot], code + 1)
            policies(world)[p].tallied += 1
    spacings = (counted | near) & world.account_spacing_bits
    while spacings:
        p = lowest(spacings)
        spacings &= spacings - 1
        if policies(world)[p].first <= day <= policies(world)[p].last:
            note_spacing(world, p, base, day, code, bool(counted >> p & 1), bool(near >> p & 1))


@part
def note_spacing(world: World, p: int, base: int, day: int, code: int, counted: bool, near: bool) -> None:
    slot, days = day - policies(world)[p].first, policies(world)[p].days
    closed = between(day - base - days + 1, day - base + days - 1)
    if counted:
        policies(world)[p].closed |= closed
        latest(world)[p, slot] = max(latest(world)[p, slot], code + 1)
    if near:
        policies(world)[p].across |= closed
        latest(world)[world.policy_count + p, slot] = max(latest(world)[world.policy_count + p, slot], code + 1)


@part
def close_tallied(world: World, p: int, base: int, first: int, last: int) -> None:
    """Close the windows of a cap that are full, of those that contain a day from first to last of the tally."""
    origin, limit = policies(world)[p].first, policies(world)[p].limit
    if policies(world)[p].tallied < limit:
        return
    if policies(world)[p].window != ROLLING:
        for day in range(period_first(world, p, first), last + 1):
            if tally(world)[p, day - origin] >= limit:
                policies(world)[p].closed |= between(day - base, period_last(world, p, day) - base)
        return
    days = policies(world)[p].days
    start = max(first - days + 1, origin)
    touches = 0
    for day in range(start, start + days - 1):
        touches += tally(world)[p, day - origin]
    for day in range(start, min(last, base + LAST) + 1):
        touches += tally(world)[p, day + days - 1 - origin]
        if touches >= limit:
            policies(world)[p].closed |= between(day - base, day + days - 1 - base)
        touches -= tally(world)[p, day - origin]


@part
def take_place(world: World, ask: Asking, day: int, channel: int) -> None:
    """The message is a touch from now on: of its person, its account, and the channel's capacity. `day` is a bit."""
    sign = ask.kind * 8 + channel
    code = world.touch_count + world.place_count
    placed(world)[world.place_count] = ask.row
    world.place_count += 1
    enter(world, ask, entry(ask.base + day - world.day_origin, sign, code))
    counted = signs(world)[sign].other & ~contact_uncounted(world)[ask.contact]
    near = signs(world)[sign].near & ~contact_spared(world)[ask.contact]
    capacities = counted & world.capacity_bits
    while capacities:
        use_capacity(world, lowest(capacities), ask.base + day)
        capacities &= capacities - 1
    keep_up(world, ask, ask.base + day, code, counted, near)
    note_touch(world, ask.base, ask.base + day, code, counted, near)
    caps = counted & world.account_cap_bits
    while caps:
        close_tallied(world, lowest(caps), ask.base, ask.base + day, ask.base + day)
        caps &= caps - 1


@part
def enter(world: World, ask: Asking, new: int) -> None:
    """Put an entry in its place among those of the person."""
    hole = ask.high
    while hole > ask.low and entries(world)[hole - 1] > new:
        entries(world)[hole] = entries(world)[hole - 1]
        hole -= 1
    entries(world)[hole] = new
    contact_touches(world)[contact_person(world)[ask.contact]] += 1
    ask.high += 1


@part
def use_capacity(world: World, p: int, day: int) -> None:
    first, last = period_first(world, p, day), period_last(world, p, day)
    used(world)[p, first - world.period_origin] += 1
    if used(world)[p, first - world.period_origin] == policies(world)[p].limit:
        for shift in range(world.shift_count):
            base = world.first_base + shift
            full(world)[p, shift] |= between(first - base, last - base)
