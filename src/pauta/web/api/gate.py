"""The gate on a case of one's own, and why a contact gets what it gets."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pauta.core.gate.case import decide_case
from pauta.core.problems import Problem
from pauta.reports.why import why
from pauta.team.roles import Right
from pauta.web.api.messages import MessageView
from pauta.web.door import Door, allowed
from pauta.web.types import BigNumber, JsonObject, Name

router = APIRouter(tags=["gate"])

Language = Literal["en", "es", "pt-BR"]
Asked = Annotated[Language | None, Query(description="Language of the explanations, instead of Accept-Language's.")]


class AnswerView(BaseModel):
    """What the gate says of one open message of a case; days are counted from the case's today."""

    id: str
    verdict: str = Field(description="send, queue or suppress.")
    day: int | None
    at: str | None = Field(description="The moment, in UTC.", examples=["2026-11-27T13:00:00Z"])
    channel: str | None
    reason: str
    rule: str | None
    earliest: int | None
    winners: list[str]
    closed: list[dict[str, Any]] = Field(description="The days that each rule closed, on one channel or (null) on all.")
    text: str


class ClosedView(BaseModel):
    """Days in a row, both named, that are closed for the same rules; none: they are open."""

    first: date
    last: date
    rules: list[str]


class StripView(BaseModel):
    """The coming days of a message on one of its channels."""

    channel: str
    days: list[ClosedView]


class CameFirstView(BaseModel):
    """The message or touch that a message gave way to; ``id`` is negative for a touch."""

    id: int
    what: str
    day: date | None


class ToldView(BaseModel):
    """One message, its reason in words, who came first, and the strips of its channels."""

    message: MessageView
    text: str
    winner: CameFirstView | None
    strips: list[StripView]


class RecipientView(BaseModel):
    """The contact who is asked about."""

    external_id: str
    name: str
    email: str | None
    account: str | None
    language: str
    zone: str
    today: date = Field(description="The date where the contact is.")


class WhyView(BaseModel):
    """A contact's messages: those to come by their day, then those that have come to their end, newest first."""

    contact: RecipientView
    coming: list[ToldView]
    ended: list[ToldView]


@router.post("/gate/explain")
def explain_case(
    door: Annotated[Door, allowed(Right.GATE_EXPLAIN)], case: JsonObject, lang: Asked = None
) -> list[AnswerView]:
    """Decide a case, in the format of the reference, with the same code as production. Nothing is stored."""
    return [AnswerView.model_validate(answer) for answer in decide_case(case, lang or door.language)]


@router.get("/contacts/{external_id}/why")
def tell_why(
    door: Annotated[Door, allowed(Right.MESSAGES_READ)],
    external_id: Name,
    message: Annotated[BigNumber | None, Query(description="Only this message, of whatever age.")] = None,
    lang: Asked = None,
) -> list[WhyView]:
    """Why a contact gets what it gets, and when. An address asks about everyone who shares it."""
    try:
        found = why(door.connection, door.now, external_id, lang or door.language, message)
    except Problem as problem:
        if problem.code == "messages.contact_unknown":
            raise Problem("web_no_contact", "external_id", value=external_id) from None
        raise
    return [WhyView.model_validate(asdict(one)) for one in found]
