"""Privacy: what is held about a contact, its erasure, and how long data is kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from pauta.campaigns.audience import company_today
from pauta.core.problems import Problem
from pauta.privacy import erasing, held, retention
from pauta.team.queries import names_of
from pauta.team.roles import Right
from pauta.web.api.contacts import Who
from pauta.web.door import Door, allowed
from pauta.web.types import BigNumber, Form, Line, Name

router = APIRouter(tags=["privacy"])

Manager = Annotated[Door, allowed(Right.PRIVACY_MANAGE)]


class HeldView(BaseModel):
    """Everything held about a contact, with what each section is held for."""

    at: datetime
    purposes: dict[str, str] = Field(description="By section, in the language of the answer.")
    sections: dict[str, list[dict[str, Any]]] = Field(description="Rows by section; `mail` is a mail as it was sent.")


class ErasureForm(Form):
    """Why a contact is erased."""

    reason: Line = Field(min_length=1, examples=["Asked for on 3 March, ticket 4711."])


class ConcernedView(BaseModel):
    """Whom an erasure would concern: all contacts that share the address."""

    contacts: list[str] = Field(description="External ids.")
    addresses: list[str] = Field(description="Addresses that would be closed for ever.")


class ErasedView(BaseModel):
    """An erasure that was done, and how much was removed of what."""

    id: int
    removed: dict[str, int]


class ErasureView(BaseModel):
    """An erasure of the past. It names nobody but who did it."""

    id: int
    at: datetime
    by: str
    reason: str
    removed: dict[str, int]


class KeptView(BaseModel):
    """A kind of data with the time that it is kept."""

    kind: str
    days: int | None = Field(description="Null: for ever.")
    least: int = Field(description="The fewest days that rules and reports need.")
    last_day: date | None = Field(description="When some of it was last looked for and removed.")
    last_removed: int | None = Field(description="How many rows that were.")


class KeepForm(Form):
    """For how long a kind of data is kept."""

    days: int | None = Field(ge=1, le=36_500, description="Null: for ever.", examples=[730])


class RemovedView(BaseModel):
    """What was removed of a kind on a day because its time was over."""

    kind: str
    day: date
    before: datetime
    removed: int
    done_at: datetime | None = Field(description="Null while more is to go.")


@router.get("/contacts/{external_id}/held")
def show_held(door: Manager, external_id: Who) -> HeldView:
    """Everything held about a contact, and about all who share the address. Asking is audited."""
    sections = _held(door, external_id)
    return HeldView(at=door.now, purposes=held.purposes(door.language), sections=sections)


@router.get(
    "/contacts/{external_id}/held.html",
    response_class=Response,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
def download_held(door: Manager, external_id: Who) -> Response:
    """The same as a page for the contact to read, in the language of the answer. Asking is audited."""
    written = held.page(_held(door, external_id), door.now, door.language)
    headers = {"Content-Disposition": 'attachment; filename="held.html"'}
    return Response(written, media_type="text/html; charset=utf-8", headers=headers)


@router.get("/contacts/{external_id}/erasure")
def look_at_erasure(door: Manager, external_id: Who) -> ConcernedView:
    """Whom an erasure would concern."""
    subject = erasing.find_subject(door.connection, _known(door, external_id))
    return ConcernedView(contacts=subject.names, addresses=subject.emails + subject.phones)


@router.post("/contacts/{external_id}/erasure")
def erase_contact(door: Manager, external_id: Who, form: ErasureForm) -> ErasedView:
    """Erase a contact, and all who share the address, for ever.

    Open messages are cancelled, and no address of theirs is written to again, whoever brings it back. 409 while a
    message is being handed over.
    """
    name = _known(door, external_id)
    erased = erasing.erase(door.connection, name, door.now, actor=door.actor, reason=form.reason)
    door.audit(Right.PRIVACY_MANAGE, f"erasure:{erased.id}", removed=erased.removed)
    return ErasedView(**asdict(erased))


@router.get("/erasures")
def list_erasures(
    door: Manager,
    before: Annotated[BigNumber | None, Query(description="Only entries with a lower id: the next page.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[ErasureView]:
    """What was erased, the newest first."""
    found = erasing.erasures(door.connection, before, limit)
    names = names_of(door.connection, {one.actor for one in found})
    return [
        ErasureView(id=one.id, at=one.at, by=names[one.actor], reason=one.reason, removed=one.removed) for one in found
    ]


@router.get("/retention")
def list_retention(door: Manager) -> list[KeptView]:
    """For how long each kind of data is kept, and when some was last removed."""
    return [KeptView(**asdict(one)) for one in retention.kept(door.connection)]


@router.put("/retention/{kind}")
def change_retention(door: Manager, kind: Name, form: KeepForm) -> None:
    """Keep a kind of data for so many days from now on. What is older goes within the day, and does not come back."""
    retention.keep(door.connection, kind, form.days, door.now, door.actor)
    door.audit(Right.PRIVACY_MANAGE, f"retention:{kind}", days=form.days or 0)


@router.get("/retention/runs")
def list_retention_runs(
    door: Manager, days: Annotated[int, Query(ge=1, le=3660, description="So many days back.")] = 90
) -> list[RemovedView]:
    """What was removed because its time was over, day by day: the proof that times are kept."""
    since = company_today(door.connection, door.now) - timedelta(days=days)
    return [RemovedView(**asdict(one)) for one in retention.runs(door.connection, since)]


def _held(door: Door, external_id: str) -> dict[str, list[dict[str, Any]]]:
    name = _known(door, external_id)
    sections = held.held(door.connection, name)
    door.audit(Right.PRIVACY_MANAGE, f"contact:{name}", exported=True)
    return sections


def _known(door: Door, external_id: str) -> str:
    try:
        erasing.find_subject(door.connection, external_id.strip())
    except Problem as problem:
        if problem.code == "people_contact_unknown":
            raise Problem("web_no_contact", "external_id", value=external_id) from None
        raise
    return external_id.strip()
