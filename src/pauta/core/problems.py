"""What is wrong with an input, as a code that every surface translates."""

from __future__ import annotations

from functools import partial


class Problem(Exception):
    """Bad input: a code of the closed catalogue, the field it is about, and the values its sentence shows.

    The sentence itself stands in the word catalogues (``pauta.platform.words``), in every language of the product.
    """

    def __init__(self, code: str, field: str = "", **values: object) -> None:
        super().__init__(code, field, values)
        self.code = code
        self.field = field
        self.values = values

    def __reduce__(self) -> tuple[partial[Problem], tuple[()]]:
        """As pickle puts it together again, in another process."""
        return partial(type(self), self.code, self.field, **self.values), ()

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.code} at {self.field or 'input'}" + (f" ({shown})" if shown else "")
