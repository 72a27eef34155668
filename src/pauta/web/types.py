"""Kinds of values that requests carry, each checked here once."""

from __future__ import annotations

import math
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

_UNCLEAN = PydanticCustomError("unclean", "holds what cannot be stored")


def _clean(value: Any) -> Any:
    """The value, unless PostgreSQL cannot keep it: NUL, a lone surrogate, a number that is not finite."""
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise _UNCLEAN
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name)
            _clean(inner)
    elif isinstance(value, list):
        for inner in value:
            _clean(inner)
    return value


def _check_text(text: str) -> None:
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise _UNCLEAN


def _in_our_times(value: date) -> date:
    """The date or moment, unless it is a slip: databases and calendars differ on times so far away."""
    if not 1970 <= value.year < 2200:
        raise PydanticCustomError("year", "is not of our times", {"expected": "1970 … 2199"})
    return value


Text = Annotated[str, AfterValidator(_clean), StringConstraints(max_length=500_000)]
"""Any text that can be stored."""

Line = Annotated[str, AfterValidator(_clean), StringConstraints(max_length=1000)]
"""A text of moderate length."""

Name = Annotated[str, AfterValidator(_clean), StringConstraints(min_length=1, max_length=200)]
"""What something is called, or its id in another system."""

Json = Annotated[Any, AfterValidator(_clean)]
"""Any JSON that can be stored."""

JsonObject = Annotated[dict[str, Any], AfterValidator(_clean)]
"""A JSON object that can be stored."""

Moment = Annotated[AwareDatetime, AfterValidator(_in_our_times)]
"""A moment with its offset, between 1970 and 2200."""

Day = Annotated[date, AfterValidator(_in_our_times)]
"""A date between 1970 and 2200."""

Attributes = Annotated[dict[Name, StrictBool | StrictInt | StrictFloat | StrictStr], AfterValidator(_clean)]
"""Typed values by name."""

BigNumber = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""The number of a row."""


class Form(BaseModel):
    """Parent of everything that requests carry: a field that nobody knows is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")
