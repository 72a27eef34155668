"""Who may do what: a role is a row of rights, and some rights can be given to a person besides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pauta.core.problems import Problem


class Right(StrEnum):
    """One thing that a person or a key may do. Each has its heading in the reference."""

    PEOPLE_READ = "people.read"
    PEOPLE_WRITE = "people.write"
    CONSENTS_WRITE = "consents.write"
    EVENTS_WRITE = "events.write"
    EVENTS_SEND = "events.send"
    EVENTS_READ = "events.read"
    CONTACTS_HOLD = "contacts.hold"
    TEMPLATES_READ = "templates.read"
    TEMPLATES_WRITE = "templates.write"
    POLICIES_READ = "policies.read"
    POLICIES_WRITE = "policies.write"
    CAMPAIGNS_READ = "campaigns.read"
    CAMPAIGNS_WRITE = "campaigns.write"
    CAMPAIGNS_LAUNCH = "campaigns.launch"
    APPROVALS_DECIDE = "approvals.decide"
    MESSAGES_READ = "messages.read"
    MESSAGES_SEND = "messages.send"
    MESSAGES_CANCEL = "messages.cancel"
    MESSAGES_OVERRIDE = "messages.override"
    ARCHIVE_READ = "archive.read"
    GATE_EXPLAIN = "gate.explain"
    TASKS_WRITE = "tasks.write"
    STATUS_READ = "status.read"
    STOP_USE = "stop.use"
    TEAM_READ = "team.read"
    TEAM_WRITE = "team.write"
    AUDIT_READ = "audit.read"
    PRIVACY_MANAGE = "privacy.manage"
    WEBHOOKS_MANAGE = "webhooks.manage"


_READER = frozenset(
    {
        Right.PEOPLE_READ,
        Right.TEMPLATES_READ,
        Right.POLICIES_READ,
        Right.CAMPAIGNS_READ,
        Right.MESSAGES_READ,
        Right.GATE_EXPLAIN,
        Right.STATUS_READ,
        Right.TEAM_READ,
    }
)

ROLES: dict[str, frozenset[Right]] = {
    "admin": frozenset(Right),
    "marketer": _READER
    | {
        Right.EVENTS_READ,
        Right.PEOPLE_WRITE,
        Right.CONSENTS_WRITE,
        Right.EVENTS_WRITE,
        Right.TEMPLATES_WRITE,
        Right.CAMPAIGNS_WRITE,
        Right.CAMPAIGNS_LAUNCH,
        Right.CONTACTS_HOLD,
        Right.MESSAGES_SEND,
        Right.MESSAGES_CANCEL,
        Right.ARCHIVE_READ,
        Right.TASKS_WRITE,
        Right.STOP_USE,
    },
    "csm": _READER
    | {
        Right.PEOPLE_WRITE,
        Right.CONSENTS_WRITE,
        Right.EVENTS_WRITE,
        Right.CONTACTS_HOLD,
        Right.MESSAGES_SEND,
        Right.MESSAGES_CANCEL,
        Right.ARCHIVE_READ,
        Right.TASKS_WRITE,
        Right.STOP_USE,
    },
    "support": _READER
    | {
        Right.CONSENTS_WRITE,
        Right.EVENTS_WRITE,
        Right.CONTACTS_HOLD,
        Right.MESSAGES_SEND,
        Right.MESSAGES_CANCEL,
        Right.ARCHIVE_READ,
        Right.TASKS_WRITE,
        Right.STOP_USE,
    },
    "leader": _READER
    | {
        Right.TEMPLATES_WRITE,
        Right.CAMPAIGNS_WRITE,
        Right.CAMPAIGNS_LAUNCH,
        Right.APPROVALS_DECIDE,
        Right.CONTACTS_HOLD,
        Right.MESSAGES_SEND,
        Right.MESSAGES_CANCEL,
        Right.ARCHIVE_READ,
        Right.TASKS_WRITE,
        Right.STOP_USE,
    },
    "reviewer": _READER | {Right.APPROVALS_DECIDE, Right.ARCHIVE_READ},
    "reader": _READER,
    "sender": frozenset(
        {Right.EVENTS_WRITE, Right.EVENTS_SEND, Right.MESSAGES_SEND, Right.MESSAGES_READ, Right.MESSAGES_CANCEL}
    ),
    "source": frozenset({Right.EVENTS_SEND}),
}
"""Every role and its rights. ``sender`` is for programs that only record events and send single messages; ``source``
for write keys, which may stand in web pages for everybody to read."""


def rights_of(role: str) -> frozenset[Right]:
    """The rights of a role; Problem when there is no such role."""
    if role not in ROLES:
        raise Problem("role_unknown", "role", value=role, roles=", ".join(ROLES))
    return ROLES[role]


GRANTABLE = (
    Right.APPROVALS_DECIDE,
    Right.POLICIES_WRITE,
    Right.MESSAGES_OVERRIDE,
    Right.STOP_USE,
    Right.TEAM_WRITE,
    Right.PRIVACY_MANAGE,
)
"""The rights that a person can be given besides those of the role: approve, edit policies, override, stop, manage the
team, answer for privacy."""


@dataclass(frozen=True)
class Caller:
    """Who asks for something: the name in the audit, the role with its rights, the team, and a person's address.

    ``email`` is empty for keys and commands, which are nobody in person.
    """

    actor: str
    role: str
    team: str
    rights: frozenset[Right]
    email: str = ""

    def require(self, right: Right) -> None:
        """Refuse what is not allowed, with a Problem that names the right and the roles that have it."""
        if right not in self.rights:
            able = ", ".join(name for name, rights in ROLES.items() if right in rights)
            raise Problem("right_missing", "", right=right.value, role=self.role, roles=able)


def caller(actor: str, role: str, team: str = "", given: Iterable[str] = (), email: str = "") -> Caller:
    """Who asks, with the rights of the role and those given besides."""
    return Caller(actor, role, team, rights_of(role) | {Right(name) for name in given}, email)
