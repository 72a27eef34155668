"""Types of attributes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pauta.core.problems import Problem
from pauta.people.imports.guessing import AttributeType, Guess, OrderGuess, Plain, in_iso, reader_of


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "2.5", "-3", ""], "number"),
        (["0", "1", "1"], "number"),
        (["1.234,56", "7,1"], "number-comma"),
        (["1.234", "5,5"], "number-comma"),
        (["true", "False"], "boolean"),
        (["sim", "não", ""], "boolean"),
        (["2026-01-31", "2026/02/01"], "date"),
        (["31/01/2026", "1/2/2026"], "date-dmy"),
        (["01/31/2026"], "date-mdy"),
        (["00123", "45"], "text"),
        (["12345678901234567890"], "text"),
        (["1e5"], "text"),
        (["nan", "inf"], "text"),
        (["1", "two"], "text"),
        (["1\n2"], "text"),
        (["", " "], "text"),
        ([], "text"),
    ],
)
def test_a_column_is_what_all_its_values_are(values: list[str], expected: str) -> None:
    guess = Guess()
    for value in values:
        guess.see([value])
    assert guess.type == expected


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("number", "12", 12),
        ("number", "12.50", 12.5),
        ("number-comma", "-1.234,5", -1234.5),
        ("boolean", "Sí", True),
        ("boolean", "0", False),
        ("date", "2026/02/01", "2026-02-01"),
        ("date-dmy", "1.2.2026", "2026-02-01"),
        ("date-mdy", "1-2-2026", "2026-01-02"),
        ("text", "00123", "00123"),
    ],
)
def test_values_are_read_as_their_type_says(kind: str, text: str, value: Plain) -> None:
    assert reader_of(AttributeType(kind))(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [("number", "twelve"), ("number", "inf"), ("boolean", "perhaps"), ("date", "2026-02-30"), ("date-dmy", "2026")],
)
def test_values_that_do_not_fit_are_refused(kind: str, text: str) -> None:
    with pytest.raises(Problem):
        reader_of(AttributeType(kind))(text)


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["2026-02-01", "2026-02-01T10:00:00-03:00", ""], "date"),
        ([], "date"),
        (["31/01/2026", "01/02/2026", "2026-03-04"], "date-dmy"),
        (["13-01-2026 14:30"], "date-dmy"),
        (["05/05/2026"], "date-dmy"),
        (["1/31/2026", "2/1/2026 9:05"], "date-mdy"),
        (["01/02/2026", "03/04/2026"], None),
        (["31/01/2026", "01/31/2026"], None),
    ],
)
def test_the_order_of_day_and_month_is_found_or_left_open(values: list[str], order: str | None) -> None:
    guess = OrderGuess()
    for value in values:
        guess.see([value])
    assert guess.order == order


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [
        ("1/2/2026", "date-dmy", "2026-02-01"),
        ("1/2/2026", "date-mdy", "2026-01-02"),
        ("01-02-2026 9:05", "date-dmy", "2026-02-01T09:05"),
        ("01.02.2026, 14:30:15", "date-dmy", "2026-02-01T14:30:15"),
        ("01/02/2026T14:30-03:00", "date-dmy", "2026-02-01T14:30-03:00"),
        ("2026/2/1", "date-dmy", "2026-02-01"),
        ("2026-02-01 14:30:00.5 +0100", "date", "2026-02-01T14:30:00.5+0100"),
        ("1/2/2026", "date", "1/2/2026"),
        ("yesterday", "date-dmy", "yesterday"),
    ],
)
def test_days_and_times_in_any_order_become_iso(text: str, order: str, iso: str) -> None:
    assert in_iso(text, AttributeType(order)) == iso


@given(st.lists(st.floats(-1e9, 1e9, allow_nan=False) | st.integers(-(10**12), 10**12), min_size=1))
def test_a_guessed_number_can_be_read(numbers: list[float]) -> None:
    texts = [f"{number:.4f}" if isinstance(number, float) else str(number) for number in numbers]
    guess = Guess()
    guess.see(texts)
    if guess.type is not AttributeType.TEXT:  # -0.0000 and the like
        assert all(reader_of(guess.type)(text) == pytest.approx(float(text)) for text in texts)
