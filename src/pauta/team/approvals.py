"""Rules of approval: which campaigns need which teams' approval, and who may give it. Nothing here commits.

Whatever is in doubt needs approval: a rule that cannot be read lets nothing through, and a team without anybody who may
approve cannot be left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.core.gate.vocabulary import CHANNELS, TYPES
from pauta.core.problems import Problem
from pauta.team.actions import team_id
from pauta.team.roles import ROLES, Right

Conn = Connection[Any]

MOST_CONTACTS = 2**31 - 1


@dataclass(frozen=True)
class Rule:
    """Campaigns of these types, topics, teams and channels (empty: any), to this many contacts or more, need approval.

    ``groups`` are the teams of which every one must approve.
    """

    name: str
    groups: Sequence[str]
    types: Sequence[str] = ()
    topics: Sequence[str] = ()
    teams: Sequence[str] = ()
    channels: Sequence[str] = ()
    contacts: int = 1

    def asks(self, what: Asked) -> bool:
        """Whether a campaign needs the approval that this rule speaks of."""
        return (
            (not self.types or what.type in self.types)
            and (not self.topics or what.topic in self.topics)
            and (not self.teams or what.team in self.teams)
            and (not self.channels or not set(self.channels).isdisjoint(what.channels))
            and what.contacts >= self.contacts
        )


@dataclass(frozen=True)
class Asked:
    """What rules look at in a campaign."""

    type: str
    topic: str
    team: str
    channels: Sequence[str]
    contacts: int


def groups_needed(rules: Sequence[Rule], what: Asked) -> tuple[str, ...]:
    """The teams whose approval a campaign needs, all of them, in the order of the rules; none when no rule asks."""
    return tuple(dict.fromkeys(group for rule in rules if rule.asks(what) for group in rule.groups))


def read_rule(name: str, document: object) -> Rule:
    """A rule from its stored document; a Problem when it cannot be read, so that nothing is let through by mistake."""
    known = {field.name for field in fields(Rule)} - {"name"}
    if not isinstance(document, Mapping) or not document.get("groups") or not set(document) <= known:
        raise Problem("approvals.rule_unreadable", "rule", rule=name)
    contacts = document.get("contacts", 1)
    words = {field: document.get(field, []) for field in known - {"contacts"}}
    if type(contacts) is not int or not all(_are_words(value) for value in words.values()):
        raise Problem("approvals.rule_unreadable", "rule", rule=name)
    return Rule(name, contacts=contacts, **{field: tuple(value) for field, value in words.items()})


def _are_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def rules(connection: Conn) -> list[Rule]:
    """All rules in order of their names; a Problem when one of them cannot be read."""
    return [read_rule(name, document) for name, document in stored_rules(connection)]


def stored_rules(connection: Conn) -> list[tuple[str, Any]]:
    """Name and document of every rule, readable or not."""
    return connection.execute("SELECT name, document FROM approval_rule ORDER BY name").fetchall()


def save_rule(connection: Conn, rule: Rule) -> None:
    """Make a rule, or write the one of that name anew; a Problem names what is unknown in it."""
    if not rule.groups:
        raise Problem("approvals.groups_empty", "groups")
    for team in (*rule.groups, *rule.teams):
        team_id(connection, team)
    for field, words, possible in (("types", rule.types, TYPES), ("channels", rule.channels, CHANNELS)):
        for word in words:
            if word not in possible:
                raise Problem("permission_word_unknown", field, value=word, words=", ".join(possible))
    document = {field: value for field, value in asdict(rule).items() if field != "name"}
    connection.execute(
        "INSERT INTO approval_rule (name, document) VALUES (%s, %s)"
        " ON CONFLICT (name) DO UPDATE SET document = EXCLUDED.document",
        (rule.name, Jsonb(document)),
    )


def remove_rule(connection: Conn, name: str) -> None:
    """Take a rule away; a Problem when there is none of that name."""
    if not connection.execute("DELETE FROM approval_rule WHERE name = %s", (name,)).rowcount:
        raise Problem("approvals.rule_unknown", "rule", rule=name)


@dataclass(frozen=True)
class Approver:
    """A user who may approve for a team."""

    id: int
    email: str
    name: str
    group: str


def approvers(connection: Conn, groups: Collection[str]) -> list[Approver]:
    """Who may approve for these teams today, in order of team and name."""
    deciding = [name for name, rights in ROLES.items() if Right.APPROVALS_DECIDE in rights]
    rows = connection.execute(
        """
        SELECT u.id, u.email, u.name, team.name FROM pauta_user u JOIN team ON team.id = u.team_id
        WHERE team.name = ANY(%s) AND u.disabled_at IS NULL AND (u.role = ANY(%s) OR %s = ANY(u.rights))
        ORDER BY team.name, u.name, u.email
        """,
        (list(groups), deciding, Right.APPROVALS_DECIDE.value),
    )
    return [Approver(*row) for row in rows]


@dataclass(frozen=True)
class Decision:
    """What somebody said in the name of a team about one submission (UTC)."""

    group: str
    email: str
    approved: bool
    comment: str
    at: datetime
