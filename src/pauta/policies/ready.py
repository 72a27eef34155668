"""Policies that many need, ready to be put in force: the hours of calls and texts that laws allow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from pauta.core.problems import Problem


def ready_sources() -> dict[str, str]:
    """The ready policies by name, each with where it comes from."""
    return {name: one["source"] for name, one in _ready().items()}


def ready_policy(name: str, language: str, segments: Sequence[str] = ()) -> dict[str, Any]:
    """A ready policy as the case format has it, for contacts in one of these segments, or for all; a Problem for none
    of the name."""
    if name not in _ready():
        raise Problem("policy_not_ready", "name", value=name, names=", ".join(_ready()))
    one = _ready()[name]
    held = one["policy"]["held"] | ({"segments": list(segments)} if segments else {})
    return {**one["policy"], "name": one["name"][language], "held": held}


@cache
def _ready() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(files("pauta.policies").joinpath("ready.json").read_text(encoding="utf-8"))
    return found
