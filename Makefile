# Two commands are enough: `make run` and `make test`. Each sets up what it needs by itself.

SHELL := /bin/sh
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell command -v $(name))) python3)
VENV := .venv/bin
PY := $(VENV)/python
CODE := oms storefront migrations tests wsgi.py
COMPILE := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url
# Stock, prices, goods and forecasts know nobody: their tests pass as the database role that may see nobody.
BLIND := tests/oms/inventory tests/oms/pricing tests/oms/catalog tests/oms/shipping tests/oms/insights

.DEFAULT_GOAL := help
.PHONY: help run test setup setup-dev lint types contracts format migrate requirements translations bench faults soak privacy pictures demo-reset clean

help: ## say what can be typed
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1@\2/p' Makefile | while IFS=@ read -r name what; do printf '  make %-14s %s\n' "$$name" "$$what"; done

run: setup ## the whole shop with demo goods at http://127.0.0.1:8000 (PORT, HOST, STATE_DIR); Ctrl-C ends it
	@exec $(PY) -m oms.local.run

test: setup-dev ## lint, types, contracts and every test, browser journeys too; the exit status is the verdict
	@$(PY) -m oms.local.browser
	@$(MAKE) --no-print-directory lint types contracts
	@PATH="$(CURDIR)/$(VENV):$$PATH" $(PY) -m pytest -n 2 -m "not bench and not faults and not soak and not privacy" --junitxml="$(or $(STATE_DIR),var)/tests.xml" $(ARGS)

setup: ## the virtual environment that make run needs
	@$(PYTHON) -m oms.local.bootstrap

setup-dev: ## the virtual environment with the tools for tests
	@$(PYTHON) -m oms.local.bootstrap --dev

lint: setup-dev ## ruff: rules and layout
	@$(VENV)/ruff check --quiet .
	@$(VENV)/ruff format --quiet --check . || { echo 'layout differs: run make format' >&2; exit 1; }

types: setup-dev ## mypy, strict
	@$(VENV)/mypy --no-error-summary

contracts: setup-dev ## who may import whom
	@said=$$($(VENV)/lint-imports 2>&1) || { echo "$$said"; exit 1; }

format: setup-dev ## lay the code out, and repair what ruff can repair
	@$(VENV)/ruff check --quiet --fix . ; $(VENV)/ruff format .

migrate: setup ## bring the development databases to the newest schema
	@$(PY) -m flask --app wsgi migrate

requirements: setup-dev ## pin and hash what pyproject.toml asks for
	@$(COMPILE) pyproject.toml -o requirements/runtime.txt
	@for group in local dev; do $(COMPILE) --group $$group -c requirements/runtime.txt -o requirements/$$group.txt || exit 1; done

translations: setup-dev ## gather the shop's words into each language's catalog, and count what is lacking
	@$(PY) -m oms.local.wording

bench: setup-dev ## measure, as ratios to what the machine can do; fails below the bars
	@$(PY) -m pytest tests/bench -m bench -n 0 -s $(ARGS)

faults: setup-dev ## kill, restart, race; fails when an invariant breaks
	@$(PY) -m pytest tests/faults -m faults -n 0 -s $(ARGS)

soak: setup-dev ## everything at once for SOAK_MINUTES (10), with faults outside; fails when anything is lost or leaks
	@$(PY) -m pytest tests/soak -m soak -n 0 -s $(ARGS)

privacy: setup-dev ## measure every bar of privacy, print the table; fails below a bar
	@$(PY) -m oms.local.browser
	@$(PY) -m pytest $(BLIND) --as-blind -n 0 -q
	@$(PY) -m pytest tests/privacy --all-bars -n 2 --dist worksteal --junitxml="$(or $(STATE_DIR),var)/evidence/privacy.xml" $(ARGS)

pictures: setup-dev ## take the pictures of the README anew
	@$(PY) -m tests.pictures

demo-reset: setup ## remove STATE_DIR, so that the next make run begins with a fresh demo shop
	@$(PY) -m oms.local.clean

clean: demo-reset ## remove STATE_DIR, the virtual environment and every cache
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	@find oms storefront migrations tests -name __pycache__ -type d -prune -exec rm -rf {} +
