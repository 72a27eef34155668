"""A journey as a JSON document: how contacts get in, what happens to them, step by step, and how they get out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from pauta.core.problems import Problem

MOST_NODES = 200
LONGEST_WAIT = 3660
"""Days."""

Key = Annotated[str, Meta(min_length=1, max_length=60)]
Text = Annotated[str, Meta(max_length=1000)]
Clock = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Count = Annotated[int, Meta(ge=0, le=LONGEST_WAIT)]
Channel = Literal["email", "sms", "whatsapp", "call", "print", "inapp", "voice", "push"]
MessageType = Literal["transactional", "educational", "relationship", "promotional", "operational"]


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Parent of everything in a document: a field that nobody knows is refused."""


class Point(_Part, frozen=True, kw_only=True):
    """Where the canvas draws a node."""

    x: float
    y: float


class Happening(_Part, frozen=True, kw_only=True):
    """An event of the contact or of its account, by name; ``where`` lists properties that it must have."""

    event: Text
    where: dict[str, str | int | float | bool] = {}


class Span(_Part, frozen=True, kw_only=True):
    """A length of time; a day is 24 hours."""

    days: Count = 0
    hours: Count = 0
    minutes: Count = 0

    @property
    def seconds(self) -> int:
        """All of it in seconds."""
        return 86400 * self.days + 3600 * self.hours + 60 * self.minutes


class EventEntry(_Part, frozen=True, kw_only=True, tag="event", tag_field="kind"):
    """In gets whom this happens to; what happens to an account gets all its contacts in."""

    event: Text
    where: dict[str, str | int | float | bool] = {}


class DateEntry(_Part, frozen=True, kw_only=True, tag="date", tag_field="kind"):
    """In gets who is ``days`` away from a date of theirs: 90 is ninety days before it, -3 three days after it.

    ``attribute`` names a date of the contact, or with ``account.`` in front one of its account.
    """

    attribute: Text
    days: Annotated[int, Meta(ge=-LONGEST_WAIT, le=LONGEST_WAIT)] = 0
    at: Clock = "09:00"
    rule: dict[str, Any] | None = None


class SegmentEntry(_Part, frozen=True, kw_only=True, tag="segment", tag_field="kind"):
    """In gets who enters a segment."""

    segment: Text


class ApiEntry(_Part, frozen=True, kw_only=True, tag="api", tag_field="kind"):
    """In gets whom a program or a colleague puts in."""


Entry = EventEntry | DateEntry | SegmentEntry | ApiEntry


class Again(_Part, frozen=True, kw_only=True):
    """Whether a contact gets in again: never, after the last time has ended, or ``days`` after the last time began."""

    rule: Literal["never", "after_exit", "after_days"] = "never"
    days: Annotated[int, Meta(ge=1, le=LONGEST_WAIT)] = 30


class Goal(_Part, frozen=True, kw_only=True):
    """What the journey is for; who reaches it has converted, and leaves unless ``stays``."""

    event: Text
    where: dict[str, str | int | float | bool] = {}
    stays: bool = False


class Defaults(_Part, frozen=True, kw_only=True):
    """What messages are unless their node says otherwise."""

    type: MessageType = "relationship"
    topic: Text = ""
    team: Text = ""
    tier: Annotated[int, Meta(ge=0, le=3)] = 2
    value: float = 0.0
    urgent: bool = False
    channels: Annotated[tuple[Channel, ...], Meta(min_length=1)] = ("email",)
    sender: Text = ""


class _Node(_Part, frozen=True, kw_only=True, tag_field="kind"):
    """Parent of the nodes: an id, a name that people gave it, and its place on the canvas."""

    id: Key
    label: Text = ""
    position: Point | None = None


class MessageNode(_Node, frozen=True, kw_only=True, tag="message"):
    """Say something, if the gate lets it through.

    ``expires_days`` after the contact arrived it is not sent any more. ``held`` says what becomes of a contact whose
    message the gate holds: ``wait`` for it until it is sent or expires, ``skip`` it and go on, or ``exit``.
    What is None is as the journey says.
    """

    template: Text = ""
    type: MessageType | None = None
    topic: Text | None = None
    team: Text | None = None
    tier: Annotated[int, Meta(ge=0, le=3)] | None = None
    value: float | None = None
    urgent: bool | None = None
    channels: Annotated[list[Channel], Meta(min_length=1)] | None = None
    at: Clock | None = None
    expires_days: Annotated[int, Meta(ge=0, le=365)] = 7
    held: Literal["wait", "skip", "exit"] = "wait"
    next: str = ""


class WaitNode(_Node, frozen=True, kw_only=True, tag="wait"):
    """Wait for a length of time; one day is 24 hours."""

    days: Count = 0
    hours: Count = 0
    minutes: Count = 0
    next: str = ""

    @property
    def seconds(self) -> int:
        """How long, in seconds."""
        return 86400 * self.days + 3600 * self.hours + 60 * self.minutes


class WaitDayNode(_Node, frozen=True, kw_only=True, tag="wait_day"):
    """Wait until an hour on the contact's clock, ``days`` calendar days later (0: the next time that it is that
    hour), and from there to the next of the ``weekdays`` (1 Monday … 7 Sunday)."""

    days: Count = 1
    at: Clock = "09:00"
    weekdays: list[Annotated[int, Meta(ge=1, le=7)]] = []
    next: str = ""


class WaitDateNode(_Node, frozen=True, kw_only=True, tag="wait_date"):
    """Wait until a date: one that is written here, or an attribute of the contact or its account (``account.…``).

    ``days`` before it (negative: after it), at an hour on the contact's clock. ``past`` says what becomes of those for
    whom that has passed already, or who have no such date: ``go_on`` at once, ``exit``, or the way ``otherwise``.
    """

    date: Text = ""
    attribute: Text = ""
    days: Annotated[int, Meta(ge=-LONGEST_WAIT, le=LONGEST_WAIT)] = 0
    at: Clock = "09:00"
    past: Literal["go_on", "exit", "otherwise"] = "go_on"
    next: str = ""
    otherwise: str = ""


class WaitEventNode(_Node, frozen=True, kw_only=True, tag="wait_event"):
    """Wait until something happens; ``otherwise`` is the way of those to whom it has not ``within`` that time."""

    event: Text = ""
    where: dict[str, str | int | float | bool] = {}
    within: Span = Span()
    next: str = ""
    otherwise: str = ""


class Way(_Part, frozen=True, kw_only=True):
    """A way out of a branch, for those for whom the condition holds: a rule, or what they did with a message.

    ``rule`` is as in the reference of rules. ``message`` is the id of an earlier message node, and ``did`` what the
    contact did with it; ``delivered`` means that it was sent.
    """

    next: str = ""
    label: Text = ""
    rule: dict[str, Any] | None = None
    message: str = ""
    did: Literal["delivered", "opened", "clicked", "replied"] = "opened"


class BranchNode(_Node, frozen=True, kw_only=True, tag="branch"):
    """Take the first way whose condition holds; ``otherwise`` when none does."""

    ways: list[Way] = []
    otherwise: str = ""


class Share(_Part, frozen=True, kw_only=True):
    """A part of a split, in percent."""

    next: str = ""
    label: Text = ""
    percent: Annotated[float, Meta(ge=0, le=100)] = 50.0


class SplitNode(_Node, frozen=True, kw_only=True, tag="split"):
    """Send contacts on different ways by chance. A contact takes the same way each time it comes here."""

    shares: list[Share] = []


class TaskNode(_Node, frozen=True, kw_only=True, tag="task"):
    """Give a colleague a task, and wait until it is done; ``otherwise`` is the way when it is not ``within`` that time.

    ``assignee`` is an address; empty means whoever looks after the account, or where nobody does, the publisher.
    """

    title: Text = ""
    note: Text = ""
    assignee: Text = ""
    due_days: Count = 1
    within: Span = Span()
    next: str = ""
    otherwise: str = ""


class SetNode(_Node, frozen=True, kw_only=True, tag="set"):
    """Set the stage or an attribute of the contact or, with ``account.`` in front, of its account (null removes it)."""

    attribute: Text = ""
    value: str | int | float | bool | None = None
    next: str = ""


class StartNode(_Node, frozen=True, kw_only=True, tag="start"):
    """Put the contact into another journey as well, as far as that one lets it in."""

    journey: Text = ""
    next: str = ""


class LeaveNode(_Node, frozen=True, kw_only=True, tag="leave"):
    """Take the contact out of another journey."""

    journey: Text = ""
    next: str = ""


class GoalNode(_Node, frozen=True, kw_only=True, tag="goal"):
    """Whoever comes here has converted."""

    next: str = ""


class ExitNode(_Node, frozen=True, kw_only=True, tag="exit"):
    """The end."""


Node = (
    MessageNode
    | WaitNode
    | WaitDayNode
    | WaitDateNode
    | WaitEventNode
    | BranchNode
    | SplitNode
    | TaskNode
    | SetNode
    | StartNode
    | LeaveNode
    | GoalNode
    | ExitNode
)
WAITS = (WaitNode, WaitDayNode, WaitDateNode, WaitEventNode, TaskNode)
"""Nodes at which time passes."""


class Document(_Part, frozen=True, kw_only=True):
    """A journey. ``exits`` take contacts out at once, wherever they are; the rule ``exit_when`` before a step."""

    entry: Entry
    start: str = ""
    nodes: Annotated[list[Node], Meta(max_length=MOST_NODES)] = []
    again: Again = Again()
    exits: list[Happening] = []
    exit_when: dict[str, Any] | None = None
    goal: Goal | None = None
    messages: Defaults = Defaults()


def read_document(value: object) -> Document:
    """A document from its JSON value. Raises Problem with the path of the first thing that cannot be read."""
    try:
        return msgspec.convert(value, Document)
    except msgspec.ValidationError as error:
        why, _, path = str(error).partition(" - at `$")
        raise Problem("journeys.document", path.strip("`.") or "document", why=why) from None


def written_document(document: Document) -> dict[str, Any]:
    """The JSON value of a document, without what is as usual."""
    found: dict[str, Any] = msgspec.to_builtins(document)
    return found


def ways_of(node: Node) -> Iterator[tuple[str, str]]:
    """The fields of a node that lead on, each with the id of the node to which it leads (or empty)."""
    match node:
        case ExitNode():
            return
        case BranchNode():
            yield from ((f"ways[{place}].next", way.next) for place, way in enumerate(node.ways))
            yield "otherwise", node.otherwise
        case SplitNode():
            yield from ((f"shares[{place}].next", share.next) for place, share in enumerate(node.shares))
        case WaitEventNode() | TaskNode():
            yield "next", node.next
            if node.otherwise or node.within.seconds:
                yield "otherwise", node.otherwise
        case WaitDateNode():
            yield "next", node.next
            if node.past == "otherwise":
                yield "otherwise", node.otherwise
        case _:
            yield "next", node.next
