"""Facts from the database decide as the same company does when it is written down as a case."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from psycopg import Connection

from pauta import facts
from pauta.core.gate.case import decide_case
from pauta.core.gate.explain import rule_name
from pauta.core.gate.plan import plan
from pauta.core.gate.policy_document import parse_policies
from pauta.core.gate.reasons import NO_RULE, REASONS, VERDICTS
from pauta.core.gate.vocabulary import CHANNELS, NEVER, Channel
from pauta.facts import AccountChoice
from pauta.platform.partitions import PARTITIONS
from pauta.policies.queries import PolicySet
from tests.facts.storing import date_of, storable_company, store

TOLD = ("verdict", "day", "at", "channel", "reason", "rule", "earliest")


@pytest.fixture(autouse=True)
def providers(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation with a provider for each channel, as cases have."""
    monkeypatch.setattr("pauta.channels.base.PROVIDED", frozenset(Channel))


def decide_stored(
    connection: Connection[Any], case: dict[str, Any], ids: list[int], choice: AccountChoice
) -> list[Any]:
    policies = parse_policies(case["policies"])
    now = dt.datetime.fromisoformat(case["now"])
    loaded = facts.load(connection, now, choice, PolicySet(1, tuple(range(len(policies))), policies))
    decided = plan(loaded.facts, policies)
    row_of = {number: row for row, number in enumerate(loaded.messages["id"].tolist())}
    today = (date_of(case, 0) - dt.date(1970, 1, 1)).days
    told = []
    for number in ids:
        row = row_of[number]
        placed = decided.day[row] != NEVER
        rule = int(decided.rule[row])
        told.append(
            (
                str(VERDICTS[decided.verdict[row]]),
                int(decided.day[row]) - today if placed else None,
                facts.utc(int(decided.at[row])).isoformat(timespec="seconds").replace("+00:00", "Z")
                if placed
                else None,
                CHANNELS[decided.channel[row]] if placed else None,
                str(REASONS[decided.reason[row]]),
                None if rule == NO_RULE else rule_name(policies, rule),
                None if decided.earliest[row] == NEVER else int(decided.earliest[row]) - today,
            )
        )
    return told


@pytest.mark.parametrize("first", range(0, 160, 20))
def test_a_stored_company_decides_like_its_case(connection: Connection[Any], first: int) -> None:
    for seed in range(first, first + 20):
        case = storable_company(seed)
        ids = store(connection, case, seed)
        expected = [tuple(answer[name] for name in TOLD) for answer in decide_case(case)]
        everything = AccountChoice(tuple(range(PARTITIONS)))
        assert decide_stored(connection, case, ids, everything) == expected, f"seed {seed}"
        keys = [key for (key,) in connection.execute("SELECT DISTINCT account_key FROM message").fetchall()]
        assert decide_stored(connection, case, ids, AccountChoice.of(keys)) == expected, f"seed {seed}, by account"
        connection.rollback()
