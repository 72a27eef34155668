"""What each rule closes: one small function per rule, each asked on its own."""

from __future__ import annotations

from pauta.core.gate.boards import around, between, period_first, period_last
from pauta.core.gate.compiled import part
from pauta.core.gate.entries import day_in, day_of, near_bits, other_bits, sign_of, start_of
from pauta.core.gate.world import (
    ALL,
    CAP,
    CONCURRENCY,
    LAST,
    MIX,
    NOTHING,
    ROLLING,
    SPACING,
    TIME,
    Asking,
    World,
    campaigns,
    contact_calendar,
    contact_enrolments,
    contact_events,
    contact_minute,
    contact_paused_until,
    contact_preferences,
    contact_reachable,
    contact_spared,
    contact_standing,
    contact_uncounted,
    counted,
    dates,
    enrolments,
    entries,
    events,
    message_channels,
    policies,
    preferences,
    signs,
)


@part
def channel_of(world: World, row: int, wish: int) -> int:
    """The channel that a message wishes for at this place; NOTHING after the last."""
    return int(message_channels(world)[row, wish]) if wish < world.wish_count else NOTHING


@part
def held_bits(world: World, ask: Asking, channel: int) -> int:
    """Policies that hold the message on the channel."""
    return int(signs(world)[ask.kind * 8 + channel].held & ~contact_spared(world)[ask.contact])


@part
def across_bits(world: World, ask: Asking, channel: int) -> int:
    """Spacings on whose other side the message is on the channel."""
    return int(signs(world)[ask.kind * 8 + channel].across & ~contact_uncounted(world)[ask.contact])


@part
def has_address(world: World, ask: Asking, channel: int) -> bool:
    return bool(contact_reachable(world)[ask.contact] >> channel & 1)


@part
def closed_by_pause(world: World, ask: Asking) -> int:
    return between(0, contact_paused_until(world)[ask.contact] - ask.base - 1)


@part
def closed_by_hold(world: World, ask: Asking, p: int) -> int:
    closed = 0
    for row in range(contact_events(world)[ask.contact], contact_events(world)[ask.contact + 1]):
        if events(world)[row, 0] == policies(world)[p].event:
            day = events(world)[row, 1] - ask.base
            closed |= between(day, day + policies(world)[p].days - 1)
    return closed


@part
def closed_by_time(world: World, ask: Asking, p: int) -> int:
    closed = dates(world)[p, contact_calendar(world)[ask.contact], ask.shift]
    if contact_minute(world)[ask.contact] >= policies(world)[p].closes:
        closed |= 1 << ask.own
    return int(closed)


@part
def closed_by_preferences(world: World, ask: Asking) -> int:
    """Each choice of the contact for the topic is a rolling cap on touches of the topic."""
    closed = 0
    for row in range(contact_preferences(world)[ask.contact], contact_preferences(world)[ask.contact + 1]):
        if preferences(world)[row, 0] == ask.topic:
            limit, days = preferences(world)[row, 1], preferences(world)[row, 2]
            if limit == 0:
                return ALL
            count = collect_topic(world, ask, ask.base - days + 1)
            closed |= closed_by_windows(world, count, limit, days, ask.base)
    return closed


@part
def forbids_topic(world: World, ask: Asking) -> bool:
    for row in range(contact_preferences(world)[ask.contact], contact_preferences(world)[ask.contact + 1]):
        if preferences(world)[row, 0] == ask.topic and preferences(world)[row, 1] == 0:
            return True
    return False


@part
def collect_topic(world: World, ask: Asking, since: int) -> int:
    """The person's touches of the message's topic into `counted`, latest first."""
    count = 0
    first = start_of(world, since)
    for position in range(ask.high - 1, ask.low - 1, -1):
        one = entries(world)[position]
        if one < first:
            break
        sign = sign_of(world, position)
        counted(world)[count] = one
        count += (signs(world)[sign].topic == ask.topic) & signs(world)[sign].bulk
    return count


@part
def closed_by_cap(world: World, ask: Asking, p: int) -> int:
    limit, days = policies(world)[p].limit, policies(world)[p].days
    if limit > ask.high - ask.low:
        return 0
    if policies(world)[p].window != ROLLING:
        count = collect_counted(world, ask, p, period_first(world, p, ask.base), period_last(world, p, ask.base + LAST))
        return closed_by_periods(world, p, count, limit, ask.base)
    if limit == 1:
        return closed_around(world, ask, p, True, False)
    count = collect_counted(world, ask, p, ask.base - days + 1, ask.base + LAST + days)
    return closed_by_windows(world, count, limit, days, ask.base)


@part
def collect_counted(
    world: World,
    ask: Asking,
    p: int,
    since: int,
    last: int,
) -> int:
    """Touches of the days since..last of the person that a cap counts into `counted`, latest first."""
    count = 0
    first, end = start_of(world, since), start_of(world, last + 1)
    for position in range(ask.high - 1, ask.low - 1, -1):
        one = entries(world)[position]
        if one < first:
            break
        counted(world)[count] = one
        count += (other_bits(world, position) >> p & 1) & (one < end)
    return count


@part
def closed_by_windows(world: World, count: int, limit: int, days: int, base: int) -> int:
    """Days that lie in some run of `days` days with `limit` counted touches: `limit` of them in a row, less apart."""
    closed = 0
    for earliest in range(limit - 1, count):
        first = day_in(world, counted(world)[earliest])
        last = day_in(world, counted(world)[earliest - limit + 1])
        full = between(last - days + 1 - base, first + days - 1 - base)
        closed |= full if last - first < days else 0
    return closed


@part
def closed_by_periods(world: World, p: int, count: int, limit: int, base: int) -> int:
    closed = 0
    for earliest in range(limit - 1, count):
        first = day_in(world, counted(world)[earliest])
        last = day_in(world, counted(world)[earliest - limit + 1])
        if last <= period_last(world, p, first):
            closed |= between(period_first(world, p, first) - base, period_last(world, p, first) - base)
    return closed


@part
def closed_around(world: World, ask: Asking, p: int, held: bool, across: bool) -> int:
    """Days fewer than `days` away from a touch of the person that the policy looks at."""
    closed, days = 0, policies(world)[p].days
    for position in range(ask.high - 1, ask.low - 1, -1):
        day = day_of(world, position) - ask.base
        if day <= -days:
            break
        if keeps_away(world, position, p, held, across):
            closed |= around(day, days)
    return int(closed)


@part
def keeps_away(world: World, position: int, p: int, held: bool, across: bool) -> bool:
    """Whether a touch is on the side of a spacing that a message held by it, or across from it, keeps away from."""
    if held and other_bits(world, position) >> p & 1:
        return True
    return across and bool(near_bits(world, position) >> p & 1)


@part
def campaigns_elsewhere(world: World, ask: Asking, limit: int) -> int:
    """Distinct other campaigns of the contact, today or later; no more than `limit` are looked for."""
    count = 0
    for row in range(contact_enrolments(world)[ask.contact], contact_enrolments(world)[ask.contact + 1]):
        count = add_campaign(world, ask, count, int(enrolments(world)[row]))
        if count >= limit:
            return count
    for position in range(ask.high - 1, ask.low - 1, -1):
        if day_of(world, position) < ask.base + ask.own:
            break
        count = add_campaign(world, ask, count, int(signs(world)[sign_of(world, position)].campaign))
        if count >= limit:
            return count
    return count


@part
def add_campaign(world: World, ask: Asking, count: int, campaign: int) -> int:
    if campaign < 0 or campaign == ask.campaign:
        return count
    for known in range(count):
        if campaigns(world)[known] == campaign:
            return count
    campaigns(world)[count] = campaign
    return count + 1


@part
def may_be_too_many(world: World, ask: Asking, p: int) -> bool:
    """Whether all touches of the type, among as few touches as are asked for, would be too many."""
    least = policies(world)[p].least
    if ask.high - ask.low < least:
        return False
    of_type = 0
    for position in range(ask.low, ask.high):
        of_type += other_bits(world, position) >> p & 1
    return bool((of_type + 1) * 100 >= policies(world)[p].percent * (least + 1))


@part
def closed_by_mix(world: World, ask: Asking, p: int) -> int:
    """Walk over the days on which the window's touches change."""
    if not may_be_too_many(world, ask, p):
        return 0
    days = policies(world)[p].days
    closed = touches = of_type = day = 0
    enter = leave = ask.low
    while day <= LAST:
        while enter < ask.high and day_of(world, enter) <= ask.base + day:
            touches += signs(world)[sign_of(world, enter)].bulk
            of_type += other_bits(world, enter) >> p & 1
            enter += 1
        while leave < enter and day_of(world, leave) <= ask.base + day - days:
            touches -= signs(world)[sign_of(world, leave)].bulk
            of_type -= other_bits(world, leave) >> p & 1
            leave += 1
        until = LAST + 1
        if enter < ask.high:
            until = min(until, day_of(world, enter) - ask.base)
        elif touches < policies(world)[p].least:
            break
        if leave < enter:
            until = min(until, day_of(world, leave) + days - ask.base)
        if touches >= policies(world)[p].least and (of_type + 1) * 100 > policies(world)[p].percent * (touches + 1):
            closed |= between(day, until - 1)
        day = until
    return int(closed)


@part
def closed_by_contact(world: World, ask: Asking, p: int, held: bool, across: bool) -> int:
    """What a policy closes by where the contact is and what it had, for messages that it holds or has across."""
    kind = policies(world)[p].kind
    if kind == CAP:
        return closed_by_cap(world, ask, p)
    if kind == MIX:
        return closed_by_mix(world, ask, p)
    if kind == SPACING:
        return closed_around(world, ask, p, held, across)
    if kind == TIME:
        return closed_by_time(world, ask, p)
    return closed_by_hold(world, ask, p)


@part
def stands(world: World, ask: Asking, p: int) -> bool:
    """Whether the policy closes everything for as long as something stands."""
    if policies(world)[p].kind == CONCURRENCY:
        return bool(campaigns_elsewhere(world, ask, policies(world)[p].limit) >= policies(world)[p].limit)
    return bool(contact_standing(world)[ask.contact] >> p & 1)
