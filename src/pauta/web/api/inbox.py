"""What the person who signed in is told, until it is read."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pauta.core.problems import Problem
from pauta.reports.inbox_text import told
from pauta.team import inbox
from pauta.team.users import user_by_email
from pauta.web.door import Known
from pauta.web.types import Form, Moment

router = APIRouter(tags=["inbox"])

MOST = 100


class LineView(BaseModel):
    """One thing that happened."""

    text: str
    advice: str = Field(description="What to do about it; may be empty.")


class EntryView(BaseModel):
    """Something that one is told."""

    id: int
    kind: str = Field(examples=["outcomes"])
    about: str = Field(description="The campaign, or what else it is about; empty for messages sent one by one.")
    day: date
    title: str
    lines: list[LineView]
    changed_at: datetime
    read: bool


class InboxView(BaseModel):
    """What one is told, the newest first."""

    unread: int
    entries: list[EntryView]


class ReadForm(Form):
    """How far somebody has read."""

    until: Moment = Field(description="`changed_at` of the newest entry that was seen.")


@router.get("/inbox")
def get_inbox(door: Known) -> InboxView:
    """What one is told: what became of one's messages, one entry for each campaign and day. Empty for keys."""
    if not door.caller.email:
        return InboxView(unread=0, entries=[])
    user_id = user_by_email(door.connection, door.caller.email).id
    return InboxView(
        unread=inbox.unread(door.connection, user_id),
        entries=[_view(one, door.language) for one in inbox.entries(door.connection, user_id, MOST)],
    )


@router.post("/inbox/read")
def read_inbox(door: Known, form: ReadForm) -> InboxView:
    """Note that everything that changed until then has been read. A session is needed: keys have no inbox."""
    if not door.caller.email:
        raise Problem("session_needed")
    user_id = user_by_email(door.connection, door.caller.email).id
    inbox.mark_read(door.connection, door.now, user_id, form.until)
    return get_inbox(door)


def _view(one: inbox.Entry, language: str) -> EntryView:
    return EntryView(
        id=one.id,
        kind=one.kind,
        about=one.about,
        day=one.day,
        changed_at=one.changed_at,
        read=one.read_at is not None,
        **asdict(told(one, language)),
    )
