"""``pauta gate``: try the gate on a case in a file, with the same code as production."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pauta.commands.session import language
from pauta.core.gate.case import explain_text
from pauta.core.problems import Problem
from pauta.platform.settings import LANGUAGES, load

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def gate() -> None:
    """Try the gate on a case in a file."""


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(help="One JSON case, or one case a line; - reads standard input.")],
    lang: Annotated[str, typer.Option(help="Language of the explanations: en, es or pt-BR.")] = "",
) -> None:
    """Decide a case and print one answer for each open message, with what closed its days."""
    if lang and lang not in LANGUAGES:
        raise Problem("language_unknown", "--lang", value=lang, languages=", ".join(LANGUAGES))
    typer.echo(explain_text(_read(file), lang or language(load())), nl=False)


def _read(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("file_unreadable", str(file), why=str(error)) from None
