"""What users are told of complaints, bounces and decline, in every language, with shares as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from pauta.platform.settings import LANGUAGES
from pauta.reports.inbox_text import told
from pauta.team.inbox import Entry, Told

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
COMPLAINTS = {"mails": 2002, "complaints": 7, "rate": 7 / 2002}
ENTRIES: list[tuple[Told, str, dict[str, Any]]] = [
    (Told.COMPLAINTS, "Yahoo", {"stream": "bulk", **COMPLAINTS}),
    (Told.COMPLAINTS, "Yahoo", {"stream": "transactional", **COMPLAINTS}),
    (Told.STREAM_STOPPED, "Yahoo", {"stream": "bulk", **COMPLAINTS}),
    (Told.STREAM_STOPPED, "Yahoo", {"stream": "transactional", **COMPLAINTS}),
    (Told.BOUNCES, "spring", {"messages": 7, "mails": 2002, "rate": 7 / 2002}),
    (Told.UNSUBSCRIBED, "spring", {"messages": 7, "mails": 2002, "rate": 7 / 2002}),
    (Told.OPENS_DECLINED, "spring", {"rate": 7 / 2002, "usual": 0.25}),
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("kind", "about", "detail"), ENTRIES)
def test_shares_are_told_as_people_write_them(kind: Told, about: str, detail: dict[str, Any], lang: str) -> None:
    title = told(Entry(1, 1, kind, about, date(2026, 11, 23), detail, NOW, None), lang).title
    assert about in title
    assert ("0.35" if lang == "en" else "0,35") in title
    assert "{" not in title


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_providers_together_have_a_name(lang: str) -> None:
    title = told(Entry(1, 1, *ENTRIES[0][:1], "*", date(2026, 11, 23), ENTRIES[0][2], NOW, None), lang).title
    assert "*" not in title
