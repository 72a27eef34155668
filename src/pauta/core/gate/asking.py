"""Asks the rules in their order what they close for one message on one channel."""

from __future__ import annotations

from pauta.core.gate.closing import (
    across_bits,
    channel_of,
    closed_by_pause,
    closed_by_policy,
    closed_by_preferences,
    forbids_topic,
    has_address,
    has_agreed,
    held_bits,
    stands,
)
from pauta.core.gate.compiled import lowest, part
from pauta.core.gate.world import (
    ADDRESS,
    ALL,
    CONSENT,
    LAST,
    NOTHING,
    PAUSE,
    POLICIES,
    WINDOW,
    Asking,
    World,
    boards,
    contacts,
    policies,
    signs,
    trace_closed,
    trace_row,
)


@part
def ask_rules(world: World, ask: Asking, wish: int, traced: bool) -> None:
    """All rules in their order, for one channel of the message; until one closes it for good, unless traced."""
    channel = channel_of(world, ask.row, wish)
    held, across = held_bits(world, ask, channel), across_bits(world, ask, channel)
    open_window(world, ask, wish)
    if not has_address(world, ask, channel):
        close(world, ask, wish, ADDRESS, ALL, True, traced)
        if not traced:
            return
    if ask.bulk:
        if not has_agreed(world, ask, channel):
            close(world, ask, wish, CONSENT, ALL, True, traced)
            if not traced:
                return
        closed = closed_by_pause(world, ask)
        if closed:
            close(world, ask, wish, PAUSE, closed, False, traced)
    ask_policies(world, ask, wish, traced, held & world.early_bits, across & world.early_bits, POLICIES)
    if boards(world)[wish].final and not traced:
        return
    preference = POLICIES + world.before_preference
    if ask.bulk and contacts(world)[ask.contact + 1].preferences > contacts(world)[ask.contact].preferences:
        closed = closed_by_preferences(world, ask)
        for_good = closed == ALL and forbids_topic(world, ask)
        if closed:
            close(world, ask, wish, preference, closed, for_good, traced)
            if for_good and not traced:
                return
    ask_policies(world, ask, wish, traced, held & ~world.early_bits, across & ~world.early_bits, POLICIES + 1)


@part
def open_window(world: World, ask: Asking, wish: int) -> None:
    """The board of the days from the first allowed one on; the last allowed one is kept apart, in `until`."""
    board = boards(world)[wish]
    board.open = ALL << min(ask.start, LAST + 1) & ALL
    board.emptied = NOTHING if ask.endless or board.open & ask.until else WINDOW
    board.closer = NOTHING
    board.standing = NOTHING
    board.final = False
    if ask.judged > LAST or not board.open & ask.until & (1 << ask.judged):
        board.closer = WINDOW


@part
def ask_policies(world: World, ask: Asking, wish: int, traced: bool, held: int, across: int, shift: int) -> None:
    """Policies (bits) that hold this message on this channel, or that have it on their other side.

    ``shift`` leads from their bits to their ranks.
    """
    channel = channel_of(world, ask.row, wish)
    barred = signs(world)[ask.kind * 8 + channel].always | contacts(world)[ask.contact].barred | world.nothing_bits
    standing = contacts(world)[ask.contact].standing
    standing_bits = standing | world.concurrency_bits
    left = ALL if traced else boards(world)[wish].open
    opens, closes = -1, 24 * 60
    asked = (held | across) & (barred | standing | world.closing_bits)
    while asked:
        p = lowest(asked)
        asked &= asked - 1
        for_good = bool(barred >> p & 1)
        if world.hours_bits >> p & 1:
            had_hours = opens < closes
            opens, closes = max(opens, policies(world)[p].opens), min(closes, policies(world)[p].closes)
            for_good = for_good or (had_hours and opens >= closes)
        if for_good:
            close(world, ask, wish, p + shift, ALL, True, traced)
            if not traced:
                return
            continue
        if standing_bits >> p & 1 and stands(world, ask, p):
            stand_in_the_way(world, ask, wish, p + shift, traced)
            continue
        closed = closed_by_policy(world, ask, p, held, across)
        if closed & left:
            close(world, ask, wish, p + shift, closed, False, traced)
            if not traced:
                left &= ~closed


@part
def close(world: World, ask: Asking, wish: int, rank: int, closed: int, for_good: bool, traced: bool) -> None:
    """Take days off the board, and remember who was first to close the wished day and to leave nothing."""
    board = boards(world)[wish]
    board.open &= ~closed
    board.final |= for_good
    nothing_left = for_good or not (ask.endless or board.open & ask.until)
    if board.emptied == NOTHING and nothing_left:
        board.emptied = rank
    if board.closer == NOTHING and closed >> ask.judged & 1:
        board.closer = rank
    if traced:
        trace_closed(world)[trace_row(world)[ask.row], rank, wish] |= closed


@part
def stand_in_the_way(world: World, ask: Asking, wish: int, rank: int, traced: bool) -> None:
    """Close everything for as long as it stands."""
    board = boards(world)[wish]
    if board.standing == NOTHING:
        board.standing = rank
    if board.emptied == NOTHING:
        board.emptied = rank
    if traced:
        trace_closed(world)[trace_row(world)[ask.row], rank, wish] = ALL
