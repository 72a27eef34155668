"""What happens at customers, and conditions that stand there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pauta.core.problems import Problem
from pauta.events import actions
from pauta.people.queries import Person, account_ids, find_contacts
from pauta.pipeline.people import people_changed
from pauta.team.roles import Right
from pauta.web.door import Door, allowed, taking_in
from pauta.web.types import Form, JsonObject, Moment, Name

router = APIRouter(tags=["events"])


class HappeningForm(Form):
    """Something at a contact, or at an account as a whole."""

    name: Name = Field(description="As policies write it.", examples=["ticket_closed_unhappy"])
    contact: Name | None = Field(
        default=None, description="External id or e-mail address.", examples=["ana@acme.example"]
    )
    account: Name | None = Field(default=None, description="External id or name; instead of a contact.")
    at: Moment | None = Field(default=None, description="When; now when it is left out.")


class IdentifiedForm(HappeningForm):
    """Something that may have an id in another system."""

    external_id: Name | None = Field(default=None, description="Repeated, it counts once.", examples=["ticket-4711"])


class EventForm(IdentifiedForm):
    """Something that happened."""

    properties: JsonObject = Field(default={}, examples=[{"score": 2}])


class EventsForm(Form):
    """What happened."""

    events: list[EventForm] = Field(min_length=1, max_length=1000)


class ConditionsForm(Form):
    """What begins to stand."""

    conditions: list[IdentifiedForm] = Field(min_length=1, max_length=1000)


class RecordedView(BaseModel):
    """What came of it: those known by their external id are not recorded again."""

    given: int
    recorded: int


class EndedView(BaseModel):
    """How many standing conditions ended."""

    ended: int


@router.post("/events", status_code=201)
def record_events(door: Annotated[Door, taking_in(Right.EVENTS_WRITE)], form: EventsForm) -> RecordedView:
    """Record what happened at contacts or accounts. Messages that policies hold for it are planned again."""
    columns = _columns(door, form.events, "events")
    columns["properties"] = [json.dumps(event.properties) for event in form.events]
    changes = actions.record_events(door.connection, columns, source=door.actor, now=door.now)
    people_changed(door.connection, changes, door.now)
    door.audit(Right.EVENTS_WRITE, "events", recorded=changes.created)
    return RecordedView(given=len(form.events), recorded=changes.created)


@router.post("/conditions", status_code=201)
def open_conditions(door: Annotated[Door, taking_in(Right.EVENTS_WRITE)], form: ConditionsForm) -> RecordedView:
    """Let conditions stand from now on, or from a moment; they hold messages for as long as they stand."""
    columns = _columns(door, form.conditions, "conditions")
    columns["ended"] = [None] * len(form.conditions)
    changes = actions.open_conditions(door.connection, columns, source=door.actor, now=door.now)
    people_changed(door.connection, changes, door.now)
    door.audit(Right.EVENTS_WRITE, "conditions", opened=changes.created)
    return RecordedView(given=len(form.conditions), recorded=changes.created)


@router.post("/conditions/end")
def end_condition(door: Annotated[Door, allowed(Right.EVENTS_WRITE)], form: HappeningForm) -> EndedView:
    """End every standing condition of that name at a contact, or at the account itself."""
    ((person, account),) = _subjects(door, [form], "")
    changes = actions.end_condition(
        door.connection,
        form.name,
        account_key=person.account_key if person else account,
        contact_id=person.id if person else None,
        at=form.at or door.now,
    )
    people_changed(door.connection, changes, door.now)
    door.audit(Right.EVENTS_WRITE, f"condition:{form.name}", ended=changes.changed)
    return EndedView(ended=changes.changed)


def _columns(door: Door, forms: Sequence[IdentifiedForm], path: str) -> dict[str, list[Any]]:
    subjects = _subjects(door, forms, path)
    return {
        "contact_id": [person.id if person else None for person, _ in subjects],
        "account_id": [None if person else account for person, account in subjects],
        "name": [form.name for form in forms],
        "external_id": [form.external_id for form in forms],
        "at": [form.at or door.now for form in forms],
    }


def _subjects(door: Door, forms: Sequence[HappeningForm], path: str) -> list[tuple[Person | None, int]]:
    """The contact of each form, or else the id of its account; a Problem names the first that is wrong."""
    people = find_contacts(door.connection, [form.contact for form in forms]).contacts
    accounts = account_ids(door.connection, [form.account for form in forms if form.account])
    subjects: list[tuple[Person | None, int]] = []
    for place, (form, found) in enumerate(zip(forms, people, strict=True)):
        at = f"{path}[{place}]." if path else ""
        if (form.contact is None) == (form.account is None):
            raise Problem("web_who", f"{at}contact")
        if form.contact and not found:
            raise Problem("web_contact_unknown", f"{at}contact", value=form.contact)
        if form.account and form.account not in accounts:
            raise Problem("web_account_unknown", f"{at}account", value=form.account)
        subjects.append((found[0], 0) if found else (None, accounts[form.account or ""]))
    return subjects
