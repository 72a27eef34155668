"""``pauta topic``: what topics are called where contacts choose what they get."""

from __future__ import annotations

from typing import Annotated

import typer

from pauta.commands.session import session
from pauta.content.topics import save_topic, save_unread_days, titles
from pauta.messages.origins import topics_of_mail
from pauta.platform.settings import load
from pauta.platform.words import tell
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def topic() -> None:
    """Name topics in the words of those who choose them."""


@app.command("list")
def list_topics() -> None:
    """List the topics that contacts can choose, with their titles."""
    with session(Right.TEMPLATES_READ) as run:
        named = titles(run.connection)
        every = sorted({*named, *topics_of_mail(run.connection)})
    for one in every:
        said = ", ".join(f"{language}: {title}" for language, title in sorted(named.get(one, {}).items()))
        typer.echo(f"{one:<24} {said}".rstrip())


@app.command()
def name(
    topic: Annotated[str, typer.Argument(help="The topic, as messages name it.")],
    title: Annotated[str, typer.Argument(help="What contacts read.")],
    language: Annotated[str, typer.Option("--language", help="Language of the title; the company's if none.")] = "",
) -> None:
    """Give a topic its title in one language."""
    with session(Right.TEMPLATES_WRITE) as run:
        save_topic(run.connection, topic, {language or load().company_lang: title})
        audit(run.connection, run.now, run.actor, Right.TEMPLATES_WRITE, f"topic:{topic}", {language: title})
        told = tell("topic.named", run.language, topic=topic, title=title)
    typer.echo(told)


@app.command()
def unread(
    topic: Annotated[str, typer.Argument(help="The topic, as messages name it.")],
    days: Annotated[int, typer.Argument(help="Days after which they go on by their next channel; 0 for never.")],
) -> None:
    """Let messages about a topic that nobody has read go on by their next channel."""
    with session(Right.TEMPLATES_WRITE) as run:
        save_unread_days(run.connection, topic, days)
        audit(run.connection, run.now, run.actor, Right.TEMPLATES_WRITE, f"topic:{topic}", {"unread_days": days})
        told = tell("topic.unread" if days else "topic.unread_never", run.language, topic=topic, days=days)
    typer.echo(told)
