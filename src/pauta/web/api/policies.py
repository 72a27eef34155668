"""The policies in force: one ordered list, replaced as a whole."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pauta.messages.actions import request_plan_everywhere
from pauta.policies import actions, queries
from pauta.policies.sentences import sentence
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import Form, JsonObject

router = APIRouter(tags=["policies"])

_CAP = {"kind": "cap", "name": "two a week", "limit": 2, "days": 7, "held": {"except_types": ["transactional"]}}


class PoliciesForm(Form):
    """All policies in order, and the version on which the author worked."""

    version: int = Field(ge=0, lt=2**31, description="Version that was read; it must still be in force.", examples=[3])
    policies: list[JsonObject] = Field(
        max_length=1000, description="As in the reference of policies.", examples=[[_CAP]]
    )


class PolicyView(BaseModel):
    """A policy, and what it promises in words."""

    policy: dict[str, Any] = Field(examples=[{"id": 1, **_CAP, "active": True}])
    sentence: str = Field(examples=["At most 2 messages in any 7 days per person, except transactional ones."])


class PoliciesView(BaseModel):
    """The policies in force; version 0 before any were saved."""

    version: int
    policies: list[PolicyView]


@router.get("/policies")
def list_policies(door: Annotated[Door, allowed(Right.POLICIES_READ)]) -> PoliciesView:
    """All policies of the newest version in order, those switched off too, each with a sentence that says it."""
    return _view(door)


@router.put("/policies")
def replace_policies(door: Annotated[Door, allowed(Right.POLICIES_WRITE)], form: PoliciesForm) -> PoliciesView:
    """Put these policies in force in place of all others: 409 when somebody else changed them meanwhile.

    A policy keeps its number by its name. Nothing leaves on the old version once this has answered.
    """
    version = actions.replace_all(door.connection, form.policies, door.actor, door.now, form.version)
    if version != form.version:
        request_plan_everywhere(door.connection, door.now)
    door.audit(Right.POLICIES_WRITE, "policies", version=version)
    return _view(door)


def _view(door: Door) -> PoliciesView:
    listed = queries.rules(door.connection)
    return PoliciesView(
        version=queries.current(door.connection).version,
        policies=[PolicyView(policy=rule, sentence=sentence(rule, door.language)) for rule in listed],
    )
