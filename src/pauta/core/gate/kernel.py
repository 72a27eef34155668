"""The kernel: everything open asks the rules in turn, takes its place, and from then on is a touch."""

from __future__ import annotations

from typing import Final

from pauta.core.gate.answers import give_answer
from pauta.core.gate.asking import ask_rules
from pauta.core.gate.boards import between
from pauta.core.gate.closing import channel_of, held_bits
from pauta.core.gate.compiled import compiled, lowest, part
from pauta.core.gate.places import load_account, take_place
from pauta.core.gate.vocabulary import ALWAYS, NEVER, TIERS
from pauta.core.gate.winners import closed_the_day, name_winners
from pauta.core.gate.world import (
    LAST,
    NOTHING,
    NOW,
    Asking,
    World,
    accounts,
    answering,
    asks,
    boards,
    contact_best_minute,
    contact_low,
    contact_person,
    contact_today,
    contact_touches,
    message_contact,
    message_expires,
    message_kind,
    message_minute,
    message_not_before,
    message_tier,
    message_wished,
    policies,
    queue,
    queue_first,
    signs,
    trace_row,
)

SEND: Final = 0
QUEUE: Final = 1
SUPPRESS: Final = 2
EXPIRED: Final = 13
CLEAR: Final = 14
WAITED: Final = 15
NINE: Final = 9 * 60


@compiled
def decide_all(world: World) -> None:
    """Everything open: tier by tier over all accounts when they share something, else account by account."""
    accounts = world.account_count
    rounds = TIERS if world.by_tier else 1
    for tier in range(rounds):
        for account in range(accounts):
            first = queue_first(world)[account * TIERS + tier]
            end = queue_first(world)[account * TIERS + (tier + 1 if world.by_tier else TIERS)]
            if first < end:
                load_account(world, account)
            for position in range(first, end):
                decide(world, account, queue(world)[position])


@part
def decide(world: World, account: int, row: int) -> None:
    """Ask for the channels in the order of wish, take the place that is found, and say why."""
    ask = asking(world, account, row)
    traced = world.traced_count > 0 and trace_row(world)[row] >= 0
    hurried = signs(world)[ask.kind * 8].urgent or message_tier(world)[row] == 0
    best, day = NOTHING, LAST + 1
    wishes = 0
    for wish in range(8):
        if channel_of(world, row, wish) == NOTHING:
            break
        wishes += 1
        ask_rules(world, ask, wish, traced)
        open_days = boards(world)[wish].open & ask.until
        if open_days and boards(world)[wish].standing == NOTHING and (best == NOTHING or hurried):
            found = lowest(open_days)
            if found < day:
                best, day = wish, found
        if best != NOTHING and not traced and (day == ask.start or not hurried):
            break
    if best == NOTHING:
        answer_without_day(world, ask, wishes, traced)
        give_answer(world, row)
        return
    answer_with_day(world, ask, best, day, traced)
    give_answer(world, row)
    take_place(world, ask, day, channel_of(world, row, best))


@part
def asking(world: World, account: int, row: int) -> Asking:
    """Fill in what the rules want to know of the message, and an answer that says nothing yet."""
    contact = int(message_contact(world)[row])
    sign = message_kind(world)[row] * 8
    expires = int(message_expires(world)[row])
    base = accounts(world)[account].base
    own = contact_today(world)[contact] - base
    start = max(own, int(message_not_before(world)[row]) - base)
    wished = start if message_wished(world)[row] == ALWAYS else max(own, int(message_wished(world)[row]) - base)
    low = contact_low(world)[contact_person(world)[contact]]
    answer = answering(world)[0]
    answer.winner = answer.channel = answer.rank = answer.reason = NOTHING
    answer.day = answer.earliest = NEVER
    answer.minute = 0
    ask: Asking = asks(world)[0]
    ask.row = row
    ask.contact = contact
    ask.account = account
    ask.base = base
    ask.shift = base - world.first_base
    ask.own = own
    ask.start = start
    ask.until = between(0, expires - base)
    ask.endless = expires > base + LAST and expires >= max(base + own, int(message_not_before(world)[row]))
    ask.judged = min(wished, LAST + 1)
    ask.kind = message_kind(world)[row]
    ask.topic = signs(world)[sign].topic
    ask.campaign = signs(world)[sign].campaign
    ask.bulk = signs(world)[sign].bulk
    ask.low = low
    ask.high = low + contact_touches(world)[contact_person(world)[contact]]
    return ask


@part
def answer_with_day(world: World, ask: Asking, wish: int, day: int, traced: bool) -> None:
    row = ask.row
    answering(world)[0].day = ask.base + day
    answering(world)[0].channel = channel_of(world, row, wish)
    answering(world)[0].minute = local_minute(world, ask, wish, day)
    if day > ask.judged:
        answering(world)[0].verdict = QUEUE
        answering(world)[0].rank = boards(world)[wish].closer
        name_winners(world, ask, wish, boards(world)[wish].closer, ask.judged, traced)
    elif message_wished(world)[row] != ALWAYS and message_wished(world)[row] < ask.base + ask.own:
        answering(world)[0].verdict = QUEUE
        answering(world)[0].reason = WAITED
    else:
        answering(world)[0].verdict = SEND
        answering(world)[0].reason = CLEAR


@part
def local_minute(world: World, ask: Asking, wish: int, day: int) -> int:
    """The minute of the local day: its own, else the contact's best, inside the allowed hours."""
    held = held_bits(world, ask, channel_of(world, ask.row, wish))
    opens, closes = -1, 24 * 60
    hours = held & world.hours_bits
    while hours:
        p = lowest(hours)
        hours &= hours - 1
        opens, closes = max(opens, policies(world)[p].opens), min(closes, policies(world)[p].closes)
    minute = (
        message_minute(world)[ask.row]
        if message_minute(world)[ask.row] >= 0
        else contact_best_minute(world)[ask.contact]
    )
    if minute >= 0:
        return int(minute if opens <= minute < closes else opens)
    if opens >= 0:
        return int(opens)
    return NOW if day == ask.own else NINE


@part
def answer_without_day(world: World, ask: Asking, wishes: int, traced: bool) -> None:
    """Something stands in the way; or a day beyond the board may open; or nothing can open."""
    for wish in range(wishes):
        if boards(world)[wish].standing != NOTHING and boards(world)[wish].open & ask.until:
            wait(world, ask, wish, traced)
            return
    if ask.endless:
        for wish in range(wishes):
            if not boards(world)[wish].final:
                answering(world)[0].earliest = ask.base + LAST + 1
                wait(world, ask, wish, traced)
                return
    suppress(world, ask, wishes, traced)


@part
def wait(world: World, ask: Asking, wish: int, traced: bool) -> None:
    rank = boards(world)[wish].standing if boards(world)[wish].standing != NOTHING else boards(world)[wish].closer
    answering(world)[0].verdict = QUEUE
    answering(world)[0].rank = rank
    name_winners(world, ask, wish, rank, ask.judged, traced)


@part
def suppress(world: World, ask: Asking, wishes: int, traced: bool) -> None:
    last = 0
    late = LAST + 1
    expired = False
    for wish in range(wishes):
        if boards(world)[wish].emptied > boards(world)[last].emptied:
            last = wish
        if not boards(world)[wish].final and boards(world)[wish].standing == NOTHING:
            expired = True
            if boards(world)[wish].open:
                late = min(late, lowest(boards(world)[wish].open))
    rank = boards(world)[last].emptied
    answering(world)[0].verdict = SUPPRESS
    answering(world)[0].rank = rank
    if expired:
        answering(world)[0].reason = EXPIRED
    if late <= LAST:
        answering(world)[0].earliest = ask.base + late
    for wish in range(wishes):
        if closed_the_day(world, ask, wish, rank, ask.start):
            name_winners(world, ask, wish, rank, ask.start, traced)
            return
