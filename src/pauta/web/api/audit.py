"""Who did what to what, and when: to read, and to take along as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from pauta.team import queries
from pauta.team.queries import AuditEntry, AuditFilter
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import BigNumber, Line, Moment

router = APIRouter(tags=["audit"])

MOST_EXPORTED = 100_000
"""Entries of one export; filters by time take the rest."""

_COLUMNS = ("id", "at", "actor", "action", "subject", "detail")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Reader = Annotated[Door, allowed(Right.AUDIT_READ)]


class AuditView(BaseModel):
    """Who did what to what, and when (UTC)."""

    id: int
    at: datetime
    actor: str = Field(examples=["user:ana@pauta.example"])
    action: str = Field(examples=["campaigns.launch"])
    subject: str = Field(examples=["campaign:spring"])
    detail: dict[str, Any]


def _filter(
    actor: Annotated[Line, Query(description="Only of this actor, or of all whose name begins so.")] = "",
    action: Annotated[Line, Query(description="Only this action, or all that begin so.")] = "",
    subject: Annotated[Line, Query(description="Only this subject, or all that begin so.")] = "",
    since: Annotated[Moment | None, Query(description="Only from this moment on.")] = None,
    until: Annotated[Moment | None, Query(description="Only before this moment.")] = None,
) -> AuditFilter:
    return AuditFilter(actor, action, subject, since, until)


Wanted = Annotated[AuditFilter, Depends(_filter)]


@router.get("/audit")
def list_audit(
    door: Reader,
    wanted: Wanted,
    before: Annotated[BigNumber | None, Query(description="Only entries with a lower id: the next page.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[AuditView]:
    """Who did what to what, the newest first."""
    return [AuditView(**asdict(entry)) for entry in queries.audit_entries(door.connection, wanted, before, limit)]


@router.get(
    "/audit.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def export_audit(door: Reader, wanted: Wanted) -> Response:
    """The newest 100,000 entries that the filters let through, as CSV in UTF-8, times in UTC. Exporting is audited."""
    entries = queries.audit_entries(door.connection, wanted, None, MOST_EXPORTED)
    door.audit(Right.AUDIT_READ, "audit", exported=len(entries))
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Response(_written(entries), media_type="text/csv; charset=utf-8", headers=headers)


def _written(entries: Iterable[AuditEntry]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    for one in entries:
        detail = json.dumps(one.detail, ensure_ascii=False, sort_keys=True)
        writer.writerow([one.id, one.at.isoformat(), *map(_harmless, (one.actor, one.action, one.subject, detail))])
    return file.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
