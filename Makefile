# Needs Python 3.11+ and make; everything else goes into .venv.

# The first Python that is new enough; make PYTHON=/path/to/python3.11 names another.
PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(shell \
  $(p) -c 'import sys; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)) python3)
PORT   ?= 8000
ARGS   ?=
# Tests run on all cores; PROCESSES=0 runs them one by one in one process, as a debugger wants it.
PROCESSES ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
SPREAD := --numprocesses $(PROCESSES) --dist worksteal

PACKAGES := engine migrator profiling mapping exporting odoo_migrate bench manage.py gunicorn.conf.py
VENV := .venv
PY   := $(VENV)/bin/python
PIP  := $(PY) -m pip --quiet --disable-pip-version-check
# What the portal needs, and what its developers need besides: made again when the pins change.
RUN  := $(VENV)/.run
DEV  := $(VENV)/.dev

.DEFAULT_GOAL := help
.PHONY: help run test lint bench quality pin clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUN)  ## the portal with demo data at http://127.0.0.1:8000/ (PORT=8001: another port); Ctrl-C ends it
	@$(PY) manage.py runportal --port $(PORT)

test: $(DEV)  ## all tests, those of the database on PostgreSQL too (REQUIRE_SERVICES=1: none may be skipped)
	$(PY) -m pytest $(SPREAD) $(ARGS)
	@$(PY) -m tests.postgres $(SPREAD) $(ARGS)

lint: $(DEV)  ## style, types, and code that nothing uses
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy $(PACKAGES)
	@# A detector is found by walking its package: nothing names it.
	! $(VENV)/bin/vulture | grep -v '^engine/detectors/.*unused class'

bench: $(DEV)  ## speed and memory, as ratios beside what to reach (ROWS=50000 for a quick one)
	$(PY) -m bench $(ARGS)

quality: $(DEV)  ## what comes out of 500 messy workbooks without a person (ARGS="--seed 7 --show": one, in detail)
	$(PY) -m bench.mess --write $(ARGS)

pin: $(DEV)  ## requirements*.txt anew from requirements*.in
	$(PIP) install pip-tools
	$(VENV)/bin/pip-compile $(COMPILE) --upgrade --output-file requirements.txt requirements.in
	$(VENV)/bin/pip-compile $(COMPILE) --upgrade --output-file requirements-dev.txt requirements-dev.in

COMPILE := --quiet --strip-extras --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

clean:  ## remove .venv and caches; databases and uploads in var/ stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build dist *.egg-info

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements.txt pyproject.toml | $(PY)
	$(PIP) install -r requirements.txt -e .
	@touch $@

$(DEV): requirements-dev.txt $(RUN)
	$(PIP) install -r requirements-dev.txt
	@touch $@
