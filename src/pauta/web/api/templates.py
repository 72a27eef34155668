"""Templates: published in several languages, each publication a new version."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pauta.campaigns.approving import template_changed
from pauta.content import actions, queries
from pauta.core.render import TemplateSource
from pauta.messages.actions import unhold_template
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import Form, Name, Text

router = APIRouter(tags=["templates"])


class SourceForm(Form):
    """A template in one language, as its author writes it."""

    subject: Text = Field(examples=["{{ account.name }}: your month in numbers"])
    body: Text = Field(
        description="MJML, or HTML when it is none.",
        examples=["<mjml><mj-body><mj-text>Hello {{ contact.first_name }}</mj-text></mj-body></mjml>"],
    )
    text: Text = Field(default="", description="The plain text part; made from the body when it is empty.")


class TemplateForm(Form):
    """The languages that are published anew; the others stay as they are."""

    languages: dict[Name, SourceForm] = Field(
        description="By language tag.", examples=[{"es": {"subject": "Hola", "body": "<p>Hola</p>"}}]
    )


class TemplateView(BaseModel):
    """A template: its newest version, its languages, and the figures without which it is not sent."""

    name: str
    version: int
    languages: list[str]
    figures: list[str]
    published_at: datetime


class PublicationView(BaseModel):
    """What publishing made."""

    name: str
    version: int
    figures: list[str] = Field(description="What the template needs to know of its reader.")
    released: int = Field(description="Messages that had been held for a missing figure and are open again.")


class SourceView(BaseModel):
    """What was published in one language."""

    language: str
    version: int
    source: SourceForm
    figures: list[str]
    actor: str
    published_at: datetime


@router.get("/templates")
def list_templates(door: Annotated[Door, allowed(Right.TEMPLATES_READ)]) -> list[TemplateView]:
    """All templates by name."""
    return [TemplateView(**asdict(one)) for one in queries.templates(door.connection)]


@router.put("/templates/{name}")
def publish_template(
    door: Annotated[Door, allowed(Right.TEMPLATES_WRITE)], name: Name, form: TemplateForm
) -> PublicationView:
    """Publish a template in the given languages as one new version; when one does not compile, nothing is kept."""
    sources = {language: TemplateSource(one.subject, one.body, one.text) for language, one in form.languages.items()}
    made = actions.publish(door.connection, name, sources, door.actor, door.now)
    released = unhold_template(door.connection, made.template_id, door.now)
    template_changed(door.connection, door.now, made.template_id, door.actor)
    door.audit(Right.TEMPLATES_WRITE, f"template:{name}", version=made.version, languages=sorted(sources))
    return PublicationView(name=name, version=made.version, figures=list(made.figures), released=released)


@router.get("/templates/{name}")
def get_template(
    door: Annotated[Door, allowed(Right.TEMPLATES_READ)],
    name: Name,
    version: Annotated[int | None, Query(ge=1, lt=2**31, description="Of this version instead of the newest.")] = None,
) -> list[SourceView]:
    """What was written under a name, in each language."""
    return [SourceView.model_validate(asdict(one)) for one in queries.written(door.connection, name, version)]
