# Everything is set up here: a virtual environment with pinned versions, made when pyproject or constraints change.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
# One more than there are cores: tests that wait for processes leave theirs idle.
WORKERS ?= $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)

.PHONY: help demo test test-documents test-kills test-faults test-package test-recordings lint format run clean constraints

help:
	@echo "make demo   collect bundled pages from a loopback server and print the shares (no network)"
	@echo "make test   run the tests (no network, nothing but this folder)"
	@echo "make test-documents  run the demo, and what documents and schemas show"
	@echo "make test-kills    kill processes at random moments, or tell them to stop (TRACKER_KILLS=12)"
	@echo "make test-faults   runs among faulty answers, damaged files and hostile pages (TRACKER_WEEKS=4)"
	@echo "make test-package  build the package, install it by itself, and lint the workflows (package registries, npm)"
	@echo "make test-recordings RECORDINGS=DIR   compare with whole recorded pages, which are not part of the project"
	@echo "make lint   ruff and mypy --strict"
	@echo "make format mend what ruff can mend, and format"
	@echo "make run    collect the live boards into ./data and print the shares"

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV) (once; a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(STAMP)
	@$(BIN)/tracker demo

# A file of tests stays with one worker: what its tests have in common is made once.
test: $(STAMP)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

test-documents test-kills test-faults: $(STAMP)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist $(if $(filter %documents,$@),loadfile,load) tests/$(@:test-%=%) $(ARGS)

# In one process: what is built and installed is shared.
test-package: $(STAMP)
	@$(BIN)/python -m pytest tests/package $(ARGS)

# DIR holds captures/, vectors/, facts/ and registry_facts/ (tests/recordings/conftest.py).
test-recordings: $(STAMP)
	@test -n "$(RECORDINGS)" || { echo "say where they are: make test-recordings RECORDINGS=DIR" >&2; exit 2; }
	@$(BIN)/python -m pytest -n $(WORKERS) tests/recordings --recordings "$(RECORDINGS)" $(ARGS)

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# What cannot be mended is left to `make lint`, which names it.
format: $(STAMP)
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

run: $(STAMP)
	@$(BIN)/tracker collect; code=$$?; test $$code -le 1 || exit $$code; \
	for board in arena_text arena_text_raw aider_polyglot vectara_hallucination opencompass_llm; do \
	  $(BIN)/tracker share $$board || true; done

# Pinned versions, no addresses: run after a change of the dependencies, in a fresh environment.
constraints: $(STAMP)
	@$(BIN)/python -m pip freeze --exclude-editable | grep -v ' @ ' > constraints.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis demo-data
