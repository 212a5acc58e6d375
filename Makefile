# SPDX-License-Identifier: Apache-2.0
# One entry point for people and for CI. `make` alone lists the verbs.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

PY := .venv/bin/python
# Extra arguments: make test ARGS="tests/unit/merkle -x"; make bench ARGS="--help".
ARGS ?=
# What is measured of the coverage: all, or (core) what must be covered completely.
COVERED := --rcfile=tests/coverage-core.toml
# Tests that cover it: with COVERAGE=core they alone are traced, because tracing halves the speed.
CORE_TESTS := tests/conformance tests/property \
	$(addprefix tests/unit/,api client consensus crypto documents encoding interchange ledger merkle model) \
	$(patsubst %,tests/unit/cli/test_%.py,case_bundles electronic_signatures evidence_packages private timestamps)
# Tests run in this many processes; 0 is this one.
JOBS ?= 2
# The tests of a file stay together and in order: what they share belongs to their file alone.
SPREAD = -n $(JOBS) --dist loadfile
UV_VERSION := 0.13.9

# Folders that exist: the gates cover all of them.
PYTHON_DIRS := $(foreach d,$(wildcard src tests scripts benchmarks examples),$(if $(shell find $(d) -name "*.py" -print -quit),$(d)))

.PHONY: help
help: ## list these verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

# --- use it

.PHONY: run
run: setup-runtime ## start a node with a demonstration and its console, and stay up
	.venv/bin/tally up --demo $(ARGS)

.PHONY: demo
demo: setup-runtime ## the same demonstration, which ends by itself
	.venv/bin/tally up --demo --once $(ARGS)

.PHONY: network
network: setup-runtime engine ## four organisations on this machine: stop two, bring them back
	.venv/bin/tally network demo $(ARGS)

.PHONY: setup-runtime
setup-runtime: ## .venv with what a user needs, from requirements.lock
	@scripts/setup.sh runtime

# --- develop it

.PHONY: setup
setup: ## .venv with what a developer needs, from requirements-dev.lock
	@scripts/setup.sh dev

.PHONY: format
format: setup ## format the code, and fix what the linter can fix safely
	$(PY) -m ruff format $(PYTHON_DIRS)
	$(PY) -m ruff check --fix $(PYTHON_DIRS)

.PHONY: lint
lint: setup ## format check, linter, import floors, dead code, spelling, licences
	@status=0; \
	gate() { echo "$$@"; "$$@" || status=1; }; \
	gate $(PY) -m ruff format --check --output-format concise $(PYTHON_DIRS); \
	gate $(PY) -m ruff check $(PYTHON_DIRS); \
	gate .venv/bin/lint-imports --no-logo --no-cache; \
	gate $(PY) scripts/check_dead_code.py; \
	gate .venv/bin/codespell $(wildcard *.md) docs changes.d $(PYTHON_DIRS); \
	gate $(PY) scripts/check_licences.py; \
	exit $$status

.PHONY: types
types: setup ## strict types in source, tests and scripts
	$(PY) -m mypy $(PYTHON_DIRS)

.PHONY: test
ifeq ($(COVERAGE),core)
test: setup
	rm -f .coverage .coverage.* coverage.json
	@status=0; \
	$(PY) -m coverage run $(COVERED) -m pytest $(SPREAD) $(CORE_TESTS) $(ARGS) || status=1; \
	{ $(PY) -m coverage combine --quiet $(COVERED) && $(PY) -m coverage json --quiet -o coverage.json \
		&& $(PY) scripts/check_coverage.py coverage.json; } || status=1; \
	$(PY) -m pytest $(SPREAD) $(addprefix --ignore=,$(CORE_TESTS)) $(ARGS) || status=1; \
	exit $$status
else
test: setup ## the tests (not the slow ones); COVERAGE=1 also holds branch coverage to each room's floor, COVERAGE=core of the core
	$(if $(COVERAGE),rm -f .coverage .coverage.* coverage.json)
	$(PY) -m $(if $(COVERAGE),coverage run -m )pytest $(SPREAD) $(ARGS)
	$(if $(COVERAGE),$(PY) -m coverage combine --quiet && $(PY) -m coverage json --quiet -o coverage.json)
	$(if $(COVERAGE),$(PY) scripts/check_coverage.py coverage.json)
endif

.PHONY: test-all
test-all: setup ## all tests, slow ones too, but not those in a browser
	$(PY) -m pytest $(SPREAD) -m "not network and not browser" $(ARGS)

.PHONY: slow-net
slow-net: setup engine ## the main ways of charity and inventory on four real nodes, by their own tests
	$(PY) -m pytest -n 0 --slow-net -m main_path tests/unit/industries $(ARGS)
	$(PY) -m pytest -n 0 -m "engine and slow" tests/unit/cli/test_four_demos.py $(ARGS)

.PHONY: coverage
coverage: ## the same with COVERAGE=1
	@$(MAKE) --no-print-directory test COVERAGE=1

.PHONY: browser
browser: setup ## the pages in a real Chromium; pictures go to build/screenshots (or TALLY_SCREENSHOTS)
	@scripts/install_browser.sh
	$(PY) -m pytest -n 0 --timeout 300 -m "browser and not slow" tests/browser $(ARGS)

.PHONY: docs
docs: setup ## regenerate the reference pages, then test the documentation
	for script in scripts/generate_*.py; do $(PY) "$$script"; done
	if [[ -d tests/docs ]]; then $(PY) -m pytest tests/docs $(ARGS); fi

.PHONY: check
check: ## everything that CI does
	.ci/run

.PHONY: engine
engine: ## build the pinned CometBFT, for networks of several organisations; once for all checkouts
	@scripts/install_engine.sh

.PHONY: document-stores
document-stores: ## build Kubo and an S3 server, for the slow tests of stores of documents
	@scripts/install_document_stores.sh

.PHONY: console-assets
console-assets: setup ## the console's files of other projects, from pinned npm packages (ARGS=--lock: pinned anew)
	$(PY) scripts/vendor_console_assets.py $(ARGS)

# --- measure it, hurt it, hold it against others

.PHONY: bench
bench: setup ## the benchmark
	$(PY) -m benchmarks $(ARGS)

.PHONY: torture
torture: setup ## kill, fill, corrupt and replay a node many times
	$(PY) -m tests.torture $(ARGS)

.PHONY: simulation
simulation: setup ## a simulated network of replicas with crashes and faulty nodes, thousands of times
	$(PY) -m tests.simulation $(ARGS)

.PHONY: determinism
determinism: setup ## one history in processes that differ in whatever must not matter
	$(PY) -m tests.determinism $(ARGS)

.PHONY: sequences
sequences: setup ## 10,000 random sequences of actions for each industry, every invariant after each action
	$(PY) -m tests.unit.industries.charity.sequences $(ARGS)
	$(PY) -m tests.unit.industries.custody.sequences $(ARGS)
	$(PY) -m tests.unit.industries.inventory.player $(ARGS)
	$(PY) -m tests.unit.industries.justice.sequences $(ARGS)
	$(PY) -m tests.unit.industries.preservation.sequences $(ARGS)

.PHONY: faults
faults: setup ## kill, cut off, fill up and deceive the nodes of a real network
	$(PY) -m tests.faults $(ARGS)

.PHONY: interop
interop: setup ## check our bytes with programs we did not write
	bash tests/interop/run.sh $(ARGS)

.PHONY: fuzz
fuzz: setup ## hostile input for every parser
	bash tests/fuzz/run.sh $(ARGS)

# --- publish it

.PHONY: lock
lock: ## resolve the dependencies anew and write the lock files (ARGS=--upgrade for newest versions)
	@test -x .lock-venv/bin/uv || { $(or $(PYTHON),python3.11) -m venv .lock-venv && \
	    .lock-venv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); }
	@lock() { .lock-venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-emit-index-url --no-config $(ARGS) "$$@"; }; \
	lock pyproject.toml -o requirements.lock; \
	lock --group build -o requirements-build.lock; \
	lock --group stubs -o requirements-stubs.lock; \
	lock pyproject.toml --extra fast -c requirements.lock -o requirements-fast.lock; \
	lock pyproject.toml --extra fast --extra s3 --group dev -c requirements-fast.lock -c requirements-build.lock -o requirements-dev.lock

.PHONY: release
release: setup ## build the packages twice, compare them, and say what remains to be done by a person
	bash scripts/release.sh

.PHONY: clean
clean: ## remove what was built, keep .venv
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis htmlcov
	rm -f .coverage .coverage.* coverage.json
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
