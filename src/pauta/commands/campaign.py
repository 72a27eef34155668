"""``pauta campaign``: create, look at, preview, launch, pause, resume and cancel campaigns; save lists of contacts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from pauta.campaigns import actions, approving, queries
from pauta.campaigns.audience import audience_of, count
from pauta.campaigns.figures import figures as figures_of
from pauta.campaigns.lists import read_names
from pauta.campaigns.lists import save_list as save_list_of
from pauta.campaigns.preview import preview as preview_of
from pauta.campaigns.queries import Campaign
from pauta.commands.campaign_output import (
    audience_in_words,
    figures_written,
    print_campaigns,
    print_figures,
    print_preview,
    print_progress,
    written,
)
from pauta.commands.input import read_day
from pauta.commands.output import print_json
from pauta.commands.session import Session, session
from pauta.core.gate.vocabulary import CHANNELS, TYPES
from pauta.core.problems import Problem
from pauta.platform.disk import require_room
from pauta.platform.partitions import PARTITIONS
from pauta.reports.wording import phrase
from pauta.team.actions import audit
from pauta.team.roles import Right

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Name = Annotated[str, typer.Argument(help="Name of the campaign.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
NAMES_SHOWN = 10


@app.callback()
def campaign() -> None:
    """Create, preview, launch, pause and cancel campaigns."""


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Name of the campaign.")] = "",
    file: Annotated[Path | None, typer.Option("--file", help="JSON file with the fields; options win over it.")] = None,
    message_type: Annotated[str | None, typer.Option("--type", help=f"One of {', '.join(TYPES)}.")] = None,
    template: Annotated[str | None, typer.Option(help="Name of a published template.")] = None,
    sender: Annotated[
        str | None, typer.Option(help="Whom mails are from: an address, or owner for who looks after the account.")
    ] = None,
    audience: Annotated[
        str | None, typer.Option(help="everyone, list:NAME, segment:KEY, or a JSON file with a filter.")
    ] = None,
    topic: Annotated[str | None, typer.Option(help="Topic, as consents and policies name it.")] = None,
    team: Annotated[str | None, typer.Option(help="Team that owns the campaign.")] = None,
    tier: Annotated[int | None, typer.Option(help="0 critical, 1 high, 2 normal (usual), 3 low.")] = None,
    value: Annotated[float | None, typer.Option(help="Decides inside a tier: more goes first.")] = None,
    urgent: Annotated[bool | None, typer.Option("--urgent", help="Takes the earliest day over its channels.")] = None,
    channels: Annotated[
        list[str] | None, typer.Option("--channel", help=f"In order of wish; of {', '.join(CHANNELS)}.")
    ] = None,
    not_before: Annotated[str | None, typer.Option(help="First day, as 2026-12-24.")] = None,
    expires: Annotated[str | None, typer.Option(help="Last day, as 2026-12-24.")] = None,
    at: Annotated[str | None, typer.Option(help="Hour on each contact's clock, as 10:30.")] = None,
    unread_days: Annotated[
        int | None, typer.Option(help="Days after which unread mails go on by the next channel; 0 for never.")
    ] = None,
    goal_event: Annotated[str | None, typer.Option(help="The event that it is meant to bring about.")] = None,
    goal_days: Annotated[int | None, typer.Option(help="Within how many days after it; usually 14.")] = None,
    as_json: _Json = False,
) -> None:
    """Write a campaign down as a draft; nothing is sent before it is launched."""
    given: dict[str, Any] = {
        "name": name or None,
        "type": message_type,
        "template": template,
        "sender": sender,
        "audience": None if audience is None else _audience(audience),
        "topic": topic,
        "team": team,
        "tier": tier,
        "value": value,
        "urgent": urgent,
        "channels": channels,
        "not_before": not_before,
        "expires": expires,
        "at": at,
        "unread_days": unread_days,
        "goal_event": goal_event,
        "goal_days": goal_days,
    }
    document = _object(file) if file else {}
    document |= {field: value for field, value in given.items() if value is not None}
    draft = actions.read_draft(document)
    with session(Right.CAMPAIGNS_WRITE) as run:
        campaign_id = actions.create(run.connection, run.now, draft, run.actor)
        _audit(run, Right.CAMPAIGNS_WRITE, draft.name, "create")
        contacts = count(run.connection, audience_of(run.connection, draft.audience, run.now))
        made = queries.campaign(run.connection, campaign_id)
    if as_json:
        print_json(written(made) | {"contacts": contacts})
    else:
        typer.echo(phrase("campaign.created", run.language, name=draft.name, contacts=contacts))


def _audience(text: str) -> Any:
    """``everyone``, ``list:NAME``, ``segment:KEY``, or the content of a JSON file."""
    if text == "everyone":
        return {"everyone": True}
    if text.startswith("list:"):
        return {"list": text.removeprefix("list:")}
    if text.startswith("segment:"):
        return {"segment": text.removeprefix("segment:")}
    return _object(Path(text))


def _object(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("campaigns.file_unreadable", field=str(file), why=error) from error
    except ValueError as error:
        raise Problem("campaigns.not_json", field=str(file), why=error) from error
    if not isinstance(found, dict):
        raise Problem("campaigns.not_an_object", field=str(file))
    return found


@app.command("list")
def list_campaigns(as_json: _Json = False) -> None:
    """List all campaigns, the newest first."""
    with session(Right.CAMPAIGNS_READ) as run:
        found = queries.campaigns(run.connection)
    if as_json:
        print_json([written(one) for one in found])
    elif found:
        print_campaigns(found, run.language)
    else:
        typer.echo(phrase("campaign.none", run.language))


@app.command()
def show(name: _Name, as_json: _Json = False) -> None:
    """Show a campaign: what it says, to whom, and when."""
    with session(Right.CAMPAIGNS_READ) as run:
        chosen = queries.campaign_named(run.connection, name)
        contacts = count(run.connection, audience_of(run.connection, chosen.audience, run.now))
    if as_json:
        print_json(written(chosen) | {"contacts": contacts})
        return
    print_campaigns([chosen], run.language)
    typer.echo(f"\n{phrase('columns.template', run.language)}: {chosen.template}")
    who = audience_in_words(chosen, run.language)
    typer.echo(f"{phrase('columns.audience', run.language)}: {who} ({contacts})")
    if "filter" in chosen.audience:
        print_json(chosen.audience)


@app.command()
def preview(
    name: _Name,
    day: Annotated[str, typer.Option(help="Day to count exactly; usually its first day, or today.")] = "",
    days: Annotated[int, typer.Option(help="Length of the strip of days.")] = 30,
    sample: Annotated[int, typer.Option(help="Contacts from which the strip is reckoned; 0 chooses.")] = 0,
    as_json: _Json = False,
) -> None:
    """Tell who would get a campaign, who would wait and who would not, and why; on one day and on each coming day."""
    chosen_day = read_day(day, "day") if day else None
    with session(Right.CAMPAIGNS_READ) as run:
        chosen = queries.campaign_named(run.connection, name)
        found = preview_of(run.connection, run.now, chosen, chosen_day, days, sample or None)
        run.connection.rollback()
    if as_json:
        print_json(found)
    else:
        print_preview(found, run.language)


@app.command()
def submit(
    name: _Name, note: Annotated[str, typer.Option(help="For those who approve.")] = "", as_json: _Json = False
) -> None:
    """Ask for the approvals that a campaign needs; it is approved at once when it needs none."""
    with session(Right.CAMPAIGNS_WRITE) as run:
        chosen = queries.campaign_named(run.connection, name)
        approving.submit(run.connection, run.now, chosen.id, run.caller, note)
        _audit(run, Right.CAMPAIGNS_WRITE, name, "submit")
        groups = ", ".join(approving.groups_of(run.connection, run.now, chosen))
        _answer(run, chosen.id, "campaign.submitted" if groups else "campaign.needless", as_json, groups=groups)


@app.command()
def launch(name: _Name, as_json: _Json = False) -> None:
    """Launch a draft: the workers write a message for every contact, each with its verdict."""
    with session(Right.CAMPAIGNS_LAUNCH) as run:
        require_room(run.settings)
        chosen = queries.campaign_named(run.connection, name)
        actions.launch(run.connection, run.now, chosen.id, run.caller, run.settings.grace)
        _audit(run, Right.CAMPAIGNS_LAUNCH, name, "launch")
        contacts = count(run.connection, audience_of(run.connection, chosen.audience, run.now))
        _answer(run, chosen.id, "campaign.launched", as_json, contacts=contacts)


@app.command()
def pause(name: _Name, as_json: _Json = False) -> None:
    """Let nothing more of a campaign leave until it is resumed."""
    with session(Right.CAMPAIGNS_LAUNCH) as run:
        chosen = queries.campaign_named(run.connection, name)
        actions.pause(run.connection, chosen.id)
        _audit(run, Right.CAMPAIGNS_LAUNCH, name, "pause")
        _answer(run, chosen.id, "campaign.paused", as_json)


@app.command()
def resume(name: _Name, as_json: _Json = False) -> None:
    """Let a paused campaign go on."""
    with session(Right.CAMPAIGNS_LAUNCH) as run:
        chosen = queries.campaign_named(run.connection, name)
        actions.resume(run.connection, run.now, chosen.id)
        _audit(run, Right.CAMPAIGNS_LAUNCH, name, "resume")
        _answer(run, chosen.id, "campaign.resumed", as_json)


@app.command()
def cancel(name: _Name, as_json: _Json = False) -> None:
    """End a campaign: nothing of it leaves any more, and its messages are taken back."""
    with session(Right.CAMPAIGNS_LAUNCH) as run:
        chosen = queries.campaign_named(run.connection, name)
        actions.cancel(run.connection, run.now, chosen.id)
        _audit(run, Right.CAMPAIGNS_LAUNCH, name, "cancel")
        run.connection.commit()  # in force from here; taking the messages back may take a while
        messages = 0
        for part in range(PARTITIONS):
            messages += actions.withdraw(run.connection, run.now, chosen.id, part, run.actor)
            run.connection.commit()
        _answer(run, chosen.id, "campaign.cancelled", as_json, messages=messages)


@app.command()
def progress(name: _Name, as_json: _Json = False) -> None:
    """Tell how far a launch has come and where its messages stand."""
    with session(Right.CAMPAIGNS_READ) as run:
        chosen = queries.campaign_named(run.connection, name)
        found = queries.progress(run.connection, chosen)
    if as_json:
        print_json({"campaign": chosen.name, "state": chosen.state, "progress": found})
    else:
        print_progress(chosen, found, run.language)


@app.command()
def figures(name: _Name, as_json: _Json = False) -> None:
    """Tell what came of a campaign: mails that arrived, were read and answered, people and programs apart."""
    with session(Right.CAMPAIGNS_READ) as run:
        chosen = queries.campaign_named(run.connection, name)
        found = figures_of(run.connection, chosen)
    if as_json:
        print_json({"campaign": chosen.name, **figures_written(found)})
    else:
        print_figures(chosen, found, run.language)


@app.command("save-list")
def save_list(
    name: Annotated[str, typer.Argument(help="Name of the list.")],
    file: Annotated[Path, typer.Argument(help="CSV file with a column external_id or email.")],
    as_json: _Json = False,
) -> None:
    """Make a list of contacts from a file, or fill the one of that name anew."""
    names = read_names(file)
    with session(Right.CAMPAIGNS_WRITE) as run:
        saved = save_list_of(run.connection, run.now, name, names)
        audit(run.connection, run.now, run.actor, Right.CAMPAIGNS_WRITE, f"list:{name}", {"members": saved.members})
    if as_json:
        print_json(saved)
        return
    typer.echo(phrase("campaign.list_saved", run.language, name=name, members=saved.members))
    if saved.unknown:
        shown = ", ".join(saved.unknown[:NAMES_SHOWN]) + (" …" if len(saved.unknown) > NAMES_SHOWN else "")
        typer.echo(phrase("campaign.list_unknown", run.language, count=len(saved.unknown), names=shown))


def _audit(run: Session, right: Right, name: str, action: str) -> None:
    audit(run.connection, run.now, run.actor, right, f"campaign:{name}", {"action": action})


def _answer(run: Session, campaign_id: int, key: str, as_json: bool, **values: object) -> None:
    changed: Campaign = queries.campaign(run.connection, campaign_id)
    if as_json:
        print_json(written(changed) | values)
    else:
        typer.echo(phrase(key, run.language, name=changed.name, **values))
