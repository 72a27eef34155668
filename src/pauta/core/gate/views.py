"""Arrays that compiled code finds by their address in a record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array
from numba.np.numpy_support import from_dtype

_ENDLESS: Final = 1 << 40


def view(name: str, dtype: npt.DTypeLike, *widths: int | str) -> Callable[[Any], npt.NDArray[Any]]:
    """A function for compiled code: from a record to the array whose address stands in the record under the name.

    ``widths`` are the lengths of the second and later dimensions, or the names of the record's numbers that tell them.
    The first dimension has no end: whoever reads knows where to stop. All fields of the record are int64.
    """
    kind = from_dtype(np.dtype(dtype))
    array = types.Array(kind, 1 + len(widths), "C")

    def types_and_code(_context, record):  # type: ignore[no-untyped-def]  # numba asks for the types, then for the code
        def generate(target, builder, _signature, arguments):  # type: ignore[no-untyped-def]
            word = target.get_value_type(types.int64)

            def field(wanted):  # type: ignore[no-untyped-def]
                place = cgutils.get_record_member(builder, arguments[0], record.offset(wanted), word)
                return builder.load(place)

            lengths = [field(width) if isinstance(width, str) else word(width) for width in widths]
            strides = [word(np.dtype(dtype).itemsize)]
            for length in reversed(lengths):
                strides.insert(0, builder.mul(strides[0], length))
            made = make_array(array)(target, builder)
            populate_array(
                made,
                data=builder.inttoptr(field(name), target.get_data_type(kind).as_pointer()),
                shape=[word(_ENDLESS), *lengths],
                strides=strides,
                itemsize=strides[-1],
                meminfo=None,
            )
            return made._getvalue()

        return array(record), generate

    reader: Any = intrinsic(types_and_code)
    return cast("Callable[[Any], npt.NDArray[Any]]", reader)
