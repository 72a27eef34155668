"""The gate once more: slow and obvious, to hold the real one against.

Nothing is packed into bits. Every rule is a question about one day ("is day 5 closed?") that knows no horizon; only the
verdict looks at 62 days, because the verdict says what lies beyond them. Read it beside the description of the gate.
"""

from __future__ import annotations

import datetime as dt

from tests.core.gate.reference_case import Company, Contact, Json, gather, minutes, with_defaults
from tests.core.gate.reference_rules import BOARD, Rule, first_possible, held, rules_for


def decide(case: Json) -> list[Json]:
    """Answer every open message of a case, in the order of the input, without the text."""
    company = gather(case)
    messages = [with_defaults(message) for message in case.get("open", [])]
    accounts: list[tuple[str, object]] = []
    for contact in company.contacts.values():
        if contact.key not in accounts:
            accounts.append(contact.key)

    def turn(index: int) -> tuple[int, int, float, int]:
        message = messages[index]
        account = accounts.index(company.contacts[message["contact"]].key)
        return message["tier"], account, -message["value"], index

    answers: dict[int, Json] = {}
    for index in sorted(range(len(messages)), key=turn):
        message = messages[index]
        answers[index] = decide_one(company, message)
        if answers[index]["day"] is not None:
            company.touches.append({**message, "day": answers[index]["day"], "channel": answers[index]["channel"]})
    return [answers[index] for index in range(len(messages))]


def decide_one(company: Company, message: Json) -> Json:
    contact = company.contacts[message["contact"]]
    channels: list[str] = message["channels"]
    rules = {channel: rules_for(company, contact, message, channel) for channel in channels}
    base = company.base(contact)
    board = range(base, base + BOARD)
    open_days = {
        channel: [day for day in board if not any(rule.closes(day) for rule in rules[channel])] for channel in channels
    }
    answer = {"id": message["id"], "verdict": "", "day": None, "at": None, "channel": None, "reason": "", "rule": None}
    answer |= {"earliest": None, "winners": [], "closed": closed_days(contact, message, rules, board)}
    if any(open_days.values()):
        place(company, contact, message, rules, open_days, answer)
    elif not wait_without_day(contact, message, rules, board, answer):
        suppress(contact, message, rules, board, answer)
    return answer


def place(
    company: Company,
    contact: Contact,
    message: Json,
    rules: dict[str, list[Rule]],
    open_days: dict[str, list[int]],
    answer: Json,
) -> None:
    possible = [channel for channel in message["channels"] if open_days[channel]]
    if message["urgent"] or message["tier"] == 0:
        possible.sort(key=lambda channel: open_days[channel][0])
    channel = possible[0]
    day = open_days[channel][0]
    answer |= {"day": day, "channel": channel, "at": hour_of(company, contact, message, channel, day)}
    if day == wish(contact, message):
        answer |= {"verdict": "send", "reason": "clear"}
        return
    judged = max(wish(contact, message), contact.own_today)
    rule = first_closing(rules[channel], judged)
    answer |= {"verdict": "queue", "reason": rule.kind if rule else "waited", "rule": rule.name if rule else None}
    answer["winners"] = rule.winners(judged) if rule else []


def wait_without_day(contact: Contact, message: Json, rules: dict[str, list[Rule]], board: range, answer: Json) -> bool:
    for channel in message["channels"]:
        standing = [rule for rule in rules[channel] if rule.lasting == "standing"]
        others = [rule for rule in rules[channel] if rule.lasting != "standing"]
        if any(not any(rule.closes(day) for rule in others) for day in board):
            blame_queue(answer, standing[0], max(wish(contact, message), contact.own_today))
            return True
    if not reaches_beyond(contact, message, board):
        return False
    for channel in message["channels"]:
        if any(rule.lasting == "permanent" for rule in rules[channel]):
            continue
        judged = max(wish(contact, message), contact.own_today)
        standing = [rule for rule in rules[channel] if rule.lasting == "standing"]
        closing = first_closing(rules[channel], judged) if judged in board else rules[channel][0]
        assert closing is not None, "a board without an open day has the judged day closed"
        blame_queue(answer, standing[0] if standing else closing, judged)
        answer["earliest"] = board.stop
        return True
    return False


def blame_queue(answer: Json, rule: Rule, judged: int) -> None:
    answer |= {"verdict": "queue", "reason": rule.kind, "rule": rule.name, "winners": rule.winners(judged)}


def suppress(contact: Contact, message: Json, rules: dict[str, list[Rule]], board: range, answer: Json) -> None:
    last = last_straw(contact, message, rules, board)
    answer |= {"verdict": "suppress", "reason": last.kind, "rule": last.name}
    hopeful = [own for own in rules.values() if all(rule.lasting == "finite" for rule in own)]
    if hopeful:
        answer["reason"] = "expired"
        later = [first_day_without_end(contact, message, own, board) for own in hopeful]
        answer["earliest"] = min((day for day in later if day is not None), default=None)
    first_day = first_possible(contact, message)
    for own in rules.values():
        for rule in own:
            if rule.name == last.name and rule.kind == last.kind and rule.closes(first_day):
                answer["winners"] = rule.winners(first_day)
                return


def last_straw(contact: Contact, message: Json, rules: dict[str, list[Rule]], board: range) -> Rule:
    """The rule after which, in order, no day of any channel is left.

    All days after the board count as one more day, which only lasting closures close.
    """
    left: dict[str, set[int]] = {}
    for channel in message["channels"]:
        left[channel] = set(board) | ({board.stop} if reaches_beyond(contact, message, board) else set())
    for step in zip(*rules.values(), strict=True):
        for channel, rule in zip(rules, step, strict=True):
            left[channel] -= {day for day in board if rule.closes(day)}
            if rule.lasting != "finite":
                left[channel].discard(board.stop)
        if not any(left.values()):
            last: Rule = step[0]
            return last
    raise AssertionError("a suppressed message has no day left")


def first_day_without_end(contact: Contact, message: Json, own: list[Rule], board: range) -> int | None:
    start = first_possible(contact, message)
    for day in board:
        if day >= start and not any(rule.closes(day) for rule in own if rule.kind != "window"):
            return day
    return None


def wish(contact: Contact, message: Json) -> int:
    if message["wished"] is not None:
        return int(message["wished"])
    return first_possible(contact, message)


def reaches_beyond(contact: Contact, message: Json, board: range) -> bool:
    last = message["expires"]
    return last is None or last >= max(board.stop, first_possible(contact, message))


def first_closing(own: list[Rule], day: int) -> Rule | None:
    return next((rule for rule in own if rule.closes(day)), None)


def closed_days(contact: Contact, message: Json, rules: dict[str, list[Rule]], board: range) -> list[Json]:
    """What each rule closed of the message's own days, each rule asked alone."""
    first = first_possible(contact, message)
    last = board.stop - 1 if message["expires"] is None else min(message["expires"], board.stop - 1)
    if first > last:
        return [{"rule": "window", "channel": None, "days": "all"}]
    entries: list[Json] = []
    for step in zip(*rules.values(), strict=True):
        if step[0].kind == "window":
            continue
        shown = [strip(rule, range(first, last + 1), board) for rule in step]
        if all(days == shown[0] for days in shown):
            if shown[0]:
                entries.append({"rule": step[0].name, "channel": None, "days": shown[0]})
            continue
        for channel, days in zip(rules, shown, strict=True):
            if days:
                entries.append({"rule": step[0].name, "channel": channel, "days": days})
    return entries


def strip(rule: Rule, span: range, board: range) -> str | list[int]:
    days = [day for day in span if rule.closes(day)]
    return "all" if days and all(rule.closes(day) for day in board) else days


# --- the hour --------------------------------------------------------------------------------------------------------


def hour_of(company: Company, contact: Contact, message: Json, channel: str, day: int) -> str:
    opening, ending = allowed_hours(company, contact, message, channel)
    wanted = message["at"] or contact.own.get("best_hour")
    restricted = (opening, ending) != (0, 24 * 60)
    if wanted is not None:
        minute = minutes(wanted)
        if not opening <= minute < ending:
            minute = opening
    elif restricted:
        minute = opening
    else:
        minute = 0 if day == contact.own_today else 9 * 60
    local = dt.datetime.combine(company.date(day), dt.time(minute // 60, minute % 60), contact.zone)
    moment = local.astimezone(dt.UTC)
    if day == contact.own_today:
        moment = max(moment, company.now)
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def allowed_hours(company: Company, contact: Contact, message: Json, channel: str) -> tuple[int, int]:
    opening, ending = 0, 24 * 60
    if message["type"] == "transactional":
        return opening, ending
    for policy in company.case.get("policies", []):
        if policy["kind"] == "time" and policy.get("hours") and held(policy, message, contact, channel):
            opening = max(opening, minutes(policy["hours"][0]))
            ending = min(ending, minutes(policy["hours"][1]))
    return opening, ending
