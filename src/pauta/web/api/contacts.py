"""Contacts: made, changed, looked at, with their consents, preferences and messages."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from pauta.core.gate.vocabulary import NO_MINUTE
from pauta.core.gate.vocabulary import Channel as ChannelCode
from pauta.core.problems import Problem
from pauta.messages.actions import request_plan
from pauta.messages.queries import messages_of
from pauta.people import actions, views
from pauta.people.addresses import AddressState
from pauta.people.lawful import counting
from pauta.people.measuring import choose_measured
from pauta.people.queries import Person, find_contacts
from pauta.pipeline.merging import merge_contacts
from pauta.pipeline.people import people_changed
from pauta.pipeline.sign_ups import Asked, ask
from pauta.team.roles import Right
from pauta.web.api.messages import MessageView, message_view
from pauta.web.door import Door, allowed
from pauta.web.state import state_of
from pauta.web.terms import Channel
from pauta.web.types import Attributes, Day, Form, Line, Moment, Name

router = APIRouter(tags=["contacts"])

Who = Annotated[Name, Field(description="External id, or an e-mail address: of those who share it, the oldest.")]


class ContactForm(Form):
    """What is said of a contact; what is left out stays as it is, attributes are merged."""

    account: Name | None = Field(default=None, description="External id or name of an account.", examples=["acme"])
    first_name: Line | None = Field(default=None, examples=["Ana"])
    last_name: Line | None = Field(default=None, examples=["Souza"])
    email: Line | None = Field(default=None, examples=["ana@acme.example"])
    phone: Line | None = Field(
        default=None, description="E.164, or as in the contact's country.", examples=["+5511987654321"]
    )
    postal_address: Line | None = None
    zone: Line | None = Field(default=None, description="IANA time zone.", examples=["America/Sao_Paulo"])
    country: Line | None = Field(default=None, description="Two letters, or a name.", examples=["BR"])
    region: Line | None = Field(default=None, description="ISO 3166-2, with or without the country.", examples=["SP"])
    language: Line | None = Field(default=None, examples=["pt-BR"])
    stage: Line | None = Field(default=None, examples=["onboarding"])
    segments: list[Name] | None = Field(default=None, max_length=1000, examples=[["pilot"]])
    best_hour: str | None = Field(default=None, pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["10:00"])
    attributes: Attributes = Field(default={}, examples=[{"role": "buyer"}])


class ContactView(BaseModel):
    """A contact. Address states: none, ok, invalid, bounced, complained, erased."""

    external_id: str
    account: str | None
    first_name: str
    last_name: str
    email: str | None
    email_state: str
    phone: str | None
    phone_state: str
    postal_address: str | None
    zone: str | None
    country: str | None
    region: str | None
    language: str | None
    stage: str | None
    segments: list[str]
    best_hour: str | None
    paused_until: date | None
    attributes: dict[str, Any]
    created_at: datetime
    changed_at: datetime
    measured: bool = Field(description="Whether it may be measured who opens their mails and follows the links.")


class ConsentForm(Form):
    """One statement about a channel and a topic."""

    channel: Channel
    topic: Name = Field(default="*", description="`*` is every topic.")
    state: Literal["granted", "denied"]
    basis: Name = Field(
        description="Why it may be relied on, in own words for express consent; else soft opt-in, implied:purchase, "
        "implied:contract, implied:inquiry, published, legitimate interest or contract, of which the law decides.",
        examples=["consent"],
    )
    source: Name = Field(description="Where it was said.", examples=["signup form"])
    wording: Line = Field(default="", description="What exactly was agreed to, or its version.")
    locale: Line = Field(default="", description="Language of the wording.", examples=["pt-BR"])
    country: Line = Field(default="", description="Where it was said, two letters or a name.", examples=["BR"])
    proof: dict[Name, Line] = Field(
        default={}, max_length=20, description="What proves it.", examples=[{"ip": "203.0.113.7"}]
    )
    at: Moment | None = Field(
        default=None,
        description="When it was said, or what it rests on happened (purchase, end of contract); now when left out.",
    )
    expires_on: Day | None = Field(default=None, description="Day from which on a grant counts no longer.")
    external_id: Name | None = Field(default=None, description="Repeated, it is recorded once.")


class ConsentView(BaseModel):
    """One entry of the consent ledger."""

    channel: str
    topic: str
    state: str
    basis: str
    ground: str = Field(description="The basis as the law knows it: express, soft_opt_in, implied_purchase …")
    source: str
    wording: str
    locale: str
    country: str
    actor: str
    expires_on: date | None
    proof: dict[str, str]
    at: datetime
    recorded_at: datetime
    carries: Literal["all", "service", "nothing"] = Field(
        description="What it counts for today: all messages; relationship and operational ones alone; or nothing, as "
        "the law of the contact's country does not, or no longer, allow it."
    )


class PreferenceForm(Form):
    """How often a contact wants a topic."""

    at_most: int = Field(ge=0, le=366, description="Messages; 0 for never.", examples=[1])
    days: int = Field(ge=1, le=366, description="In any so many days.", examples=[30])


class PreferenceView(BaseModel):
    """How often a contact wants a topic."""

    topic: str
    at_most: int
    days: int


class PauseForm(Form):
    """Until when a contact wants nothing."""

    until: Day | None = Field(description="First day on which messages may go again; null ends the pause.")


class MergeForm(Form):
    """The duplicate that is to be merged into a contact."""

    other: Name = Field(description="External id or e-mail address.")


class MeasuringForm(Form):
    """Whether a contact lets it be measured that they read mails."""

    measured: bool


@router.put("/contacts/{external_id}", responses={201: {"model": ContactView, "description": "The contact is new."}})
def save_contact(
    door: Annotated[Door, allowed(Right.PEOPLE_WRITE)], external_id: Name, form: ContactForm, response: Response
) -> ContactView:
    """Make a contact, or change what is said of them. Messages that this concerns are planned again."""
    given = form.model_dump(exclude={"best_hour"})
    values = actions.ContactValues(external_id=external_id, best_minute=_minute(form.best_hour), **given)
    stored = actions.upsert_contact(door.connection, values, door.now)
    person = _person(door, external_id)
    people_changed(door.connection, stored.changes, door.now)
    door.audit(Right.PEOPLE_WRITE, f"contact:{external_id}", fields=sorted(form.model_fields_set))
    response.status_code = 201 if stored.fresh[0] else 200
    return _view(door, person)


@router.get("/contacts/{external_id}")
def get_contact(door: Annotated[Door, allowed(Right.PEOPLE_READ)], external_id: Who) -> ContactView:
    """One contact."""
    return _view(door, _person(door, external_id))


@router.post("/contacts/{external_id}/merge")
def merge_contact(
    door: Annotated[Door, allowed(Right.PEOPLE_WRITE)], external_id: Name, form: MergeForm
) -> ContactView:
    """Merge a duplicate into this contact, which goes on for both; it cannot be undone.

    Where both say something, what this contact says stays; of pauses the longer stands, of preferences the stricter.
    The duplicate's external id stands for this contact from then on.
    """
    name = _external_id(door, external_id)
    merged = merge_contacts(door.connection, external_id.strip(), form.other.strip(), door.now, door.actor)
    door.audit(Right.PEOPLE_WRITE, f"contact:{name}", merged=merged)
    return _view(door, _person(door, name))


@router.get("/contacts/{external_id}/messages")
def list_contact_messages(
    door: Annotated[Door, allowed(Right.MESSAGES_READ)],
    external_id: Who,
    days: Annotated[int, Query(ge=1, le=3650, description="Final ones that changed in so many days.")] = 90,
) -> list[MessageView]:
    """Every message to a contact that is open or changed lately, the newest first."""
    person = _person(door, external_id)
    since = door.now - timedelta(days=days)
    return [message_view(one) for one in messages_of(door.connection, person.account_key, [person.id], since)]


@router.get("/contacts/{external_id}/consents")
def list_consents(door: Annotated[Door, allowed(Right.PEOPLE_READ)], external_id: Who) -> list[ConsentView]:
    """What a contact has granted and denied, in the order in which it counts."""
    return _consents(door, _person(door, external_id))


@router.post("/contacts/{external_id}/consents", status_code=201)
def append_consent(
    door: Annotated[Door, allowed(Right.CONSENTS_WRITE)], external_id: Who, form: ConsentForm
) -> list[ConsentView]:
    """Record what a contact has granted or denied. Named by e-mail address, it counts for all who share the address.

    Entries are only ever added; the order of the times that they state decides.
    """
    people = _people(door, external_id)
    entry = actions.ConsentEntry(
        channel=ChannelCode[form.channel],
        topic=form.topic,
        granted=form.state == "granted",
        basis=form.basis,
        source=form.source,
        wording=form.wording,
        locale=form.locale,
        country=form.country,
        actor=door.actor,
        expires_on=form.expires_on,
        proof=form.proof,
        at=form.at or door.now,
        external_id=form.external_id,
    )
    added = actions.append_consent(door.connection, [person.id for person in people], entry, door.now)
    request_plan(door.connection, added.keys, door.now)
    detail = form.model_dump(mode="json", include={"channel", "topic", "state", "basis", "source"})
    door.audit(Right.CONSENTS_WRITE, f"contact:{external_id}", **detail)
    return _consents(door, people[0])


@router.get("/contacts/{external_id}/preferences")
def list_preferences(door: Annotated[Door, allowed(Right.PEOPLE_READ)], external_id: Who) -> list[PreferenceView]:
    """How often a contact wants which topic."""
    return _preferences(door, _person(door, external_id))


@router.put("/contacts/{external_id}/preferences/{topic}")
def save_preference(
    door: Annotated[Door, allowed(Right.CONSENTS_WRITE)], external_id: Who, topic: Name, form: PreferenceForm
) -> list[PreferenceView]:
    """Say how often a contact wants a topic; the gate obeys at once."""
    person = _person(door, external_id)
    changes = actions.set_preference(door.connection, person.id, topic, form.at_most, form.days, door.now)
    people_changed(door.connection, changes, door.now)
    door.audit(Right.CONSENTS_WRITE, f"contact:{external_id}", topic=topic, **form.model_dump())
    return _preferences(door, person)


@router.put("/contacts/{external_id}/pause")
def pause_contact(
    door: Annotated[Door, allowed(Right.CONSENTS_WRITE)], external_id: Who, form: PauseForm
) -> ContactView:
    """Write nothing but transactional messages to a contact before a day."""
    people = _people(door, external_id)
    changes = actions.pause(door.connection, [person.id for person in people], form.until, door.now)
    people_changed(door.connection, changes, door.now)
    door.audit(Right.CONSENTS_WRITE, f"contact:{external_id}", paused_until=form.until and form.until.isoformat())
    return _view(door, people[0])


@router.put("/contacts/{external_id}/measuring")
def save_measuring(
    door: Annotated[Door, allowed(Right.CONSENTS_WRITE)], external_id: Who, form: MeasuringForm
) -> ContactView:
    """Keep whether a contact lets it be measured that they open mails and follow links; in force at once."""
    people = _people(door, external_id)
    choose_measured(door.connection, [person.id for person in people], form.measured, door.actor, door.now)
    door.audit(Right.CONSENTS_WRITE, f"contact:{external_id}", measured=form.measured)
    return _view(door, people[0])


class SignUpForm(Form):
    """Somebody who asked for mails on a page of yours."""

    email: Line = Field(examples=["ana@acme.example"])
    first_name: Line = ""
    topics: list[Name] = Field(default=["*"], min_length=1, max_length=100, description="`*` is every topic.")
    language: Name = Field(description="Language of the wording, and of the mail to confirm.", examples=["pt-BR"])
    wording: Line = Field(min_length=1, description="What they agreed to, and its version.")
    source: Name = Field(description="Which form it was.", examples=["shop, checkout"])
    proof: dict[Name, Line] = Field(
        default={}, max_length=20, description="What proves it.", examples=[{"ip": "203.0.113.7"}]
    )


@router.post("/sign-ups", status_code=202, response_class=Response)
def sign_up(request: Request, door: Annotated[Door, allowed(Right.CONSENTS_WRITE)], form: SignUpForm) -> None:
    """Send a mail by which the owner of the address confirms (double opt-in); nothing is granted before.

    The answer does not tell whether the address is known, nor whether it got enough of these mails lately.
    """
    base = state_of(request).settings.public_url
    asked = Asked(form.email, form.first_name, form.topics, form.source, form.wording, form.language, form.proof)
    ask(door.connection, door.now, asked, lambda token: f"{base}/sign-up/{token}")
    door.audit(Right.CONSENTS_WRITE, "sign-up", source=form.source)


def _external_id(door: Door, name: str) -> str:
    return views.contact(door.connection, _person(door, name).id).external_id


def _people(door: Door, name: str) -> tuple[Person, ...]:
    people = find_contacts(door.connection, [name.strip()]).contacts[0]
    if not people:
        raise Problem("web_no_contact", "external_id", value=name)
    return people


def _person(door: Door, name: str) -> Person:
    return _people(door, name)[0]


def _view(door: Door, person: Person) -> ContactView:
    row = asdict(views.contact(door.connection, person.id))
    minute = row.pop("best_minute")
    states = {name: AddressState(row[name]).name.lower() for name in ("email_state", "phone_state")}
    hour = None if minute == NO_MINUTE else f"{minute // 60:02}:{minute % 60:02}"
    return ContactView.model_validate({**row, **states, "best_hour": hour})


def _consents(door: Door, person: Person) -> list[ConsentView]:
    service = {one.id: one.service for one in counting(door.connection, [person.id], door.now)}
    carries = {None: "nothing", True: "service", False: "all"}
    entries = [asdict(one) for one in views.consents(door.connection, person.id)]
    return [
        ConsentView.model_validate(
            {
                **entry,
                "state": "granted" if entry["granted"] else "denied",
                "ground": entry["ground"].name,
                "carries": carries[service.get(entry["id"])],
            }
        )
        for entry in entries
    ]


def _preferences(door: Door, person: Person) -> list[PreferenceView]:
    return [PreferenceView(**asdict(one)) for one in views.preferences(door.connection, person.id)]


def _minute(hour: str | None) -> int | None:
    return None if hour is None else int(hour[:2]) * 60 + int(hour[3:])
