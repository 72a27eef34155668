"""Which touches made a rule close a day."""

from __future__ import annotations

from pauta.core.gate.boards import period_first, period_last
from pauta.core.gate.closing import (
    across_bits,
    channel_of,
    closed_by_preferences,
    collect_counted,
    collect_topic,
    held_bits,
    keeps_away,
    stands,
)
from pauta.core.gate.compiled import part
from pauta.core.gate.entries import belongs, code_of, day_in, day_of, sign_of
from pauta.core.gate.keeping import closed_by_policy
from pauta.core.gate.vocabulary import NEVER
from pauta.core.gate.world import (
    ALL,
    CAP,
    CONCURRENCY,
    LAST,
    MIX,
    POLICIES,
    ROLLING,
    SPACING,
    UNKNOWN,
    Asking,
    World,
    accounts,
    answering,
    contact_kept,
    contact_low,
    contact_person,
    contact_preferences,
    contact_touches,
    counted,
    kept_winner,
    latest,
    placed,
    policies,
    preferences,
    signs,
    tally,
    trace_ranges,
    trace_row,
    trace_won,
    won,
)


@part
def name_winners(world: World, ask: Asking, wish: int, rank: int, day: int, traced: bool) -> None:
    """The last winner into the answer, and all of them into the trace."""
    touches = world.touch_count
    if traced:
        count = find_winners(world, ask, wish, rank, day)
        keep_winners(world, ask, count)
        code = last_of(world, count)
    else:
        code = last_winner(world, ask, wish, rank, day)
    answering(world)[0].winner = code if code < touches else touches + placed(world)[code - touches]


@part
def keep_winners(world: World, ask: Asking, count: int) -> None:
    row, free = trace_row(world)[ask.row], trace_ranges(world)[world.traced_count, 1]
    trace_ranges(world)[row, 0] = free
    trace_ranges(world)[row, 1] = count
    trace_ranges(world)[world.traced_count, 1] += count
    for position in range(count):
        trace_won(world)[free + position] = won(world)[position]


@part
def last_of(world: World, count: int) -> int:
    code = -1
    for position in range(count):
        code = max(code, won(world)[position])
    return int(code)


@part
def last_winner(world: World, ask: Asking, wish: int, rank: int, day: int) -> int:
    """The same as the last of all winners, without a list of them where touches near the day win."""
    p = rank - POLICIES - (rank > POLICIES + world.before_preference)
    if p < 0 or allows_nothing(world, p):
        return -1
    noted = world.account_cap_bits | world.account_spacing_bits
    if rank == POLICIES + world.before_preference or not (world.own_touch_bits | noted) >> p & 1:
        return last_of(world, find_winners(world, ask, wish, rank, day))
    keeps = contact_kept(world)[ask.contact] & ~across_bits(world, ask, channel_of(world, ask.row, wish))
    if keeps >> p & 1 and day == ask.own:
        return kept_last(world, ask, wish, p)
    first, last, held, across = near(world, ask, wish, p, ask.base + day)
    if not noted >> p & 1:
        return latest_of_person(world, ask, p, first, last, held, across)
    code = latest_between(world, p, p, first, last) if held else -1
    return max(code, latest_between(world, p, world.policy_count + p, first, last)) if across else code


@part
def kept_last(world: World, ask: Asking, wish: int, p: int) -> int:
    """The last winner of the contact's today, by a policy whose board is kept."""
    column = policies(world)[p].column
    if kept_winner(world)[ask.contact, column] == UNKNOWN:
        first, last, held, _across = near(world, ask, wish, p, ask.base + ask.own)
        kept_winner(world)[ask.contact, column] = latest_of_person(world, ask, p, first, last, held, False)
    return int(kept_winner(world)[ask.contact, column])


@part
def latest_of_person(world: World, ask: Asking, p: int, first: int, last: int, held: bool, across: bool) -> int:
    code = -1
    for position in range(ask.high - 1, ask.low - 1, -1):
        day = day_of(world, position)
        if day < first:
            break
        if day <= last and keeps_away(world, position, p, held, across):
            code = max(code, code_of(world, position))
    return int(code)


@part
def latest_between(world: World, p: int, row: int, first: int, last: int) -> int:
    code = 0
    for day in range(max(first, policies(world)[p].first), min(last, policies(world)[p].last) + 1):
        code = max(code, latest(world)[row, day - policies(world)[p].first])
    return int(code - 1)


@part
def find_winners(world: World, ask: Asking, wish: int, rank: int, day: int) -> int:
    """Codes of the touches that made the rule close the day (a bit) into `won`; their number."""
    if rank == POLICIES + world.before_preference:
        return find_topic_winners(world, ask, day)
    p = rank - POLICIES - (rank > POLICIES + world.before_preference)
    if p < 0 or allows_nothing(world, p):
        return 0
    if policies(world)[p].kind == CONCURRENCY:
        return find_campaign_winners(world, ask)
    if policies(world)[p].kind not in (CAP, MIX, SPACING):
        return 0
    first, last, held, across = near(world, ask, wish, p, ask.base + day)
    return find_counted(world, ask, p, first, last, held, across)


@part
def allows_nothing(world: World, p: int) -> bool:
    """A cap of no message at all closes every day by itself; no touch made it."""
    return bool(policies(world)[p].kind == CAP and policies(world)[p].limit == 0)


@part
def near(world: World, ask: Asking, wish: int, p: int, day: int) -> tuple[int, int, bool, bool]:
    """The days on which touches may have made a cap, a spacing or a mix close a day, and the side they are on."""
    kind, channel = policies(world)[p].kind, channel_of(world, ask.row, wish)
    first, last = day - policies(world)[p].days + 1, day + policies(world)[p].days - 1
    if kind == CAP:
        first, last = full_around(world, ask, p, day)
    elif kind == MIX:
        last = day
    held, across = held_bits(world, ask, channel) >> p & 1, across_bits(world, ask, channel) >> p & 1
    return first, last, bool(held), bool(across)


@part
def full_around(world: World, ask: Asking, p: int, day: int) -> tuple[int, int]:
    """First and last day of the full windows of a cap that contain the day; they overlap, so they are one stretch."""
    window, limit, days = policies(world)[p].window, policies(world)[p].limit, policies(world)[p].days
    if day > ask.base + LAST + 1 or (window == ROLLING and limit == 1 and not policies(world)[p].account):
        return day - days + 1, day + days - 1
    if window != ROLLING:
        return period_first(world, p, day), period_last(world, p, day)
    if not policies(world)[p].account:
        count = collect_counted(world, ask, p, day - days + 1, day + days - 1)
        return full_stretch(world, count, limit, days, day)
    origin, touches = policies(world)[p].first, 0
    first, last = NEVER, -NEVER
    for inside in range(day - days + 1, day):
        touches += tally(world)[p, inside - origin]
    for start in range(day - days + 1, day + 1):
        touches += tally(world)[p, start + days - 1 - origin]
        if touches >= limit:
            first, last = min(first, start), start + days - 1
        touches -= tally(world)[p, start - origin]
    return first, last


@part
def full_stretch(world: World, count: int, limit: int, days: int, day: int) -> tuple[int, int]:
    """The same from the days in `counted`, latest first."""
    first, last = NEVER, -NEVER
    for earliest in range(limit - 1, count):
        low = max(day_in(world, counted(world)[earliest - limit + 1]) - days + 1, day - days + 1)
        high = min(day_in(world, counted(world)[earliest]), day)
        if low <= high:
            first, last = min(first, low), max(last, high + days - 1)
    return first, last


@part
def find_counted(world: World, ask: Asking, p: int, first: int, last: int, held: bool, across: bool) -> int:
    """Touches first..last of the contact or the account on the side that the policy looks at."""
    of_account = bool(policies(world)[p].account)
    contact, end = ask.contact, ask.contact + 1
    if of_account:
        contact, end = accounts(world)[ask.account].contacts, accounts(world)[ask.account + 1].contacts
    count = 0
    while contact < end:
        person = contact_person(world)[contact]
        low = contact_low(world)[person]
        for position in range(low, low + contact_touches(world)[person]):
            if (
                first <= day_of(world, position) <= last
                and keeps_away(world, position, p, held, across)
                and (not of_account or belongs(world, position, contact))
            ):
                won(world)[count] = code_of(world, position)
                count += 1
        contact += 1
    return count


@part
def find_topic_winners(world: World, ask: Asking, day: int) -> int:
    today = ask.base + day
    first, last = NEVER, -NEVER
    for row in range(contact_preferences(world)[ask.contact], contact_preferences(world)[ask.contact + 1]):
        limit, days = preferences(world)[row, 1], preferences(world)[row, 2]
        if preferences(world)[row, 0] == ask.topic and limit:
            touches = collect_topic(world, ask, today - days + 1)
            low, high = full_stretch(world, touches, limit, days, today)
            first, last = min(first, low), max(last, high)
    count = 0
    for position in range(ask.low, ask.high):
        sign = sign_of(world, position)
        if (
            first <= day_of(world, position) <= last
            and signs(world)[sign].topic == ask.topic
            and signs(world)[sign].bulk
        ):
            won(world)[count] = code_of(world, position)
            count += 1
    return count


@part
def find_campaign_winners(world: World, ask: Asking) -> int:
    count = 0
    for position in range(ask.low, ask.high):
        campaign = signs(world)[sign_of(world, position)].campaign
        if day_of(world, position) >= ask.base + ask.own and campaign >= 0 and campaign != ask.campaign:
            won(world)[count] = code_of(world, position)
            count += 1
    return count


@part
def closes(closed: int, day: int) -> bool:
    """Whether a day is closed; those beyond the board are when every day of it is."""
    return bool(closed >> day & 1) if day <= LAST else closed == ALL


@part
def closed_the_day(world: World, ask: Asking, wish: int, rank: int, day: int) -> bool:
    """Whether a rule, asked on its own, closes the day (a bit)."""
    if rank == POLICIES + world.before_preference:
        return closes(closed_by_preferences(world, ask), day)
    p = rank - POLICIES - (rank > POLICIES + world.before_preference)
    if p < 0:
        return False
    channel = channel_of(world, ask.row, wish)
    held, across = held_bits(world, ask, channel), across_bits(world, ask, channel)
    if not (held | across) >> p & 1:
        return False
    if stands(world, ask, p):
        return True
    return closes(closed_by_policy(world, ask, p, held, across), day)
