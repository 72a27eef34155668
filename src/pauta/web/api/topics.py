"""Topics: what messages are about, and what those who choose them read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pauta.content.topics import TITLE_LENGTH, save_topic, save_unread_days, topics
from pauta.messages.origins import topics_of_mail
from pauta.team.roles import Right
from pauta.web.door import Door, allowed
from pauta.web.types import Form, Name

router = APIRouter(tags=["templates"])


class TopicView(BaseModel):
    """A topic."""

    name: str = Field(description="As messages, consents and policies name it.")
    titles: dict[str, str] = Field(description="What contacts read, by language tag; its name where there is none.")
    unread_days: int = Field(description="Days after which unread messages go on by their next channel; 0 for never.")


class TopicForm(Form):
    """What changes; whatever is left out stays as it is."""

    titles: dict[Name, Name] = Field(
        default={},
        description=f"Titles of at most {TITLE_LENGTH} letters, by language tag; those in other languages stay.",
        examples=[{"en": "Product news", "pt-BR": "Novidades do produto"}],
    )
    unread_days: int | None = Field(default=None, description="Days until the next channel, 0 for never.", ge=0, le=90)


@router.get("/topics")
def list_topics(door: Annotated[Door, allowed(Right.TEMPLATES_READ)]) -> list[TopicView]:
    """The topics that have a title, and those of messages that contacts can choose to get, by name."""
    return _views(door)


@router.put("/topics/{name}")
def put_topic(door: Annotated[Door, allowed(Right.TEMPLATES_WRITE)], name: Name, form: TopicForm) -> TopicView:
    """Give a topic titles, or say after how many days its unread messages go on by their next channel."""
    if form.titles or form.unread_days is None:
        save_topic(door.connection, name, form.titles)
    if form.unread_days is not None:
        save_unread_days(door.connection, name, form.unread_days)
    door.audit(Right.TEMPLATES_WRITE, f"topic:{name}", **form.model_dump(exclude_defaults=True))
    return next(one for one in _views(door) if one.name == name.strip())


def _views(door: Door) -> list[TopicView]:
    kept = {one.name: one for one in topics(door.connection)}
    return [
        TopicView(name=name, titles=dict(kept[name].titles), unread_days=kept[name].unread_days)
        if name in kept
        else TopicView(name=name, titles={}, unread_days=0)
        for name in sorted({*kept, *topics_of_mail(door.connection)})
    ]
