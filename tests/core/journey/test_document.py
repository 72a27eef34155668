"""The journey's document: read, written, and everything that is wrong with it, node by node."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pauta.core.journey import document as journey
from pauta.core.journey.checks import Known, problems
from pauta.core.journey.document import Document, MessageNode, read_document, written_document
from pauta.core.problems import Problem

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "journey.md"
KNOWN = Known(
    templates=frozenset({"welcome"}),
    journeys=frozenset({"onboarding"}),
    segments=frozenset({"pilot"}),
    teams=frozenset({"success"}),
)
END = {"id": "end", "kind": "exit"}


def found(*nodes: dict[str, Any], **more: Any) -> set[tuple[str, str, str]]:
    """What is wrong: node, field and code."""
    value = {"entry": {"kind": "api"}, "start": nodes[0]["id"] if nodes else "", "nodes": list(nodes), **more}
    return {(one.node, one.problem.field, one.problem.code) for one in problems(read_document(value), KNOWN)}


def test_the_example_of_the_reference_is_written_as_it_was_read_and_lacks_nothing() -> None:
    text = re.search(r"```json\n(.+?)```", REFERENCE.read_text(encoding="utf-8"), re.DOTALL)
    assert text is not None
    value = json.loads(text[1])
    document = read_document(value)
    assert written_document(document) == value
    assert problems(document, KNOWN) == []


def test_every_node_kind_has_its_heading() -> None:
    told = re.findall(r"^### (.+)$", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)
    kinds = {node.__struct_config__.tag for node in journey.Node.__args__}
    assert {kind for line in told for kind in re.findall(r"`(\w+)`", line)} == kinds


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"entry": {"kind": "nothing"}}, "entry.kind"),
        ({"entry": {"kind": "api"}, "nodes": [{"id": "a", "kind": "message", "tier": 9}]}, "nodes[0].tier"),
        ({"entry": {"kind": "api"}, "colour": "blue"}, "document"),
        ({"nodes": []}, "document"),
        ({"entry": {"kind": "date", "attribute": "x", "at": "25:00"}}, "entry.at"),
        ({"entry": {"kind": "api"}, "nodes": [END] * 201}, "nodes"),
        ([], "document"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(value: object, field: str) -> None:
    with pytest.raises(Problem) as refused:
        read_document(value)
    assert (refused.value.code, refused.value.field) == ("journeys.document", field)


def test_a_message_takes_from_the_journey_what_it_does_not_say() -> None:
    document = read_document({"entry": {"kind": "api"}, "nodes": [{"id": "a", "kind": "message", "topic": ""}]})
    (node,) = document.nodes
    assert isinstance(node, MessageNode)
    assert (node.topic, node.type, document.messages.type) == ("", None, "relationship")


def test_an_empty_journey() -> None:
    assert found() == {("", "nodes", "journeys.empty")}


@pytest.mark.parametrize(
    ("node", "field", "code"),
    [
        ({"kind": "message", "next": "end"}, "template", "journeys.template_missing"),
        ({"kind": "message", "template": "none", "next": "end"}, "template", "journeys.template_unknown"),
        ({"kind": "message", "template": "welcome", "team": "x", "next": "end"}, "team", "journeys.team_unknown"),
        ({"kind": "wait", "next": "end"}, "days", "journeys.wait_nothing"),
        ({"kind": "wait", "days": 1}, "next", "journeys.next_missing"),
        ({"kind": "wait", "days": 1, "next": "moon"}, "next", "journeys.next_unknown"),
        ({"kind": "wait_date", "next": "end"}, "attribute", "journeys.date_missing"),
        ({"kind": "wait_date", "date": "2026-13-01", "next": "end"}, "date", "journeys.date_wrong"),
        (
            {"kind": "wait_date", "date": "2026-12-01", "attribute": "x", "next": "end"},
            "attribute",
            "journeys.date_missing",
        ),
        (
            {"kind": "wait_date", "date": "2026-12-01", "past": "otherwise", "next": "end"},
            "otherwise",
            "journeys.next_missing",
        ),
        ({"kind": "wait_event", "event": "paid", "next": "end"}, "within", "journeys.wait_endless"),
        (
            {"kind": "wait_event", "within": {"days": 1}, "next": "end", "otherwise": "end"},
            "event",
            "journeys.event_missing",
        ),
        (
            {"kind": "wait_event", "event": "paid", "within": {"hours": 1}, "next": "end"},
            "otherwise",
            "journeys.next_missing",
        ),
        ({"kind": "task", "title": "Call", "next": "end"}, "within", "journeys.wait_endless"),
        ({"kind": "task", "within": {"days": 1}, "next": "end", "otherwise": "end"}, "title", "journeys.title_missing"),
        ({"kind": "set", "attribute": "account.", "next": "end"}, "attribute", "journeys.attribute_missing"),
        ({"kind": "start", "journey": "moon", "next": "end"}, "journey", "journeys.other_unknown"),
        ({"kind": "leave", "journey": "", "next": "end"}, "journey", "journeys.other_unknown"),
        ({"kind": "split", "shares": [{"percent": 60, "next": "end"}]}, "shares", "journeys.split_shares"),
        ({"kind": "branch", "otherwise": "end"}, "ways", "journeys.branch_empty"),
        ({"kind": "branch", "ways": [{"next": "end"}], "otherwise": "end"}, "ways[0]", "journeys.condition_missing"),
        (
            {"kind": "branch", "ways": [{"next": "end", "rule": {"rules": []}}], "otherwise": "end"},
            "ways[0].rule.rules",
            "rule_empty",
        ),
        (
            {"kind": "branch", "ways": [{"next": "end", "message": "end"}], "otherwise": "end"},
            "ways[0].message",
            "journeys.message_unknown",
        ),
    ],
)
def test_each_thing_that_can_be_wrong_at_a_node(node: dict[str, Any], field: str, code: str) -> None:
    assert found({"id": "a", **node}, END) - {("end", "id", "journeys.unreachable")} == {("a", field, code)}


def test_a_node_that_nothing_leads_to() -> None:
    assert found(END, {"id": "b", "kind": "goal", "next": "end"}) == {("b", "id", "journeys.unreachable")}


def test_a_loop_needs_a_wait_and_a_way_out() -> None:
    split = {"id": "a", "kind": "split", "shares": [{"percent": 50, "next": "b"}, {"percent": 50, "next": "end"}]}
    loop = {("a", "next", "journeys.loop_without_wait"), ("b", "next", "journeys.loop_without_wait")}
    assert found(split, {"id": "b", "kind": "goal", "next": "a"}, END) == loop
    assert found(split, {"id": "b", "kind": "wait", "days": 1, "next": "a"}, END) == set()
    caught = {(node, "next", "journeys.no_exit") for node in "ab"}
    forever = [{"id": "a", "kind": "wait", "days": 1, "next": "b"}, {"id": "b", "kind": "wait", "days": 1, "next": "a"}]
    assert found(*forever) == caught


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"start": "moon"}, "start", "journeys.no_start"),
        ({"entry": {"kind": "event", "event": " "}}, "entry.event", "journeys.event_missing"),
        ({"entry": {"kind": "date", "attribute": ""}}, "entry.attribute", "journeys.date_missing"),
        ({"entry": {"kind": "segment", "segment": "x"}}, "entry.segment", "journeys.segment_unknown"),
        ({"exits": [{"event": ""}]}, "exits[0].event", "journeys.event_missing"),
        ({"goal": {"event": ""}}, "goal.event", "journeys.event_missing"),
        ({"messages": {"team": "x"}}, "messages.team", "journeys.team_unknown"),
        ({"exit_when": {"rules": []}}, "exit_when.rules", "rule_empty"),
        ({"entry": {"kind": "date", "attribute": "x", "rule": {"rules": []}}}, "entry.rule.rules", "rule_empty"),
    ],
)
def test_each_thing_that_can_be_wrong_with_the_journey_itself(more: dict[str, Any], field: str, code: str) -> None:
    assert found(END, **more) == {("", field, code)}


def test_an_id_that_two_nodes_have() -> None:
    assert ("end", "id", "journeys.node_twice") in found(END, END)


def test_days_hours_and_minutes_make_one_time() -> None:
    span = journey.Span(days=1, hours=2, minutes=3)
    assert span.seconds == 93_780 == journey.WaitNode(id="w", days=1, hours=2, minutes=3).seconds


def test_documents_are_values() -> None:
    value = {"entry": {"kind": "segment", "segment": "pilot"}, "start": "end", "nodes": [END]}
    assert read_document(value) == read_document(value)
    assert isinstance(read_document(value), Document)
