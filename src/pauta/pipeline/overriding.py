"""What is sent past the policies: decided like any other message, with only the rules that still bind it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pauta.core.gate.policies import ChannelRule
from pauta.core.gate.reasons import REASON_CODE, Reason
from pauta.messages.states import State
from pauta.pipeline.planning import Decided
from pauta.policies.queries import PolicySet


def past(current: PolicySet) -> PolicySet:
    """The policies that bind a message which somebody sends past them: those on channels, as for transactional ones."""
    kept = [pair for pair in zip(current.ids, current.policies, strict=True) if isinstance(pair[1], ChannelRule)]
    return PolicySet(current.version, tuple(number for number, _ in kept), tuple(policy for _, policy in kept))


def called_overridden(decided: Decided) -> Decided:
    """The decision with the reason that those have which go only because somebody overrode the policies."""
    goes = decided.columns["state"] == State.PLANNED
    reason = np.where(goes, REASON_CODE[Reason.overridden], decided.columns["reason"]).astype(np.int16)
    return replace(decided, columns={**decided.columns, "reason": reason})
