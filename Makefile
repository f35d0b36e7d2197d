# Two commands matter to a newcomer: `make demo` and `make test`. `make help` lists the others.
SHELL := /bin/bash
PORT ?= 8000
DATA_DIR ?= var
PYTHON ?= python3
TOOLS := .tools
UV := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/bin/uv)
RUN := $(UV) run --frozen --no-sync
WORKERS ?= auto
TESTS ?=

.DEFAULT_GOAL := help
.PHONY: help install demo test lint format e2e data faults bench bench-forecast bench-workers bench-snapshots bench-many bench-rates clean

include docker/fabric.mk

help: ## Say what each command does
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

# uv from its package. A Python without pip or venv gets pip's own zipapp-free way: ensurepip, then --target.
$(TOOLS)/bin/uv:
	@mkdir -p $(TOOLS)
	@$(PYTHON) docker/bootstrap_uv.py $(TOOLS)

install: $(filter $(TOOLS)/bin/uv,$(UV)) ## Install what the application and its tests need
	@$(UV) sync --frozen --quiet

demo: install ## Seed the demo consortium and serve it (PORT=8000 DATA_DIR=var)
	@DATA_DIR="$(abspath $(DATA_DIR))" DEMO=1 exec $(RUN) python manage.py demo --port $(PORT)

test: install ## Run the unit, contract and integration tests (TESTS=tests/integration: only these)
	@$(RUN) python -m pytest -n $(WORKERS) --dist loadgroup -m "not fabric" $(TESTS)
	@echo "Not run here: what needs a Fabric network (make fabric-test) or a browser (make e2e)."

lint: install ## Style, types, layers, and migrations that lead to the models
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@$(RUN) lint-imports
	@DATA_DIR="$(abspath $(TOOLS))/lint" $(RUN) python manage.py makemigrations --check --dry-run

format: install ## Format the code
	@$(RUN) ruff format .
	@$(RUN) ruff check --fix .

e2e: install ## Run the tests in a real browser (needs Chromium)
	@$(UV) sync --frozen --quiet --group e2e
	@$(RUN) python -m pytest tests/e2e

data: install ## Run the tests over real data sets (TRACEAPP_DATA names their folder)
	@$(RUN) python -m pytest tests/data

faults: install ## Kill processes at random under load (FAULTS_KILLS=30)
	@$(RUN) python -m pytest -s tests/faults

bench: install ## Measure speed and memory; figures go to tests/bench/results as JSON
	@$(UV) sync --frozen --quiet --group e2e
	@$(RUN) python -m tests.bench

bench-forecast: install ## Forecasts over real data sets beside seasonal naive (TRACEAPP_DATA names their folder, ARGS="--series 40")
	@$(RUN) python -m tests.bench.forecast $(ARGS)

bench-workers: install ## The same training by one Celery worker and by two, over a real Redis (ARGS="--series 24")
	@$(RUN) python -m tests.bench.workers $(ARGS)

bench-snapshots: install ## Reading verified snapshots, up to series, by processor time (ARGS=10000000: so many rows)
	@$(RUN) python -m tests.bench.snapshots $(ARGS)

bench-many: install ## 5,000 series of which 200 are broken, by the real models to the end (ARGS="--series 1000 --broken 40")
	@$(RUN) python -m tests.bench.many $(ARGS)

bench-rates: install ## How many series a minute each model fits, by processor time
	@$(RUN) python -m tests.bench.rates $(ARGS)

clean: ## Remove the demo's data folder
	rm -rf $(DATA_DIR)
