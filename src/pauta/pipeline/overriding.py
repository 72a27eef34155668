"""What is sent past the policies: decided like any other message, with only the rules that still bind it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pauta.core.gate.policies import ChannelRule
from pauta.core.gate.reasons import REASON_CODE, Reason
from pauta.messages.states import State
from pauta.policies.queries import PolicySet


def past(current: PolicySet) -> PolicySet:
    """The policies that bind a message which somebody sends past them: those on channels, as for transactional ones."""
    kept = [pair for pair in zip(current.ids, current.policies, strict=True) if isinstance(pair[1], ChannelRule)]
    return PolicySet(current.version, tuple(number for number, _ in kept), tuple(policy for _, policy in kept))


def called_overridden(columns: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The ledger's columns with the reason that those have which go only because somebody overrode the policies."""
    goes = columns["state"] == State.PLANNED
    reason = np.where(goes, REASON_CODE[Reason.overridden], columns["reason"]).astype(np.int16)
    return {**columns, "reason": reason}
