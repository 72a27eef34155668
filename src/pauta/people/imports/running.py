"""The run of an import: a first look for types and length, then chunk after chunk, each in one transaction.

While the database stores a chunk, another process already reads the next one. A run that was interrupted is taken up
again after its last stored chunk. A dry run does all the same work in one transaction and takes it back.
"""

from __future__ import annotations

import gc
import hashlib
import json
import multiprocessing
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import cycle
from multiprocessing.connection import Connection as Pipe
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from pauta.core.problems import Problem
from pauta.people.changes import Changes
from pauta.people.imports.fields import Applied, Setting, Subject
from pauta.people.imports.guessing import AttributeType, Guess, OrderGuess
from pauta.people.imports.mapping import Assignment, Wishes, assign
from pauta.people.imports.reading import Sheet, chunks
from pauta.people.imports.rejects import RejectsFile
from pauta.people.imports.rows import Prepared, Reader
from pauta.people.locks import lock_people, lock_people_in_turns, may_take_turns
from pauta.people.turns import Turn
from pauta.platform.processes import tied_to_this

_LOOK_ROWS = 20_000

React = Callable[[Connection[Any], Changes, datetime], None]
"""What follows from changes to people, in the same transaction: layers above keep rows of their own about them."""


@dataclass(frozen=True)
class Plan:
    """What an import is going to do: shown to the user before anything is written."""

    subject: Subject
    sheet: Sheet
    assignment: Assignment
    rows: int

    @property
    def fingerprint(self) -> str:
        """The same for the same file, kind and assignment."""
        said = json.dumps([self.subject.kind, self.sheet.digest, self.assignment.describe()], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass
class Tally:
    """What became of the rows so far. ``notes`` count what else happened, by problem code."""

    done: int = 0
    created: int = 0
    changed: int = 0
    rejected: int = 0
    left_out: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def unchanged(self) -> int:
        """Rows that said nothing new."""
        return max(0, self.done - self.created - self.changed - self.rejected - self.left_out)


@dataclass(frozen=True)
class Doors:
    """Where a run reports: rejected rows, progress after every chunk, and changes to the layers above."""

    rejects: RejectsFile
    progress: Callable[[Tally], None]
    react: React


def plan_import(subject: Subject, sheet: Sheet, wishes: Wishes) -> Plan:
    """Assign the columns, count the rows and guess the types of attributes from every value."""
    assignment = assign(subject, sheet.header, wishes)
    untyped = [column for column in assignment.attributes if column.type is None]
    guesses = {column.header: Guess() for column in untyped}
    orders = {recipe.field.name: OrderGuess() for recipe in assignment.unordered}
    rows, width = 0, len(sheet.header)
    with _collector_off():
        for chunk in chunks(sheet, _LOOK_ROWS):
            rows = chunk.last
            for column in untyped:
                guesses[column.header].see(row[column.column] for row in chunk.rows if len(row) == width)
            if orders:
                _see_orders(assignment, orders, [row for row in chunk.rows if len(row) == width])
    if not rows:
        raise Problem("import_no_rows", "file", file=sheet.path.name)
    types: dict[str, AttributeType] = {header: guess.type for header, guess in guesses.items()}
    return Plan(subject, sheet, assignment.with_types(types, _found_orders(assignment, orders, sheet)), rows)


def _see_orders(assignment: Assignment, orders: Mapping[str, OrderGuess], rows: Sequence[Sequence[str]]) -> None:
    columns = list(zip(*rows, strict=True))
    for recipe in assignment.unordered if rows else ():
        orders[recipe.field.name].see(recipe.texts(columns, range(len(rows))))


def _found_orders(assignment: Assignment, orders: Mapping[str, OrderGuess], sheet: Sheet) -> dict[str, AttributeType]:
    """The order of each field's days and times; a Problem when a column leaves it open."""
    found: dict[str, AttributeType] = {}
    for recipe in assignment.unordered:
        order = orders[recipe.field.name].order
        if order is None:
            column = next(sheet.header[place] for place in recipe.columns if place >= 0)
            raise Problem("import_date_order_open", recipe.field.name, column=column)
        found[recipe.field.name] = order
    return found


def dry_run(connection: Connection[Any], plan: Plan, setting: Setting, doors: Doors) -> Tally:
    """Do everything that the import would do, and take it back; ``doors.rejects`` is written all the same.

    ``connection`` is in autocommit mode.
    """
    tally = Tally()
    doors.rejects.begin()
    with connection.transaction(force_rollback=True), _prepared(plan, setting) as prepared:
        for chunk in prepared:
            _count(chunk, _apply(connection, plan, chunk, setting, doors), doors, tally)
            doors.progress(tally)
    return tally


def run_import(
    connections: Sequence[Connection[Any]], plan: Plan, setting: Setting, doors: Doors, actor: str, resume: bool
) -> Tally:
    """Import in committed chunks. ``resume`` goes on after the last chunk of an interrupted run of the same import.

    The sessions, in autocommit mode, take turns with the chunks, which are committed in their order; while another
    import does so, there is one at work. A resumed run keeps the time at which it began.
    """
    first = connections[0]
    in_turns = may_take_turns(first)
    run_id, tally, began = _interrupted(first, plan) if resume else _begin(first, plan, setting.now, actor)
    run = _Run(run_id, plan, replace(setting, now=began), doors, tally, in_turns)
    doors.rejects.begin(after_row=tally.done)
    first.execute("UPDATE import_run SET rejects = %s WHERE id = %s", (str(doors.rejects.path.resolve()), run_id))
    at_work = connections if in_turns else connections[:1]
    with _prepared(plan, run.setting) as prepared, ThreadPoolExecutor(len(at_work)) as threads:
        _in_turns(threads, at_work, run, prepared)
    with first.transaction():
        _record(first, run_id, tally, "done")
    return tally


@dataclass(frozen=True)
class _Run:
    """An import that is under way."""

    id: int
    plan: Plan
    setting: Setting
    doors: Doors
    tally: Tally
    in_turns: bool

    def store(self, connection: Connection[Any], chunk: Prepared, turn: Turn) -> None:
        """Store a chunk in one transaction, which is committed after those of the chunks before it."""
        kept = False
        try:
            with connection.transaction():
                (lock_people_in_turns if self.in_turns else lock_people)(connection)
                applied = _apply(connection, self.plan, chunk, replace(self.setting, turn=turn), self.doors)
                turn.wait_for_before()
                _count(chunk, applied, self.doors, self.tally)
                _record(connection, self.id, self.tally, "running")
            self.doors.progress(self.tally)
            kept = True
        finally:
            turn.end(kept=kept)


def _in_turns(
    threads: ThreadPoolExecutor, connections: Sequence[Connection[Any]], run: _Run, prepared: Iterator[Prepared]
) -> None:
    done, turn = run.tally.done, Turn()
    turn.end(kept=True)
    under_way: deque[Future[None]] = deque()
    free = cycle(connections)
    for chunk in prepared:
        if chunk.chunk.last <= done:
            continue
        turn.wait_until_asked()
        if len(under_way) == len(connections):
            under_way.popleft().result()
        turn = Turn(turn)
        under_way.append(threads.submit(run.store, next(free), chunk, turn))
    for last in under_way:
        last.result()


def _apply(connection: Connection[Any], plan: Plan, chunk: Prepared, setting: Setting, doors: Doors) -> Applied | None:
    if not chunk.batch.numbers:
        return None
    applied = plan.subject.apply(connection, chunk.batch, setting)
    doors.react(connection, applied.changes, setting.now)
    return applied


def _count(chunk: Prepared, applied: Applied | None, doors: Doors, tally: Tally) -> None:
    refused = dict(chunk.refused)
    if applied is not None:
        refused |= {chunk.batch.numbers[place]: problem for place, problem in applied.refused.items()}
        tally.created += applied.changes.created
        tally.changed += applied.changes.changed
        tally.notes += applied.notes
    doors.rejects.add(chunk.chunk, refused)
    tally.done = chunk.chunk.last
    tally.left_out += chunk.left_out
    tally.rejected += len(refused)
    tally.reasons.update(problem.code for problem in refused.values())


@contextmanager
def _prepared(plan: Plan, setting: Setting) -> Iterator[Iterator[Prepared]]:
    """The chunks of the file, each read by a process of its own while the one before it is stored."""
    forked = multiprocessing.get_context("fork")
    here, there = forked.Pipe(duplex=False)
    tie = tied_to_this(signal.SIGKILL)
    with _collector_off():
        reading = forked.Process(target=_read, args=(plan, setting, there, tie), daemon=True)
        reading.start()
        there.close()

        def heard() -> Prepared | Problem | None:
            try:
                chunk: Prepared | Problem | None = here.recv()
            except EOFError as error:
                raise Problem("import_reader_died", "file", file=plan.sheet.path.name) from error
            return chunk

        def said() -> Iterator[Prepared]:
            while (chunk := heard()) is not None:
                if isinstance(chunk, Problem):
                    raise chunk
                yield chunk

        try:
            yield said()
        finally:
            reading.kill()
            reading.join()
            here.close()


def _read(plan: Plan, setting: Setting, there: Pipe[Prepared | Problem | None, None], tie: Callable[[], None]) -> None:
    """What the reading process does: a chunk after the other, the next one when the one before was taken."""
    tie()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the command, which ends this process
    reader = Reader(plan.subject, plan.assignment, len(plan.sheet.header), setting)
    try:
        for chunk in chunks(plan.sheet, setting.batch):
            there.send(reader.prepare(chunk))
        there.send(None)
    except Problem as problem:
        there.send(problem)


@contextmanager
def _collector_off() -> Iterator[None]:
    """Rows hold no cycles, and to look for some among millions of cells takes a third of the time of reading them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _begin(connection: Connection[Any], plan: Plan, now: datetime, actor: str) -> tuple[int, Tally, datetime]:
    row = connection.execute(
        """
        INSERT INTO import_run (kind, file_name, fingerprint, mapping, state, rows_total, actor, started_at, changed_at)
        VALUES (%s, %s, %s, %s, 'running', %s, %s, %s, %s) RETURNING id
        """,
        (
            plan.subject.kind,
            plan.sheet.path.name,
            plan.fingerprint,
            Jsonb(plan.assignment.describe()),
            plan.rows,
            actor,
            now,
            now,
        ),
    ).fetchone()
    assert row is not None
    return row[0], Tally(), now


def _interrupted(connection: Connection[Any], plan: Plan) -> tuple[int, Tally, datetime]:
    row = connection.execute(
        """
        SELECT id, started_at, rows_done, rows_created, rows_changed, rows_rejected, rows_left_out, reasons, notes
        FROM import_run
        WHERE fingerprint = %s AND state = 'running' ORDER BY id DESC LIMIT 1
        """,
        (plan.fingerprint,),
    ).fetchone()
    if row is None:
        raise Problem("import_nothing_to_resume", "--resume", file=plan.sheet.path.name)
    run_id, began, done, created, changed, rejected, left_out, reasons, notes = row
    return run_id, Tally(done, created, changed, rejected, left_out, Counter(reasons), Counter(notes)), began


def _record(connection: Connection[Any], run_id: int, tally: Tally, state: str) -> None:
    connection.execute(
        """
        UPDATE import_run SET state = %s, rows_done = %s, rows_created = %s, rows_changed = %s, rows_rejected = %s,
          rows_left_out = %s, reasons = %s, notes = %s, changed_at = clock_timestamp()
        WHERE id = %s
        """,
        (
            *(state, tally.done, tally.created, tally.changed, tally.rejected, tally.left_out),
            *(Jsonb(tally.reasons), Jsonb(tally.notes), run_id),
        ),
    )
