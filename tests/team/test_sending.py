"""The table of who may send what: the most generous row counts, and what no row permits is refused."""

from __future__ import annotations

from math import inf

import pytest

from pauta.core.problems import Problem
from pauta.team.roles import Caller, caller
from pauta.team.sending import Kind, Limits, Permission, limits

LIVIA = caller("user:livia", "marketer", "marketing")
BRUNO = caller("user:bruno", "csm", "success")
TABLE = [
    Permission("marketer", None, ["educational", "promotional"]),
    Permission("marketer", "finance", ["transactional"], channels=["email"]),
    Permission("csm", None, ["relationship"], most=1, per_day=50),
    Permission("csm", "success", ["relationship"], ["renewal"], most=200, per_day=20),
    Permission(None, None, ["operational"], ["outage"], most=1000),
]


@pytest.mark.parametrize(
    ("who", "kind", "topic", "channel", "expected"),
    [
        (LIVIA, "promotional", "news", "email", Limits(inf, inf)),
        (BRUNO, "relationship", "", "email", Limits(1, 50)),
        (BRUNO, "relationship", "renewal", "sms", Limits(200, 50)),
        (BRUNO, "operational", "outage", "sms", Limits(1000, inf)),
        (caller("key:erp", "marketer", "finance"), "transactional", "", "email", Limits(inf, inf)),
    ],
)
def test_the_most_generous_row_counts(who: Caller, kind: str, topic: str, channel: str, expected: Limits) -> None:
    assert limits(TABLE, who, Kind(kind, topic, channel)) == expected


@pytest.mark.parametrize(
    ("who", "kind", "topic", "channel"),
    [
        (LIVIA, "transactional", "", "email"),
        (LIVIA, "operational", "news", "email"),
        (BRUNO, "promotional", "renewal", "email"),
        (caller("key:erp", "marketer", "finance"), "transactional", "", "sms"),
        (caller("key:bi", "reader", ""), "relationship", "", "email"),
    ],
)
def test_what_no_row_permits_is_refused(who: Caller, kind: str, topic: str, channel: str) -> None:
    with pytest.raises(Problem, match="sending_not_permitted"):
        limits(TABLE, who, Kind(kind, topic, channel))


def test_an_empty_table_permits_nothing() -> None:
    with pytest.raises(Problem, match="sending_not_permitted"):
        limits([], caller("cli:root", "admin"), Kind("transactional", "", "email"))
