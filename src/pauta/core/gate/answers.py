"""Writes answers into the columns of the plan."""

from __future__ import annotations

from pauta.core.gate.compiled import part
from pauta.core.gate.reasons import NO_RULE
from pauta.core.gate.world import (
    NOTHING,
    World,
    answering,
    given_channel,
    given_day,
    given_earliest,
    given_minute,
    given_reason,
    given_rule,
    given_verdict,
    given_winner,
    given_winner_id,
    message_id,
    rank_number,
    rank_reason,
    touch_id,
)


@part
def give_answer(world: World, row: int) -> None:
    answer = answering(world)[0]
    given_day(world)[row] = answer.day
    given_earliest(world)[row] = answer.earliest
    given_minute(world)[row] = answer.minute
    given_verdict(world)[row] = answer.verdict
    given_channel(world)[row] = answer.channel
    given_reason(world)[row] = answer.reason if answer.reason != NOTHING else rank_reason(world)[answer.rank]
    given_rule(world)[row] = rank_number(world)[answer.rank] if answer.rank != NOTHING else NO_RULE
    given_winner(world)[row] = answer.winner
    given_winner_id(world)[row] = 0
    if answer.winner >= world.touch_count:
        given_winner_id(world)[row] = message_id(world)[answer.winner - world.touch_count]
    elif answer.winner >= 0:
        given_winner_id(world)[row] = touch_id(world)[answer.winner]
