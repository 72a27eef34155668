"""Ids that were there before are found with the row that had them first, whatever the batches."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pauta.people.imports.seen import SeenIds

IDS = st.one_of(st.none(), st.text(alphabet="ab\0", max_size=3), st.integers(0, 30).map(str))


@given(st.lists(st.lists(IDS, max_size=20), max_size=12))
def test_every_repeated_id_is_told_with_its_first_row(batches: list[list[str | None]]) -> None:
    seen = SeenIds()
    first: dict[str, int] = {}
    row = 0
    for ids in batches:
        rows = list(range(row + 1, row + 1 + len(ids)))
        row += len(ids)
        expected = {
            place: first[key]
            for place, (key, number) in enumerate(zip(ids, rows, strict=True))
            if key is not None and first.setdefault(key, number) != number
        }
        assert seen.add(ids, rows) == expected
