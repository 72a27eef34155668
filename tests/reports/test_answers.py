"""Our own words beside an attempt are told in the reader's language, a server's as they came."""

from __future__ import annotations

import pytest

from pauta.platform.settings import LANGUAGES
from pauta.reports.answers import answer_in_words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_waits_for_its_turn_says_so(lang: str) -> None:
    told = answer_in_words("pauta:held_back 60 gmail", lang)
    assert ("Gmail" in told, "60" in told, "pauta:" in told) == (True, True, False)
    everywhere = answer_in_words("pauta:slowed 7 *", lang)
    assert ("7" in everywhere, "*" in everywhere) == (True, False)


@pytest.mark.parametrize(
    "answer", ["550 5.1.1 no such user", "", "pauta:unheard 1 gmail", "pauta:held_back 1 gmail {x}"]
)
def test_what_a_server_says_is_told_as_it_came(answer: str) -> None:
    assert answer_in_words(answer, "es") == answer
