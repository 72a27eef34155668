"""Random companies for the gate: small worlds in which every rule kind decides often.

A company comes from a seed, the same one every time, so a failing one can be looked at again.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

TYPES = ["educational", "relationship", "promotional", "operational", "transactional"]
TOPICS = ["news", "tips", "launch", "onboarding"]
TEAMS = ["marketing", "success"]
CHANNELS = ["email", "sms", "whatsapp", "print"]
CAMPAIGNS = ["spring", "welcome", "webinar", "renewal"]
STAGES = ["onboarding", "adopted"]
SEGMENTS = ["vip", "trial", "partner"]
CONDITIONS = ["angry", "outage"]
EVENTS = ["ticket", "signed"]
ZONES = [
    *("UTC", "America/Sao_Paulo", "America/Mexico_City", "America/New_York", "Europe/Madrid", "Europe/Lisbon"),
    *("America/Santiago", "Asia/Kathmandu", "Pacific/Auckland", "Pacific/Kiritimati", "Pacific/Pago_Pago"),
]
PLACES = [
    ("BR", "SP"),
    ("BR", "RJ"),
    ("MX", None),
    ("ES", "MD"),
    ("PT", None),
    ("AR", None),
    ("CO", None),
    ("CL", None),
]


class Dice(random.Random):
    """A random generator with the few throws that are needed here."""

    def chance(self, percent: float) -> bool:
        return self.random() * 100 < percent

    def some(self, things: list[str], least: int = 1, most: int = 3) -> list[str]:
        return self.sample(things, self.randint(least, min(most, len(things))))

    def hour(self) -> str:
        return f"{self.randint(0, 23):02}:{self.choice([0, 0, 15, 30]):02}"


def company(seed: int) -> Json:
    """One random case, without expectations."""
    dice = Dice(seed)
    case = without_touches(dice, dice.choices(range(1, 7), weights=[40, 25, 15, 10, 5, 5])[0])
    for name in contacts_of(case):
        touches = dice.choices(range(11), weights=[14, 12, 12, 12, 10, 10, 8, 8, 6, 4, 4])[0]
        fill(dice, case, name, touches, dice.choices(range(1, 7), weights=[45, 25, 12, 8, 5, 5])[0])
    return numbered(dice, case)


def crowd(seed: int) -> Json:
    """One random case of few contacts with far more touches and open messages than a company would allow."""
    dice = Dice(seed)
    case = without_touches(dice, dice.randint(1, 2))
    for name in contacts_of(case):
        fill(dice, case, name, dice.randint(20, 120), dice.randint(5, 30))
    return numbered(dice, case)


def without_touches(dice: Dice, accounts: int) -> Json:
    case: Json = {"policies": [policy(dice, number) for number in range(how_many_policies(dice))]}
    case |= clock(dice) | place(dice, 70)
    return case | {"accounts": [account(dice, number) for number in range(accounts)], "touches": [], "open": []}


def contacts_of(case: Json) -> list[str]:
    return [contact["id"] for home in case["accounts"] for contact in home["contacts"]]


def fill(dice: Dice, case: Json, name: str, touches: int, messages: int) -> None:
    case["touches"] += [touch(dice, name) for _ in range(touches)]
    case["open"] += [message(dice, name) for _ in range(messages)]


def numbered(dice: Dice, case: Json) -> Json:
    for rows, letter in ((case["touches"], "t"), (case["open"], "m")):
        dice.shuffle(rows)
        for number, row in enumerate(rows, 1):
            row["id"] = f"{letter}{number}"
    return case


def clock(dice: Dice) -> Json:
    today = dt.date(2026, 1, 1) + dt.timedelta(days=dice.randrange(540))
    second = dice.choice([0, 0, 0, 30])
    now = f"{today.isoformat()}T{dice.randrange(24):02}:{dice.choice([0, 15, 30, 59]):02}:{second:02}Z"
    shape = dice.random()
    if shape < 0.1:
        return {"today": today.isoformat(), "zone": dice.choice(ZONES)}
    if shape < 0.2:
        return {"now": now, "zone": dice.choice(ZONES)}
    clock = {"today": today.isoformat(), "now": now}
    return clock if dice.chance(20) else clock | {"zone": dice.choice(ZONES)}


def place(dice: Dice, percent: float) -> Json:
    if not dice.chance(percent):
        return {}
    country, region = dice.choice(PLACES)
    return {"country": country, "region": region}


# --- policies --------------------------------------------------------------------------------------------------------


def how_many_policies(dice: Dice) -> int:
    return dice.choices(range(1, 13), weights=[8, 12, 14, 14, 12, 10, 8, 6, 5, 4, 4, 3])[0]


def policy(dice: Dice, number: int) -> Json:
    kind = dice.choices(list(POLICIES), weights=[weight for weight, _ in POLICIES.values()])[0]
    drawn: Json = {"kind": kind, "name": f"{kind} {number}"} | POLICIES[kind][1](dice)
    if kind != "channel" and dice.chance(50 if kind in ("mix", "capacity") else 65):
        drawn["held"] = a_filter(dice)
    return drawn


def a_filter(dice: Dice, keys: int = 2) -> Json:
    """A filter with up to so many keys; often empty."""
    vocabulary = {"types": TYPES, "topics": TOPICS, "teams": TEAMS, "channels": CHANNELS[:3], "campaigns": CAMPAIGNS}
    vocabulary |= {"stages": STAGES, "segments": SEGMENTS}
    wanted: Json = {}
    for _ in range(dice.choices(range(keys + 1), weights=[35, 50, 15][: keys + 1])[0]):
        key = dice.choices([*vocabulary, "urgent"], weights=[5, 5, 3, 4, 3, 2, 2, 2])[0]
        but = dice.chance(40)
        if key == "urgent":
            wanted["except_urgent" if but else "urgent"] = dice.chance(40)
        else:
            least, most = (1, 2) if but else (1, max(2, len(vocabulary[key]) - 1))
            wanted[f"except_{key}" if but else key] = dice.some(vocabulary[key], least, most)
    return wanted


def a_cap(dice: Dice) -> Json:
    drawn: Json = {"limit": 0 if dice.chance(2) else dice.randint(1, 4), "scope": dice.choice(["contact", "account"])}
    drawn["window"] = dice.choices(["rolling", "week", "month"], weights=[6, 2, 1])[0]
    if drawn["window"] == "rolling":
        drawn["days"] = dice.choice([1, 2, 3, 7, 7, 10, 30])
    if drawn["scope"] == "account":
        drawn["limit"] *= 2
    return drawn | ({"counts": a_filter(dice)} if dice.chance(60) else {})


def a_spacing(dice: Dice) -> Json:
    return {"from": a_filter(dice), "days": dice.choice([1, 1, 2, 3, 5]), "scope": dice.choice(["contact", "account"])}


def a_guard(dice: Dice) -> Json:
    if dice.chance(50):
        return {"stages": dice.some(STAGES, 1, 1)} | ({"segments": dice.some(SEGMENTS)} if dice.chance(30) else {})
    return {"segments": dice.some(SEGMENTS)}


def a_hold(dice: Dice) -> Json:
    drawn: Json = {"scope": dice.choice(["contact", "account"])}
    if dice.chance(45):
        return drawn | {"while": dice.choice(CONDITIONS)}
    return drawn | {"after": dice.choice(EVENTS), "days": dice.choice([1, 3, 7, 14, 70])}


def a_time(dice: Dice) -> Json:
    drawn: Json = {}
    if dice.chance(70):
        opening = dice.randint(0, 13)
        drawn["hours"] = [f"{opening:02}:00", f"{dice.randint(opening + 2, 23):02}:{dice.choice([0, 30]):02}"]
    if dice.chance(50):
        drawn["weekdays"] = sorted(dice.sample(range(1, 8), dice.randint(2, 6)))
    if dice.chance(50):
        drawn["holidays"] = dice.chance(80)
    if dice.chance(25):
        drawn["dates"] = [dice.randint(-2, 12) for _ in range(dice.randint(1, 4))]
    return drawn or {"weekdays": [1, 2, 3, 4, 5]}


def a_channel(dice: Dice) -> Json:
    only = {"urgent": True} if dice.chance(40) else a_filter(dice)
    return {"channel": dice.choice(CHANNELS), "only": only}


def a_concurrency(dice: Dice) -> Json:
    return {"limit": dice.choices([1, 2, 3], weights=[2, 3, 2])[0]}


def a_mix(dice: Dice) -> Json:
    drawn = {"type": dice.choice(TYPES[:4]), "percent": dice.choice([0, 5, 10, 20, 25, 34, 50])}
    drawn["days"] = dice.choice([7, 14, 30, 30])
    return drawn | ({"min_touches": dice.randint(1, 4)} if dice.chance(85) else {})


def a_capacity(dice: Dice) -> Json:
    per = dice.choice(["day", "day", "week", "month"])
    drawn = {"channel": dice.choice(["email", "email", "sms"]), "limit": dice.randint(1, 3), "per": per}
    if per == "day" and dice.chance(30):
        days = [dice.randint(0, 3) for _ in range(dice.randint(1, 6))]
        drawn["warm_up"] = {"from": dice.randint(-4, 3), "days": days}
    return drawn | ({"counts": a_filter(dice, 1)} if dice.chance(30) else {})


POLICIES: dict[str, tuple[float, Callable[[Dice], Json]]] = {
    "cap": (6, a_cap),
    "spacing": (5, a_spacing),
    "guard": (1, a_guard),
    "hold": (6, a_hold),
    "time": (4, a_time),
    "channel": (4, a_channel),
    "concurrency": (6, a_concurrency),
    "mix": (14, a_mix),
    "capacity": (8, a_capacity),
}


# --- people ----------------------------------------------------------------------------------------------------------


def account(dice: Dice, number: int) -> Json:
    homeless = dice.chance(12)
    drawn: Json = {"id": None if homeless else f"a{number}", "contacts": []}
    if not homeless:
        drawn |= place(dice, 25) | state(dice, 20)
        if dice.chance(30):
            drawn["zone"] = dice.choice(ZONES)
    for place_in_account in range(dice.choices(range(1, 5), weights=[50, 25, 15, 10])[0]):
        drawn["contacts"].append(contact(dice, f"c{number}{place_in_account}"))
    return drawn


def state(dice: Dice, percent: float) -> Json:
    drawn: Json = {}
    if dice.chance(percent):
        drawn["conditions"] = dice.some(CONDITIONS)
    if dice.chance(2 * percent):
        drawn["events"] = [{"name": dice.choice(EVENTS), "day": dice.randint(-8, 3)} for _ in range(dice.randint(1, 2))]
    return drawn


def contact(dice: Dice, name: str) -> Json:
    drawn: Json = {"id": name} | place(dice, 20) | state(dice, 15)
    if dice.chance(25):
        drawn["zone"] = dice.choice(ZONES)
    if dice.chance(60):
        drawn["stage"] = dice.choice(STAGES)
    if dice.chance(60):
        drawn["segments"] = dice.some(SEGMENTS, 0)
    if dice.chance(8):
        drawn["paused_until"] = dice.choice([-3, 1, 2, 5, 20, 70])
    if dice.chance(35):
        drawn["best_hour"] = dice.hour()
    if dice.chance(12):
        drawn["person"] = dice.choice(["p1", "p2"])
    if dice.chance(35):
        drawn["campaigns"] = dice.some(CAMPAIGNS)
    if dice.chance(30):
        drawn["addresses"] = {name: dice.choices(["ok", "bounced"], weights=[9, 1])[0] for name in CHANNELS[:3]}
    if dice.chance(16):
        drawn["consents"] = [consent(dice) for _ in range(dice.randint(3, 9))]
    if dice.chance(45):
        drawn["preferences"] = [preference(dice, topic) for topic in dice.some(TOPICS)]
    return drawn


def consent(dice: Dice) -> Json:
    topic = dice.choices(["*", *TOPICS], weights=[3, 1, 1, 1, 1])[0]
    state = "granted" if dice.chance(75) else "denied"
    said = {"channel": dice.choice(CHANNELS[:2]), "topic": topic, "state": state}
    if state == "granted" and dice.chance(20):
        said["carries"] = "service"
    if state == "granted" and dice.chance(35):
        said["ends"] = dice.choice([-2, 1, 2, 5, 20, 61, 62, 90])
    return said


def preference(dice: Dice, topic: str) -> Json:
    return {"topic": topic, "at_most": dice.choice([0, 1, 1, 1, 2, 2, 3]), "days": dice.choice([1, 3, 7, 14, 30])}


# --- touches and messages --------------------------------------------------------------------------------------------


def contents(dice: Dice, name: str) -> Json:
    drawn: Json = {"id": "", "contact": name, "type": dice.choices(TYPES, weights=[4, 2, 5, 2, 1])[0]}
    drawn |= {"topic": dice.choice(TOPICS), "team": dice.choice(TEAMS)}
    if dice.chance(55):
        drawn["campaign"] = dice.choice(CAMPAIGNS)
    if dice.chance(12):
        drawn["urgent"] = True
    return drawn


def touch(dice: Dice, name: str) -> Json:
    day = dice.randint(-10, -1) if dice.chance(65) else dice.randint(0, 12)
    if dice.chance(6):
        day = dice.choice([-400, -40, -29, 58, 61, 62, 70, 90])
    return contents(dice, name) | {"channel": dice.choices(CHANNELS, weights=[6, 3, 1, 1])[0], "day": day}


def message(dice: Dice, name: str) -> Json:
    drawn = contents(dice, name) | {"tier": dice.choices(range(4), weights=[1, 3, 5, 3])[0]}
    drawn["channels"] = dice.some(CHANNELS, 1, 3) if dice.chance(30) else [dice.choice(CHANNELS[:2])]
    if dice.chance(70):
        drawn["value"] = dice.randint(0, 3)
    if dice.chance(30):
        drawn["not_before"] = dice.randint(-3, 9)
    elif dice.chance(6):
        drawn["not_before"] = dice.choice([59, 60, 61, 62, 63, 64, 90])
    if dice.chance(45):
        drawn["expires"] = drawn.get("not_before", 0) + dice.choice([-1, 0, 0, 1, 2, 3, 7, 14, 61, 62, 63])
    if dice.chance(30):
        drawn["at"] = dice.hour()
    if dice.chance(25):
        drawn["wished"] = stored_wish(dice, drawn)
    return drawn


def stored_wish(dice: Dice, message: Json) -> int:
    """A day wished for when the message was first planned: never after the one it would wish for now."""
    if message.get("not_before", 0) > 1 and dice.chance(50):
        return int(message["not_before"]) - dice.choice([0, 0, 1])
    return dice.randint(-6, -2)
