"""The company that the installation speaks for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from pauta.content.footer import ADDRESS_FIGURE
from pauta.messages.actions import request_plan_everywhere, unhold_figures
from pauta.people.company import Company, company, replace_company
from pauta.people.measuring import Measures
from pauta.policies.queries import current
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import Form, Line, Name

router = APIRouter(tags=["company"])


class CompanyForm(Form):
    """What is told of the company."""

    name: Name = Field(description="As readers know it; it stands below every mail.", examples=["Mareia"])
    zone: Line = Field(description="Time zone of contacts whose own is unknown.", examples=["America/Sao_Paulo"])
    country: Line | None = Field(default=None, description="Whose holidays count where a contact's are unknown.")
    region: Line | None = Field(default=None, examples=["SP"])
    language: Line = Field(description="Of contacts whose own is unknown: en, es or pt-BR.", examples=["pt-BR"])
    sender: Line = Field(
        default="",
        description="From address of mails; the setting's when it is empty.",
        examples=["Ana <ana@a.example>"],
    )
    postal_address: Line = Field(default="", description="It stands below every mail, as the law asks.")
    measures: Measures = Field(
        default=Measures.bulk, description="In which mails it is measured who opens them and follows their links."
    )


class CompanyView(Form):
    """The company; name and addresses are empty while nobody has told them."""

    name: str
    zone: str
    country: str | None
    region: str | None
    language: str
    sender: str
    postal_address: str
    measures: Measures


@router.get("/company")
def get_company(door: Annotated[Door, allowed(Right.TEAM_READ)]) -> CompanyView:
    """The company that the installation speaks for, as far as it was told."""
    return _view(door)


@router.put("/company")
def save_company_settings(door: Annotated[Door, allowed(Right.TEAM_WRITE)], form: CompanyForm) -> CompanyView:
    """Tell of the company. When its place changes, the gate decides everything open anew.

    Mails that waited for the postal address go on.
    """
    before = asdict(company(door.connection))
    if replace_company(door.connection, Company(**form.model_dump())):
        request_plan_everywhere(door.connection, door.now, current(door.connection).version)
    if form.postal_address:
        unhold_figures(door.connection, [ADDRESS_FIGURE], door.now)
    after = asdict(company(door.connection))
    changed = {name: value for name, value in after.items() if before[name] != value}
    door.audit(Right.TEAM_WRITE, "company", **changed)
    return _view(door)


def _view(door: Door) -> CompanyView:
    told = asdict(company(door.connection))
    del told["sample"]
    return CompanyView.model_validate(told)
