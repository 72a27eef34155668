"""The doors of Segment's HTTP API: what official client libraries send comes in here, with host and key changed alone.

An answer of 200 means that what was sent is kept durably. It is understood afterwards, by the exchange.
"""

from __future__ import annotations

import math
import zlib
from base64 import b64decode
from binascii import Error as NotBase64

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from pauta.core.problems import Problem
from pauta.events.intake.calls import BATCH, DOORS, LARGEST_BATCH, LARGEST_CALL, readable
from pauta.platform.disk import require_room
from pauta.team.queries import Key
from pauta.team.roles import Right, caller
from pauta.web.state import WebState, state_of

router = APIRouter(include_in_schema=False)

_LETTERS = {"i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": "batch"}
_DOORS = {**{name: name for name in DOORS}, **_LETTERS, "import": BATCH}
"""The doors by their names; those of one letter are what Segment's library for browsers asks for."""
_FROM_ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_PREFLIGHT = {
    **_FROM_ANYWHERE,
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "authorization, content-type, content-encoding",
    "Access-Control-Max-Age": "86400",
}


@router.post("/v1/{door}")
async def take_in(request: Request, door: str) -> Response:
    """Keep what a program sent, and say so when it is kept for good."""
    name = _DOORS.get(door)
    if name is None:
        raise Problem("web_not_found", path=request.url.path)
    state = state_of(request)
    most = LARGEST_BATCH if name == BATCH else LARGEST_CALL
    body, written = readable(name, _unpacked(request, await request.body(), most))
    key = await _key(request, state, _secret(request) or written)
    if (wait := state.sources.wait_for(str(key.id))) or state.keeper.is_full:
        raise Problem("web_too_fast", seconds=math.ceil(wait) or 1)
    require_room(state.settings)
    await state.keeper.keep(key.id, name, body, state.clock.now())
    return JSONResponse({"success": True}, headers=_FROM_ANYWHERE)


@router.options("/v1/{door}")
async def allow_browsers() -> Response:
    """Web pages of any origin may send, with a key."""
    return Response(status_code=204, headers=_PREFLIGHT)


def _unpacked(request: Request, body: bytes, most: int) -> bytes:
    """The body without its packing; a Problem for one that is too large, or is not what its header says."""
    if request.headers.get("content-encoding", "").lower() == "gzip":
        unpacking = zlib.decompressobj(31)
        try:
            body = unpacking.decompress(body, most + 1)
        except zlib.error as error:
            raise Problem("intake_packing") from error
        if len(body) <= most and not unpacking.eof:
            raise Problem("intake_packing")
    if len(body) > most:
        raise Problem("intake_request_large", most=most // 1024)
    return body


def _secret(request: Request) -> str:
    """The write key of the header: the name in Basic authentication, or the token of Bearer."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    try:
        return b64decode(given, validate=True).decode().partition(":")[0] if scheme.lower() == "basic" else ""
    except (NotBase64, UnicodeDecodeError):
        return ""


async def _key(request: Request, state: WebState, secret: str) -> Key:
    if not secret:
        raise Problem("key_missing")
    key = await state.write_keys.find(secret)
    if key is None:
        if wait := state.strangers.wait_for(f"key {request.client.host if request.client else ''}"):
            raise Problem("web_too_fast", seconds=math.ceil(wait))
        raise Problem("key_wrong")
    caller(f"key:{key.name}", key.role, key.team).require(Right.EVENTS_SEND)
    return key
