"""The API reference as a page, drawn from the OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from pauta.web.pages import page

router = APIRouter(include_in_schema=False)

Schema = dict[str, Any]


@router.get("/docs")
def show_reference(request: Request) -> HTMLResponse:
    """Every request of the API with its fields, an example and the right that it needs."""
    return page(request, "docs", groups=groups(request.app.openapi()))


def groups(document: Schema) -> list[dict[str, Any]]:
    """The operations of an OpenAPI document by their tag, each as a template shows it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_operation(document, path, method, operation))
    return [{"name": name, "operations": operations} for name, operations in sorted(found.items())]


def _operation(document: Schema, path: str, method: str, operation: Schema) -> Schema:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    schema = _resolved(document, body) if body else None
    fields = [
        _field(one["name"], one["in"], one["required"], one["schema"], one.get("description"))
        for one in operation.get("parameters", [])
    ]
    fields += list(_properties(document, schema, "")) if schema else []
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "paragraphs": operation["description"].split("\n\n"),
        "right": " ".join({right: None for scheme in operation.get("security", ()) for right in _rights(scheme)}),
        "fields": fields,
        "example": json.dumps(example_of(document, schema), indent=2, ensure_ascii=False) if schema else "",
        "statuses": list(operation["responses"]),
    }


def _rights(scheme: Schema) -> list[str]:
    """The rights that one way of signing in needs for an operation."""
    return [right for rights in scheme.values() for right in rights]


def _resolved(document: Schema, schema: Schema) -> Schema:
    for one in schema.get("anyOf", []):
        if one.get("type") != "null":
            return {
                **_resolved(document, one),
                **{name: schema[name] for name in ("description", "default") if name in schema},
            }
    if "$ref" not in schema:
        return schema
    target: Schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return target


def _properties(document: Schema, schema: Schema, above: str) -> Iterator[Schema]:
    for name, told in schema.get("properties", {}).items():
        inner = _resolved(document, told)
        yield _field(above + name, "body", name in schema.get("required", []), inner, told.get("description"))
        yield from _properties(document, inner, f"{above}{name}.")


def _field(name: str, place: str, required: bool, schema: Schema, meaning: str | None) -> Schema:
    return {
        "name": name,
        "place": place,
        "required": required,
        "kind": _kind(schema),
        "meaning": meaning or schema.get("description", ""),
    }


def _kind(schema: Schema) -> str:
    if "enum" in schema:
        return " | ".join(schema["enum"])
    if schema.get("type") == "array":
        return f"{_kind(schema['items'])} […]"
    kinds = [_kind(one) for one in schema.get("anyOf", []) if one.get("type") != "null"]
    return " | ".join(kinds) or str(schema.get("format") or schema.get("type") or schema.get("title") or "JSON")


def example_of(document: Schema, schema: Schema) -> Any:
    """An example of what a schema describes: its own, its default, or one made of its fields."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "default" in schema:
        return schema["default"]
    schema = _resolved(document, schema)
    if "properties" in schema:
        return {
            name: example_of(document, told) for name, told in schema["properties"].items() if _told(schema, name, told)
        }
    if "enum" in schema:
        return schema["enum"][0]
    return {"array": [], "object": {}, "boolean": False, "integer": 1, "number": 1.0}.get(schema.get("type", ""), "…")


def _told(schema: Schema, name: str, told: Schema) -> bool:
    """Whether a field shows in an example: it must be given, or has an example of its own."""
    return name in schema.get("required", []) or bool(told.get("examples"))
