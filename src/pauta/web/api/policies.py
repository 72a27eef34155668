"""The policies in force: one ordered list, replaced as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from pauta.calendar.policy_changes import policy_changes
from pauta.messages.actions import request_plan_everywhere
from pauta.messages.queries import replanning
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


class ReplanningView(BaseModel):
    """Open messages that are planned anew after a change of the policies. Nothing leaves on the old ones meanwhile."""

    model_config = ConfigDict(from_attributes=True)
    version: int
    since: datetime
    accounts: int = Field(description="Accounts that had open messages when the version came into force.")
    left: int = Field(description="Those of them that are not planned yet.")


class PoliciesView(BaseModel):
    """The policies in force; version 0 before any were saved."""

    version: int
    policies: list[PolicyView]
    replanning: ReplanningView | None = Field(default=None, description="Null when everything is planned.")


class VersionView(BaseModel):
    """A version of the policies."""

    model_config = ConfigDict(from_attributes=True)
    version: int
    actor: str
    at: datetime
    policies: int
    active: int = Field(description="Those among them that were switched on.")


class PolicyForm(Form):
    """One policy."""

    policy: JsonObject = Field(description="As in the reference of policies.", examples=[_CAP])


class SentenceView(BaseModel):
    """A policy in words."""

    sentence: str


class PolicyPreviewForm(Form):
    """All policies in order, as they would be saved."""

    policies: list[JsonObject] = Field(max_length=1000, examples=[[_CAP]])


class ChangedView(BaseModel):
    """How many messages change in which way."""

    model_config = ConfigDict(from_attributes=True)
    name: str = Field(description="Campaign, else topic; or the rule that takes hold of them or lets go of them.")
    team: str
    later: int
    earlier: int
    waits: int = Field(description="Lose their day, and wait without one.")
    falls: int = Field(description="Are not sent any more.")
    comes: int = Field(description="Had no day, and get one.")


class LoadOnDayView(BaseModel):
    """Messages that have their place on a day."""

    model_config = ConfigDict(from_attributes=True)
    day: date
    before: int
    after: int


class PolicyExampleView(BaseModel):
    """One message that changes."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    contact: str = Field(description="External id.")
    name: str
    campaign: str
    change: str = Field(description="later, earlier, waits, falls or comes.")
    before: date | None
    after: date | None
    verdict: str
    rule: str


class PolicyChangesView(BaseModel):
    """What would change for the messages that have not left yet, reckoned for everyone from the sample."""

    model_config = ConfigDict(from_attributes=True)
    contacts: int
    sampled: int = Field(description="Contacts whose messages were decided.")
    messages: int = Field(description="Messages that have not left yet.")
    total: ChangedView
    campaigns: list[ChangedView]
    rules: list[ChangedView]
    days: list[LoadOnDayView]
    examples: list[PolicyExampleView]


class PolicyPreviewView(BaseModel):
    """The policies as sentences, and what they would change."""

    policies: list[PolicyView]
    changes: PolicyChangesView


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
        request_plan_everywhere(door.connection, door.now, version)
    door.audit(Right.POLICIES_WRITE, "policies", version=version)
    return _view(door)


@router.get("/policies/versions")
def list_policy_versions(
    door: Annotated[Door, allowed(Right.POLICIES_READ)],
    before: Annotated[int | None, Query(ge=1, lt=2**31, description="Only versions below: the next page.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[VersionView]:
    """Who changed the policies and when, the newest version first."""
    return [VersionView.model_validate(one) for one in queries.versions(door.connection, before, limit)]


@router.get("/policies/versions/{version}")
def get_policy_version(
    door: Annotated[Door, allowed(Right.POLICIES_READ)], version: Annotated[int, Path(ge=1, lt=2**31)]
) -> PoliciesView:
    """The policies of one version, as they were in force then."""
    return PoliciesView(version=version, policies=_told(door, queries.rules_of(door.connection, version)))


@router.post("/policies/preview")
def preview_policies(door: Annotated[Door, allowed(Right.POLICIES_READ)], form: PolicyPreviewForm) -> PolicyPreviewView:
    """What these policies would change in the next 30 days, decided by the gate with both. Nothing is saved."""
    proposed, written = actions.checked_set(door.connection, form.policies)
    found = PolicyChangesView.model_validate(policy_changes(door.connection, door.now, proposed))
    return PolicyPreviewView(policies=_told(door, written), changes=found)


@router.post("/policies/sentence")
def tell_policy(door: Annotated[Door, allowed(Right.POLICIES_READ)], form: PolicyForm) -> SentenceView:
    """What one policy promises, in the caller's language, while it is being written. Nothing is saved."""
    _, (written,) = actions.checked_set(door.connection, [form.policy])
    return SentenceView(sentence=sentence(written, door.language))


def _told(door: Door, rules: Sequence[queries.Rule]) -> list[PolicyView]:
    return [PolicyView(policy=rule, sentence=sentence(rule, door.language)) for rule in rules]


def _view(door: Door) -> PoliciesView:
    found = replanning(door.connection)
    return PoliciesView(
        version=queries.current(door.connection).version,
        policies=_told(door, queries.rules(door.connection)),
        replanning=None if found is None else ReplanningView.model_validate(found),
    )
