"""What a row of calls tells, in the order in which they came: who is who, what is said of whom, what happened.

Values in, values out: who is known already is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pauta.events.intake.calls import Call
from pauta.events.intake.traits import company_of, merged


@dataclass(slots=True)
class Story:
    """Contacts are named by external ids, visitors by anonymous ids, accounts by what the calls call them."""

    owners: dict[str, str]
    """The contact of each visitor that is known, in the end."""
    links: dict[str, str] = field(default_factory=dict)
    """Visitors that got a contact, or another one."""
    traits: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What is said of each contact; every contact that is named has an entry."""
    told_by: dict[str, Call] = field(default_factory=dict)
    """The last call that said something of a contact."""
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: list[tuple[str, str]] = field(default_factory=list)
    """Contacts with accounts to which they belong."""
    merges: list[Call] = field(default_factory=list)
    """Aliases by which two contacts are one."""
    happened: list[tuple[Call, str]] = field(default_factory=list)
    """Tracked calls and their contact, empty for unknown visitors."""
    unnamed: list[Call] = field(default_factory=list)
    """What was said of unknown visitors."""


def tell(calls: Iterable[Call], owners: Mapping[str, str], names: Mapping[str, str]) -> Story:
    """The story of these calls, given the contacts of visitors, and the external ids of contacts by what calls call
    them."""
    story = Story(dict(owners))
    for call in calls:
        user = names.get(call.user, call.user)
        if call.kind == "alias":
            _alias(story, call, user, names)
        else:
            owner = _owner(story, call, user)
            _TOLD.get(call.kind, _track)(story, call, owner)
    story.happened = [(call, owner or story.owners.get(call.visitor, "")) for call, owner in story.happened]
    still = [call for call in story.unnamed if call.visitor not in story.owners]
    for call in story.unnamed:
        if call.visitor in story.owners:
            owner = story.owners[call.visitor]
            story.traits[owner] = merged(call.facts, story.traits.get(owner, {}))
    story.unnamed = still
    return story


def _owner(story: Story, call: Call, user: str) -> str:
    """The contact of a call. Who says who they are keeps the browser from then on; others do while nobody has."""
    if user and call.visitor and (call.kind == "identify" or call.visitor not in story.owners):
        _link(story, call.visitor, user)
    owner = user or story.owners.get(call.visitor, "")
    if owner:
        story.traits.setdefault(owner, {})
    return owner


def _link(story: Story, visitor: str, user: str) -> None:
    if story.owners.get(visitor) != user:
        story.owners[visitor] = story.links[visitor] = user


def _identify(story: Story, call: Call, owner: str) -> None:
    if not owner:
        story.unnamed.append(call)
        return
    story.traits[owner] = merged(story.traits[owner], call.facts)
    story.told_by[owner] = call
    company, traits = company_of(call.facts)
    if company:
        _belong(story, owner, company, traits)


def _group(story: Story, call: Call, owner: str) -> None:
    _belong(story, owner, call.group, call.facts)


def _belong(story: Story, owner: str, account: str, traits: Mapping[str, Any]) -> None:
    story.accounts[account] = merged(story.accounts.get(account, {}), traits)
    if owner:
        story.members.append((owner, account))


def _track(story: Story, call: Call, owner: str) -> None:
    story.happened.append((call, owner))


def _alias(story: Story, call: Call, user: str, names: Mapping[str, str]) -> None:
    story.traits.setdefault(user, {})
    if call.previous not in names:
        _link(story, call.previous, user)
    elif names[call.previous] != user:
        story.merges.append(call)


_TOLD = {"identify": _identify, "group": _group}
