"""Breaks the gate on purpose, one rule at a time, and shows that the golden cases or the properties notice.

Run by hand: `python -m tests.core.gate.mutations [WORD …]` from the top of the repository; words choose mutations by
their description. Each mutation is made in a copy of the source, in a process of its own that has imported nothing yet,
and the kernel runs there as plain Python, since compiling it anew for every mutation would take a minute each.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from tests.core.gate import reference, uncompiled
from tests.core.gate.companies import company
from tests.core.gate.golden import Json, golden_cases, plain, unexpected
from tests.core.gate.mutation_list import MUTATIONS, Mutation

SOURCE = Path(__file__).parents[3] / "src"
COMPANIES = 300
COMPARED = ("verdict", "day", "at", "channel", "reason", "rule", "earliest", "winner", "winner_id")


def main() -> int:
    words = sys.argv[1:]
    chosen = [mutation for mutation in MUTATIONS if not words or any(word in mutation.what for word in words)]
    with tempfile.TemporaryDirectory() as folder:
        survived = survivors(chosen, Path(folder) / "src")
    print(f"{len(chosen) - len(survived)} of {len(chosen)} noticed")
    return 1 if survived else 0


def survivors(chosen: list[Mutation], copy: Path) -> list[str]:
    """The mutations that nothing notices, each made in turn in the copy of the source."""
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    if (noticed := ask_in_process(copy, "")) is not None:
        raise SystemExit(f"something is noticed before anything is broken: {noticed}")
    return [mutation.what for mutation in chosen if not is_noticed(copy, mutation)]


def is_noticed(copy: Path, mutation: Mutation) -> bool:
    """Break one thing, look, mend it again."""
    file = copy / "pauta/core" / mutation.file
    whole = file.read_text(encoding="utf-8")
    if whole.count(mutation.old) != 1:
        raise SystemExit(f"{mutation.file} holds {whole.count(mutation.old)} times: {mutation.old!r}")
    file.write_text(whole.replace(mutation.old, mutation.new), encoding="utf-8")
    noticed = ask_in_process(copy, mutation.what.split(":")[0])
    file.write_text(whole, encoding="utf-8")
    print(f"{mutation.what:<72} {noticed or 'NOTHING NOTICED'}", flush=True)
    return noticed is not None


def ask_in_process(copy: Path, kind: str) -> str | None:
    """What notices first, asked in a process of its own, which imports the copy."""
    context = get_context("spawn")
    answer, ask = context.Pipe(duplex=False)
    process = context.Process(target=look, args=(copy, kind, ask))
    process.start()
    ask.close()
    try:
        noticed: str | None = answer.recv()
    except EOFError:
        noticed = "deciding ends with an error"
    process.join()
    return noticed


def look(copy: Path, kind: str, ask: Connection) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.path.insert(0, os.fspath(copy))
    uncompiled.install()
    import pauta

    if not Path(str(pauta.__file__)).is_relative_to(copy):
        raise SystemExit(f"{pauta.__file__} was imported, not the copy that was broken")
    ask.send(first_noticed(kind))


def first_noticed(kind: str) -> str | None:
    """The first golden case that is decided otherwise than expected, or the first company than by the reference; or
    the first of them that is decided otherwise when it is not traced."""
    from pauta.core.gate.case import decide_case

    cases = sorted(golden_cases().items(), key=lambda item: f"{kind}: " not in item[0])
    for name, case in cases:
        if unexpected(case["expect"], decide_case(plain(case))):
            return f"golden case “{name}”"
        if changed_by_tracing(plain(case)):
            return f"tracing: golden case “{name}”"
    for seed in range(COMPANIES):
        case = company(seed)
        decided = [{name: value for name, value in answer.items() if name != "text"} for answer in decide_case(case)]
        if decided != reference.decide(case):
            return f"property: company {seed}"
        if changed_by_tracing(case):
            return f"tracing: company {seed}"
    return None


def changed_by_tracing(document: Json) -> bool:
    """Whether anything is decided otherwise, or won over by another, when nothing is traced, as in production."""
    from pauta.core.gate.case_facts import parse_case
    from pauta.core.gate.plan import plan

    case = parse_case(document)
    traced = plan(case.facts, case.policies, range(len(case.message_ids)))
    untraced = plan(case.facts, case.policies)
    return any(getattr(untraced, name).tolist() != getattr(traced, name).tolist() for name in COMPARED)


if __name__ == "__main__":
    sys.exit(main())
