# `make` alone lists the targets.
PYTHON ?= python3
BIN = .venv/bin
RASA = nlu_data/.venv/bin/python

.PHONY: help setup run test check bench eval faults words help-pictures

help:  ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:  ## Install everything, from the locks; skips what is done
	@$(PYTHON) scripts/prepare.py

run: setup  ## Start everything; Ctrl-C stops it
	@$(BIN)/diemtua run

test: setup check  ## Run every test, with a real PostgreSQL, a real browser and a real Rasa
	$(BIN)/python -m pytest tests --ignore=tests/browser --ignore=tests/faults -n 2 --dist loadfile
	$(BIN)/python -m pytest tests/browser tests/faults
	$(RASA) -m nlu_data.validate
	$(RASA) -m pytest -c nlu_data/pyproject.toml --confcutdir=tests/nlu tests/nlu

check:  ## Lint, types, import directions (both environments)
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	nlu_data/.venv/bin/mypy --config-file nlu_data/pyproject.toml nlu_data tests/nlu
	$(BIN)/python -m pytest -q tests/test_boundaries.py

bench: setup  ## Measure against bare Rasa, side by side
	$(BIN)/python -m bench

eval: setup  ## Measure the answers on held-out questions, per style
	@$(BIN)/diemtua eval

faults: setup  ## Kill everything at random under 2,000 messages; nothing may be lost
	$(BIN)/python -m tests.faults.storm

words:  ## Gather the console's words into the catalogue
	$(BIN)/python -m scripts.gather_words

help-pictures: setup  ## Take the pictures of the console's help page anew
	$(BIN)/python -m tests.browser.help_pictures
