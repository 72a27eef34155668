"""``pauta hold``: keep everything that is not transactional from a contact or an account until a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from pauta.campaigns.audience import company_today
from pauta.commands.input import read_day
from pauta.commands.output import print_json, print_table
from pauta.commands.session import Session, session
from pauta.core.problems import Problem
from pauta.messages import holds
from pauta.messages.queries import find_recipient
from pauta.people import views
from pauta.people.locks import lock_people
from pauta.platform.words import tell
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Name = Annotated[str, typer.Argument(help="External id or e-mail address of the contact.")]
_Whole = Annotated[bool, typer.Option("--account", help="The name is that of an account, and means everybody there.")]


@app.callback()
def hold() -> None:
    """Hold messages for a contact or an account until a day."""


@app.command()
def add(
    name: _Name,
    until: Annotated[str, typer.Option(help="First day on which messages may go again, as 2026-12-24.")],
    reason: Annotated[str, typer.Option(help="Why; shown to everyone.")],
    account: _Whole = False,
) -> None:
    """Keep everything that is not transactional from them until a day; messages wait, and are planned again."""
    day = read_day(until, "until")
    with session(Right.CONTACTS_HOLD) as run:
        lock_people(run.connection)  # a contact who is just moving would leave the hold behind
        key, contact, today = _whom(run, name, account)
        number = holds.hold_until(
            run.connection,
            run.now,
            run.caller,
            account_key=key,
            contact_id=contact,
            until=day,
            today=today,
            reason=reason,
        )
        subject = f"{'account' if account else 'contact'}:{name}"
        detail = {"hold": number, "until": until, "reason": reason}
        audit(run.connection, run.now, run.actor, Right.CONTACTS_HOLD, subject, detail)
        told = tell("hold.added", run.language, number=number, name=name, until=day)
    typer.echo(told)


@app.command("list")
def list_holds(
    name: _Name,
    account: _Whole = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """List what holds them today, the longest first; of a contact, what holds the whole account too."""
    with session(Right.PEOPLE_READ) as run:
        key, contact, today = _whom(run, name, account)
        found = holds.standing_holds(run.connection, key, contact, today)
        lang = run.language
    if as_json:
        print_json(found)
        return
    headings = [tell(f"hold.{one}", lang) for one in ("number", "whom", "until", "reason", "by")]
    whom = {True: tell("hold.account", lang), False: tell("hold.contact", lang)}
    print_table(headings, [(one.id, whom[one.contact_id is None], one.until, one.reason, one.actor) for one in found])


@app.command()
def lift(number: Annotated[int, typer.Argument(help="Number of the hold.")]) -> None:
    """Lift a hold before its day."""
    with session(Right.CONTACTS_HOLD) as run:
        today = company_today(run.connection, run.now)
        lifted = holds.lift_hold(run.connection, run.now, run.caller, number, today)
        detail = {"lifted": True, "until": lifted.until.isoformat()}
        audit(run.connection, run.now, run.actor, Right.CONTACTS_HOLD, f"hold:{number}", detail)
        told = tell("hold.lifted", run.language, number=number)
    typer.echo(told)


def _whom(run: Session, name: str, account: bool) -> tuple[int, int | None, date]:
    """Account key, the contact (None: everybody at the account), and the day where they are."""
    if account:
        found = views.account(run.connection, name.strip())
        if found is None:
            raise Problem("web_no_account", "name", value=name)
        return found.id, None, company_today(run.connection, run.now)
    contact = find_recipient(run.connection, name.strip(), run.now)
    return contact.account_key, contact.contact_id, contact.today
