"""``pauta bench``: how fast this machine is, by the benchmarks of the source checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

import pauta
from pauta.core.problems import Problem

app = typer.Typer(add_completion=False)


@app.command()
def bench(
    name: Annotated[
        str,
        typer.Argument(help="Which, such as deliver.signed, or all of them."),
    ] = "all",
    n: Annotated[int | None, typer.Option(min=1, help="How many contacts or mails.")] = None,
) -> None:
    """Measure how fast this machine is: one JSON line for each benchmark."""
    checkout = Path(pauta.__file__).parents[2]
    if not (checkout / "bench" / "__main__.py").exists():
        raise Problem("bench.no_checkout", field="bench")
    command = [sys.executable, "-m", "bench", name, *(["--n", str(n)] if n else [])]
    raise typer.Exit(subprocess.run(command, cwd=checkout, check=False).returncode)
