"""Whom a launched campaign concerns, contact by contact."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from pauta.campaigns import queries
from pauta.campaigns.figures import Figure
from pauta.campaigns.recipients import Wanted, recipients
from pauta.core.gate.reasons import Reason, Verdict
from pauta.messages.states import State
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import Name

router = APIRouter(tags=["campaigns"])


class ReachedView(BaseModel):
    """A contact and where the campaign's message to them stands."""

    model_config = ConfigDict(from_attributes=True)

    message: int
    contact: str = Field(description="External id; empty when the contact was erased.")
    name: str
    state: str
    verdict: str
    reason: str
    rule: str = Field(description="Policy or built-in rule that decided; empty for none.")
    day: date | None


@router.get("/campaigns/{name}/recipients")
def list_recipients(
    door: Annotated[Door, allowed(Right.MESSAGES_READ)],
    name: Name,
    state: Annotated[str | None, Query(pattern=f"^({'|'.join(one.name.lower() for one in State)})$")] = None,
    verdict: Annotated[Verdict | None, Query()] = None,
    reason: Annotated[Reason | None, Query()] = None,
    figure: Annotated[
        Figure | None, Query(description="Those whom a figure of the campaign counts; a contact may stand here twice.")
    ] = None,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="Message of the last one of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[ReachedView]:
    """The contacts behind the figures of a launched campaign, in the order of their messages; none of a draft."""
    chosen = queries.campaign_named(door.connection, name)
    wanted = Wanted(State[state.upper()] if state else None, verdict, reason, figure)
    return [ReachedView.model_validate(one) for one in recipients(door.connection, chosen, wanted, after, limit)]
