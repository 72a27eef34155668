"""The local mail catcher's mails, as pages."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from pauta.channels.email.caught import CaughtMail, OpenedMail, count_mails, list_mails, read_mail, store_folder
from pauta.core.problems import Problem
from pauta.team.roles import Right
from pauta.web.operators import operators
from pauta.web.pages import page, words
from pauta.web.state import language_of, state_of
from pauta.web.types import BigNumber

router = APIRouter(prefix="/catcher", include_in_schema=False, dependencies=[operators(Right.ARCHIVE_READ)])

_SHOWN = 200


def _headers(link_url: str) -> dict[str, str]:
    """A mail is a stranger's page: no scripts, no forms, nothing loaded from elsewhere, and an origin of its own.

    The picture that tells that it was opened is ours.
    """
    pictures = f"{link_url}/o/" if link_url else ""
    return {
        "Content-Security-Policy": "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
        f"style-src 'unsafe-inline'; img-src data: {pictures}; font-src data:; frame-ancestors 'self'",
        "X-Frame-Options": "SAMEORIGIN",
    }


@router.get("")
def show_mails(request: Request, search: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """The newest mails, or those that a search finds."""
    store = _store(request)
    mails = [_listed(mail) for mail in list_mails(store, _SHOWN, search)]
    return page(request, "catcher", mails=mails, found=count_mails(store, search), search=search)


@router.get("/{number}")
def show_mail(request: Request, number: BigNumber) -> HTMLResponse:
    """One mail: its headers, how a mail program shows it, and its text part."""
    opened = read_mail(_store(request), number)
    if opened is None:
        said = words(language_of(request))
        return page(request, "refused", 404, title=said["no_such_mail"], sentence=said["no_such_mail_told"])
    headers = [list(header) for header in opened.headers]
    return page(request, "mail", **_listed(opened.mail), headers=headers, has_html=bool(opened.html), text=opened.text)


@router.get("/{number}/html")
def show_html(request: Request, number: BigNumber) -> HTMLResponse:
    """The HTML part alone, shut in; its links open in tabs of their own."""
    html = _opened(request, number).html
    base = re.sub("(?i)<head[^>]*>", r'\g<0><base target="_blank">', html, count=1)
    return HTMLResponse(base, headers=_headers(state_of(request).settings.link_url))


@router.get("/{number}/raw")
def show_raw(request: Request, number: BigNumber) -> Response:
    """The mail's bytes as they came."""
    return Response(_opened(request, number).raw, media_type="text/plain; charset=utf-8")


def _store(request: Request) -> Path:
    settings = state_of(request).settings
    if not settings.catcher_enabled:
        raise Problem("web_not_found", path=request.url.path)
    return store_folder(settings.data_dir)


def _opened(request: Request, number: int) -> OpenedMail:
    opened = read_mail(_store(request), number)
    if opened is None:
        raise Problem("web_not_found", path=request.url.path)
    return opened


def _listed(mail: CaughtMail) -> dict[str, Any]:
    return {
        "id": mail.id,
        "sender": mail.sender,
        "recipient": mail.recipient,
        "subject": mail.subject,
        **shown_moment(mail.received_at),
    }


def shown_moment(at: datetime) -> dict[str, str]:
    """A moment for a page: ``at`` as people read it, ``iso`` for machines. UTC."""
    return {"at": f"{at:%Y-%m-%d %H:%M:%S} UTC", "iso": at.isoformat()}
