"""The contacts behind the figures of a campaign, by API."""

from __future__ import annotations

from pauta.platform import database as pauta_database
from pauta.platform.settings import Settings
from tests.web.conftest import As
from tests.web.test_governance import NEWSLETTER

SENT, SUPPRESSED = 3, 6


def test_each_figure_opens_its_contacts(by: As, settings: Settings) -> None:
    by("ana", "POST", "/campaigns/spring", NEWSLETTER)
    assert by("igor", "GET", "/campaigns/spring/recipients").json() == []
    by("ana", "POST", "/campaigns/spring/launch")
    by("ana", "POST", "/campaigns/other", NEWSLETTER)
    with pauta_database.connect(settings.database_url) as connection:
        for number, contact, state, verdict, reason in ((1, "eva", SENT, 0, 14), (2, "luis", SUPPRESSED, 2, 2)):
            connection.execute(
                "INSERT INTO message (part, id, account_key, contact_id, proposal_id, lane, state, verdict, reason,"
                " rule, winner, channel, wished, day, policy_version, created_at, changed_at)"
                " SELECT c.part, %s, c.account_key, c.id, p.id, 0, %s, %s, %s, -3, 0, 0, '2026-11-23', '2026-11-23', 0,"
                " p.created_at, p.created_at FROM contact c, proposal p WHERE c.external_id = %s",
                (number, state, verdict, reason, contact),
            )
    found = by("igor", "GET", "/campaigns/spring/recipients").json()
    assert [(one["contact"], one["name"], one["state"]) for one in found] == [
        ("eva", "eva", "sent"),
        ("luis", "luis", "suppressed"),
    ]
    assert found[1] | {"verdict": "suppress", "reason": "consent", "rule": "consent", "day": "2026-11-23"} == found[1]

    def ids(query: str) -> list[int]:
        return [one["message"] for one in by("igor", "GET", f"/campaigns/spring/recipients?{query}").json()]

    asked = ("state=sent", "verdict=suppress", "reason=consent", "reason=cap", "limit=1", "after=1", "state=held")
    assert [ids(query) for query in asked] == [[1], [2], [2], [], [1], [2], []]
    assert by("igor", "GET", "/campaigns/other/recipients").json() == []
    assert by("igor", "GET", "/campaigns/nothing/recipients").status_code == 404
