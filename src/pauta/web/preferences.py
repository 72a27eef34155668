"""Pages for those who get mails: what they choose to get, and the way out. A signed link opens them, nobody signs in.

Scanners and previews follow every link, so GET changes nothing; POST does, also the one by which mail programs
unsubscribe without showing a page (RFC 8058). The link is what a form needs to be trusted: nobody else knows it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from psycopg import Connection

from pauta.channels.base import PROVIDED
from pauta.channels.email.links import link_keys
from pauta.content.topics import titles, titles_in
from pauta.core.gate.vocabulary import Channel
from pauta.core.tokens import Purpose
from pauta.events.actions import record_events
from pauta.messages.origins import Origin, origin_of, topics_of_mail
from pauta.people import choices, views
from pauta.people.changes import Changes
from pauta.people.choices import EVERY_TOPIC, Frequency, Reader, Statement, Wish
from pauta.people.company import company
from pauta.people.measuring import choose_measured, is_measured
from pauta.pipeline.people import people_changed
from pauta.platform.words import nearest_language
from pauta.team.actions import audit
from pauta.team.roles import Right
from pauta.tracking.actions import Answer, note_answer
from pauta.web.door import Transaction
from pauta.web.pages import page, words
from pauta.web.state import language_of, state_of

router = APIRouter(include_in_schema=False)

WORDING = "preference centre 1"
"""Which version of the pages' words somebody has agreed to; their catalogues change, this number with them."""
ANSWERS = ("too_many", "just_right", "too_few")
LONGEST_PAUSE = timedelta(days=366)

_HEADERS = {"X-Robots-Tag": "noindex, nofollow"}


@dataclass(frozen=True)
class _Visit:
    """A request by a good link: whose it is, from which message, and what they can choose from."""

    request: Request
    connection: Connection[Any]
    now: datetime
    token: str
    origin: Origin
    reader: Reader
    company: str
    topics: Mapping[str, str]
    channels: Sequence[Channel]

    @property
    def language(self) -> str:
        """The language of the page."""
        return language_of(self.request)

    @property
    def labels(self) -> dict[str, str]:
        """The words beside each topic and each channel."""
        said = words(self.language)
        return {**self.topics, **{one.name: said[f"by_{one.name}"] for one in self.channels}}

    def statement(self, source: str) -> Statement:
        """What proves that the reader chose."""
        proof = {**proof_of(self.request), "message": str(self.origin.id)}
        return Statement(source, f"{WORDING} {self.language}", proof, self.now, self.language)

    def page(self, name: str, status: int = 200, **values: object) -> HTMLResponse:
        """A page for the reader."""
        shown = {"company": self.company, "token": self.token, "email": _masked(self.reader.email)}
        return public_page(self.request, name, status, **shown, **values)

    def changed(self, changes: Changes) -> None:
        """Plan the messages again that a choice concerns."""
        people_changed(self.connection, changes, self.now)


def proof_of(request: Request) -> dict[str, str]:
    """Where a request came from: what proves, with its time, that somebody chose."""
    client, program = request.client, request.headers.get("user-agent", "")
    return {"ip": client.host if client else "", "user_agent": program[:300]}


async def _form(request: Request) -> dict[str, list[str]]:
    """The fields of a form; none of a body in another form, as mail programs may send (RFC 8058, 3.2)."""
    body = (await request.body()).decode("utf-8", "replace")
    kind = request.headers.get("content-type", "")
    return parse_qs(body, keep_blank_values=True) if kind.startswith("application/x-www-form-urlencoded") else {}


Form = Annotated[dict[str, list[str]], Depends(_form)]
Token = Annotated[str, Path(max_length=100)]


def _visit(request: Request, connection: Transaction, token: Token) -> _Visit | HTMLResponse:
    state = state_of(request)
    name = company(connection).name
    wait = state.links.wait_for(token.lower())
    number = None if wait else link_keys(connection).number_in(Purpose.CHOICES, token)
    origin = None if number is None else origin_of(connection, number)
    reader = None if origin is None else choices.reader_of(connection, origin.contact_id)
    if origin is None or reader is None:
        client = request.client.host if request.client else ""
        wait = wait or state.strangers.wait_for(client)
        return refused_page(request, name, wait)
    request.state.language = nearest_language(reader.language or "")
    topics = {*topics_of_mail(connection), *titles(connection), *_own_topic(origin)}
    agreed = {Channel[one.channel] for one in views.consents(connection, reader.contact_ids[0]) if one.granted}
    return _Visit(
        request=request,
        connection=connection,
        now=state.clock.now(),
        token=token,
        origin=origin,
        reader=reader,
        company=name,
        topics=_sorted(titles_in(connection, topics, language_of(request), state.settings.company_lang)),
        channels=sorted(PROVIDED | agreed),
    )


Visit = Annotated[_Visit | HTMLResponse, Depends(_visit, scope="function")]


@router.get("/unsubscribe/{token}")
def ask_unsubscribe(visit: Visit) -> Response:
    """Ask whether mails like this one shall end; nothing is changed."""
    if isinstance(visit, HTMLResponse):
        return visit
    if visit.origin.type == "transactional":
        return _to_form(visit)
    return visit.page("unsubscribe", topic=_topic_title(visit), done=False)


@router.post("/unsubscribe/{token}")
def unsubscribe(visit: Visit, form: Form) -> Response:
    """End mails like this one, or all that are not transactional; in force when this is answered."""
    if isinstance(visit, HTMLResponse):
        return visit
    everything = "everything" in form or not _topic(visit)
    source = "one-click unsubscribe" if "List-Unsubscribe" in form or not form else "unsubscribe page"
    _end(visit, everything, source)
    return visit.page("unsubscribe", topic="" if everything else _topic_title(visit), done=True)


@router.get("/preferences/{token}")
def show_preferences(visit: Visit, saved: str = "") -> Response:
    """What the reader gets, as a form; nothing is changed."""
    if isinstance(visit, HTMLResponse):
        return visit
    return _preferences(visit, saved=bool(saved))


@router.post("/preferences/{token}")
def save_preferences(visit: Visit, form: Form) -> Response:
    """Keep what the reader chose; in force when this is answered."""
    if isinstance(visit, HTMLResponse):
        return visit
    if "everything" in form:
        _end(visit, True, "preference centre")
        return _to_form(visit, saved=1)
    given, shown = field_of(form, "until"), field_of(form, "until-before")
    until = _until(visit, given) if given != shown else None
    if until is _WRONG_DAY:
        return _preferences(visit, 422, wrong_day=True)
    wish = _wish(visit, form)
    changes = choices.choose(visit.connection, visit.reader, wish, visit.statement("preference centre"), visit.labels)
    chosen = {topic: frequency for topic, frequency in wish.frequencies.items() if topic in wish.topics}
    detail: dict[str, object] = {"frequencies": chosen}
    if given != shown:
        changes += choices.pause_until(visit.connection, visit.reader, until, visit.now)
        detail["paused_until"] = until and until.isoformat()
    visit.changed(changes)
    unmeasured = field_of(form, "unmeasured")
    if "unmeasured-before" in form and unmeasured != field_of(form, "unmeasured-before"):
        choose_measured(visit.connection, visit.reader.contact_ids, not unmeasured, "preference centre", visit.now)
        detail["measured"] = not unmeasured
    subject = f"contact:{visit.reader.external_id}"
    audit(visit.connection, visit.now, "preference centre", Right.CONSENTS_WRITE, subject, detail)
    for answer in form.get("answer", [])[:1]:
        _record_answer(visit, answer)
    return _to_form(visit, saved=1)


def _end(visit: _Visit, everything: bool, source: str) -> None:
    topic = EVERY_TOPIC if everything else _topic(visit)
    channels = tuple(Channel) if everything else (Channel(max(0, visit.origin.channel)),)
    visit.changed(choices.unsubscribe(visit.connection, visit.reader, topic, channels, visit.statement(source)))
    note_answer(visit.connection, visit.origin.id, Answer.unsubscribed, visit.now)


def _topic(visit: _Visit) -> str:
    """What mails like this one are about; empty where only all of them can be ended."""
    return "".join(_own_topic(visit.origin))


def _own_topic(origin: Origin) -> tuple[str, ...]:
    return (origin.topic,) if origin.topic and origin.type != "transactional" else ()


def _topic_title(visit: _Visit) -> str:
    return visit.topics.get(visit.origin.topic, "")


def _to_form(visit: _Visit, **said: int) -> Response:
    """To the form, in the language that was asked for; after a choice, so that reloading the page sends nothing."""
    asked = {"lang": visit.language} if visit.request.query_params.get("lang") else {}
    query = urlencode({**said, **asked})
    return RedirectResponse(f"/preferences/{visit.token}" + (f"?{query}" if query else ""), 303, _HEADERS)


def _preferences(visit: _Visit, status: int = 200, *, saved: bool = False, wrong_day: bool = False) -> HTMLResponse:
    stands = choices.standing(visit.connection, visit.reader, visit.topics, visit.channels, visit.now)
    said = words(visit.language)
    today = visit.now.date()
    until, latest = visit.reader.paused_until, today + LONGEST_PAUSE
    return visit.page(
        "preferences",
        status,
        saved=saved,
        wrong_day=wrong_day,
        topics=[
            {
                "name": name,
                "title": title,
                "chosen": name in stands.topics,
                "frequency": stands.frequencies[name].value,
            }
            for name, title in visit.topics.items()
        ],
        frequencies=[(one.value, said[f"every_{one.value}"]) for one in Frequency],
        channels=[
            {"name": one.name, "title": said[f"by_{one.name}"], "chosen": one in stands.channels}
            for one in visit.channels
        ],
        nothing=not stands.topics,
        paused=until.isoformat() if until and until > today else "",
        earliest=(today + timedelta(days=1)).isoformat(),
        latest="" if until and until > latest else latest.isoformat(),
        answers=[(one, said[one]) for one in ANSWERS],
        unmeasured=not is_measured(visit.connection, visit.reader.contact_ids[0]),
    )


def _wish(visit: _Visit, form: Mapping[str, list[str]]) -> Wish:
    """What the form says, as far as it names what there is to choose from."""

    def topics(field: str) -> frozenset[str]:
        return frozenset(form.get(field, ())) & visit.topics.keys()

    def channels(field: str) -> frozenset[Channel]:
        named = set(form.get(field, ()))
        return frozenset(one for one in visit.channels if one.name in named)

    asked = {topic: field_of(form, f"every-{topic}") for topic in visit.topics}
    known = set(Frequency)
    return Wish(
        topics=topics("topic"),
        topics_before=topics("topic-before"),
        channels=channels("channel"),
        channels_before=channels("channel-before"),
        frequencies={topic: Frequency(value) for topic, value in asked.items() if value in known},
    )


_WRONG_DAY = date.min


def field_of(form: Mapping[str, list[str]], name: str) -> str:
    """The first value of a field; empty for none."""
    return (form.get(name) or [""])[0].strip()


def _until(visit: _Visit, given: str) -> date | None:
    """The day to which the reader pauses; ``_WRONG_DAY`` when there is no such day, or it is too near or too far."""
    if not given:
        return None
    try:
        until = date.fromisoformat(given)
    except ValueError:
        return _WRONG_DAY
    today = visit.now.date()
    return until if today < until <= today + LONGEST_PAUSE else _WRONG_DAY


def _record_answer(visit: _Visit, answer: str) -> None:
    """Keep what the reader says of how much they get: one answer for each mail and day."""
    if answer not in ANSWERS:
        return
    changes = record_events(
        visit.connection,
        {
            "contact_id": [visit.reader.contact_ids[0]],
            "name": [f"frequency_{answer}"],
            "at": [visit.now.isoformat()],
            "external_id": [f"frequency:{visit.origin.id}:{visit.now.date()}"],
        },
        source="preference centre",
        now=visit.now,
    )
    visit.changed(changes)


def refused_page(request: Request, name: str, wait: float) -> HTMLResponse:
    """That a link does not work, or, for seconds to wait, that it was asked for too often."""
    said = words(language_of(request))
    title, sentence = ("link_too_fast", "link_too_fast_told") if wait else ("link_gone", "link_gone_told")
    shown = {"company": name, "title": said[title], "sentence": said[sentence], "token": ""}
    answer = public_page(request, "public_refused", 429 if wait else 404, **shown)
    if wait:
        answer.headers["Retry-After"] = str(math.ceil(wait))
    return answer


def public_page(request: Request, name: str, status: int, **values: object) -> HTMLResponse:
    """A page for anybody, which no search engine lists."""
    answer = page(request, name, status, **values)
    answer.headers.update(_HEADERS)
    return answer


def _masked(email: str | None) -> str:
    """An address so that its owner knows it and others do not learn it: mails are passed on."""
    local, at, domain = (email or "").rpartition("@")
    return f"{local[:1]}…{at}{domain}" if at else ""


def _sorted(named: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(named.items(), key=lambda one: one[1].casefold()))
