"""Mails that came in and answer to no message of ours."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pauta.pipeline.unmatched import unmatched
from pauta.team.roles import Right
from pauta.web.door import Door, allowed

router = APIRouter(tags=["mails"])


class UnmatchedView(BaseModel):
    """A mail that answers to nothing."""

    id: int
    at: datetime
    kind: str = Field(description="bounce, complaint, unsubscribe, reply, auto_reply or other.")
    status: str = Field(description="The code of a bounce (RFC 3463), else empty.", examples=["5.1.1"])
    text: str = Field(description="Head and texts of the mail, cut off when it is long.")


@router.get("/mails/unmatched")
def list_unmatched(
    door: Annotated[Door, allowed(Right.PEOPLE_READ)],
    most: Annotated[int, Query(ge=1, le=1000, description="How many of the newest.")] = 50,
) -> list[UnmatchedView]:
    """Mails that came in and answer to no message of ours, the newest first; kept like reports of providers."""
    return [UnmatchedView(**asdict(one)) for one in unmatched(door.connection, most)]
