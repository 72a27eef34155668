"""A worker's own append-only record of final dots and answers, which outlives the worker.

A line is written before the bytes that complete a message leave this machine, and another when the answer came. So
when a worker dies, exactly those messages are unknown whose dot went out unanswered; everything else is certain. The
lines are in the kernel's hands once written: they survive the death of the process, though not of the machine, after
which every attempt without an outcome counts as unknown.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pauta.channels.base import Outcome, OutcomeKind

_DOT, _ANSWER = "dot", "answer"


@dataclass(frozen=True)
class Entry:
    """What a dead worker's journal says of one attempt: its dot went out; ``outcome`` if an answer came too."""

    reference: str
    outcome: Outcome | None


class Journal:
    """The journal of one living worker."""

    def __init__(self, folder: Path, owner: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{owner}.journal"
        self._descriptor = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def dot(self, reference: str) -> None:
        """The bytes with this message's final dot are about to leave."""
        self._write(f"{_DOT}\t{reference}\n")

    def answer(self, outcome: Outcome) -> None:
        """The answer came (or: it turned out that the dot never left)."""
        text = " ".join(outcome.text.split())
        line = f"{_ANSWER}\t{outcome.reference}\t{outcome.kind}\t{outcome.code}\t{outcome.status}\t{text}\n"
        self._write(line)

    def _write(self, line: str) -> None:
        data = line.encode()
        if os.write(self._descriptor, data) != len(data):
            raise OSError(errno.ENOSPC, "the journal could not be written", str(self.path))

    def clear(self) -> None:
        """Forget everything: every outcome is in the database."""
        os.ftruncate(self._descriptor, 0)

    def close(self) -> None:
        """End the journal of a worker whose every outcome is in the database."""
        os.close(self._descriptor)
        self.path.unlink(missing_ok=True)


def read(folder: Path, owner: str) -> dict[str, Entry] | None:
    """What the journal of a worker says, by message reference; None when there is no such journal on this machine."""
    try:
        text = (folder / f"{owner}.journal").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return {entry.reference: entry for entry in _entries(text)}


def _entries(text: str) -> Iterator[Entry]:
    for line in text.split("\n")[:-1]:  # a line without its end was never completed, so its dot never left
        word, reference, *rest = line.split("\t")
        if word == _DOT:
            yield Entry(reference, None)
        elif word == _ANSWER:
            kind, code, status, words = rest
            yield Entry(reference, Outcome(reference, OutcomeKind(kind), int(code), status, words))
