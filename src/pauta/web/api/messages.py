"""Single messages: sent, looked at, cancelled."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, Field

from pauta.core.problems import Problem
from pauta.messages import actions, queries
from pauta.messages.archived import archived_mail
from pauta.messages.overriding import override
from pauta.messages.terms import read_terms
from pauta.reports.answers import answer_in_words
from pauta.team.roles import Right
from pauta.web.door import Door, allowed, taking_in
from pauta.web.terms import TermsForm
from pauta.web.types import BigNumber, Form, JsonObject, Line, Name

router = APIRouter(tags=["messages"])


class MessageForm(TermsForm):
    """One message to one contact."""

    contact: Name = Field(description="External id or e-mail address.", examples=["ana@acme.example"])
    template: Name = Field(examples=["password reset"])
    figures: JsonObject = Field(
        default={}, description="What the template is told besides what is known of the contact."
    )
    sender: Line = Field(
        default="",
        description="From address, or `owner` for the colleague who looks after the contact's account, who also gets "
        "the answers; the company's when it is left out.",
    )


class AcceptedView(BaseModel):
    """The message that was taken in."""

    id: int
    new: bool = Field(description="False when the same request had been taken before under the same key.")


class ChangeView(BaseModel):
    """What a message's row said until ``at``, and why it moved on."""

    at: datetime
    state: str
    verdict: str
    reason: str
    rule: str
    day: date | None
    detail: str


class AttemptView(BaseModel):
    """One hand-over of a message; ``outcome`` is null while nothing is known."""

    number: int
    owner: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    answer: str


class MessageView(BaseModel):
    """A message: what it is, to whom it goes, where it stands and why."""

    id: int
    contact: str
    email: str | None
    state: str = Field(description="open, planned, sending, sent, failed, unknown, suppressed, cancelled or held.")
    verdict: str = Field(description="send, queue or suppress.")
    reason: str = Field(description="From the list of reasons in the reference.")
    rule: str = Field(description="Policy or built-in rule that decided; empty for none.")
    winner: int = Field(description="Id of the message or touch that won; 0 for none.")
    channel: str | None
    wished: date
    day: date | None
    due: datetime | None
    planned: bool = Field(description="False until the gate has decided it for the first time.")
    campaign: str
    type: str
    topic: str
    team: str
    urgent: bool
    tier: int
    value: float
    channels: list[str]
    not_before: date | None
    expires: date | None
    template: str
    created_at: datetime
    changed_at: datetime
    follows: int | None = Field(description="The message that this one follows on another channel.")
    overridden_by: str | None = Field(description="Who sent it past the policies; null when nobody did.")
    overridden_why: str | None


class MessageStory(MessageView):
    """A message with everything that happened to it."""

    history: list[ChangeView]
    attempts: list[AttemptView]


class CancelForm(Form):
    """Why a message is taken back."""

    why: Line = ""


class OverrideForm(Form):
    """Why a message goes past the policies."""

    why: Line = Field(min_length=1, examples=["The customer asked for it on the phone."])


def message_view(one: queries.MessageView) -> MessageView:
    """A message as the API shows it."""
    return MessageView.model_validate(asdict(one), from_attributes=False)


@router.post("/messages", status_code=202)
def send_message(
    door: Annotated[Door, taking_in(Right.MESSAGES_SEND)],
    form: MessageForm,
    response: Response,
    idempotency_key: Annotated[Name, Header(description="Names this request: repeated, it sends nothing twice.")],
) -> AcceptedView:
    """Take one message in. A transactional one leaves at once; any other waits for its place at the gate.

    409 when another request was made under the same Idempotency-Key.
    """
    document = form.document(door.team)
    taken = actions.propose_one(
        door.connection,
        door.now,
        read_terms(document),
        contact=form.contact,
        template=form.template,
        key=idempotency_key,
        who=door.caller,
        figures=form.figures,
        sender=form.sender,
    )
    if taken.new:
        door.audit(Right.MESSAGES_SEND, f"message:{taken.message_id}", contact=form.contact, template=form.template)
    response.headers["Location"] = f"/api/v1/messages/{taken.message_id}"
    return AcceptedView(id=taken.message_id, new=taken.new)


@router.get("/messages/{message_id}")
def get_message(door: Annotated[Door, allowed(Right.MESSAGES_READ)], message_id: BigNumber) -> MessageStory:
    """One message with its history and its attempts."""
    return _story(door, message_id)


@router.get(
    "/messages/{message_id}/mail",
    response_class=Response,
    responses={200: {"content": {"message/rfc822": {"schema": {"type": "string", "format": "binary"}}}}},
)
def get_mail(door: Annotated[Door, allowed(Right.ARCHIVE_READ)], message_id: BigNumber) -> Response:
    """The mail as it was handed over, byte for byte: 404 when nothing was."""
    queries.message(door.connection, message_id)
    content = archived_mail(door.connection, message_id)
    if content is None:
        raise Problem("web_not_sent", "message_id", message=message_id)
    return Response(content, media_type="message/rfc822")


@router.post("/messages/{message_id}/cancel")
def cancel_message(
    door: Annotated[Door, allowed(Right.MESSAGES_CANCEL)], message_id: BigNumber, form: CancelForm | None = None
) -> MessageStory:
    """Take a message back that has not left: 409 when it is too late."""
    why = form.why if form else ""
    actions.cancel(door.connection, message_id, door.now, actor=door.actor, why=why)
    door.audit(Right.MESSAGES_CANCEL, f"message:{message_id}", why=why)
    return _story(door, message_id)


@router.post("/messages/{message_id}/override")
def override_message(
    door: Annotated[Door, allowed(Right.MESSAGES_OVERRIDE)], message_id: BigNumber, form: OverrideForm
) -> MessageStory:
    """Send a message past caps, holds, hours and every other policy: 409 unless it waits or was kept back by one.

    Never past its own dates, the address, consent, the contact's pause, what the contact wants never, or a policy on
    channels. It counts afterwards like any other.
    """
    override(door.connection, door.now, message_id, door.caller, form.why)
    door.audit(Right.MESSAGES_OVERRIDE, f"message:{message_id}", why=form.why)
    return _story(door, message_id)


def _story(door: Door, message_id: int) -> MessageStory:
    shown = message_view(queries.message(door.connection, message_id))
    return MessageStory(
        **shown.model_dump(),
        history=[
            ChangeView(**asdict(replace(one, detail=answer_in_words(one.detail, door.language))))
            for one in queries.history(door.connection, message_id)
        ],
        attempts=[
            AttemptView(**asdict(replace(one, answer=answer_in_words(one.answer, door.language))))
            for one in queries.attempts(door.connection, message_id)
        ],
    )
