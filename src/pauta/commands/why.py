"""``pauta why``: why a contact gets what it gets, and when."""

from __future__ import annotations

from typing import Annotated

import typer

from pauta.commands.output import print_json
from pauta.commands.session import session
from pauta.core.problems import Problem
from pauta.platform.settings import LANGUAGES
from pauta.reports.why import why
from pauta.reports.why_text import lines
from pauta.team.roles import Right

app = typer.Typer(rich_markup_mode=None)


@app.command()
def tell_why(
    contact: Annotated[str, typer.Argument(help="External id or e-mail address.")],
    message: Annotated[int | None, typer.Option(help="Only this message, of whatever age.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the answer: en, es or pt-BR.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Tell everything that is planned, waiting, held or gone lately for a contact, why, and which days are closed."""
    if lang and lang not in LANGUAGES:
        raise Problem("language_unknown", "--lang", value=lang, languages=", ".join(LANGUAGES))
    with session(Right.PEOPLE_READ) as run:
        language = lang or run.language
        found = why(run.connection, run.now, contact, language, message)
    if as_json:
        print_json(found)
    else:
        typer.echo("\n\n".join("\n".join(lines(one, language)) for one in found))
