"""A worker's own append-only record of final dots and answers, which outlives the worker.

A line is written before the bytes that complete a message leave this machine, and another when the answer came. So
when a worker dies, exactly those messages are unknown whose dot went out unanswered; everything else is certain. The
lines are in the kernel's hands once written: they survive the death of the process, though not of the machine, after
which every attempt without an outcome counts as unknown.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pauta.channels.base import Outcome, OutcomeKind
from pauta.platform.disk import is_full

_DOT, _ANSWER, _BAD = "dot", "answer", "bad"


@dataclass(frozen=True)
class Entry:
    """What a dead worker's journal says of one attempt: its dot went out; ``outcome`` if an answer came too."""

    reference: str
    outcome: Outcome | None


class Journal:
    """The journal of one living worker, locked by its process for as long as that lives, running or stopped."""

    def __init__(self, folder: Path, owner: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{owner}.journal"
        self._descriptor = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        self.full = False
        """Whether a line could not be written because the disk is full."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def dot(self, reference: str) -> bool:
        """The bytes with this message's final dot are about to leave; False when they must not, as the disk is full."""
        self._write(f"{_DOT}\t{reference}\n")
        return not self.full

    def answer(self, outcome: Outcome) -> None:
        """The answer came (or: it turned out that the dot never left). On a full disk the database alone gets it."""
        text = " ".join(outcome.text.split())
        refused = _BAD if outcome.address_bad else ""
        said = (outcome.reference, outcome.kind, str(outcome.code), outcome.status, refused, text)
        self._write("\t".join((_ANSWER, *said)) + "\n")

    def _write(self, line: str) -> None:
        data = line.encode()
        try:
            written = os.write(self._descriptor, data)
        except OSError as error:
            if not is_full(error):
                raise
            written = 0
        if written != len(data):
            # no half line, to which the next would be added
            os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - written)
            self.full = True

    def clear(self) -> None:
        """Forget everything: every outcome is in the database."""
        os.ftruncate(self._descriptor, 0)
        self.full = False

    def close(self) -> None:
        """Leave the journal to whoever settles what is open; it is no longer that of a living worker."""
        os.close(self._descriptor)

    def end(self) -> None:
        """Take the journal away: every outcome is in the database."""
        self.path.unlink(missing_ok=True)


def read(folder: Path, owner: str) -> dict[str, Entry] | None:
    """What the journal of a worker says, by message reference; None when there is no such journal on this machine."""
    try:
        text = (folder / f"{owner}.journal").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return {entry.reference: entry for entry in _entries(text)}


def left_behind(folder: Path) -> Iterator[tuple[Path, str]]:
    """The journals in a folder whose workers have ended for certain, with their owners' names.

    The kernel gives a journal's lock back when its process ends, and not before: a worker that was stopped for hours
    still holds it.
    """
    for path in folder.glob("*.journal"):
        try:
            file = path.open()
        except FileNotFoundError:  # another worker tidied up at the same time
            continue
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield path, path.stem


def _entries(text: str) -> Iterator[Entry]:
    for line in text.split("\n")[:-1]:  # a line without its end was never completed, so its dot never left
        word, reference, *rest = line.split("\t")
        if word == _DOT:
            yield Entry(reference, None)
        elif word == _ANSWER:
            kind, code, status, refused, words = rest
            outcome = Outcome(reference, OutcomeKind(kind), int(code), status, words, address_bad=refused == _BAD)
            yield Entry(reference, outcome)
