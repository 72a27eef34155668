"""Decides a JSON case with the same code as production: `pauta gate explain`, golden cases, what-if questions."""

from __future__ import annotations

import json

from pauta.core import calendar
from pauta.core.gate.case_facts import Case, parse_case
from pauta.core.gate.explain import closed_days, rule_name
from pauta.core.gate.plan import Plan, plan
from pauta.core.gate.reasons import NO_RULE, REASONS, VERDICTS
from pauta.core.gate.sentences import Decision, sentence
from pauta.core.gate.vocabulary import CHANNELS, NEVER
from pauta.core.problems import Problem

Answer = dict[str, object]


def decide_case(document: object, lang: str = "en", path: str = "") -> list[Answer]:
    """One answer per open message, in the order of the input. Raises Problem with the path of what is wrong."""
    case = parse_case(document, path)
    rows = range(len(case.message_ids))
    decided = plan(case.facts, case.policies, tuple(rows))
    return [_answer(case, decided, row, lang) for row in rows]


def explain_text(document: str, lang: str = "en") -> str:
    """The answers to one JSON case, or to one case a line, as JSON text of the same shape."""
    try:
        case = json.loads(document)
    except json.JSONDecodeError:
        return _explain_lines(document, lang)
    return json.dumps(decide_case(case, lang), ensure_ascii=False, indent=1) + "\n"


def _explain_lines(document: str, lang: str) -> str:
    answers = []
    for number, line in enumerate(document.splitlines(), 1):
        if line.strip():
            try:
                case = json.loads(line)
            except json.JSONDecodeError as error:
                raise Problem("gate_not_json", f"line {number}", column=error.colno) from error
            answers.append(json.dumps(decide_case(case, lang, f"line {number}"), ensure_ascii=False) + "\n")
    if not answers:
        raise Problem("gate_not_json", "line 1", column=1)
    return "".join(answers)


def _answer(case: Case, decided: Plan, row: int, lang: str) -> Answer:
    placed = bool(decided.day[row] != NEVER)
    rule = int(decided.rule[row])
    return {
        "id": case.message_ids[row],
        "verdict": str(VERDICTS[decided.verdict[row]]),
        "day": int(decided.day[row]) - case.today if placed else None,
        "at": _instant(int(decided.at[row])) if placed else None,
        "channel": CHANNELS[decided.channel[row]] if placed else None,
        "reason": str(REASONS[decided.reason[row]]),
        "rule": None if rule == NO_RULE else rule_name(case.policies, rule),
        "earliest": None if decided.earliest[row] == NEVER else int(decided.earliest[row]) - case.today,
        "winners": [_winner_id(case, int(code)) for code in decided.winners_of(row)],
        "closed": _closed(case, decided, row),
        "text": sentence(_decision(case, decided, row), lang),
    }


def _decision(case: Case, decided: Plan, row: int) -> Decision:
    contact = case.contact_ids[case.facts.messages.contact[row]]
    return Decision(case.facts, case.policies, decided, row, contact, lambda code: _winner_id(case, code))


def _instant(at: int) -> str:
    return calendar.moment_of(at).isoformat(timespec="seconds").replace("+00:00", "Z")


def _winner_id(case: Case, code: int) -> str:
    touches = len(case.touch_ids)
    return case.touch_ids[code] if code < touches else case.message_ids[code - touches]


def _closed(case: Case, decided: Plan, row: int) -> list[Answer]:
    return [
        {
            "rule": rule_name(case.policies, closed.rule),
            "channel": None if closed.channel is None else CHANNELS[closed.channel],
            "days": "all" if closed.days is None else [day - case.today for day in closed.days],
        }
        for closed in closed_days(case.facts, decided, row)
    ]
