"""Webhooks: which addresses are told of what, and what they answered."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import BigNumber, Form, Line, Name
from pauta.webhooks import actions, queries
from pauta.webhooks.kinds import Kind

router = APIRouter(tags=["webhooks"])

Manager = Annotated[Door, allowed(Right.WEBHOOKS_MANAGE)]


class WebhookForm(Form):
    """Who is to be told of what."""

    url: Line = Field(examples=["https://hooks.acme.example/pauta"])
    kinds: list[Kind] = Field(min_length=1, max_length=50, examples=[["message.bounced", "consent.changed"]])


class WebhookView(BaseModel):
    """A webhook, without its secret."""

    name: str
    url: str
    kinds: list[str]
    created_at: datetime
    failing_since: datetime | None = Field(description="The first failure after the last good answer.")
    disabled_at: datetime | None
    disabled_by: str = Field(description="Who disabled it; `failing` when it failed for days.")
    waiting: int = Field(description="Deliveries to come.")


class SavedView(WebhookView):
    """A webhook that was made or changed."""

    secret: str | None = Field(description="What signs what it is told; shown this once, when it is made.")


class SecretView(BaseModel):
    """A new secret; for a day the former one signs as well."""

    secret: str


class DeliveryView(BaseModel):
    """Something that a webhook is or was to be told."""

    id: int
    kind: str
    body: dict[str, Any]
    created_at: datetime
    due_at: datetime | None = Field(description="When it is tried next; null when it was told or given up.")
    delivered_at: datetime | None
    tries: int
    status: int | None = Field(description="Status of the last answer; null when there was none.")
    answer: str | None = Field(description="How the last answer began, or why there was none.")
    milliseconds: int | None


@router.get("/webhooks")
def list_webhooks(door: Manager) -> list[WebhookView]:
    """All webhooks in order of their names."""
    return [_view(one) for one in queries.webhooks(door.connection)]


@router.put("/webhooks/{name}")
def save_webhook(door: Manager, name: Name, form: WebhookForm) -> SavedView:
    """Make a webhook, or change it."""
    secret = actions.save_webhook(door.connection, door.now, name, form.url, form.kinds)
    door.audit(Right.WEBHOOKS_MANAGE, f"webhook:{name}", url=form.url, kinds=form.kinds)
    return SavedView(**_view(queries.webhook(door.connection, name)).model_dump(), secret=secret)


@router.delete("/webhooks/{name}", status_code=204)
def remove_webhook(door: Manager, name: Name) -> None:
    """Remove a webhook with its log."""
    actions.remove(door.connection, name)
    door.audit(Right.WEBHOOKS_MANAGE, f"webhook:{name}", removed=True)


@router.post("/webhooks/{name}/secret")
def renew_webhook_secret(door: Manager, name: Name) -> SecretView:
    """Make a new secret. For a day both sign, so that the receiver can change in peace."""
    secret = actions.renew_secret(door.connection, door.now, name)
    door.audit(Right.WEBHOOKS_MANAGE, f"webhook:{name}", renewed=True)
    return SecretView(secret=secret)


@router.post("/webhooks/{name}/disable", status_code=204)
def disable_webhook(door: Manager, name: Name) -> None:
    """Tell it nothing any more; what waits is given up."""
    actions.disable(door.connection, door.now, name, door.actor)
    door.audit(Right.WEBHOOKS_MANAGE, f"webhook:{name}", disabled=True)


@router.post("/webhooks/{name}/enable", status_code=204)
def enable_webhook(door: Manager, name: Name) -> None:
    """Tell it again what happens from now on."""
    actions.enable(door.connection, name)
    door.audit(Right.WEBHOOKS_MANAGE, f"webhook:{name}", enabled=True)


@router.post("/webhooks/{name}/test", status_code=202)
def test_webhook(door: Manager, name: Name) -> None:
    """Tell it `webhook.test`, within a moment."""
    actions.send_test(door.connection, door.now, name)
    door.audit(Right.WEBHOOKS_MANAGE, f"webhook:{name}", tested=True)


@router.get("/webhooks/{name}/deliveries")
def list_webhook_deliveries(
    door: Manager,
    name: Name,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Id under which the page begins.")] = None,
    most: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[DeliveryView]:
    """What it was told and what it answered, the newest first."""
    webhook = queries.webhook(door.connection, name)
    found = queries.deliveries(door.connection, webhook.id, before, most)
    return [DeliveryView.model_validate(asdict(one)) for one in found]


@router.post("/webhooks/{name}/deliveries/{delivery}/again", status_code=202)
def deliver_again(door: Manager, name: Name, delivery: BigNumber) -> None:
    """Try a delivery again, under the id that it had."""
    actions.deliver_again(door.connection, door.now, name, delivery)
    door.audit(Right.WEBHOOKS_MANAGE, f"webhook:{name}", again=delivery)


def _view(one: queries.Subscription) -> WebhookView:
    return WebhookView.model_validate(asdict(one))
