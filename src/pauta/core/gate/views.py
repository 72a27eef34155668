"""Arrays that compiled code finds by their address in a record."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from numba import extending, types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, models
from numba.np.numpy_support import from_dtype

_lower: Any = extending.lower_builtin
_model: Any = extending.register_model


class _Rows(types.Type):
    """Rows of one kind at an address; unlike numba's arrays they have no end, and no negative places."""

    def __init__(self, kind: Any, size: int, dimensions: int) -> None:
        self.kind, self.size, self.dimensions = kind, size, dimensions
        super().__init__(f"rows({kind}, {dimensions})")


@_model(_Rows)
class _RowsModel(models.StructModel):
    def __init__(self, manager: Any, rows: _Rows) -> None:
        members = [("address", types.int64), *((f"width{n}", types.int64) for n in range(1, rows.dimensions))]
        super().__init__(manager, rows, members)


@infer_global(operator.getitem)
class _Get(AbstractTemplate):
    def generic(self, arguments: tuple[Any, ...], _named: Any) -> Any:
        if isinstance(arguments[0], _Rows):
            return signature(arguments[0].kind, arguments[0], types.unliteral(arguments[1]))
        return None


@infer_global(operator.setitem)
class _Set(AbstractTemplate):
    def generic(self, arguments: tuple[Any, ...], _named: Any) -> Any:
        if isinstance(arguments[0], _Rows):
            return signature(types.none, arguments[0], types.unliteral(arguments[1]), arguments[0].kind)
        return None


def _place(target: Any, builder: Any, kinds: tuple[Any, ...], values: Any) -> Any:
    """Pointer to the row with that place, or those places."""
    rows, index = kinds
    word = target.get_value_type(types.int64)
    made = cgutils.create_struct_proxy(rows)(target, builder, values[0])
    indices, index_kinds = [values[1]], [index]
    if isinstance(kinds[1], types.BaseTuple):
        indices, index_kinds = cgutils.unpack_tuple(builder, values[1]), index.types
    indices = [target.cast(builder, one, kind, types.int64) for one, kind in zip(indices, index_kinds, strict=True)]
    place = indices[0]
    for dimension in range(1, rows.dimensions):
        place = builder.add(builder.mul(place, getattr(made, f"width{dimension}")), indices[dimension])
    address = builder.add(made.address, builder.mul(place, word(rows.size)))
    return builder.inttoptr(address, target.get_data_type(rows.kind).as_pointer())


@_lower(operator.getitem, _Rows, types.Integer)  # type: ignore[untyped-decorator]
@_lower(operator.getitem, _Rows, types.BaseTuple)  # type: ignore[untyped-decorator]
def _get(target: Any, builder: Any, asked: Any, values: Any) -> Any:
    return target.unpack_value(builder, asked.return_type, _place(target, builder, asked.args, values))


@_lower(operator.setitem, _Rows, types.Integer, types.Any)  # type: ignore[untyped-decorator]
@_lower(operator.setitem, _Rows, types.BaseTuple, types.Any)  # type: ignore[untyped-decorator]
def _set(target: Any, builder: Any, asked: Any, values: Any) -> Any:
    rows, index, _given = asked.args
    target.pack_value(builder, rows.kind, values[2], _place(target, builder, (rows, index), values[:2]))
    return target.get_dummy_value()


def view(name: str, dtype: npt.DTypeLike, *widths: int | str) -> Callable[[Any], npt.NDArray[Any]]:
    """A function for compiled code: from a record to the array whose address stands in the record under the name.

    ``widths`` are the lengths of the second and later dimensions, or the names of the record's numbers that tell them.
    The first dimension has no end: whoever reads knows where to stop. All fields of the record are int64, and those
    that a view reads are the same from beginning to end.
    """
    rows = _Rows(from_dtype(np.dtype(dtype)), np.dtype(dtype).itemsize, 1 + len(widths))

    def types_and_code(_context, record):  # type: ignore[no-untyped-def]  # numba asks for the types, then for the code
        def generate(target, builder, _signature, arguments):  # type: ignore[no-untyped-def]
            word = target.get_value_type(types.int64)

            def field(wanted):  # type: ignore[no-untyped-def]
                loaded = builder.load(cgutils.get_record_member(builder, arguments[0], record.offset(wanted), word))
                loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
                return loaded

            made = cgutils.create_struct_proxy(rows)(target, builder)
            made.address = field(name)
            for dimension, width in enumerate(widths, start=1):
                setattr(made, f"width{dimension}", field(width) if isinstance(width, str) else word(width))
            return made._getvalue()

        return rows(record), generate

    reader: Any = intrinsic(types_and_code)
    return cast("Callable[[Any], npt.NDArray[Any]]", reader)
