"""Where the links and pictures in mails lead: answered at once, written down in a moment.

Readers are sent on to the address that the link names and that we signed; nothing else is ever a target. Programs get
the same answers, and are told apart afterwards.
"""

from __future__ import annotations

from base64 import b64decode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from pauta.core.tokens import LENGTH
from pauta.core.tracking_links import followed, opened
from pauta.core.tracking_signs import What
from pauta.tracking.actions import Arrival
from pauta.web.pages import page, words
from pauta.web.state import language_of, state_of

router = APIRouter(include_in_schema=False)

_PICTURE = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_HEADERS = {
    "Cache-Control": "no-store, max-age=0",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@router.api_route("/o/{place}", methods=["GET", "HEAD"])
async def show_picture(request: Request, place: str) -> Response:
    """A picture of one transparent pixel; whoever asks for one of ours has opened the mail."""
    keys = state_of(request).recorder.keys
    message_id = opened(keys.by_number, place) if keys else None
    if message_id is not None:
        _take(request, place, message_id, What.OPEN)
    return Response(_PICTURE, media_type="image/gif", headers=_HEADERS)


@router.api_route("/l/{place}", methods=["GET", "HEAD"])
async def follow_link(request: Request, place: str, to: str = "") -> Response:
    """To the address of a link that stood in a mail of ours."""
    keys = state_of(request).recorder.keys
    if keys is None:
        return Response(status_code=503, headers={**_HEADERS, "Retry-After": "1"})
    found = followed(keys.by_number, place, to)
    if found is None:
        return _refused(request)
    _take(request, place, found.message_id, What.CLICK if to else What.TRAP, to, found.links)
    return RedirectResponse(to, 302, _HEADERS) if to else Response(status_code=204, headers=_HEADERS)


def _refused(request: Request) -> Response:
    """What somebody sees whose link was cut off, changed or made by somebody else."""
    said = words(language_of(request))
    shown = {"company": "", "token": "", "title": said["link_gone"], "sentence": said["link_gone_told"]}
    answer = page(request, "public_refused", 404, **shown)
    answer.headers.update(_HEADERS)
    return answer


def _take(request: Request, place: str, message_id: int, what: What, target: str = "", links: int = 0) -> None:
    """Have a hit written down, unless the same link is asked for again and again."""
    state = state_of(request)
    if state.links.wait_for(f"hit {place[:LENGTH].lower()}"):
        return
    client = request.client.host if request.client else ""
    agent, head = request.headers.get("user-agent", ""), request.method == "HEAD"
    state.recorder.take(Arrival(message_id, state.clock.now(), what, target, links, client, agent, head))
