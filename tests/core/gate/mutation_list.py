"""What is broken on purpose: at least one thing for each rule kind, and for what the verdict and the hour rest on."""

from __future__ import annotations

from typing import NamedTuple


class Mutation(NamedTuple):
    what: str
    file: str  # below src/pauta/core
    old: str
    new: str


KERNEL = "gate/kernel.py"
ASKING = "gate/asking.py"
AGREEING = "gate/agreeing.py"
CLOSING = "gate/closing.py"
PLACES = "gate/places.py"
BOARDS = "gate/boards.py"
ENTRIES = "gate/entries.py"
RECORDS = "gate/records.py"
RULES = "gate/rules.py"
INDEX = "gate/index.py"
BUILDING = "gate/building.py"
KEEPING = "gate/keeping.py"

MUTATIONS = [
    Mutation(
        "window: messages wait for the day after not before",
        ASKING,
        "ALL << min(ask.start, LAST + 1) & ALL",
        "ALL << min(ask.start + 1, LAST + 1) & ALL",
    ),
    Mutation(
        "address: not asked",
        CLOSING,
        "return bool(contact_reachable(world)[ask.contact] >> channel & 1)",
        "return True",
    ),
    Mutation(
        "consent: a denial of everything leaves exact grants",
        AGREEING,
        "if not granted and exact == 1:",
        "if False:",
    ),
    Mutation(
        "consent: what carries no marketing carries it",
        AGREEING,
        "place = _MARKETING if signs(world)[ask.kind * 8].marketing else _SERVICE",
        "place = _SERVICE",
    ),
    Mutation(
        "consent: what ends stands for ever",
        AGREEING,
        "or end_of(world, ask, consent) <= day:",
        "or end_of(world, ask, consent) <= ask.base:",
    ),
    Mutation(
        "consent: what has ended may come back after the board",
        ASKING,
        "close(world, ask, wish, CONSENT, closed, bool(closed >> LAST & 1), traced)",
        "close(world, ask, wish, CONSENT, closed, closed == ALL, traced)",
    ),
    Mutation(
        "consent: transactional messages need it too",
        ASKING,
        "    if ask.bulk:\n        closed = closed_by_consent",
        "    if True:\n        closed = closed_by_consent",
    ),
    Mutation(
        "consent: a pause holds on the day it ends",
        CLOSING,
        "contact_paused_until(world)[ask.contact] - ask.base - 1)",
        "contact_paused_until(world)[ask.contact] - ask.base)",
    ),
    Mutation(
        "channel: `only` is never asked",
        ASKING,
        "barred = signs(world)[ask.kind * 8 + channel].always | contact_barred(world)[ask.contact]",
        "barred = contact_barred(world)[ask.contact]",
    ),
    Mutation(
        "channel: transactional messages are free",
        RULES,
        "        return _on_channel(facts, policy.channel)\n    held =",
        "        return _on_channel(facts, policy.channel) & ~_of_type(facts, 'transactional')\n    held =",
    ),
    Mutation(
        "guard: stages or segments are enough",
        RULES,
        "return ~self._in(policy.stages, policy.segments)",
        "return ~self._in(policy.stages, None) & ~self._in(None, policy.segments)",
    ),
    Mutation(
        "guard: never bars anybody",
        ASKING,
        "barred = signs(world)[ask.kind * 8 + channel].always | contact_barred(world)[ask.contact]",
        "barred = signs(world)[ask.kind * 8 + channel].always",
    ),
    Mutation(
        "hold: conditions never stand",
        CLOSING,
        "return bool(contact_standing(world)[ask.contact] >> p & 1)",
        "return False",
    ),
    Mutation(
        "hold: a colleague's condition does not count",
        RULES,
        "    accounts[facts.contacts.account[own]] = True\n",
        "",
    ),
    Mutation(
        "hold: after an event, one day more",
        CLOSING,
        "closed |= between(day, day + policies(world)[p].days - 1)\n    return closed",
        "closed |= between(day, day + policies(world)[p].days)\n    return closed",
    ),
    Mutation(
        "hold: after an event of the account, one day less",
        PLACES,
        "policies(world)[p].closed |= between(day, day + policies(world)[p].days - 1)",
        "policies(world)[p].closed |= between(day, day + policies(world)[p].days - 2)",
    ),
    Mutation(
        "time: today stays open after hours",
        CLOSING,
        "if contact_minute(world)[ask.contact] >= policies(world)[p].closes:",
        "if False:",
    ),
    Mutation(
        "time: holidays are open",
        RULES,
        "    if policy.holidays:\n",
        "    if False:\n",
    ),
    Mutation(
        "time: weekdays are open",
        RULES,
        "    if policy.weekdays is not None:\n",
        "    if False:\n",
    ),
    Mutation(
        "time: blackout dates are open",
        RULES,
        "days = {calendar.day_number(day) for day in policy.dates}",
        "days: set[int] = set()",
    ),
    Mutation(
        "time: hours with nothing in common close nothing",
        ASKING,
        "        if opens >= closes:\n            return 1 << p",
        "        if False:\n            return 1 << p",
    ),
    Mutation(
        "preference: transactional touches count",
        CLOSING,
        "(signs(world)[sign].topic == ask.topic) & signs(world)[sign].bulk",
        "signs(world)[sign].topic == ask.topic",
    ),
    Mutation(
        "preference: every topic",
        CLOSING,
        "        if preferences(world)[row, 0] == ask.topic:\n            limit",
        "        if True:\n            limit",
    ),
    Mutation(
        "cap: rolling windows look back only",
        CLOSING,
        "full = between(last - days + 1 - base, first + days - 1 - base)",
        "full = between(last - base, first + days - 1 - base)",
    ),
    Mutation(
        "cap: rolling windows are one day longer",
        CLOSING,
        "full if last - first < days else 0",
        "full if last - first <= days else 0",
    ),
    Mutation(
        "cap: weeks begin on Sunday",
        BUILDING,
        "day - (day + rules.period_origin + 3) % 7",
        "day - (day + rules.period_origin + 4) % 7",
    ),
    Mutation(
        "cap: months are not told apart",
        CLOSING,
        "        if last <= period_last(world, p, first):\n",
        "        if True:\n",
    ),
    Mutation(
        "cap: an account's cap counts placed messages only",
        PLACES,
        "close_tallied(world, p, base, policies(world)[p].first, policies(world)[p].last)",
        "pass",
    ),
    Mutation(
        "cap: an account's cap does not count placed messages",
        PLACES,
        "close_tallied(world, lowest(caps), ask.base, ask.base + day, ask.base + day)",
        "pass",
    ),
    Mutation(
        "cap: a place closes nothing for the contact's next message",
        KEEPING,
        "kept(world)[ask.contact, column] |= closed\n",
        "pass\n",
    ),
    Mutation(
        "cap: a place closes days before it too late",
        KEEPING,
        "closed |= between(last - days + 1 - ask.base, first + days - 1 - ask.base) if full else 0",
        "closed |= between(last - days + 2 - ask.base, first + days - 1 - ask.base) if full else 0",
    ),
    Mutation(
        "cap: the place before stays the winner",
        KEEPING,
        "    if wins:\n",
        "    if False:\n",
    ),
    Mutation(
        "cap: any full window makes the last place the winner",
        KEEPING,
        "wins |= full & (max(last, day, today) - days < min(first, day, today))",
        "wins |= full",
    ),
    Mutation(
        "cap: what counts is not asked",
        RULES,
        "        case Cap():\n            return _takes(facts, policy.counts)",
        "        case Cap():\n            return ~_no_sign(facts)",
    ),
    Mutation(
        "spacing: a day closer",
        BOARDS,
        "return between(day - days + 1, day + days - 1)",
        "return between(day - days + 2, day + days - 2)",
    ),
    Mutation(
        "spacing: a place closes nothing for the other side",
        KEEPING,
        "    apart = near & contact_kept_across(world)[ask.contact]\n",
        "    apart = 0\n",
    ),
    Mutation(
        "spacing: one direction only",
        CLOSING,
        "return across and bool(near_bits(world, position) >> p & 1)",
        "return False",
    ),
    Mutation(
        "spacing: of the account, one direction only",
        PLACES,
        "    if near:\n        policies(world)[p].across |= closed",
        "    if False:\n        policies(world)[p].across |= closed",
    ),
    Mutation(
        "concurrency: a message's own campaign counts",
        CLOSING,
        "if campaign < 0 or campaign == ask.campaign:",
        "if campaign < 0:",
    ),
    Mutation(
        "concurrency: yesterday's touches count",
        CLOSING,
        "if day_of(world, position) < ask.base + ask.own:",
        "if day_of(world, position) < ask.base + ask.own - 1:",
    ),
    Mutation(
        "concurrency: enrolments do not count",
        CLOSING,
        "count = add_campaign(world, ask, count, int(enrolments(world)[row]))",
        "pass",
    ),
    Mutation(
        "mix: the share itself is too much",
        CLOSING,
        "(of_type + 1) * 100 > policies(world)[p].percent * (touches",
        "(of_type + 1) * 100 >= policies(world)[p].percent * (touches",
    ),
    Mutation(
        "mix: a place does not count",
        KEEPING,
        "    contact_kept(world)[ask.contact] &= ~world.mix_bits\n",
        "",
    ),
    Mutation(
        "mix: transactional touches count",
        CLOSING,
        "touches += signs(world)[sign_of(world, enter)].bulk",
        "touches += 1",
    ),
    Mutation(
        "mix: asked however few the touches",
        CLOSING,
        "if touches >= policies(world)[p].least and (of_type",
        "if (of_type",
    ),
    Mutation(
        "capacity: never used up",
        PLACES,
        "full(world)[p, shift] |= between(first - base, last - base)",
        "pass",
    ),
    Mutation(
        "capacity: what counts is not asked",
        RULES,
        "            return _takes(facts, policy.counts) & _on_channel(facts, policy.channel)",
        "            return _on_channel(facts, policy.channel)",
    ),
    Mutation(
        "capacity: holds every channel",
        RULES,
        "        case Capacity():\n            held &= _on_channel(facts, policy.channel)\n",
        "",
    ),
    Mutation(
        "filters: exceptions are not asked",
        RULES,
        "        if unwanted is not None:\n",
        "        if False:\n",
    ),
    Mutation(
        "filters: stages and segments are not asked",
        RULES,
        "    return any(names is not None for names in named)",
        "    return False",
    ),
    Mutation(
        "order: the lower value goes first",
        INDEX,
        "return bool(value[one] > value[other])",
        "return bool(value[one] < value[other])",
    ),
    Mutation(
        "order: the lower of few values goes first",
        INDEX,
        "while place < known and values[place] > value[row]:",
        "while place < known and values[place] < value[row]:",
    ),
    Mutation(
        "order: the younger message goes first",
        INDEX,
        "return bool(id_[one] < id_[other])",
        "return bool(id_[one] > id_[other])",
    ),
    Mutation(
        "order: boards begin with the latest today of the account",
        INDEX,
        "np.minimum.reduceat",
        "np.maximum.reduceat",
    ),
    Mutation(
        "cap: an account's cap counts what a person got in another account",
        ENTRIES,
        "return not world.shared or contact_of(world, position) == contact",
        "return True",
    ),
    Mutation(
        "hour: in a doubled hour the second is taken",
        "calendar.py",
        "(midnight + timedelta(minutes=minute)).astimezone(UTC)",
        "(midnight + timedelta(minutes=minute)).replace(fold=1).astimezone(UTC)",
    ),
    Mutation(
        "verdict: the earliest channel wins, urgent or not",
        KERNEL,
        " and (best == NOTHING or hurried)",
        "",
    ),
    Mutation(
        "verdict: urgent messages keep to the order of wish",
        KERNEL,
        "hurried = signs(world)[ask.kind * 8].urgent or message_tier(world)[row] == 0",
        "hurried = False",
    ),
    Mutation(
        "verdict: nothing ever expires",
        KERNEL,
        "    if expired:\n        answering",
        "    if False:\n        answering",
    ),
    Mutation(
        "verdict: looks again a day too late",
        KERNEL,
        "answering(world)[0].earliest = ask.base + LAST + 1",
        "answering(world)[0].earliest = ask.base + LAST + 2",
    ),
    Mutation(
        "verdict: what has waited is sent as if it had not",
        KERNEL,
        "answering(world)[0].reason = WAITED",
        "answering(world)[0].reason = CLEAR",
    ),
    Mutation(
        "hour: outside the allowed hours",
        KERNEL,
        "minute if opens <= minute < closes else opens",
        "minute",
    ),
    Mutation(
        "hour: the contact's best hour is not asked",
        KERNEL,
        "else contact_best_minute(world)[ask.contact]",
        "else NOTHING",
    ),
    Mutation(
        "hour: before now",
        RECORDS,
        "at[row] = max(now, (day",
        "at[row] = max(0, (day",
    ),
]
