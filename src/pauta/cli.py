"""The `pauta` command: assembles ``pauta.commands``, and says in one sentence what went wrong.

Exit codes: 0 done, 1 the command itself says no, 2 bad input, 3 the database does not answer, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from importlib import import_module
from importlib.metadata import version
from types import TracebackType
from typing import Annotated, NoReturn

import psycopg
import typer
from typer._click import Command, Context, HelpFormatter
from typer.core import TyperGroup
from typer.main import get_command

from pauta.core.problems import Problem
from pauta.platform import disk
from pauta.platform.settings import LANGUAGES, load
from pauta.platform.terminal import printable
from pauta.platform.words import language_of_environment, say

COMMANDS = {
    "up": ("pauta.commands.up", "Start everything and stay until Ctrl-C."),
    "demo": ("pauta.commands.demo", "Start everything with a sample company."),
    "import": ("pauta.commands.imports", "Import accounts, contacts, touches, consents or conditions from CSV."),
    "contact": ("pauta.commands.contact", "Merge duplicates of a contact."),
    "template": ("pauta.commands.template", "Publish and read templates."),
    "topic": ("pauta.commands.topic", "Name topics in the words of those who choose them."),
    "segment": ("pauta.commands.segment", "Contacts by rules: who is in a segment, and why."),
    "campaign": ("pauta.commands.campaign", "Create, preview, launch, pause and cancel campaigns."),
    "journey": ("pauta.commands.journey", "List journeys, start from a ready one, simulate one."),
    "message": ("pauta.commands.message", "Send one message, look at one, cancel one, let one go past the policies."),
    "request": ("pauta.commands.request", "Ask for campaigns, and decide about what is asked for."),
    "hold": ("pauta.commands.hold", "Hold messages for a contact or an account until a day."),
    "task": ("pauta.commands.task", "Give colleagues tasks, and see what is open."),
    "policy": ("pauta.commands.policy", "Read and change the policies."),
    "gate": ("pauta.commands.gate", "Try the gate on a case in a file."),
    "why": ("pauta.commands.why", "Tell why a contact gets what it gets, and when."),
    "status": ("pauta.commands.status", "Tell where all messages stand."),
    "stop": ("pauta.commands.stop", "Stop everything that leaves, or let it go again."),
    "company": ("pauta.commands.company", "Tell what mails say of the company, or set it."),
    "mail": ("pauta.commands.mail", "Keys that sign mails and links, and what DNS says of your domain."),
    "user": ("pauta.commands.user", "Make, list and disable users, and give them passwords."),
    "key": ("pauta.commands.key", "Create, list and revoke API keys."),
    "consent": ("pauta.commands.consent", "Show what a contact granted and denied, and record more of it."),
    "privacy": ("pauta.commands.privacy", "Tell what is held about a contact, erase it, keep data only so long."),
    "doctor": ("pauta.commands.doctor", "Check this installation."),
    "backup": ("pauta.commands.backup", "Write a backup of the database."),
    "restore": ("pauta.commands.restore", "Read a backup back."),
    "bench": ("pauta.commands.bench", "Measure how fast this machine is."),
}
"""Each command with the module whose ``app`` it is; modules are loaded when they are asked for, help must be fast."""


_COMPLETION = ("install_completion", "show_completion")  # what Typer adds to every command that stands alone


class Commands(TyperGroup):
    """The commands of the table above."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002
        """The command of that name, loaded now."""
        if cmd_name not in COMMANDS:
            return None
        command = get_command(import_module(COMMANDS[cmd_name][0]).app)
        command.name = cmd_name
        command.params = [one for one in command.params if one.name not in _COMPLETION]
        return command

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_text) for name, (_, help_text) in COMMANDS.items()])


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"pauta {version('pauta')}")
        raise typer.Exit


@app.callback()
def pauta(
    lang: Annotated[str, typer.Option("--lang", help="Language of answers: en, es or pt-BR.")] = "",
    acting: Annotated[str, typer.Option("--as", help="Run in the name of this user, with the user's rights.")] = "",
    _: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Control tower for customer communication: one calendar, one gate, one ledger for every team."""
    if lang:
        os.environ["LC_ALL"] = _language(lang).replace(
            "-", "_"
        )  # commands and the processes they start read the locale
    if acting:
        os.environ["PAUTA_AS"] = acting


def _language(lang: str) -> str:
    if lang not in LANGUAGES:
        raise Problem("language_unknown", "--lang", value=lang, languages=", ".join(LANGUAGES))
    return lang


def main() -> None:
    """Run the command line; every failure ends in one sentence and an exit code."""
    sys.excepthook = _report_crash
    sys.stdout, sys.stderr = printable(sys.stdout), printable(sys.stderr)
    try:
        get_command(app)()
    except Problem as problem:
        _fail(problem, 3 if problem.code == "database_unreachable" else 2)
    except psycopg.OperationalError as error:
        away = Problem("database_unreachable", "database_url", why=str(error).strip().split("\n")[0])
        _fail(disk.problem_of(error, load()) or away, 3)
    except OSError as error:
        if not disk.is_full(error):
            raise
        _fail(Problem("disk_full_here", why=str(error)), 2)


def _report_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell in one sentence that this is our fault, and keep the traceback where a report can take it from."""
    with tempfile.NamedTemporaryFile("w", prefix="pauta-", suffix=".txt", delete=False, encoding="utf-8") as file:
        traceback.print_exception(kind, error, trace, file=file)
    _say(Problem("crashed", file=file.name, why=f"{kind.__name__}: {error}"))


def _fail(problem: Problem, code: int) -> NoReturn:
    _say(problem)
    sys.exit(code)


def _say(problem: Problem) -> None:
    print(say(problem, language_of_environment(os.environ, LANGUAGES[0])), file=sys.stderr)
