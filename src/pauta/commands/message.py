"""``pauta message``: send one message, look at one, cancel one, let one go past the policies."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from pauta.commands.output import print_json, print_table
from pauta.commands.session import session
from pauta.core.gate.vocabulary import CHANNELS, TYPES
from pauta.core.problems import Problem
from pauta.messages import actions, queries
from pauta.messages.overriding import override as override_policies
from pauta.messages.terms import read_terms
from pauta.platform.disk import require_room
from pauta.platform.words import tell
from pauta.reports.answers import answer_in_words
from pauta.reports.wording import phrase
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Id = Annotated[int, typer.Argument(help="Number of the message.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.callback()
def message() -> None:
    """Send one message, look at one, cancel one, let one go past the policies."""


@app.command()
def send(
    contact: Annotated[str, typer.Argument(help="External id or e-mail address.")],
    template: Annotated[str, typer.Option(help="Name of a published template.")],
    message_type: Annotated[str, typer.Option("--type", help=f"One of {', '.join(TYPES)}.")],
    key: Annotated[str, typer.Option(help="Idempotency key: the same request under it is taken once.")],
    topic: Annotated[str, typer.Option(help="Topic, as consents and policies name it.")] = "",
    team: Annotated[str, typer.Option(help="Team that owns the message.")] = "",
    tier: Annotated[int, typer.Option(help="0 critical, 1 high, 2 normal, 3 low.")] = 2,
    value: Annotated[float, typer.Option(help="Decides inside a tier: more goes first.")] = 0.0,
    urgent: Annotated[bool, typer.Option("--urgent", help="Takes the earliest day over all its channels.")] = False,
    channels: Annotated[
        list[str] | None, typer.Option("--channel", help=f"In order of wish; of {', '.join(CHANNELS)}.")
    ] = None,
    not_before: Annotated[str, typer.Option(help="First day, as 2026-12-24.")] = "",
    expires: Annotated[str, typer.Option(help="Last day, as 2026-12-24.")] = "",
    at: Annotated[str, typer.Option(help="Hour on the contact's clock, as 10:30.")] = "",
    figures: Annotated[str, typer.Option(help="JSON object of figures for the template.")] = "{}",
    as_json: _Json = False,
) -> None:
    """Send one message to one contact, through the gate. Transactional ones leave at once."""
    wishes = {"not_before": not_before or None, "expires": expires or None, "at": at or None, "channels": channels}
    document = {"type": message_type, "topic": topic, "team": team, "tier": tier, "value": value, "urgent": urgent}
    terms = read_terms(document | wishes)
    with session(Right.MESSAGES_SEND) as run:
        require_room(run.settings)
        accepted = actions.propose_one(
            run.connection,
            run.now,
            terms,
            contact=contact,
            template=template,
            key=key,
            who=run.caller,
            figures=_figures(figures),
        )
        detail = {"contact": contact, "template": template, "key": key}
        audit(run.connection, run.now, run.actor, Right.MESSAGES_SEND, f"message:{accepted.message_id}", detail)
    if as_json:
        print_json(accepted)
    else:
        key_of_answer = "message.accepted" if accepted.new else "message.known"
        typer.echo(phrase(key_of_answer, run.language, id=accepted.message_id))


def _figures(text: str) -> dict[str, Any]:
    try:
        figures = json.loads(text)
    except ValueError:
        figures = None
    if not isinstance(figures, dict):
        raise Problem("messages.figures_not_object", field="figures")
    return figures


@app.command()
def show(message_id: _Id, as_json: _Json = False) -> None:
    """Show a message, what it was before, and every attempt to hand it over."""
    with session(Right.MESSAGES_READ) as run:
        found = queries.message(run.connection, message_id)
        before = queries.history(run.connection, message_id)
        tried = queries.attempts(run.connection, message_id)
    if as_json:
        print_json({**asdict(found), "history": before, "attempts": tried})
        return
    lang = run.language
    _print_message(found, lang)
    if before:
        typer.echo("\n" + phrase("message.history", lang))
        headings = [phrase(f"columns.{name}", lang) for name in ("at", "state", "verdict", "reason", "day", "detail")]
        print_table(
            headings,
            [
                (
                    *(one.at, tell(f"message_state.{one.state}", lang), phrase(f"verdicts.{one.verdict}", lang)),
                    *(phrase(f"reasons.{one.reason}", lang), one.day, answer_in_words(one.detail, lang)),
                )
                for one in before
            ],
        )
    if tried:
        typer.echo("\n" + phrase("message.attempts", lang))
        headings = [phrase(f"columns.{name}", lang) for name in ("attempt", "at", "outcome", "answer")]
        rows = [
            (
                one.number,
                one.started_at,
                phrase(f"outcomes.{one.outcome or 'running'}", lang),
                answer_in_words(one.answer, lang),
            )
            for one in tried
        ]
        print_table(headings, rows)


def _print_message(found: queries.MessageView, lang: str) -> None:
    reason = phrase(f"reasons.{found.reason}", lang)
    rows = {
        "id": found.id,
        "contact": found.email or found.contact,
        "campaign": found.campaign,
        "type": f"{found.type} / {found.topic}" if found.topic else found.type,
        "team": found.team,
        "tier": found.tier,
        "template": found.template,
        "state": tell(f"message_state.{found.state}", lang),
        "verdict": phrase(f"verdicts.{found.verdict}", lang),
        "reason": f"{reason} ({found.rule})" if found.rule else reason,
        "channel": found.channel or ", ".join(found.channels),
        "wished": found.wished,
        "day": found.day,
        "due": found.due,
    }
    print_table(
        ["", ""], [(phrase(f"columns.{name}", lang), value) for name, value in rows.items() if value not in (None, "")]
    )


@app.command()
def cancel(
    message_id: _Id, reason: Annotated[str, typer.Option(help="Why; kept in its history.")] = "", as_json: _Json = False
) -> None:
    """Take a message back that has not left; its day is free for others."""
    with session(Right.MESSAGES_CANCEL) as run:
        actions.cancel(run.connection, message_id, run.now, actor=run.actor, why=reason)
        audit(run.connection, run.now, run.actor, Right.MESSAGES_CANCEL, f"message:{message_id}", {"reason": reason})
    if as_json:
        print_json({"message_id": message_id, "state": "cancelled"})
    else:
        typer.echo(phrase("message.cancelled", run.language, id=message_id))


@app.command()
def override(message_id: _Id, reason: Annotated[str, typer.Option(help="Why; kept in its history.")]) -> None:
    """Let a message leave past caps, holds, hours and every other policy; never past consent, address or a pause."""
    with session(Right.MESSAGES_OVERRIDE) as run:
        override_policies(run.connection, run.now, message_id, run.caller, reason)
        audit(run.connection, run.now, run.actor, Right.MESSAGES_OVERRIDE, f"message:{message_id}", {"why": reason})
    typer.echo(phrase("message.overridden", run.language, id=message_id))
