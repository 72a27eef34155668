"""Asks the rules in their order what they close for one message on one channel."""

from __future__ import annotations

from pauta.core.gate.boards import between
from pauta.core.gate.closing import (
    across_bits,
    channel_of,
    closed_by_policy,
    closed_by_preferences,
    forbids_topic,
    held_bits,
    may_be_written_to,
    stands,
)
from pauta.core.gate.compiled import compiled, lowest
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


@compiled
def ask_rules(
    world: World,
    ask: Asking,
    wish: int,
    traced: bool,
) -> None:
    """All rules in their order, for one channel of the message."""
    channel = channel_of(world, ask.row, wish)
    open_window(world, ask, wish)
    if not contacts(world)[ask.contact].reachable >> channel & 1:
        close_for_good(world, ask, wish, ADDRESS)
        keep(world, ask, wish, ADDRESS, ALL)
        if not traced:
            return
    if ask.bulk:
        if contacts(world)[ask.contact].consent_known and not may_be_written_to(world, ask.contact, channel, ask.topic):
            close_for_good(world, ask, wish, CONSENT)
            keep(world, ask, wish, CONSENT, ALL)
            if not traced:
                return
        paused = between(0, contacts(world)[ask.contact].paused_until - ask.base - 1)
        close(world, ask, wish, PAUSE, paused)
        keep(world, ask, wish, PAUSE, paused)
    ask_policies(world, ask, wish, traced, world.early_bits)
    if ask.bulk and not (boards(world)[wish].final and not traced):
        ask_preferences(world, ask, wish)
    if not (boards(world)[wish].final and not traced):
        ask_policies(world, ask, wish, traced, ~world.early_bits)


@compiled
def open_window(world: World, ask: Asking, wish: int) -> None:
    """The board of the days from the first allowed one on; the last allowed one is kept apart, in `until`."""
    boards(world)[wish].open = between(ask.start, LAST)
    boards(world)[wish].emptied = NOTHING if ask.endless or boards(world)[wish].open & ask.until else WINDOW
    boards(world)[wish].closer = NOTHING
    boards(world)[wish].standing = NOTHING
    boards(world)[wish].final = False
    if ask.judged > LAST or not boards(world)[wish].open & ask.until & (1 << ask.judged):
        boards(world)[wish].closer = WINDOW


@compiled
def ask_preferences(world: World, ask: Asking, wish: int) -> None:
    if contacts(world)[ask.contact].preferences == contacts(world)[ask.contact + 1].preferences:
        return
    closed = closed_by_preferences(world, ask)
    rank = POLICIES + world.before_preference
    if closed == ALL and forbids_topic(world, ask):
        close_for_good(world, ask, wish, rank)
    else:
        close(world, ask, wish, rank, closed)
    keep(world, ask, wish, rank, closed)


@compiled
def ask_policies(world: World, ask: Asking, wish: int, traced: bool, which: int) -> None:
    """Those of the policies (bits) that hold this message on this channel."""
    channel = channel_of(world, ask.row, wish)
    held = held_bits(world, ask, channel)
    across = across_bits(world, ask, channel)
    for_good = signs(world)[ask.kind * 8 + channel].always | contacts(world)[ask.contact].barred | world.nothing_bits
    opens, closes = -1, 24 * 60
    asked = (held | across) & which
    while asked:
        p = lowest(asked)
        asked &= asked - 1
        rank = p + POLICIES + (p >= world.before_preference)
        had_hours = opens < closes
        if world.hours_bits >> p & 1:
            opens, closes = max(opens, policies(world)[p].opens), min(closes, policies(world)[p].closes)
        if for_good >> p & 1 or (had_hours and opens >= closes):
            close_for_good(world, ask, wish, rank)
            keep(world, ask, wish, rank, ALL)
            if not traced:
                return
        elif stands(world, ask, p):
            stand_in_the_way(world, wish, rank)
            keep(world, ask, wish, rank, ALL)
        else:
            closed = closed_by_policy(world, ask, p, bool(held >> p & 1), bool(across >> p & 1))
            close(world, ask, wish, rank, closed)
            keep(world, ask, wish, rank, closed)


@compiled
def close(world: World, ask: Asking, wish: int, rank: int, closed: int) -> None:
    """Take days off the board, and remember who was first to close the wished day and to leave nothing."""
    if not closed:
        return
    boards(world)[wish].open &= ~closed
    if boards(world)[wish].emptied == NOTHING and not ask.endless and not boards(world)[wish].open & ask.until:
        boards(world)[wish].emptied = rank
    if boards(world)[wish].closer == NOTHING and closed >> ask.judged & 1:
        boards(world)[wish].closer = rank


@compiled
def close_for_good(world: World, ask: Asking, wish: int, rank: int) -> None:
    boards(world)[wish].final = True
    close(world, ask, wish, rank, ALL)
    if boards(world)[wish].emptied == NOTHING:
        boards(world)[wish].emptied = rank


@compiled
def stand_in_the_way(world: World, wish: int, rank: int) -> None:
    if boards(world)[wish].standing == NOTHING:
        boards(world)[wish].standing = rank
    if boards(world)[wish].emptied == NOTHING:
        boards(world)[wish].emptied = rank


@compiled
def keep(world: World, ask: Asking, wish: int, rank: int, closed: int) -> None:
    """Leave what a rule closed in the trace."""
    if world.traced_count and trace_row(world)[ask.row] >= 0:
        trace_closed(world)[trace_row(world)[ask.row], rank, wish] |= closed
