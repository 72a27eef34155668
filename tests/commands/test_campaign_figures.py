"""``pauta campaign figures``: as people read it in every language, and as programs do."""

from __future__ import annotations

import json

import pytest

from pauta.campaigns.figures import Counted, Figure, Figures
from pauta.campaigns.queries import Campaign
from pauta.commands.campaign_output import figures_written, print_figures
from pauta.commands.output import print_json
from pauta.messages.terms import Terms
from pauta.platform.settings import LANGUAGES
from tests.conftest import MONDAY

FOUND = Figures(8, (Counted(Figure.sent, 12, 12), Counted(Figure.opened, 2, 8), Counted(Figure.complained, 0, 0)))
SPRING = Campaign(
    *(1, "spring", Terms(type="promotional"), {"everyone": True}, 1, "hello", "launched", 1, "ana", MONDAY, MONDAY),
    *("", (), "", None, "", 0),
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_people_read_shares_and_what_is_usual(capsys: pytest.CaptureFixture[str], lang: str) -> None:
    print_figures(SPRING, FOUND, lang)
    first, *table = capsys.readouterr().out.splitlines()
    assert first.startswith("spring: ")
    assert " 8 " in first
    opened = next(line for line in table if "25" in line).replace("\xa0", "")
    assert ("25%" in opened, "20%–25%" in opened.replace(" ", "")) == (True, True)
    assert len(table) >= 4


def test_programs_read_everything(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(figures_written(FOUND))
    told = json.loads(capsys.readouterr().out)
    assert told["measured"] == 8
    assert told["figures"][1] == {
        "figure": "opened",
        "messages": 2,
        "of": 8,
        "rate": 0.25,
        "usual": {"low": 0.2, "high": 0.25},
    }
    assert told["figures"][2]["rate"] is None
