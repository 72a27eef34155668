"""``python -m bench NAME [--n N]``: run one benchmark, or all with their usual sizes."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from bench import events, gate_plan, journeys, launch, month, reading, segments, transactional

BENCHMARKS: dict[str, tuple[Callable[[int], None], int]] = {
    "gate.plan": (gate_plan.run, 1_000_000),
    "launch": (launch.launches, 1_000_000),
    "preview": (reading.preview, 1_000_000),
    "deliver": (launch.deliver, 50_000),
    "deliver.measured": (launch.deliver_measured, 50_000),
    "deliver.signed": (launch.deliver_signed, 20_000),
    "transactional": (transactional.run, 1_000_000),
    "import": (reading.import_, 200_000),
    "why": (reading.why, 20_000),
    "events.ingest": (events.run, 200_000),
    "calendar.month": (month.run, 1_000_000),
    "journeys.advance": (journeys.run, 1_000_000),
    "segments": (segments.run, 1_000_000),
}
"""Each benchmark with its usual size."""


def main() -> None:
    """Run what the arguments name."""
    parser = argparse.ArgumentParser(prog="pauta bench")
    parser.add_argument("name", choices=[*BENCHMARKS, "all"])
    parser.add_argument("--n", type=int)
    given = parser.parse_args()
    for name in BENCHMARKS if given.name == "all" else [given.name]:
        run, usual = BENCHMARKS[name]
        run(given.n or usual)


if __name__ == "__main__":
    main()
