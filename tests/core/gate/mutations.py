"""Breaks the gate on purpose, one rule at a time, and shows that a test notices.

Run by hand: `python -m tests.core.gate.mutations [WORD …]` from the top of the repository; words choose mutations by
their description. Each mutation is made in a copy of the source, and compiled anew.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.core.gate.mutation_list import MUTATIONS, Mutation

TOP = Path(__file__).parents[3]
TESTS = ["tests/core/gate/test_golden.py", "tests/core/gate/test_properties.py"]


def main() -> int:
    words = sys.argv[1:]
    chosen = [mutation for mutation in MUTATIONS if not words or any(word in mutation.what for word in words)]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        copy_source(copy)
        if (failed := first_failure(copy)) is not None:
            print(f"the tests fail before anything is broken: {failed}")
            return 2
        survivors = [mutation.what for mutation in chosen if not notice(copy, mutation)]
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} noticed")
    return 1 if survivors else 0


def copy_source(copy: Path) -> None:
    for part in ("src", "tests", "pyproject.toml"):
        source = TOP / part
        if source.is_dir():
            shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns("__pycache__", "conftest.py"))
        else:
            shutil.copy(source, copy / part)


def notice(copy: Path, mutation: Mutation) -> bool:
    """Break one thing, run the tests, mend it again."""
    file = copy / "src/pauta/core" / mutation.file
    whole = file.read_text(encoding="utf-8")
    if whole.count(mutation.old) != 1:
        raise SystemExit(f"{mutation.file} holds {whole.count(mutation.old)} times: {mutation.old!r}")
    file.write_text(whole.replace(mutation.old, mutation.new), encoding="utf-8")
    failed = first_failure(copy)
    file.write_text(whole, encoding="utf-8")
    print(f"{mutation.what:<72} {failed or 'NOTHING NOTICED'}", flush=True)
    return failed is not None


def first_failure(copy: Path) -> str | None:
    """The first test that fails in the copy, None when all pass."""
    compiled = copy / "compiled"
    shutil.rmtree(compiled, ignore_errors=True)
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not long", *TESTS]
    environment = os.environ | {"PYTHONPATH": f"{copy / 'src'}{os.pathsep}{copy}", "PYTHONDONTWRITEBYTECODE": "1"}
    environment["NUMBA_CACHE_DIR"] = str(compiled)
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    found = re.search(r"^(?:FAILED|ERROR) \S*?(test_[^ ]*\.py.*?)(?: - .*)?$", done.stdout, re.MULTILINE)
    return found.group(1) if found else done.stdout[-400:] + done.stderr[-400:]


if __name__ == "__main__":
    sys.exit(main())
