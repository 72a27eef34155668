# Needs python3 (3.11 or newer) with venv, and make. Everything else comes into .venv.
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
READY := .venv/ready

.PHONY: setup demo test test-long check bench faults clean

setup: $(READY)

$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Pauta needs Python 3.11 or newer; say which with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing; on Debian and Ubuntu install it with: apt install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv sync --frozen --inexact --quiet --python $(BIN)/python
	@touch $(READY)

demo: setup
	$(BIN)/pauta demo

test: setup
	$(BIN)/pytest -m "not long"

test-long: setup
	$(BIN)/pytest -m long --timeout 3000

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src
	$(BIN)/vulture
	$(BIN)/squawk src/pauta/migrations
	$(BIN)/pytest tests/migrations tests/platform/test_words.py tests/platform/test_settings.py

bench: setup
	$(BIN)/pauta bench all

faults: setup
	$(BIN)/pytest -m fault --timeout 5000

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
