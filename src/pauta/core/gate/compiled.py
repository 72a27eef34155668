"""How the gate's inner loops are compiled: once per machine (cached on disk), without the GIL, without allocation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final, TypeVar

from numba import njit, types
from numba.extending import intrinsic

from pauta.core.gate.linking import PART, WHOLE

Function = TypeVar("Function", bound=Callable[..., Any])

_OPTIONS: Final[dict[str, Any]] = {
    "nogil": True,
    "error_model": "numpy",  # a division is never by zero here: no check
    "_nrt": False,  # nothing is allocated: no counting of references
}
_NO_WAY_IN: Final[dict[str, Any]] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_SOURCES: Final = (
    "agreeing",
    "answers",
    "asking",
    "boards",
    "closing",
    "compiled",
    "entries",
    "index",
    "keeping",
    "kernel",
    "linking",
    "places",
    "reasons",
    "records",
    "views",
    "vocabulary",
    "winners",
    "world",
)


def _stamp() -> bytes:
    """One hash over all sources that are compiled together.

    Numba looks only at the file of the function that is called, and would go on using what it once compiled in from
    another file after that one has changed.
    """
    package = files("pauta.core.gate")
    return hashlib.sha256(b"".join(package.joinpath(f"{name}.py").read_bytes() for name in _SOURCES)).digest()


_STAMP: Final = _stamp()


def compiled(function: Function) -> Function:
    """Compile for the types of the first call. The function works on arrays that it is given and creates none."""
    machine: Any = njit(cache=True, pipeline_class=WHOLE, **_OPTIONS)(function)
    machine._cache._cache_file._source_stamp = _STAMP
    code: Function = machine
    return code


def part(function: Function) -> Function:
    """Compile as a part of compiled functions, which alone may call it: from Python it would crash."""
    machine: Any = njit(pipeline_class=PART, **_OPTIONS, **_NO_WAY_IN)(function)
    code: Function = machine
    return code


def _lowest(_context, _bits):  # type: ignore[no-untyped-def]  # numba asks for the types, then for the code
    def generate(target, builder, _signature, arguments):  # type: ignore[no-untyped-def]
        return builder.cttz(arguments[0], target.get_constant(types.boolean, True))

    return types.int64(types.int64), generate


_count_trailing_zeros: Any = intrinsic(_lowest)


@part
def lowest(bits: int) -> int:
    """The position of the lowest bit that is set in a number that is not zero."""
    return int(_count_trailing_zeros(bits))
