"""What a write to people changed, told to those who must react: the gate plans the named accounts again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Move(NamedTuple):
    """A contact that now lives under another account key."""

    contact_id: int
    old_key: int
    new_key: int


@dataclass(frozen=True, slots=True)
class Changes:
    """``created`` and ``changed`` count rows; ``keys`` are the account keys of which the gate now reads something else.

    ``moves`` are contacts whose account key changed: whoever keeps rows by account key takes them along.
    """

    created: int = 0
    changed: int = 0
    keys: frozenset[int] = frozenset()
    moves: tuple[Move, ...] = ()

    def __add__(self, other: Changes) -> Changes:
        return Changes(
            self.created + other.created,
            self.changed + other.changed,
            self.keys | other.keys,
            self.moves + other.moves,
        )
