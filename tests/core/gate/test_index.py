"""Queues of messages: by account and tier, the higher value first, then the older message."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pauta.core.gate.case_facts import parse_case
from pauta.core.gate.facts import Facts
from pauta.core.gate.index import bases, build_index
from tests.core.gate.companies import company

FACTS = parse_case(company(7)).facts


def with_messages(values: list[float], tiers: list[int], ids: list[int]) -> Facts:
    """Messages of the contacts of one company in turn; the rest of what they are does not matter here."""
    count, contacts = len(values), len(FACTS.contacts.account)
    rows = np.zeros(count, np.int64)
    columns = {name: getattr(FACTS.messages, name)[rows] for name in FACTS.messages.__slots__}
    columns |= {
        "contact": np.arange(count, dtype=np.int32) % contacts,
        "value": np.array(values, np.float64),
        "tier": np.array(tiers, np.int8),
        "id": np.array(ids, np.int64),
    }
    return replace(FACTS, messages=type(FACTS.messages)(**columns))


def expected(facts: Facts) -> list[int]:
    messages, account = facts.messages, facts.contacts.account[facts.messages.contact]
    keys = zip(account, messages.tier, -messages.value, messages.id, strict=True)
    return [row for *_key, row in sorted((*key, row) for row, key in enumerate(keys))]


@given(st.data())
def test_queue_is_in_order_of_tier_value_and_age(data: st.DataObject) -> None:
    count = data.draw(st.integers(0, 120))
    different = data.draw(st.sampled_from([1, 3, 16, 17, 60]))
    values = data.draw(st.lists(st.integers(-different, 0).map(float), min_size=count, max_size=count))
    tiers = data.draw(st.lists(st.integers(0, data.draw(st.integers(0, 3))), min_size=count, max_size=count))
    ids = data.draw(st.one_of(st.just(range(count)), st.permutations(range(count))))
    facts = with_messages(values, tiers, list(ids))
    assert build_index(facts, bases(facts)).queue.tolist() == expected(facts)


@pytest.mark.parametrize("strange", [float("nan"), float("inf"), -float("inf")])
def test_every_message_stays_in_the_queue_whatever_its_value(strange: float) -> None:
    values = [strange if row % 3 == 0 else float(row % 5) for row in range(100)]
    facts = with_messages(values, [2] * 100, list(range(100)))
    assert sorted(build_index(facts, bases(facts)).queue.tolist()) == list(range(100))
