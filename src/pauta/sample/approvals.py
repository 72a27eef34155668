"""Who must approve what at the sample company, and the approvals that some of its campaigns have got already."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from psycopg import Connection

from pauta.campaigns import approving
from pauta.campaigns.queries import campaign_named
from pauta.sample import company
from pauta.team.approvals import Rule, approvers, save_rule
from pauta.team.sending import Permission, add_permission
from pauta.team.users import user_by_email

RULES: Final = (
    Rule("All bulk mail", ("marketing",), ("educational", "relationship", "promotional", "operational"), contacts=2),
    Rule("Product news", ("product", "marketing"), topics=("launch",)),
    Rule("Prices and offers", ("legal",), topics=("prices", "upsell")),
)

INVOICES: Final = Permission("marketer", "finance", ("transactional",), ("billing",))
"""Finance sends the invoices."""

WAITING: Final = "Invitation to the budget webinar"
"""The campaign that waits for approval when the demonstration begins."""

_AUTHOR: Final = "Tomás Iriarte"
_APPROVERS: Final = ("Lívia Sampaio", "Fernanda Malheiros")


def set_rules(connection: Connection[Any]) -> None:
    """Put the company's rules of approval in force, and its own permission."""
    for rule in RULES:
        save_rule(connection, rule)
    add_permission(connection, INVOICES)


def submit(connection: Connection[Any], now: datetime, name: str) -> None:
    """Submit a campaign as one of the marketers."""
    author = next(one for one in company.COLLEAGUES if one.name == _AUTHOR)
    who = user_by_email(connection, author.email).caller
    approving.submit(connection, now, campaign_named(connection, name).id, who)


def approve(connection: Connection[Any], now: datetime, name: str) -> None:
    """Submit a campaign and approve it in the name of every team that must; nothing when none must."""
    chosen = campaign_named(connection, name)
    groups = approving.groups_of(connection, now, chosen)
    if not groups:
        return
    submit(connection, now, name)
    standing = approving.standing_submission(connection, chosen.id)
    assert standing is not None
    for one in approvers(connection, groups):
        if one.name in _APPROVERS:
            who = user_by_email(connection, one.email).caller
            approving.decide(
                connection, now, chosen.id, who, approve=True, comment="", fingerprint=standing.fingerprint
            )
