"""Asks the rules in their order what they close for one message on one channel."""

from __future__ import annotations

from pauta.core.gate.agreeing import closed_by_consent
from pauta.core.gate.closing import (
    across_bits,
    channel_of,
    closed_by_pause,
    closed_by_preferences,
    forbids_topic,
    has_address,
    held_bits,
    stands,
)
from pauta.core.gate.compiled import lowest, part
from pauta.core.gate.keeping import closed_by_policy
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
    contact_barred,
    contact_kept,
    contact_preferences,
    contact_standing,
    kept,
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
        closed = closed_by_consent(world, ask, channel)
        if closed:
            close(world, ask, wish, CONSENT, closed, bool(closed >> LAST & 1), traced)
            if not boards(world)[wish].open and not traced:
                return
        closed = closed_by_pause(world, ask)
        if closed:
            close(world, ask, wish, PAUSE, closed, False, traced)
    late = -1
    if ask.bulk and contact_preferences(world)[ask.contact + 1] > contact_preferences(world)[ask.contact]:
        late = ~world.early_bits
        ask_policies(world, ask, wish, traced, held & ~late, across & ~late)
        if boards(world)[wish].final and not boards(world)[wish].open and not traced:
            return
        closed = closed_by_preferences(world, ask)
        for_good = closed == ALL and forbids_topic(world, ask)
        if closed:
            close(world, ask, wish, POLICIES + world.before_preference, closed, for_good, traced)
            if for_good and not traced:
                return
    ask_policies(world, ask, wish, traced, held & late, across & late)


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
def ask_policies(world: World, ask: Asking, wish: int, traced: bool, held: int, across: int) -> None:
    """Policies (bits) that hold this message on this channel, or that have it on their other side."""
    channel, stand = channel_of(world, ask.row, wish), contact_standing(world)[ask.contact]
    barred = signs(world)[ask.kind * 8 + channel].always | contact_barred(world)[ask.contact] | world.nothing_bits
    barred |= without_an_hour(world, held)
    kept_bits = contact_kept(world)[ask.contact] & ~(across | barred | stand)
    may_stand = stand | world.concurrency_bits
    board = boards(world)[wish]
    open_days, emptied, closer = board.open, board.emptied, board.closer
    endless = 0 if board.final else ask.endless
    asked = (held | across) & (barred | stand | world.closing_bits)
    while asked:
        p = lowest(asked)
        asked &= asked - 1
        rank = POLICIES + p + (p >= world.before_preference)
        for_good = bool(barred >> p & 1)
        standing = not for_good and bool(may_stand >> p & 1) and stands(world, ask, p)
        if kept_bits >> p & 1:
            closed = int(kept(world)[ask.contact, policies(world)[p].column])
        else:
            closed = ALL if for_good or standing else closed_by_policy(world, ask, p, held, across)
        if traced:
            trace_closed(world)[trace_row(world)[ask.row], rank, wish] |= closed
        if standing:
            board.standing = rank if board.standing == NOTHING else board.standing
        else:
            open_days &= ~closed
            closer = rank if (closer == NOTHING) & bool(closed >> ask.judged & 1) else closer
        nothing_left = for_good | standing | (endless | (open_days & ask.until) == 0)
        emptied = rank if (emptied == NOTHING) & nothing_left else emptied
        if for_good:
            board.final = True
            if not traced:
                break
    board.open, board.emptied, board.closer = open_days, emptied, closer


@part
def without_an_hour(world: World, held: int) -> int:
    """The time rule (a bit) after which, of those that hold a message, no hour of the day is left; 0 for none."""
    hours = held & world.hours_bits
    if hours & hours - 1 == 0:
        return 0
    opens, closes = -1, 24 * 60
    while hours:
        p = lowest(hours)
        hours &= hours - 1
        opens, closes = max(opens, policies(world)[p].opens), min(closes, policies(world)[p].closes)
        if opens >= closes:
            return 1 << p
    return 0


@part
def close(world: World, ask: Asking, wish: int, rank: int, closed: int, for_good: bool, traced: bool) -> None:
    """Take days off the board, and remember who was first to close the wished day and to leave nothing."""
    board = boards(world)[wish]
    board.open &= ~closed
    board.final |= for_good
    nothing_left = not (board.open & ask.until) and bool(board.final or not ask.endless)
    if board.emptied == NOTHING and nothing_left:
        board.emptied = rank
    if board.closer == NOTHING and closed >> ask.judged & 1:
        board.closer = rank
    if traced:
        trace_closed(world)[trace_row(world)[ask.row], rank, wish] |= closed
