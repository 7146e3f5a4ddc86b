# Everything starts with one of these; each sets up what it needs first.
#
#   make demo    a small town with four cameras on http://127.0.0.1:8600
#   make test    all tests, the browser's included
#   make check   style, types, import layers, docs, the console's own checks
#   make bench   measurements against ffmpeg and in the browser; results in bench/results/
#   make clean   remove what these have built (recordings and demo data stay)
#
# Options for the program behind a target go into ARGS:
#   make demo ARGS="--port 9000"     make test ARGS="tests/rtsp -x"     make bench ARGS="recording"

PYTHON_IN_VENV := .venv/bin/python
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench format cli-reference lock clean

help:
	@sed -n 's/^#   //p' Makefile

setup:
	@scripts/setup test

demo:
	@scripts/setup run
	@.venv/bin/farola demo $(ARGS)

# Without ARGS all tests run: first those of everything but the browser in two processes, the long
# files first (tests/conftest.py), then the browser's, which want the machine for themselves.
test: setup
ifeq ($(ARGS),)
	$(PYTHON_IN_VENV) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not browser"
	$(PYTHON_IN_VENV) -m pytest -m browser
else
	$(PYTHON_IN_VENV) -m pytest $(ARGS)
endif
	@scripts/npm test

check: setup
	$(PYTHON_IN_VENV) -m ruff check .
	$(PYTHON_IN_VENV) -m ruff format --check .
	$(PYTHON_IN_VENV) -m mypy
	.venv/bin/lint-imports
	$(PYTHON_IN_VENV) -m pytest -q tests/project
	@scripts/npm run check

bench: setup
	$(PYTHON_IN_VENV) -m bench $(ARGS)

# Rewrite what a tool can rewrite.
format: setup
	$(PYTHON_IN_VENV) -m ruff check --fix .
	$(PYTHON_IN_VENV) -m ruff format .

# Rewrite docs/reference/cli.md from the program itself.
cli-reference: setup
	$(PYTHON_IN_VENV) scripts/cli_reference.py

# Lock the dependencies of pyproject.toml anew; ARGS=--upgrade takes the newest versions.
lock:
	scripts/lock $(ARGS)

clean:
	rm -rf .venv .setup .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf console/node_modules src/farola/api/console src/farola/vision/packed dist build test-results
	find src tests bench scripts -name __pycache__ -prune -exec rm -rf {} +
