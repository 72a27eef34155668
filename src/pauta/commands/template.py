"""``pauta template``: publish content from files, list it, show what was written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pauta.campaigns.approving import template_changed
from pauta.commands.session import session
from pauta.content import actions, queries
from pauta.core.problems import Problem
from pauta.core.render import TemplateSource
from pauta.messages.actions import unhold_template
from pauta.platform.settings import load
from pauta.platform.words import tell
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def template() -> None:
    """Publish and read templates."""


@app.command()
def publish(
    source: Annotated[
        Path,
        typer.Argument(help="Folder with body.LANGUAGE.mjml, subject.LANGUAGE.txt and text.LANGUAGE.txt, or one body."),
    ],
    name: Annotated[str, typer.Option(help="Name of the template; the folder's or the file's when left out.")] = "",
    subject: Annotated[str, typer.Option(help="Subject line, for a single file.")] = "",
    language: Annotated[str, typer.Option("--language", help="Language of a single file; the company's if none.")] = "",
) -> None:
    """Publish a template as a new version; languages that are not given stay as they are."""
    if source.is_dir():
        parts = _folder(source)
    else:
        parts = {language or load().company_lang: TemplateSource(_subject(subject), _file(source))}
    with session(Right.TEMPLATES_WRITE) as run:
        called = name or (source.name if source.is_dir() else source.stem)
        made = actions.publish(run.connection, called, parts, run.actor, run.now)
        released = unhold_template(run.connection, made.template_id, run.now)
        template_changed(run.connection, run.now, made.template_id, run.actor)
        detail = {"version": made.version, "languages": sorted(parts)}
        audit(run.connection, run.now, run.actor, Right.TEMPLATES_WRITE, f"template:{called}", detail)
        values = {"version": made.version, "name": called, "languages": ", ".join(sorted(parts))}
        told = [tell("template.published", run.language, **values)]
        if made.figures:
            told.append(tell("template.figures", run.language, figures=", ".join(made.figures)))
        if released:
            told.append(tell("template.released", run.language, count=released))
    typer.echo("\n".join(told))


@app.command("list")
def list_templates() -> None:
    """List all templates with their newest version, languages and figures."""
    with session(Right.TEMPLATES_READ) as run:
        found = queries.templates(run.connection)
        none = tell("template.none", run.language)
    if not found:
        typer.echo(none)
    for one in found:
        typer.echo(f"{one.name:<24} {one.version:>4}  {', '.join(one.languages):<16} {one.published_at:%Y-%m-%d %H:%M}")
        if one.figures:
            typer.echo(f"{'':<31}{', '.join(one.figures)}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Name of the template.")],
    language: Annotated[str, typer.Option("--language", help="Only this language.")] = "",
    version: Annotated[int | None, typer.Option(help="This version instead of the newest.", min=1)] = None,
) -> None:
    """Show what was written: subject, body and text part in each language."""
    with session(Right.TEMPLATES_READ) as run:
        found = queries.written(run.connection, name, version)
    for one in found:
        if language in ("", one.language):
            typer.echo(f"== {name} {one.version} {one.language}, {one.actor}, {one.published_at:%Y-%m-%d %H:%M} UTC")
            typer.echo("\n\n".join(part for part in (one.source.subject, one.source.body, one.source.text) if part))


def _folder(folder: Path) -> dict[str, TemplateSource]:
    """The languages of a folder: one for each file body.LANGUAGE.mjml or body.LANGUAGE.html."""
    bodies = {
        path.name.removeprefix("body.").rpartition(".")[0]: path
        for path in sorted(folder.glob("body.*.*"))
        if path.suffix in (".mjml", ".html")
    }
    if not bodies:
        raise Problem("content.folder_empty", str(folder))
    return {language: _of_language(folder, language, body) for language, body in bodies.items()}


def _of_language(folder: Path, language: str, body: Path) -> TemplateSource:
    subject, text = folder / f"subject.{language}.txt", folder / f"text.{language}.txt"
    if not subject.exists():
        raise Problem("content.subject_missing", str(subject), language=language)
    return TemplateSource(_file(subject).strip(), _file(body), _file(text) if text.exists() else "")


def _subject(given: str) -> str:
    if not given.strip():
        raise Problem("content.subject_missing", "--subject", language="--language")
    return given


def _file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("content.file_unreadable", str(path), why=str(error)) from error
