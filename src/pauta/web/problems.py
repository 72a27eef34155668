"""Every refusal as a problem document (RFC 9457), in the language of the request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from pauta.core.problems import Problem
from pauta.platform import disk
from pauta.platform.log import logger
from pauta.platform.words import say
from pauta.web.pages import page, words
from pauta.web.state import language_of, state_of

MEDIA_TYPE = "application/problem+json"

_STATUS = {
    "key_missing": HTTPStatus.UNAUTHORIZED,
    "key_wrong": HTTPStatus.UNAUTHORIZED,
    "key_needed_here": HTTPStatus.UNAUTHORIZED,
    "session_over": HTTPStatus.UNAUTHORIZED,
    "sign_in_wrong": HTTPStatus.UNAUTHORIZED,
    "sign_in_paused": HTTPStatus.TOO_MANY_REQUESTS,
    "session_foreign": HTTPStatus.FORBIDDEN,
    "session_needed": HTTPStatus.FORBIDDEN,
    "right_missing": HTTPStatus.FORBIDDEN,
    "sending_not_permitted": HTTPStatus.FORBIDDEN,
    "sending_too_many": HTTPStatus.FORBIDDEN,
    "sending_day_full": HTTPStatus.FORBIDDEN,
    "permission_unknown": HTTPStatus.NOT_FOUND,
    "web_not_found": HTTPStatus.NOT_FOUND,
    "web_method": HTTPStatus.METHOD_NOT_ALLOWED,
    "web_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "web_not_json": HTTPStatus.BAD_REQUEST,
    "webhooks.unknown": HTTPStatus.NOT_FOUND,
    "webhooks.no_delivery": HTTPStatus.NOT_FOUND,
    "key_not_found": HTTPStatus.NOT_FOUND,
    "intake_packing": HTTPStatus.BAD_REQUEST,
    "intake_request_large": HTTPStatus.BAD_REQUEST,
    "web_too_fast": HTTPStatus.TOO_MANY_REQUESTS,
    "web_database": HTTPStatus.SERVICE_UNAVAILABLE,
    "report_not_believed": HTTPStatus.FORBIDDEN,
    "report_certificate_away": HTTPStatus.SERVICE_UNAVAILABLE,
    "disk_short": HTTPStatus.INSUFFICIENT_STORAGE,
    "database_disk_full": HTTPStatus.INSUFFICIENT_STORAGE,
    "web_failed": HTTPStatus.INTERNAL_SERVER_ERROR,
    "web_no_contact": HTTPStatus.NOT_FOUND,
    "web_not_sent": HTTPStatus.NOT_FOUND,
    "web_no_account": HTTPStatus.NOT_FOUND,
    "calendar_no_meeting": HTTPStatus.NOT_FOUND,
    "calendar_no_feed": HTTPStatus.NOT_FOUND,
    "calendar_no_maintenance": HTTPStatus.NOT_FOUND,
    "campaigns.unknown": HTTPStatus.NOT_FOUND,
    "segments.unknown": HTTPStatus.NOT_FOUND,
    "segments.taken": HTTPStatus.CONFLICT,
    "segments.changed": HTTPStatus.CONFLICT,
    "segments.used": HTTPStatus.CONFLICT,
    "content.template_unknown": HTTPStatus.NOT_FOUND,
    "messages.message_unknown": HTTPStatus.NOT_FOUND,
    "requests.unknown": HTTPStatus.NOT_FOUND,
    "requests.decided": HTTPStatus.CONFLICT,
    "tasks.unknown": HTTPStatus.NOT_FOUND,
    "journeys.unknown": HTTPStatus.NOT_FOUND,
    "journeys.name_taken": HTTPStatus.CONFLICT,
    "journeys.changed": HTTPStatus.CONFLICT,
    "journeys.no_publish": HTTPStatus.CONFLICT,
    "journeys.no_pause": HTTPStatus.CONFLICT,
    "journeys.no_resume": HTTPStatus.CONFLICT,
    "journeys.no_stop": HTTPStatus.CONFLICT,
    "journeys.no_entry": HTTPStatus.CONFLICT,
    "campaigns.name_taken": HTTPStatus.CONFLICT,
    "campaigns.no_launch": HTTPStatus.CONFLICT,
    "campaigns.no_pause": HTTPStatus.CONFLICT,
    "campaigns.no_resume": HTTPStatus.CONFLICT,
    "campaigns.no_move": HTTPStatus.CONFLICT,
    "campaigns.no_undo": HTTPStatus.CONFLICT,
    "campaigns.undo_late": HTTPStatus.CONFLICT,
    "campaigns.no_update": HTTPStatus.CONFLICT,
    "messages.contact_ambiguous": HTTPStatus.CONFLICT,
    "messages.key_taken": HTTPStatus.CONFLICT,
    "messages.message_gone": HTTPStatus.CONFLICT,
    "messages.no_override": HTTPStatus.CONFLICT,
    "messages.hold_gone": HTTPStatus.NOT_FOUND,
    "messages.not_stopped": HTTPStatus.CONFLICT,
    "messages.nothing_stopped": HTTPStatus.CONFLICT,
    "user_unknown": HTTPStatus.NOT_FOUND,
    "user_email_taken": HTTPStatus.CONFLICT,
    "user_disabled": HTTPStatus.CONFLICT,
    "user_last_manager": HTTPStatus.CONFLICT,
    "approvals.rule_unknown": HTTPStatus.NOT_FOUND,
    "approvals.rule_unreadable": HTTPStatus.CONFLICT,
    "approvals.missing": HTTPStatus.CONFLICT,
    "approvals.no_submit": HTTPStatus.CONFLICT,
    "approvals.not_submitted": HTTPStatus.CONFLICT,
    "approvals.changed": HTTPStatus.CONFLICT,
    "approvals.decided": HTTPStatus.CONFLICT,
    "approvals.not_asked": HTTPStatus.FORBIDDEN,
    "approvals.own": HTTPStatus.FORBIDDEN,
    "policy_no_version": HTTPStatus.NOT_FOUND,
    "people_merge_in_flight": HTTPStatus.CONFLICT,
    "privacy.in_flight": HTTPStatus.CONFLICT,
    "privacy.kind_unknown": HTTPStatus.NOT_FOUND,
    "policy_version_changed": HTTPStatus.CONFLICT,
}
"""Which code is answered with which status; all others are the fault of a value: 422."""

_HTTP_CODES = {
    HTTPStatus.BAD_REQUEST: "web_not_json",
    HTTPStatus.NOT_FOUND: "web_not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "web_method",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "web_too_large",
}

_VALUE_CODES = {
    "missing": "web_field_missing",
    "extra_forbidden": "web_field_unknown",
    "json_invalid": "web_not_json",
    "literal_error": "web_field_choice",
    "enum": "web_field_choice",
    "greater_than": "web_field_range",
    "greater_than_equal": "web_field_range",
    "less_than": "web_field_range",
    "less_than_equal": "web_field_range",
    "finite_number": "web_field_range",
    "string_too_short": "web_field_length",
    "string_too_long": "web_field_length",
    "too_short": "web_field_length",
    "too_long": "web_field_length",
    "string_pattern_mismatch": "web_field_form",
    "unclean": "web_field_unclean",
    "year": "web_field_range",
}
"""Pydantic's words for what is wrong with a value become ours; all others are "of the wrong type"."""

_LIMITS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤", "min_length": "≥", "max_length": "≤"}


class ProblemItem(BaseModel):
    """One thing that is wrong."""

    code: str = Field(description="Code of the catalogue.", examples=["web_field_missing"])
    field: str = Field(description="Path of the field that is wrong; empty when it is none.", examples=["channels[0]"])
    detail: str = Field(description="One sentence: what is wrong and what to do about it.")


class ProblemDocument(ProblemItem):
    """Why a request was refused (RFC 9457)."""

    type: str = Field(examples=["urn:pauta:problem:web_field_missing"])
    title: str = Field(description="The status in words.", examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    errors: list[ProblemItem] = Field(
        default=[], description="Everything that is wrong, when that is more than one thing."
    )


def status_of(code: str) -> HTTPStatus:
    """The HTTP status with which a problem of that code is answered."""
    return _STATUS.get(code, HTTPStatus.UNPROCESSABLE_ENTITY)


def install(app: FastAPI, headers: Mapping[str, str]) -> None:
    """Answer every exception of the application with a problem document; ``headers`` go with unexpected ones."""

    def failed(request: Request, error: Exception) -> JSONResponse:
        logger(__name__).error("request failed", path=request.url.path, exc_info=error)
        return _answer(request, [Problem("web_failed")], headers)

    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(psycopg.OperationalError, _database_away)
    app.add_exception_handler(PoolTimeout, _database_away)
    app.add_exception_handler(Exception, failed)


def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    status = status_of(error.code)
    scheme = 'Basic realm="Pauta", charset="UTF-8"' if error.code == "key_needed_here" else "Bearer"
    headers = {"WWW-Authenticate": scheme} if status == HTTPStatus.UNAUTHORIZED else {}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = str(error.values["seconds"])
    if status == HTTPStatus.INSUFFICIENT_STORAGE:
        headers["Retry-After"] = "60"
    return _answer(request, [error], headers)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return _answer(request, [_value_problem(one) for one in error.errors()])


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND and _is_person(request):
        said = words(language_of(request))
        return page(request, "refused", 404, title=said["no_such_page"], sentence=said["no_such_page_told"])
    problem = Problem(_HTTP_CODES[HTTPStatus(error.status_code)], path=request.url.path, method=request.method)
    return _answer(request, [problem], error.headers)


def _is_person(request: Request) -> bool:
    """Whether a browser asks for a page, at an address where there are no programs."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def _database_away(request: Request, error: Exception) -> JSONResponse:
    logger(__name__).warning("database away", path=request.url.path, error=str(error))
    problem = disk.problem_of(error, state_of(request).settings) or Problem("web_database")
    return _answer(request, [problem], {"Retry-After": "1"})


def _answer(request: Request, problems: Sequence[Problem], headers: Mapping[str, str] | None = None) -> JSONResponse:
    language = language_of(request)
    items = [ProblemItem(code=one.code, field=one.field, detail=say(one, language)) for one in problems]
    status = status_of(items[0].code)
    document = ProblemDocument(
        **items[0].model_dump(),
        type=f"urn:pauta:problem:{items[0].code}",
        title=status.phrase,
        status=status,
        errors=items if len(items) > 1 else [],
    )
    return JSONResponse(document.model_dump(), status, {**(headers or {}), "Content-Language": language}, MEDIA_TYPE)


def _value_problem(error: Mapping[str, Any]) -> Problem:
    code = _VALUE_CODES.get(error["type"], "web_field_type")
    if code == "web_not_json":
        return Problem(code)
    given = error.get("ctx", {})
    limits = {name: given[name] for name in _LIMITS if name in given}
    return Problem(code, _path(error["loc"]), expected=_expected(error, limits))


def _expected(error: Mapping[str, Any], limits: Mapping[str, Any]) -> str:
    """What the value should have been, in signs and words that need no translation."""
    if limits:
        return ", ".join(f"{_LIMITS[name]} {value}" for name, value in limits.items())
    context = error.get("ctx", {})
    named = context.get("expected") or context.get("pattern")
    return str(named).replace(" or ", ", ") if named else str(error["type"]).split("_")[0]


def _path(location: Sequence[str | int]) -> str:
    """``("body", "channels", 0)`` as ``channels[0]``."""
    path = ""
    for step in location[1:]:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
    return path
