# Everything happens in environments of its own; `make demo` and `make test` need nothing set up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := src tests scripts benchmarks
# More than cores: many a test waits for a process, a browser or a clock.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')
# The tests start the command line a thousand times; compiling it again is most of a start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test fast lint types mypy basedpyright tests test-slow docs docs-check build smoke bench mutants test-all clean

help:  ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'

$(VENV)/demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[pictures,serve]'
	@touch $@

$(VENV)/dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[pictures,serve]' --group dev
	@touch $@ $(VENV)/demo

demo: $(VENV)/demo  ## Run the real commands against a sample server on this machine
	@$(BIN)/python scripts/demo.py

test: $(VENV)/dev  ## Run every check there is
	@$(MAKE) --no-print-directory --jobs 3 lint mypy basedpyright docs-check smoke
	@$(MAKE) --no-print-directory tests

fast: $(VENV)/dev  ## Run the tests that need no file, server or process
	$(BIN)/python -m pytest -q -m fast -n auto

lint: $(VENV)/dev
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/python scripts/check_names.py

types: mypy basedpyright

mypy: $(VENV)/dev
	$(BIN)/mypy

basedpyright: $(VENV)/dev
	$(BIN)/basedpyright

tests: $(VENV)/dev  ## Run the tests, and see that transport, ratelimit and backends are covered
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(WORKERS) --dist worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --skip-covered --fail-under=100

test-slow: $(VENV)/dev  ## Run all tests, slow ones too, with ten times the search for counterexamples
	HYPOTHESIS_PROFILE=slow $(BIN)/python -m pytest -n auto --timeout 3600

docs: $(VENV)/dev  ## Write the commands' help into the documentation
	$(BIN)/python scripts/write_help.py

docs-check: $(VENV)/dev
	$(BIN)/python scripts/write_help.py --check

build: $(VENV)/dev
	rm -rf dist
	$(BIN)/python -m build --quiet

smoke: build  ## Install wheel and sdist into empty environments, and use them
	$(BIN)/python scripts/smoke.py dist

$(VENV)/bench: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --group bench
	@touch $@

bench: $(VENV)/bench  ## Measure what the benchmarks' README names, as ratios
	$(BIN)/python benchmarks/run.py

$(VENV)/mutants: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --group mutants
	@touch $@

mutants: $(VENV)/mutants  ## Change the source in small ways, and list what no test notices
	$(BIN)/python scripts/mutants.py

test-all:  ## Run the tests under every Python version found
	$(PYTHON) scripts/test_all.py

clean:
	rm -rf $(VENV) .venv-* dist build .coverage .coverage.* .hypothesis .mypy_cache .ruff_cache
