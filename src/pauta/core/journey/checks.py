"""What is wrong with a journey: everything at once, each with the node and the field that it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pauta.core.journey.document import (
    WAITS,
    BranchNode,
    DateEntry,
    Document,
    EventEntry,
    ExitNode,
    LeaveNode,
    MessageNode,
    Node,
    SegmentEntry,
    SetNode,
    SplitNode,
    StartNode,
    TaskNode,
    WaitDateNode,
    WaitEventNode,
    WaitNode,
    ways_of,
)
from pauta.core.problems import Problem
from pauta.core.rules.reading import read_rule


@dataclass(frozen=True, slots=True)
class Known:
    """Names of what a journey may refer to: templates, other journeys, segments and teams."""

    templates: frozenset[str]
    journeys: frozenset[str]
    segments: frozenset[str]
    teams: frozenset[str]


@dataclass(frozen=True, slots=True)
class NodeProblem:
    """What is wrong at a node; ``node`` is empty for the journey itself."""

    node: str
    problem: Problem


def problems(document: Document, known: Known) -> list[NodeProblem]:
    """Everything that keeps a journey from being published, in the order of its nodes; empty when it may be."""
    found = [NodeProblem("", one) for one in _whole(document, known)]
    twice = {key for key, count in Counter(node.id for node in document.nodes).items() if count > 1}
    found += [NodeProblem(key, Problem("journeys.node_twice", "id", node=key)) for key in sorted(twice)]
    nodes = {node.id: node for node in document.nodes}
    reached = _reached(document.start, nodes)
    ending = _ending(nodes)
    circling = _circling(nodes)
    for node in document.nodes:
        faults = [*_content(node, nodes, known), *_leading(node, nodes)]
        if node.id not in reached and document.start in nodes:
            faults.append(Problem("journeys.unreachable", "id", node=_name(node)))
        elif node.id not in ending and not any(one.code.startswith("journeys.next") for one in faults):
            faults.append(Problem("journeys.no_exit", "next", node=_name(node)))
        if node.id in circling:
            faults.append(Problem("journeys.loop_without_wait", "next", node=_name(node)))
        found += [NodeProblem(node.id, one) for one in faults]
    return found


def _whole(document: Document, known: Known) -> Iterator[Problem]:
    entry = document.entry
    if not document.nodes:
        yield Problem("journeys.empty", "nodes")
    elif document.start not in {node.id for node in document.nodes}:
        yield Problem("journeys.no_start", "start", start=document.start)
    if isinstance(entry, EventEntry) and not entry.event.strip():
        yield Problem("journeys.event_missing", "entry.event")
    if isinstance(entry, DateEntry) and not entry.attribute.strip():
        yield Problem("journeys.date_missing", "entry.attribute")
    if isinstance(entry, DateEntry) and entry.rule is not None:
        yield from _rule(entry.rule, "entry.rule")
    if document.exit_when is not None:
        yield from _rule(document.exit_when, "exit_when")
    if isinstance(entry, SegmentEntry) and entry.segment not in known.segments:
        yield Problem("journeys.segment_unknown", "entry.segment", segment=entry.segment)
    for place, one in enumerate(document.exits):
        if not one.event.strip():
            yield Problem("journeys.event_missing", f"exits[{place}].event")
    if document.goal is not None and not document.goal.event.strip():
        yield Problem("journeys.event_missing", "goal.event")
    if document.messages.team and document.messages.team not in known.teams:
        yield Problem("journeys.team_unknown", "messages.team", team=document.messages.team)


def _content(node: Node, nodes: dict[str, Node], known: Known) -> Iterator[Problem]:
    """What is missing or wrong inside a node."""
    match node:
        case MessageNode():
            if not node.template:
                yield Problem("journeys.template_missing", "template")
            elif node.template not in known.templates:
                yield Problem("journeys.template_unknown", "template", template=node.template)
            if node.team and node.team not in known.teams:
                yield Problem("journeys.team_unknown", "team", team=node.team)
        case WaitNode() if not node.seconds:
            yield Problem("journeys.wait_nothing", "days")
        case WaitDateNode():
            yield from _date(node)
        case WaitEventNode():
            if not node.event.strip():
                yield Problem("journeys.event_missing", "event")
            if not node.within.seconds:
                yield Problem("journeys.wait_endless", "within")
        case TaskNode():
            if not node.title.strip():
                yield Problem("journeys.title_missing", "title")
            if not node.within.seconds:
                yield Problem("journeys.wait_endless", "within")
        case SetNode() if not node.attribute.removeprefix("account.").strip():
            yield Problem("journeys.attribute_missing", "attribute")
        case StartNode() | LeaveNode() if node.journey not in known.journeys:
            yield Problem("journeys.other_unknown", "journey", journey=node.journey)
        case SplitNode():
            total = sum(share.percent for share in node.shares)
            if abs(total - 100) > 0.001:
                yield Problem("journeys.split_shares", "shares", total=f"{total:g}")
        case BranchNode():
            yield from _branch(node, nodes)
        case _:
            return


def _date(node: WaitDateNode) -> Iterator[Problem]:
    if bool(node.date) == bool(node.attribute.strip()):
        yield Problem("journeys.date_missing", "attribute")
    elif node.date:
        try:
            date.fromisoformat(node.date)
        except ValueError:
            yield Problem("journeys.date_wrong", "date", value=node.date)


def _branch(node: BranchNode, nodes: dict[str, Node]) -> Iterator[Problem]:
    if not node.ways:
        yield Problem("journeys.branch_empty", "ways")
    for place, way in enumerate(node.ways):
        if (way.rule is None) == (not way.message):
            yield Problem("journeys.condition_missing", f"ways[{place}]")
        elif way.rule is not None:
            yield from _rule(way.rule, f"ways[{place}].rule")
        elif not isinstance(nodes.get(way.message), MessageNode):
            yield Problem("journeys.message_unknown", f"ways[{place}].message", message=way.message)


def _rule(rule: object, path: str) -> Iterator[Problem]:
    try:
        read_rule(rule, path)
    except Problem as problem:
        yield problem


def _leading(node: Node, nodes: dict[str, Node]) -> Iterator[Problem]:
    for field, target in ways_of(node):
        if not target:
            yield Problem("journeys.next_missing", field, node=_name(node))
        elif target not in nodes:
            yield Problem("journeys.next_unknown", field, node=_name(node), target=target)


def _reached(start: str, nodes: dict[str, Node]) -> set[str]:
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        key = ahead.pop()
        if key in nodes and key not in reached:
            reached.add(key)
            ahead += [target for _, target in ways_of(nodes[key])]
    return reached


def _ending(nodes: dict[str, Node]) -> set[str]:
    """Nodes from which there is a way to the end."""
    ending = {key for key, node in nodes.items() if isinstance(node, ExitNode)}
    grown = True
    while grown:
        more = {
            key for key, node in nodes.items() if key not in ending and any(to in ending for _, to in ways_of(node))
        }
        ending |= more
        grown = bool(more)
    return ending


def loops(document: Document) -> frozenset[str]:
    """Nodes to which a contact may come more than once."""
    return frozenset(_returning({node.id: node for node in document.nodes}))


def _circling(nodes: dict[str, Node]) -> set[str]:
    """Nodes that lead back to themselves without any wait on the way."""
    return _returning({key: node for key, node in nodes.items() if not isinstance(node, WAITS)})


def _returning(nodes: dict[str, Node]) -> set[str]:
    """Nodes that lead back to themselves by these nodes alone."""
    quick = {key: [to for _, to in ways_of(node)] for key, node in nodes.items()}
    return {key for key in quick if key in _after(key, quick)}


def _after(start: str, quick: dict[str, list[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = list(quick[start])
    while ahead:
        key = ahead.pop()
        if key in quick and key not in seen:
            seen.add(key)
            ahead += quick[key]
    return seen


def _name(node: Node) -> str:
    return node.label or node.id
