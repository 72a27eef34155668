"""Holds by hand: a contact or an account that a colleague keeps messages from until a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pauta.campaigns.audience import company_today
from pauta.core.problems import Problem
from pauta.messages.holds import StandingHold, hold_until, lift_hold
from pauta.messages.queries import Recipient, find_recipient
from pauta.people import views
from pauta.people.locks import lock_people
from pauta.team.queries import names_of
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import BigNumber, Day, Form, Line, Name

router = APIRouter(tags=["holds"])


class HoldForm(Form):
    """Until when messages are kept from a contact or an account, and why."""

    until: Day = Field(description="First day on which messages may go again.")
    reason: Line = Field(min_length=1, examples=["The contract is being negotiated."])


class HoldView(BaseModel):
    """A hold that stands."""

    id: int
    whole_account: bool = Field(description="False when it holds one contact only.")
    until: date = Field(description="First day on which messages may go again.")
    reason: str
    by: str = Field(description="Name of the colleague.")
    at: datetime


def hold_views(door: Door, holds: Iterable[StandingHold]) -> list[HoldView]:
    """Holds as the API shows them."""
    listed = list(holds)
    names = names_of(door.connection, [one.actor for one in listed])
    return [HoldView(**asdict(one), whole_account=one.contact_id is None, by=names[one.actor]) for one in listed]


@router.post("/contacts/{external_id}/holds", status_code=201)
def hold_contact(door: Annotated[Door, allowed(Right.CONTACTS_HOLD)], external_id: Name, form: HoldForm) -> None:
    """Keep everything that is not transactional from a contact until a day. Messages wait, and are planned again.

    409 when several contacts have the address.
    """
    lock_people(door.connection)  # a contact who is just moving would leave the hold behind
    contact = _contact(door, external_id)
    number = hold_until(
        door.connection,
        door.now,
        door.caller,
        account_key=contact.account_key,
        contact_id=contact.contact_id,
        until=form.until,
        today=contact.today,
        reason=form.reason,
    )
    _audit(door, f"contact:{external_id}", number, form)


@router.post("/accounts/{external_id}/holds", status_code=201)
def hold_account(door: Annotated[Door, allowed(Right.CONTACTS_HOLD)], external_id: Name, form: HoldForm) -> None:
    """Keep everything that is not transactional from everybody at an account until a day."""
    found = views.account(door.connection, external_id.strip())
    if found is None:
        raise Problem("web_no_account", "external_id", value=external_id)
    number = hold_until(
        door.connection,
        door.now,
        door.caller,
        account_key=found.id,
        contact_id=None,
        until=form.until,
        today=company_today(door.connection, door.now),
        reason=form.reason,
    )
    _audit(door, f"account:{external_id}", number, form)


@router.delete("/holds/{hold_id}")
def lift_manual_hold(door: Annotated[Door, allowed(Right.CONTACTS_HOLD)], hold_id: BigNumber) -> None:
    """Lift a hold before its day: 404 when it does not stand any more."""
    lifted = lift_hold(door.connection, door.now, door.caller, hold_id, company_today(door.connection, door.now))
    door.audit(Right.CONTACTS_HOLD, f"hold:{hold_id}", lifted=True, until=lifted.until.isoformat())


def _contact(door: Door, name: str) -> Recipient:
    try:
        return find_recipient(door.connection, name.strip(), door.now)
    except Problem as problem:
        if problem.code == "messages.contact_unknown":
            raise Problem("web_no_contact", "external_id", value=name) from None
        raise


def _audit(door: Door, subject: str, number: int, form: HoldForm) -> None:
    door.audit(Right.CONTACTS_HOLD, subject, hold=number, until=form.until.isoformat(), reason=form.reason)
