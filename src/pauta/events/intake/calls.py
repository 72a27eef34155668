"""A call of Segment's HTTP API, as programs send it, and what it says: values in, values out.

The six calls and their fields are those of https://segment.com/docs/connections/spec/.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec

from pauta.core.problems import Problem

KINDS = ("identify", "track", "page", "screen", "group", "alias")
BATCH = "batch"
DOORS = (*KINDS, BATCH)

LARGEST_CALL = 32 * 1024
"""Bytes of one call."""
LARGEST_BATCH = 500 * 1024
"""Bytes of a batch, unpacked."""
FUTURE = timedelta(minutes=5)
"""A time that lies further ahead than this is that of the receipt: a clock that goes wrong."""
LONGEST_ID = 200

_Id = str | int | float | None


class _Said(msgspec.Struct, rename="camel"):
    type: str | None = None
    user_id: _Id = None
    anonymous_id: _Id = None
    previous_id: _Id = None
    group_id: _Id = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    timestamp: str | int | float | None = None
    original_timestamp: str | int | float | None = None
    sent_at: Any = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None


class _Named(msgspec.Struct, rename="camel"):
    message_id: Any = None


class _Batch(msgspec.Struct, rename="camel"):
    batch: list[msgspec.Raw]
    sent_at: Any = None
    write_key: Any = None


class _Single(msgspec.Struct, rename="camel"):
    write_key: Any = None


_said = msgspec.json.Decoder(_Said)
_named = msgspec.json.Decoder(_Named)
_batch = msgspec.json.Decoder(_Batch)
_single = msgspec.json.Decoder(_Single)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Request:
    """What a program sent to a door: the body whole, when it came, and the number of its key."""

    id: int
    key_id: int
    source: str
    door: str
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """One call of a request, as it was written; ``external_id`` tells it from all others."""

    key_id: int
    source: str
    door: str
    raw: bytes
    received_at: datetime
    sent_at: datetime | None
    external_id: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was understood. Ids are empty where it gives none; ``at`` is corrected, see ``when``.

    ``facts`` are the properties or the traits.
    """

    letter: Letter
    kind: str
    user: str
    visitor: str
    at: datetime
    name: str = ""
    group: str = ""
    previous: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def readable(door: str, body: bytes) -> tuple[bytes, str]:
    """A request's body as it can be read afterwards, and the write key that stands in it, if any; else a Problem.

    Half a surrogate pair, which some programs write, becomes a question mark.
    """
    decoder: msgspec.json.Decoder[Any] = _batch if door == BATCH else _single
    try:
        found = decoder.decode(body)
    except _UNREADABLE:
        body = _mended(body)
        try:
            found = decoder.decode(body)
        except _UNREADABLE as error:
            raise Problem("web_not_json") from error
    return body, found.write_key if isinstance(found.write_key, str) else ""


def _mended(body: bytes) -> bytes:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    except (ValueError, RecursionError) as error:
        raise Problem("web_not_json") from error


def letters(request: Request) -> Iterator[Letter]:
    """The calls of a request that is ``readable``."""
    batch = _batch.decode(request.body) if request.door == BATCH else None
    sent_at = _sent(batch.sent_at) if batch else None
    for number, one in enumerate(batch.batch if batch else [request.body]):
        raw = bytes(one)
        name = f"{request.key_id}:{_name(raw) or f'{request.id}.{number}'}"
        yield Letter(request.key_id, request.source, request.door, raw, request.received_at, sent_at, name)


def read(letter: Letter) -> Call:
    """What a call says; a Problem names the field that nobody could understand."""
    if len(letter.raw) > LARGEST_CALL:
        raise Problem("intake_too_large", "", bytes=len(letter.raw), most=LARGEST_CALL)
    said = _decoded(letter.raw)
    kind = (said.type or "") if letter.door == BATCH else letter.door
    if kind not in KINDS:
        raise Problem("intake_kind_unknown", "type", value=kind)
    user, visitor = _id("userId", said.user_id), _id("anonymousId", said.anonymous_id)
    call = Call(
        letter,
        kind,
        user,
        visitor,
        when(said.timestamp or said.original_timestamp, _sent(said.sent_at) or letter.sent_at, letter.received_at),
        _clean("event", (said.event if kind == "track" else kind) or "").strip(),
        _id("groupId", said.group_id),
        _id("previousId", said.previous_id),
        _facts(said, kind),
    )
    _check(call)
    return call


def _decoded(raw: bytes) -> _Said:
    try:
        return _said.decode(raw)
    except msgspec.ValidationError as error:
        place = str(error).rpartition("`$.")[2].rstrip("`") if "`$." in str(error) else ""
        raise Problem("intake_form", place) from error
    except _UNREADABLE as error:
        raise Problem("intake_unreadable") from error


def _check(call: Call) -> None:
    """Whether the call has what its kind needs."""
    if call.kind == "alias":
        if not (call.previous and call.user):
            raise Problem("intake_alias", "userId" if call.previous else "previousId")
        return
    if not (call.user or call.visitor):
        raise Problem("intake_nobody", "userId")
    if call.kind == "group" and not call.group:
        raise Problem("intake_group", "groupId")
    if not call.name or len(call.name) > LONGEST_ID:
        raise Problem("intake_name", "event", most=LONGEST_ID)


def _name(raw: bytes) -> str:
    """The id that a call got from its sender, by which it is known when it comes again; empty for none."""
    try:
        given = _named.decode(raw).message_id
    except _UNREADABLE:
        return ""
    text = str(given) if isinstance(given, str | int | float) else ""
    return text if len(text) <= LONGEST_ID and "\0" not in text else sha256(text.encode()).hexdigest()


def _facts(said: _Said, kind: str) -> dict[str, Any]:
    if kind in ("identify", "group"):
        facts = said.traits or {}
    else:
        facts = dict(said.properties or {})
        if kind in ("page", "screen"):
            given = {"name": said.name, "category": said.category}
            facts = {**{key: value for key, value in given.items() if value is not None}, **facts}
    try:
        _check_clean(facts)
    except RecursionError as error:
        raise Problem("intake_unreadable") from error
    return facts


def _id(name: str, value: _Id) -> str:
    text = "" if value is None else _clean(name, str(value)).strip()
    if len(text) > LONGEST_ID:
        raise Problem("intake_id_long", name, most=LONGEST_ID)
    return text


def _clean(name: str, text: str) -> str:
    if "\0" in text:
        raise Problem("intake_unclean", name)
    return text


def _check_clean(value: Any) -> None:
    """A Problem for what PostgreSQL cannot keep."""
    if isinstance(value, str):
        _clean("properties", value)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _clean("properties", key)
            _check_clean(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_clean(inner)


def when(said: str | int | float | None, sent_at: datetime | None, received_at: datetime) -> datetime:
    """When a call happened, by our clock: as long before its receipt as its sender's clock says that it was before the
    sending. Times far ahead become that of the receipt; a Problem for what is no time of ours.

    A number is seconds or milliseconds since 1970.
    """
    if said is None:
        return received_at
    at = _moment(said)
    if at is not None and sent_at is not None:
        at = _by_our_clock(at, sent_at, received_at)
    if at is None or at.year < 1970:
        raise Problem("intake_time", "timestamp", value=str(said)[:100])
    return received_at if at > received_at + FUTURE else at


def _by_our_clock(at: datetime, sent_at: datetime, received_at: datetime) -> datetime | None:
    """None where the sender's clocks lie further apart than there are years."""
    try:
        return received_at - (sent_at - at)
    except OverflowError:
        return None


def _sent(said: Any) -> datetime | None:
    return _moment(said) if isinstance(said, str | int | float) else None


def _moment(said: str | int | float) -> datetime | None:
    """A time with its offset, of UTC where it names none; None for what is none."""
    try:
        if isinstance(said, str):
            at = datetime.fromisoformat(said.strip())
        else:
            at = datetime.fromtimestamp(said / 1000 if said > 100_000_000_000 else said, UTC)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
