"""Accounts: made, changed, looked at."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from pauta.core.problems import Problem
from pauta.people import views
from pauta.people.actions import AccountValues, upsert_account
from pauta.pipeline.people import people_changed
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import Attributes, Form, Line, Name

router = APIRouter(tags=["accounts"])


class AccountForm(Form):
    """What is said of an account; what is left out stays as it is, attributes are merged."""

    name: Line | None = Field(default=None, examples=["Acme"])
    zone: Line | None = Field(default=None, description="IANA time zone.", examples=["America/Sao_Paulo"])
    country: Line | None = Field(default=None, description="Two letters, or a name.", examples=["BR"])
    region: Line | None = Field(default=None, description="ISO 3166-2, with or without the country.", examples=["SP"])
    stage: Line | None = Field(default=None, examples=["onboarding"])
    owner: Line | None = Field(
        default=None,
        description="Address of the colleague who looks after it: mails with the sender `owner` are from them, and "
        "answers go to them.",
        examples=["bruno@sur.example"],
    )
    attributes: Attributes = Field(default={}, examples=[{"plan": "gold", "seats": 25}])


class AccountView(BaseModel):
    """An account."""

    external_id: str
    name: str
    zone: str | None
    country: str | None
    region: str | None
    stage: str | None
    owner: str | None
    attributes: dict[str, Any]
    created_at: datetime
    changed_at: datetime


@router.put("/accounts/{external_id}", responses={201: {"model": AccountView, "description": "The account is new."}})
def save_account(
    door: Annotated[Door, allowed(Right.PEOPLE_WRITE)], external_id: Name, form: AccountForm, response: Response
) -> AccountView:
    """Make an account, or change what is said of it. Messages that this concerns are planned again."""
    stored = upsert_account(door.connection, AccountValues(external_id=external_id, **form.model_dump()), door.now)
    people_changed(door.connection, stored.changes, door.now)
    door.audit(Right.PEOPLE_WRITE, f"account:{external_id}", fields=sorted(form.model_fields_set))
    response.status_code = 201 if stored.fresh[0] else 200
    return get_account(door, external_id)


@router.get("/accounts/{external_id}")
def get_account(door: Annotated[Door, allowed(Right.PEOPLE_READ)], external_id: Name) -> AccountView:
    """One account."""
    found = views.account(door.connection, external_id.strip())
    if found is None:
        raise Problem("web_no_account", "external_id", value=external_id)
    return AccountView.model_validate(asdict(found))
