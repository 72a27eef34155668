"""Puts a case of the gate into the database, as imports, people and launches would have left it there."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import Connection

from pauta.core.gate.vocabulary import NO_MINUTE, Channel
from pauta.messages.actions import kind_id
from pauta.messages.states import State
from pauta.platform.partitions import partition_of
from tests.core.gate.companies import CHANNELS, company

Json = dict[str, Any]


def storable_company(seed: int) -> Json:
    """A random case without what the database keeps otherwise: enrolments, capacities, shared addresses."""
    case = company(seed)
    zone = case.setdefault("zone", "UTC")
    now = dt.datetime.fromisoformat(case.get("now") or f"{case['today']}T12:00:00Z")
    case |= {"now": now.isoformat(), "today": now.astimezone(ZoneInfo(zone)).date().isoformat()}
    case["policies"] = [rule for rule in case["policies"] if rule["kind"] != "capacity"]
    for rule in case["policies"]:
        if "dates" in rule:
            rule["dates"] = [date_of(case, day).isoformat() for day in rule["dates"]]
    homes = {}
    for account in case["accounts"]:
        for contact in account["contacts"]:
            homes[contact["id"]] = account, contact
            for left_out in ("person", "campaigns"):
                contact.pop(left_out, None)
            contact.setdefault("consents", [{"channel": name, "topic": "*", "state": "granted"} for name in CHANNELS])
            for entry in contact["consents"]:
                entry.pop("carries", None)  # in the database that follows from the basis and the law
            given = contact.get("addresses", dict.fromkeys(CHANNELS, "ok"))
            phone = given.get("sms")
            contact["addresses"] = {
                name: state
                for name, state in (("email", given.get("email")), ("sms", phone), ("whatsapp", phone))
                if state
            }
    for message in case["open"]:
        account, contact = homes[message["contact"]]
        today = now.astimezone(ZoneInfo(contact.get("zone") or account.get("zone") or zone)).date()
        own = (today - dt.date.fromisoformat(case["today"])).days
        message.setdefault("wished", max(own, message.get("not_before", own)))
    return case


def date_of(case: Json, day: int) -> dt.date:
    """The date of a day of the case."""
    return dt.date.fromisoformat(case["today"]) + dt.timedelta(days=day)


def store(connection: Connection[Any], case: Json, seed: int) -> list[int]:
    """Write the case; the ids of its open messages, in its order."""
    now = dt.datetime.fromisoformat(case["now"])
    connection.execute(
        "INSERT INTO company (id, name, zone, country, region, language, sender, postal_address) "
        "VALUES (1, 'Acme', %s, %s, %s, 'en', '', '')",
        (case["zone"], case.get("country"), case.get("region")),
    )
    template = connection.execute(
        "INSERT INTO template (name, created_at) VALUES ('hello', %s) RETURNING id", (now,)
    ).fetchone()
    assert template is not None
    people = {}
    numbers = iter(range(1, 1000))
    for account in case["accounts"]:
        home = None
        if account["id"] is not None:
            home = next(numbers)
            connection.execute(
                "INSERT INTO account (id, external_id, name, place_id, created_at, changed_at) "
                "VALUES (%s, %s, '', %s, %s, %s)",
                (home, account["id"], _place(connection, account), now, now),
            )
            _happenings(connection, case, account, home, None)
        for contact in account["contacts"]:
            number = next(numbers)
            key = home or -number
            people[contact["id"]] = number, key
            _contact(connection, case, contact, number, home, seed)
            _happenings(connection, case, contact, key, number)
            if home is None:
                _happenings(connection, case, account, key, None)
    for position, touch in enumerate(case["touches"]):
        if position % 2:
            _touch(connection, case, touch, position + 1, people)
        else:
            _message(connection, case, touch, 1000 + position, people, template[0])
    for position, message in enumerate(case["open"]):
        _message(connection, case, message, 5000 + position, people, template[0])
    return [5000 + position for position in range(len(case["open"]))]


def _place(connection: Connection[Any], given: Json) -> int:
    place = (given.get("zone"), given.get("country"), given.get("region"))
    if place == (None, None, None):
        return 0
    row = (
        connection.execute(
            "INSERT INTO place (zone, country, region) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING RETURNING id", place
        ).fetchone()
        or connection.execute(
            "SELECT id FROM place WHERE (zone, country, region) IS NOT DISTINCT FROM (%s, %s, %s)", place
        ).fetchone()
    )
    assert row is not None
    return int(row[0])


def _contact(connection: Connection[Any], case: Json, own: Json, number: int, home: int | None, seed: int) -> None:
    now = dt.datetime.fromisoformat(case["now"])
    key = home or -number
    states = {"ok": 1, "bounced": 3, None: 0}
    pause = own.get("paused_until")
    connection.execute(
        "INSERT INTO contact (id, external_id, account_id, account_key, part, person_id, email, email_state, phone, "
        "phone_state, place_id, stage, segments, best_minute, paused_until, created_at, changed_at) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *(number, own["id"], home, key, partition_of(key), number, f"{own['id']}@customer.example"),
            *(states[own["addresses"].get("email")], f"+55119{number:08}", states[own["addresses"].get("sms")]),
            *(_place(connection, own), own.get("stage"), own.get("segments", []), _minute(own.get("best_hour"))),
            *(None if pause is None else date_of(case, pause), now, now),
        ),
    )
    entries = list(enumerate(own["consents"]))
    random.Random(seed).shuffle(entries)
    for order, entry in entries:
        at = now - dt.timedelta(days=30) + dt.timedelta(hours=order)
        connection.execute(
            "INSERT INTO consent (part, contact_id, channel, topic, granted, basis, source, at, recorded_at,"
            " expires_on) VALUES (%s, %s, %s, %s, %s, 'express', 'test', %s, %s, %s)",
            (
                *(partition_of(key), number, Channel[entry["channel"]], entry["topic"], entry["state"] == "granted"),
                *(at, now, date_of(case, entry["ends"]) if "ends" in entry else None),
            ),
        )
    for one in own.get("preferences", []):
        connection.execute(
            "INSERT INTO preference (part, contact_id, topic, at_most, days, changed_at) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            (partition_of(key), number, one["topic"], one["at_most"], one["days"], now),
        )


def _happenings(connection: Connection[Any], case: Json, given: Json, key: int, contact: int | None) -> None:
    now = dt.datetime.fromisoformat(case["now"])
    for name in given.get("conditions", []):
        connection.execute(
            "INSERT INTO condition (part, account_key, contact_id, name, source, began_at) "
            "VALUES (%s, %s, %s, %s, 'test', %s)",
            (partition_of(key), key, contact, name, now),
        )
    for event in given.get("events", []):
        connection.execute(
            "INSERT INTO event (part, account_key, contact_id, name, day, at, source) "
            "VALUES (%s, %s, %s, %s, %s, %s, 'test')",
            (partition_of(key), key, contact, event["name"], date_of(case, event["day"]), now),
        )


def _kind(connection: Connection[Any], given: Json) -> int:
    return kind_id(
        connection,
        given["type"],
        given["topic"],
        given["team"],
        given.get("campaign") or "",
        given.get("urgent", False),
    )


def _touch(
    connection: Connection[Any], case: Json, touch: Json, number: int, people: dict[str, tuple[int, int]]
) -> None:
    contact, key = people[touch["contact"]]
    connection.execute(
        "INSERT INTO touch (part, id, account_key, contact_id, kind_id, channel, day, at, external_id) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *(partition_of(key), number, key, contact, _kind(connection, touch), Channel[touch["channel"]]),
            *(date_of(case, touch["day"]), case["now"], touch["id"]),
        ),
    )


def _message(
    connection: Connection[Any],
    case: Json,
    given: Json,
    number: int,
    people: dict[str, tuple[int, int]],
    template: int,
) -> None:
    """A message that is open, or one that left when a day is given."""
    contact, key = people[given["contact"]]
    dates = [None if given.get(name) is None else date_of(case, given[name]) for name in ("not_before", "expires")]
    channels = [Channel[name] for name in given.get("channels", ["email"])]
    connection.execute(
        "INSERT INTO proposal (id, source, occurrence, kind_id, tier, value, channels, not_before, expires, minute, "
        "template_id, actor, created_at) VALUES (%s, 'test', %s, %s, %s, %s, %s, %s, %s, %s, %s, 'ana', %s)",
        (
            *(number, str(number), _kind(connection, given), given.get("tier", 2), given.get("value", 0)),
            *([int(channel) for channel in dict.fromkeys(channels)], *dates, _minute(given.get("at")), template),
            case["now"],
        ),
    )
    left = "day" in given
    day = date_of(case, given["day"]) if left else None
    connection.execute(
        "INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason, rule, "
        "winner, channel, wished, day, policy_version, created_at, changed_at) "
        "VALUES (%s, %s, %s, %s, %s, 0, %s, 1, 0, 0, 0, %s, %s, %s, 0, %s, %s)",
        (
            *(partition_of(key), number, key, contact, number, State.SENT if left else State.OPEN),
            *(Channel[given["channel"]] if left else -1, day or date_of(case, given["wished"]), day),
            *(case["now"], case["now"]),
        ),
    )


def _minute(hour: str | None) -> int:
    return NO_MINUTE if hour is None else int(hour[:2]) * 60 + int(hour[3:])
