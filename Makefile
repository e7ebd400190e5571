# Every target creates what it needs and is quick the second time.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check
ARGS   ?=
# One more than there are cores, 4 at most: a third of the tests' time is waiting for the clock.
PROCESSES := $(shell cores=$$(nproc 2>/dev/null || echo 2); echo $$((cores < 3 ? cores + 1 : 4)))
SIDE_BY_SIDE := --numprocesses=$(PROCESSES) --dist=worksteal

.PHONY: help install demo run test check fix wheel images bench bench-host bench-mirror bench-terminal bench-gateway bench-store bench-bot chaos chaos-backfill constraints clean

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "imgoe_bot needs Python 3.11 or newer: make PYTHON=/path/to/it $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing imgoe_bot into $(VENV) (once)"
	@$(PIP) install --constraint constraints.txt --editable '.[demo]'
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing imgoe_bot and its development tools into $(VENV) (once)"
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(VENV)/.demo

install: $(VENV)/.demo ## Install imgoe-bot into .venv.

demo: $(VENV)/.demo ## Try the bot in a browser: no account, no network (ARGS=--once checks and exits).
	@$(BIN)/imgoe-bot demo $(ARGS)

run: $(VENV)/.demo ## Run the bot against Discord, configured by IMGOE_* variables.
	@$(BIN)/imgoe-bot run $(ARGS)

test: $(VENV)/.dev ## Run the tests, side by side.
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(ARGS)

check: $(VENV)/.dev ## Format, lint, types, import contracts, tests: what CI holds.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) --cov --cov-report=term:skip-covered $(ARGS)

fix: $(VENV)/.dev ## Format and repair what can be repaired.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: $(VENV)/.dev ## Build the wheel and try it in a clean environment.
	$(BIN)/python tests/packaging/try_wheel.py

images: $(VENV)/.dev ## Take the pictures of the demo for README and docs anew (needs Chromium).
	$(BIN)/python -m tests.docs.take_images

bench: bench-host bench-mirror bench-terminal bench-gateway bench-store bench-bot ## Run every benchmark; the tables are kept in benchmarks/results.

bench-mirror: $(VENV)/.dev ## Measure a file's way through the bot against raw sockets (2 minutes).
	$(BIN)/python benchmarks/bench_mirror.py

bench-terminal: $(VENV)/.dev ## Measure what the quick commands cost against an empty typer application (1 minute).
	$(BIN)/python benchmarks/bench_terminal.py

bench-host: $(VENV)/.dev ## Measure uploads to the embedded host against the bare work (8 minutes).
	$(BIN)/python -m benchmarks.bench_host

bench-gateway: $(VENV)/.dev ## Measure messages and many servers against a bare discord.Client (15 minutes).
	$(BIN)/python -m benchmarks.bench_gateway

bench-store: $(VENV)/.dev ## Measure claims, designs of the writer and a library of a million (60 minutes).
	$(BIN)/python -m benchmarks.bench_store
	$(BIN)/python -m benchmarks.store_library

bench-bot: $(VENV)/.dev ## Measure a picture's whole way through the bot (10 minutes).
	$(BIN)/python -m benchmarks.bench_bot

chaos: $(VENV)/.dev ## Kill the bot 200 times before each kind of host, and play every bad day of bot, host and Discord (90 minutes).
	$(BIN)/python -m pytest -m campaign tests/flows
	$(BIN)/python -m benchmarks.chaos $(ARGS)

chaos-backfill: $(VENV)/.dev ## Kill the bot every 1,000 messages of a backfill of 10,000 (30 minutes).
	$(BIN)/python -m benchmarks.backfill_kills $(ARGS)

clean: ## Remove the environment and everything built.
	rm -rf $(VENV) build dist htmlcov test-output .coverage .hypothesis .import_linter_cache \
	  .mypy_cache .pytest_cache .ruff_cache src/*.egg-info

constraints: ## Write constraints.txt anew from what is installed.
	@{ echo "# The versions this tree is tested with. Names and versions only. Renew: make constraints"; \
	  $(BIN)/python -m pip --disable-pip-version-check freeze --exclude-editable | grep -E '^[A-Za-z0-9_.-]+=='; } > constraints.txt.new
	@mv constraints.txt.new constraints.txt
