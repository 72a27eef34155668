"""How compiled functions and their parts become machine code: all of them at once, with nothing left between them.

By itself numba makes machine code of every function, with all that it calls, and then again of what calls it; and it
keeps each callable from elsewhere, so that LLVM may neither drop a function that it has put into its only caller, nor
leave out the checks for errors that never come. A third of the time to compile goes into
that, and a tenth of the speed.
"""

from __future__ import annotations

from typing import Any, Final

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler


class _Part(JITCodeLibrary):
    """Code that is only linked into what calls it: no machine code, no way in, no environment for errors."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalized = True

    def get_pointer_to_function(self, _name: str) -> int:
        return 0

    @property
    def codegen(self) -> Any:
        return self

    def set_env(self, _name: str, _environment: Any) -> None:
        pass


class _Whole(JITCodeLibrary):
    """A compiled function with all its parts, which nothing else calls."""

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if function.linkage.name == "linkonce_odr":
                function.linkage = "internal"
        super()._optimize_final_module()


def _into(library: type[JITCodeLibrary]) -> type[Compiler]:
    class Into(Compiler):
        def __init__(self, typing: Any, target: Any, _library: Any, *rest: Any) -> None:
            code = library(target.codegen(), library.__name__)
            code.enable_object_caching()
            super().__init__(typing, target, code, *rest)

    return Into


PART: Final = _into(_Part)
"""Compiles what only compiled functions and other parts call."""
WHOLE: Final = _into(_Whole)
"""Compiles what Python calls."""
