# Everything that one does with this checkout. `make help` lists it. Nothing but make, git and Python is needed.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
# The first Python that fits; `PYTHON=/path/to/python3` overrides. (A pyenv shim can be there and still not run: hence the trial.)
PYTHON ?=
CANDIDATES := python3 python3.13 python3.12 python3.11 python3.14
# `make test T=path` runs the tests of one path only; ARGS go to demo, up and bench.
T ?=
ARGS ?=

##@ Use it

.PHONY: demo
demo: setup ## Take an employer's file through the whole platform and explain every cent (ARGS=--json)
	@$(BIN)/childsupport demo $(ARGS)

.PHONY: up
up: setup ## Start the platform and leave it running; prints the addresses; Ctrl-C stops it
	@$(BIN)/childsupport up $(ARGS)

##@ Work on it

.PHONY: setup
setup: ## Prepare .venv, the pinned packages and the stubs (every other target does it by itself)
	@for candidate in $(or $(PYTHON),$(CANDIDATES)); do \
		if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			exec "$$candidate" tools/setup.py; \
		fi; \
	done; \
	echo "setup: no Python 3.11 or newer with venv was found (tried: $(or $(PYTHON),$(CANDIDATES)))." >&2; \
	echo "setup: install one (Debian and Ubuntu: apt-get install python3 python3-venv) or name it: make $(or $(MAKECMDGOALS),setup) PYTHON=/path/to/python3" >&2; \
	exit 1

.PHONY: test
test: setup ## Check everything: lint, then all tests (T=path: only the tests of that path)
	@$(BIN)/python tools/check.py test $(T)

.PHONY: soak
soak: setup ## Run what takes longer than one waits for: tests marked `soak`, with examples never tried before (T=path)
	@HYPOTHESIS_SEARCH=1 $(BIN)/python -m pytest -q -m soak $(T)

.PHONY: lint
lint: setup ## Run the gates: ruff, mypy, layers, our own rules, contracts, containers
	@$(BIN)/python tools/check.py lint

.PHONY: format
format: setup ## Format the code and apply the safe fixes
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

.PHONY: bench
bench: setup ## Measure the main job beside its COPY baseline (ARGS go to the bench)
	@$(BIN)/python tests/bench $(ARGS)

##@ What is made from something

.PHONY: protos
protos: setup ## Make the stubs in libs/contracts anew from protos/
	@$(BIN)/python tools/protos.py

.PHONY: release-contract
release-contract: setup ## Record today's contract as the released one, which `buf breaking` holds later ones to
	@$(BIN)/python tools/protos.py --descriptor protos/released.binpb

.PHONY: requirements
requirements: setup ## Pin the newest packages that pyproject.toml allows, with hashes
	@$(BIN)/python tools/requirements.py

.PHONY: secrets
secrets: setup ## Make passwords and keys for docker-compose.yml on this machine, in deploy/secrets
	@$(BIN)/python tools/dev_secrets.py

##@ The rest

.PHONY: clean
clean: ## Remove what was made here: environment, stubs, caches, the embedded platform's data
	@rm -rf .venv libs/contracts/childsupport var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-17s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo
