"""Campaigns as people and programs read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer
from babel.numbers import format_percent

from pauta.campaigns.figures import Figure, Figures
from pauta.campaigns.forecasts import Preview
from pauta.campaigns.queries import Campaign, Progress
from pauta.campaigns.rivals import Loser, Winner
from pauta.commands.output import print_table
from pauta.messages import terms
from pauta.platform.words import tell
from pauta.reports.wording import phrase

BAR = 24
"""Width of the bar that shows how many are sent on a day."""


def written(campaign: Campaign) -> dict[str, Any]:
    """The JSON form of a campaign."""
    return {
        "id": campaign.id,
        "name": campaign.name,
        **terms.written(campaign.terms),
        "goal_event": campaign.goal_event,
        "goal_days": campaign.goal_days,
        "audience": campaign.audience,
        "template": campaign.template,
        "sender": campaign.sender,
        "state": campaign.standing,
        "actor": campaign.actor,
        "created_at": campaign.created_at,
        "launched_at": campaign.launched_at,
    }


def audience_in_words(campaign: Campaign, lang: str) -> str:
    """Whom a campaign is for, in a few words."""
    form, content = next(iter(campaign.audience.items()))
    return phrase(f"campaign.{form}", lang, name=content)


def print_campaigns(campaigns: Sequence[Campaign], lang: str) -> None:
    """A table of campaigns."""
    columns = ("campaign", "state", "type", "topic", "team", "tier", "channels", "audience", "window", "launched")
    print_table(
        [phrase(f"columns.{name}", lang) for name in columns],
        [
            (
                *(one.name, tell(f"campaign_state.{one.standing}", lang)),
                *(one.terms.type, one.terms.topic, one.terms.team),
                *(one.terms.tier, ",".join(one.terms.channels), audience_in_words(one, lang), _window(one)),
                one.launched_at,
            )
            for one in campaigns
        ],
    )


def _window(campaign: Campaign) -> str:
    first, last = campaign.terms.not_before, campaign.terms.expires
    return f"{first or ''}…{last or ''}" if first or last else ""


def print_progress(campaign: Campaign, found: Progress, lang: str) -> None:
    """How far a launch has come, and a table of its messages."""
    told = {"state": tell(f"campaign_state.{campaign.state}", lang), "done": found.parts_done, "parts": found.parts}
    typer.echo(phrase("campaign.progress", lang, name=campaign.name, messages=found.proposed, **told))
    if found.tallies:
        headings = [phrase(f"columns.{name}", lang) for name in ("state", "verdict", "reason", "messages")]
        rows = [
            (
                *(tell(f"message_state.{one.state}", lang), phrase(f"verdicts.{one.verdict}", lang)),
                *(phrase(f"reasons.{one.reason}", lang), one.messages),
            )
            for one in found.tallies
        ]
        print_table(headings, rows)


def figures_written(found: Figures) -> dict[str, Any]:
    """The JSON form of figures."""
    told = [
        {"figure": one.figure, "messages": one.messages, "of": one.of, "rate": one.rate, "usual": one.usual}
        for one in found.counted
    ]
    return {"measured": found.measured, "figures": told}


def print_figures(campaign: Campaign, found: Figures, lang: str) -> None:
    """A table of figures with their shares, and what is usual."""
    typer.echo(phrase("campaign.figures", lang, name=campaign.name, measured=found.measured))
    headings = [phrase(f"columns.{name}", lang) for name in ("figure", "messages", "share", "usual")]
    rows = [
        (
            phrase(f"figures.{one.figure}", lang),
            one.messages,
            "" if one.rate is None or one.figure is Figure.sent else _percent(one.rate, lang),
            "" if one.usual is None else f"{_percent(one.usual.low, lang)} – {_percent(one.usual.high, lang)}",
        )
        for one in found.counted
    ]
    print_table(headings, rows)


def _percent(share: float, lang: str) -> str:
    return str(format_percent(share, "#,##0.##%", locale=lang.replace("-", "_")))


def print_preview(found: Preview, lang: str) -> None:
    """The verdicts of the chosen day, who gives way, and the strip of days with the best one marked."""
    typer.echo(phrase("campaign.preview", lang, name=found.campaign, day=found.day, contacts=found.contacts))
    headings = [phrase(f"columns.{name}", lang) for name in ("verdict", "reason", "rule", "contacts")]
    rows = [
        (
            *(phrase(f"verdicts.{one.verdict}", lang), phrase(f"reasons.{one.reason}", lang)),
            *(one.rule, one.contacts),
        )
        for one in found.counts
    ]
    print_table(headings, rows)
    typer.echo()
    _print_rivals(found.losers, found.winners, lang)
    _print_strip(found, lang)


def _print_rivals(losers: Sequence[Loser], winners: Sequence[Winner], lang: str) -> None:
    if losers:
        typer.echo(phrase("campaign.losers", lang))
        headings = [phrase(f"columns.{name}", lang) for name in ("campaign", "topic", "team", "later", "dropped")]
        print_table(headings, [(one.campaign, one.topic, one.team, one.later, one.dropped) for one in losers])
    else:
        typer.echo(phrase("campaign.no_losers", lang))
    if winners:
        typer.echo("\n" + phrase("campaign.winners", lang))
        headings = [phrase(f"columns.{name}", lang) for name in ("campaign", "topic", "team", "messages")]
        print_table(headings, [(one.campaign, one.topic, one.team, one.messages) for one in winners])


def _print_strip(found: Preview, lang: str) -> None:
    exact = found.sampled == found.contacts
    heading = "campaign.strip" if exact else "campaign.strip_sampled"
    typer.echo("\n" + phrase(heading, lang, sampled=found.sampled))
    most = max(1, *(one.send for one in found.strip))
    columns = ("day", "send", *(() if exact else ("error",)), "queue", "suppress")
    rows = []
    for one in found.strip:
        error = () if exact else (one.error,)
        bar = "█" * round(BAR * one.send / most)
        mark = f"{bar} ← {phrase('campaign.best', lang)}" if one.day == found.best else bar
        rows.append((f"{one.day:%Y-%m-%d}", one.send, *error, one.queue, one.suppress, mark))
    print_table([*(phrase(f"columns.{name}", lang) for name in columns), ""], rows)
