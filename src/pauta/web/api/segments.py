"""Segments: rules over contacts, who is in them, who came and left, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from pauta.core.rules.reading import read_rule
from pauta.people.queries import find_contact
from pauta.segments import actions, queries
from pauta.segments.choices import choices
from pauta.segments.explaining import Answer, explain
from pauta.segments.previewing import preview
from pauta.segments.sentences import told
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import Form, JsonObject, Line, Name

router = APIRouter(tags=["segments"])

_RULE = {
    "combinator": "and",
    "rules": [
        {"field": "account.attributes.plan", "operator": "=", "value": "gold"},
        {"field": "event.login", "operator": "did", "value": {"at_least": 3, "within_days": 30}},
    ],
}
Reader = Annotated[Door, allowed(Right.PEOPLE_READ)]
Writer = Annotated[Door, allowed(Right.CAMPAIGNS_WRITE)]
Key = Annotated[str, Path(max_length=63, pattern="^[^\x00]*$", description="Key of the segment.")]
After = Annotated[int, Query(ge=0, lt=2**63, description="The last one that is known: the next page.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


class SegmentChange(Form):
    """A segment as it shall be."""

    name: Name = Field(examples=["Power users"])
    description: Line = ""
    rule: JsonObject = Field(description="As in the reference of rules.", examples=[_RULE])
    version: int | None = Field(
        default=None, ge=1, lt=2**31, description="Version that was read; it must still be in force."
    )


class SegmentForm(Form):
    """A new segment."""

    key: Name = Field(description="What rules, policies and campaigns call it, for good.", examples=["power-users"])
    name: Name = Field(examples=["Power users"])
    description: Line = ""
    rule: JsonObject = Field(description="As in the reference of rules.", examples=[_RULE])


class SegmentRuleForm(Form):
    """A rule."""

    rule: JsonObject = Field(description="As in the reference of rules.", examples=[_RULE])


class SegmentUserView(BaseModel):
    """What names a segment."""

    kind: str = Field(description="segment, campaign, policy or journey.")
    name: str


class SegmentView(BaseModel):
    """A segment."""

    model_config = ConfigDict(from_attributes=True)
    key: str
    name: str
    description: str
    version: int
    rolls: bool = Field(description="Time alone changes who is in it; it is asked anew every ten minutes or so.")
    members: int
    refreshed_at: datetime | None = Field(description="Null while its members are still to be found.")
    created_at: datetime
    changed_at: datetime
    actor: str = Field(description="Who wrote the version in force.")
    rule: dict[str, Any]
    text: str = Field(description="The rule in words.")


class SegmentDetail(SegmentView):
    """A segment, and what names it."""

    used_by: list[SegmentUserView]


class SegmentVersionView(BaseModel):
    """A segment's rule as somebody saved it."""

    version: int
    actor: str
    at: datetime
    rule: dict[str, Any]
    text: str


class MemberView(BaseModel):
    """A contact."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    contact: str = Field(description="External id.")
    name: str
    email: str | None
    account: str | None
    since: datetime | None = Field(description="Since when it has been in the segment.")


class SegmentMoveView(BaseModel):
    """A contact that came into a segment or left it."""

    model_config = ConfigDict(from_attributes=True)
    id: int = Field(description="Position: read on with `after`.")
    contact: str = Field(description="External id.")
    entered: bool
    by_rule: bool = Field(description="The rule changed, not the contact.")
    at: datetime


class RulePreviewView(BaseModel):
    """What a rule would find."""

    model_config = ConfigDict(from_attributes=True)
    contacts: int
    everyone: int
    sample: list[MemberView]


class RulePreviewAnswer(RulePreviewView):
    """What a rule would find, and the rule in words."""

    text: str


class RuleAnswerView(BaseModel):
    """A test of a rule, or a group of them, in words, and whether it holds for the contact."""

    model_config = ConfigDict(from_attributes=True)
    text: str
    holds: bool
    parts: list[RuleAnswerView]


class WhyInSegmentView(BaseModel):
    """Why a contact is in a segment or not, as of now."""

    contact: str
    answer: RuleAnswerView


class OwnSegmentView(BaseModel):
    """A segment that a contact is in."""

    key: str
    name: str
    since: datetime


class ChoicesView(BaseModel):
    """Names that a rule may ask about, as the data has them."""

    events: list[str]
    properties: list[str]
    contact_attributes: list[str]
    account_attributes: list[str]
    segments: list[str]
    lists: list[str]
    conditions: list[str]
    topics: list[str]
    campaigns: list[str]
    stages: list[str]


@router.get("/segments")
def list_segments(door: Reader) -> list[SegmentView]:
    """All segments by name."""
    return [_view(door, one) for one in queries.segments(door.connection)]


@router.post("/segments", status_code=201)
def create_segment(door: Writer, form: SegmentForm) -> SegmentDetail:
    """Make a segment. Its members are found within seconds, and kept current from then on."""
    actions.create_segment(
        door.connection,
        form.key,
        form.name,
        form.rule,
        actor=door.actor,
        now=door.now,
        description=form.description,
    )
    door.audit(Right.CAMPAIGNS_WRITE, f"segment:{form.key}", version=1)
    return _detail(door, form.key)


@router.get("/segments/{key}")
def get_segment(door: Reader, key: Key) -> SegmentDetail:
    """One segment."""
    return _detail(door, key)


@router.put("/segments/{key}")
def change_segment(door: Writer, key: Key, form: SegmentChange) -> SegmentDetail:
    """Write a segment anew: 409 when somebody else changed it meanwhile. A changed rule is a new version."""
    version = actions.change_segment(
        door.connection,
        key,
        form.name,
        form.rule,
        actor=door.actor,
        now=door.now,
        description=form.description,
        expected=form.version,
    )
    door.audit(Right.CAMPAIGNS_WRITE, f"segment:{key}", version=version)
    return _detail(door, key)


@router.delete("/segments/{key}", status_code=204)
def remove_segment(door: Writer, key: Key) -> None:
    """Take a segment out, with its history: 409 while something names it."""
    actions.remove_segment(door.connection, key)
    door.audit(Right.CAMPAIGNS_WRITE, f"segment:{key}", removed=True)


@router.get("/segments/{key}/versions")
def list_segment_versions(door: Reader, key: Key) -> list[SegmentVersionView]:
    """What a segment asked, the newest version first."""
    found = queries.versions(door.connection, queries.segment(door.connection, key).id)
    return [
        SegmentVersionView(
            version=one.version,
            actor=one.actor,
            at=one.at,
            rule=one.rule,
            text=told(read_rule(one.rule), door.language),
        )
        for one in found
    ]


@router.get("/segments/{key}/members")
def list_members(door: Reader, key: Key, after: After = 0, limit: Limit = 50) -> list[MemberView]:
    """The contacts of a segment, in order of their numbers."""
    found = queries.members(door.connection, queries.segment(door.connection, key).id, after, limit)
    return [MemberView.model_validate(one) for one in found]


@router.get("/segments/{key}/changes")
def list_segment_changes(door: Reader, key: Key, after: After = 0, limit: Limit = 50) -> list[SegmentMoveView]:
    """Who came into a segment and who left it, in the order in which it was found."""
    found = queries.changes(door.connection, queries.segment(door.connection, key).id, after, limit)
    return [SegmentMoveView.model_validate(one) for one in found]


@router.get("/segments/{key}/why")
def explain_segment(
    door: Reader, key: Key, contact: Annotated[str, Query(max_length=200, description="External id or address.")]
) -> WhyInSegmentView:
    """Why a contact is in a segment or not: every test of its rule in words, with its answer."""
    found = find_contact(door.connection, contact)
    rule = queries.segment(door.connection, key).rule
    answer = explain(door.connection, rule, found.id, door.now, door.language)
    return WhyInSegmentView(contact=contact, answer=_answer(answer))


@router.get("/contacts/{external_id}/segments")
def list_own_segments(door: Reader, external_id: Annotated[str, Path(max_length=200)]) -> list[OwnSegmentView]:
    """The segments that a contact is in, by name, and since when."""
    found = queries.segments_of(door.connection, find_contact(door.connection, external_id).id)
    return [OwnSegmentView(key=key, name=name, since=since) for key, name, since in found]


@router.post("/rules/preview")
def preview_rule(door: Reader, form: SegmentRuleForm) -> RulePreviewAnswer:
    """How many contacts a rule holds for, ten of them, and the rule in words, while it is being written."""
    found = RulePreviewView.model_validate(preview(door.connection, form.rule, door.now))
    return RulePreviewAnswer(**found.model_dump(), text=told(read_rule(form.rule), door.language))


@router.get("/rules/choices")
def list_choices(door: Reader) -> ChoicesView:
    """Names that a rule may ask about, as the data has them, the commonest of those that are many."""
    return ChoicesView(**choices(door.connection))


def _answer(answer: Answer) -> RuleAnswerView:
    return RuleAnswerView(text=answer.text, holds=answer.holds, parts=[_answer(part) for part in answer.parts])


def _view(door: Door, row: queries.SegmentRow) -> SegmentView:
    return SegmentView(**_fields(row), text=told(read_rule(row.rule), door.language))


def _detail(door: Door, key: str) -> SegmentDetail:
    row = queries.segment(door.connection, key)
    used_by = [SegmentUserView(kind=kind, name=name) for kind, name in queries.users_of(door.connection, key)]
    return SegmentDetail(**_view(door, row).model_dump(), used_by=used_by)


def _fields(row: queries.SegmentRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SegmentView.model_fields if name != "text"}
