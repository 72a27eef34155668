"""The screens: the built app, its files, and the one page that answers at every address of the app."""

from __future__ import annotations

import gzip
import mimetypes
import secrets
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from pauta.core.problems import Problem
from pauta.web.pages import STYLE, page, words
from pauta.web.state import language_of

router = APIRouter(include_in_schema=False)

FOLDER = Path(__file__).with_name("static")
"""Where the build puts the app."""

ADDRESSES = (
    "sign-in",
    "password",
    "campaigns",
    "journeys",
    "customers",
    "contacts",
    "accounts",
    "mix",
    "segments",
    "silence",
    "policies",
    "approvals",
    "audit",
    "inbox",
    "requests",
    "tasks",
    "settings",
)
"""First parts of the addresses that belong to the app, besides ``/`` itself."""

_NONCE = "__NONCE__"
_FOREVER = "public, max-age=31536000, immutable"
_SMALLEST_PACKED = 1000

_SHOW = "addEventListener('message', (told) => { if (told.source === parent) document.body.innerHTML = told.data; });"
_FRAME = f"<!doctype html><html><head><base target='_blank'><script>{_SHOW}</script></head><body></body></html>"
_FRAME_HEADERS = {
    "Content-Security-Policy": "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    f"script-src 'sha256-{b64encode(sha256(_SHOW.encode()).digest()).decode()}'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}


def _policy(nonce: str) -> str:
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def show_app(request: Request) -> Response:
    """The app's page, with a nonce of its own for the styles that the app writes while it runs."""
    if not (FOLDER / "index.html").exists():
        said = words(language_of(request))
        return page(request, "refused", 503, title=said["not_built"], sentence=said["not_built_told"])
    nonce = secrets.token_urlsafe(16)
    html = _text(FOLDER / "index.html").replace(_NONCE, nonce)
    return HTMLResponse(html, headers={"Content-Security-Policy": _policy(nonce), "Cache-Control": "no-cache"})


for _address in ("/", *(f"/{name}{rest}" for name in ADDRESSES for rest in ("", "/{rest:path}"))):
    router.add_api_route(_address, show_app, methods=["GET"])


@router.get("/assets/{name}")
def show_asset(request: Request, name: str) -> Response:
    """A file of the app. Its name holds a hash of its content, so it may be kept for ever."""
    file = FOLDER / "assets" / name
    if file.parent != FOLDER / "assets" or not file.is_file():
        raise Problem("web_not_found", path=request.url.path)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
    content = file.read_bytes()
    if len(content) > _SMALLEST_PACKED and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(_packed(file), media_type=kind, headers=headers | {"Content-Encoding": "gzip"})
    return Response(content, media_type=kind, headers=headers)


@router.get("/frame")
def show_frame() -> Response:
    """An empty page in which the app shows a mail: it runs its own line alone, and loads nothing from anywhere."""
    return HTMLResponse(_FRAME, headers=_FRAME_HEADERS)


@router.get("/pauta.css")
def show_style() -> Response:
    """The style sheet of the pages that are no part of the app."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=300"})


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@cache
def _packed(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), mtime=0)
