"""The description of the API, as FastAPI draws it from the routes, with refusals as what they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from pauta.web.problems import MEDIA_TYPE, ProblemDocument

REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body is not valid JSON."},
    401: {"description": "Nobody signed in, or the key is unknown or revoked."},
    403: {"description": "The right is missing, or the request comes from a page of somebody else."},
    404: {"description": "There is no such thing."},
    409: {"description": "It cannot be done in the state that things are in."},
    413: {"description": "The request is too large."},
    422: {"description": "A value is wrong; `field` names it."},
    429: {"description": "Too many requests; Retry-After tells when to come back."},
    503: {"description": "The database does not answer; nothing was changed."},
}
"""How any request to the API may be refused."""


def api_router() -> APIRouter:
    """The router below which the nouns' routes hang."""
    refusals = {status: {"model": ProblemDocument, **told} for status, told in REFUSALS.items()}
    return APIRouter(prefix="/api/v1", responses=refusals)


def operation_id(route: APIRoute) -> str:
    """The name of a route's function names the operation in generated clients."""
    return route.name


def describe_refusals(app: FastAPI) -> None:
    """Let the application's OpenAPI document say that refusals are problem documents."""
    draw = app.openapi

    def openapi() -> dict[str, Any]:
        document = draw()
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                operation["responses"] = dict(_answers(path, method, operation))
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend the document


def _answers(path: str, method: str, operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The answers that an operation can give, refusals as problem documents."""
    for status, answer in operation["responses"].items():
        if status in ("400", "413") and "requestBody" not in operation:
            continue
        if (status == "404" and "{" not in path) or (status == "409" and method == "get"):
            continue
        if int(status) >= 400 and "application/json" in answer["content"]:
            answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
        yield status, answer
