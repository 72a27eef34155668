"""Stand-ins that let the gate's kernel run as plain Python: slow to decide, but there is nothing to compile.

`install()` has to be called before anything of the gate is imported.
"""

from __future__ import annotations

import ctypes
import sys
import types
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

import numpy as np

_MOST_ROWS = 1 << 24


class Row:
    """A record whose fields are read and written as plain numbers."""

    def __init__(self, record: np.void) -> None:
        object.__setattr__(self, "record", record)

    def __getattr__(self, name: str) -> Any:
        return self.record[name].item()

    def __setattr__(self, name: str, value: Any) -> None:
        self.record[name] = value


class Rows:
    """An array that gives plain numbers, or records."""

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        self.array = array
        self.shape = array.shape

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, place: Any) -> Any:
        return plain(self.array[place])

    def __setitem__(self, place: Any, value: Any) -> None:
        self.array[place] = value.array if isinstance(value, Rows) else value


def plain(value: Any) -> Any:
    if isinstance(value, np.void):
        return Row(value)
    if isinstance(value, np.ndarray):
        return Rows(value)
    return value.item() if isinstance(value, np.generic) else value


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def run(*arguments: Any) -> Any:
        return function(*[plain(argument) for argument in arguments])

    return run


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def view(name: str, dtype: Any, *widths: int | str) -> Callable[[Row], Rows]:
    def read(world: Row) -> Rows:
        lengths = tuple(getattr(world, width) if isinstance(width, str) else width for width in widths)
        return at_address(getattr(world, name), np.dtype(dtype), lengths)

    return read


@cache
def at_address(address: int, dtype: np.dtype[Any], lengths: tuple[int, ...]) -> Rows:
    shape = (_MOST_ROWS, *(max(length, 1) for length in lengths))
    size = int(np.prod(shape)) * dtype.itemsize
    memory = memoryview((ctypes.c_ubyte * size).from_address(address)).cast("B")
    return Rows(np.frombuffer(memory, dtype).reshape(shape))


def install() -> None:
    """Put the stand-ins where the gate imports its compiler from."""
    compiler = {"compiled": compiled, "part": part, "lowest": lowest}
    for name, members in (("compiled", compiler), ("views", {"view": view})):
        module = types.ModuleType(f"pauta.core.gate.{name}")
        module.__dict__.update(members)
        sys.modules[module.__name__] = module
