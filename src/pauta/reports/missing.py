"""The figures whose absence holds messages back, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from psycopg import Connection

from pauta.core.gate.reasons import REASON_CODE, Reason
from pauta.messages.queries import MessageView
from pauta.messages.states import State
from pauta.reports.wording import phrase

Conn = Connection[Any]

MOST_NAMED: Final = 20
"""Figures that are told of by name, those that most messages miss first."""


@dataclass(frozen=True, slots=True)
class MissingFigure:
    """A figure that templates need, and how many messages are held back because their contacts have none."""

    figure: str
    messages: int


# What holds a message is written beside its last change.
_FIGURE: LiteralString = (
    "(SELECT c.detail FROM message_change c WHERE c.part = m.part AND c.message_id = m.id"
    " ORDER BY c.at DESC, c.id DESC LIMIT 1)"
)
_HELD: LiteralString = "m.state = %(held)s AND m.reason = %(reason)s"
_PARAMS: Final = {"held": State.HELD.value, "reason": REASON_CODE[Reason.missing_figure]}


def missing_figures(conn: Conn) -> tuple[MissingFigure, ...]:
    """Every figure that holds messages back, the one that holds most first."""
    rows = conn.execute(
        f"SELECT {_FIGURE}, count(*) FROM message m WHERE {_HELD} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(most)s",
        {**_PARAMS, "most": MOST_NAMED},
    )
    return tuple(MissingFigure(*row) for row in rows)


class HeldBack:
    """What some messages are held back for, in words."""

    def __init__(self, conn: Conn, views: Sequence[MessageView], lang: str) -> None:
        self._lang = lang
        held = [view for view in views if view.state == "held"]
        given = {**_PARAMS, "parts": sorted({one.part for one in held}), "ids": [one.id for one in held]}
        query = (
            f"SELECT m.id, {_FIGURE} FROM message m WHERE m.part = ANY(%(parts)s) AND m.id = ANY(%(ids)s) AND {_HELD}"
        )
        self._figures: dict[int, str] = dict(conn.execute(query, given).fetchall()) if held else {}

    def reason(self, view: MessageView) -> str:
        """Why a message stands as it does, with the figure's name where one is missing."""
        figure = self._figures.get(view.id)
        return (
            phrase("why.missing", self._lang, figure=figure) if figure else phrase(f"reasons.{view.reason}", self._lang)
        )

    def sentence(self, view: MessageView) -> str | None:
        """That a message is held back and for what; None when it is not."""
        return f"{phrase('why.held', self._lang)}; {self.reason(view)}" if view.state == "held" else None
