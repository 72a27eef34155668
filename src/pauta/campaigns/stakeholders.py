"""Those who are told when a campaign that was asked for is launched. Nothing here commits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import Connection

from pauta.campaigns.audience import company_today
from pauta.campaigns.queries import Campaign
from pauta.team import inbox, notices
from pauta.team.queries import names_of
from pauta.team.roles import Caller

Conn = Connection[Any]


def tell_stakeholders(connection: Conn, now: datetime, chosen: Campaign, who: Caller, mail_at: datetime) -> None:
    """Tell the stakeholders of the request behind a campaign that it is launched; by mail at ``mail_at``."""
    rows = connection.execute(
        "SELECT DISTINCT u.id FROM campaign_request r JOIN pauta_user u"
        " ON lower(u.email) = ANY(r.stakeholders) AND u.disabled_at IS NULL WHERE r.campaign_id = %s",
        (chosen.id,),
    )
    users = [number for (number,) in rows]
    if users:
        name = names_of(connection, [who.actor])[who.actor]
        today = company_today(connection, now)
        inbox.put(connection, now, users, inbox.Told.LAUNCHED, chosen.name, today, {"by": name})
        notices.notify(connection, mail_at, users, notices.Kind.LAUNCHED, campaign=chosen.name, who=name)


def untell_stakeholders(connection: Conn, chosen: Campaign) -> None:
    """Let nobody be told of a launch that is undone, as far as the mails have not left."""
    inbox.take_back(connection, inbox.Told.LAUNCHED, chosen.name)
    notices.take_back(connection, notices.Kind.LAUNCHED, chosen.name)
