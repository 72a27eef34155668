"""The page where anybody asks for mails, and the one where the owner of the address confirms it. Nobody signs in.

Both work without scripts. What the first one answers tells nobody whether an address is known; a link from the mail
shows a button, and only pressing it counts, as scanners open every link.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from psycopg import Connection

from pauta.content.topics import titles, titles_in
from pauta.core.problems import Problem
from pauta.people.company import company
from pauta.pipeline.sign_ups import Asked, ask, confirm, pending
from pauta.platform.words import nearest_language
from pauta.web.door import Transaction
from pauta.web.pages import words
from pauta.web.preferences import Form, field_of, proof_of, public_page, refused_page
from pauta.web.state import language_of, state_of

router = APIRouter(include_in_schema=False)

WORDING = "sign-up form 1"
"""Which version of the form's words somebody has agreed to; they change, this number with them."""

Token = Annotated[str, Path(max_length=100)]


@router.get("/sign-up")
def show_form(request: Request, connection: Transaction, asked: str = "") -> Response:
    """The form, or, after it was sent, what comes next."""
    return _form(request, connection, sent=bool(asked))


@router.post("/sign-up")
def send_form(request: Request, connection: Transaction, form: Form) -> Response:
    """Send the mail by which the owner of the address confirms."""
    state = state_of(request)
    wait = state.resets.wait_for(_client(request))
    if wait:
        return refused_page(request, company(connection).name, math.ceil(wait))
    offered = _topics(request, connection)
    chosen = [topic for topic in form.get("topic", []) if topic in offered] if offered else ["*"]
    email = field_of(form, "email")
    if not chosen:
        return _form(request, connection, 422, email=email, wrong="topic")
    said = words(language_of(request))["sign_up_agreed"].replace("{company}", company(connection).name)
    labels = ", ".join(offered[topic] for topic in chosen if topic in offered)
    asked = Asked(
        email=email,
        first_name=field_of(form, "name")[:200],
        topics=chosen,
        source="sign-up form",
        wording=": ".join(part for part in (f"{WORDING} {language_of(request)}", said, labels) if part),
        locale=language_of(request),
        proof=proof_of(request),
    )
    try:
        ask(connection, state.clock.now(), asked, lambda token: f"{state.settings.public_url}/sign-up/{token}")
    except Problem as problem:
        if problem.field != "email":
            raise
        return _form(request, connection, 422, email=email, wrong="email")
    return RedirectResponse(f"/sign-up?asked=1&lang={language_of(request)}", 303)


@router.get("/sign-up/{token}")
def show_confirmation(request: Request, connection: Transaction, token: Token) -> Response:
    """Ask whether the owner of the address wants the mails; nothing is changed."""
    return _confirmation(request, connection, token, press=False)


@router.post("/sign-up/{token}")
def press_confirmation(request: Request, connection: Transaction, token: Token) -> Response:
    """Record that they do."""
    return _confirmation(request, connection, token, press=True)


def _confirmation(request: Request, connection: Connection[Any], token: str, *, press: bool) -> Response:
    state, name = state_of(request), company(connection).name
    wait = state.links.wait_for(token.lower())
    one = None if wait else pending(connection, token, state.clock.now())
    if one is None:
        return refused_page(request, name, math.ceil(wait or state.strangers.wait_for(_client(request))))
    request.state.language = nearest_language(one.locale)
    if press:
        confirm(connection, one, proof_of(request), state.clock.now())
    chosen = [topic for topic in one.topics if topic != "*"]
    known = titles_in(connection, chosen, language_of(request), state.settings.company_lang)
    shown = {"company": name, "token": token, "topics": sorted(known.values()), "done": press or one.confirmed}
    return public_page(request, "confirmation", 200, **shown)


def _form(
    request: Request,
    connection: Connection[Any],
    status: int = 200,
    *,
    email: str = "",
    wrong: str = "",
    sent: bool = False,
) -> HTMLResponse:
    shown = {"company": company(connection).name, "topics": list(_topics(request, connection).items())}
    return public_page(request, "sign_up", status, **shown, email=email, wrong=wrong, sent=sent)


def _topics(request: Request, connection: Connection[Any]) -> dict[str, str]:
    """The topics that anybody may ask for: those with a title, by name."""
    company_language = state_of(request).settings.company_lang
    named = titles_in(connection, titles(connection), language_of(request), company_language)
    return dict(sorted(named.items(), key=lambda one: one[1].casefold()))


def _client(request: Request) -> str:
    return request.client.host if request.client else ""
