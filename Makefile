# Every target makes its own .venv when it is missing or out of date. Python 3.11 or newer and make are all that is needed.
#
#   make extract                                  the reports of corpus/reports into the folder dataset
#   make extract INPUT=../my-reports OUT=my-data  your own reports
#   make help                                     all targets

INPUT ?= corpus/reports
OUT ?= dataset
ARGS ?=
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: lesson-set notebooks adapt train extract verify test check evaluate evaluate-genres bench campaign format help clean

extract: $(READY) ## Read the reports below INPUT into the dataset folder OUT (ARGS="--planned --jobs 4")
	$(BIN)/python -m pipeline extract "$(INPUT)" --out "$(OUT)" $(ARGS)

verify: $(READY) ## Check the dataset folder OUT against its sources
	$(BIN)/python -m pipeline verify "$(OUT)" $(ARGS)

# Without QUERY the set answers a question of its own; with QUERY="words" it holds what a search for them finds.
LESSON_SET := lesson-set/$(if $(QUERY),lesson-set,smoke-free).json
ifeq ($(QUERY),)
ASKED := --title "อะไรช่วยและอะไรขัดขวางการทำบ้านและชุมชนให้ปลอดบุหรี่" --issue tobacco
else
ASKED := --title "$(QUERY)" --query "$(QUERY)"
endif

lesson-set: $(READY) ## A lesson set from the dataset OUT in all formats, into the folder lesson-set (QUERY="words to search for")
	@test -f "$(OUT)/lessons.sqlite" || $(BIN)/python -m pipeline extract "$(INPUT)" --out "$(OUT)" || test $$? -eq 3
	$(BIN)/python -m pipeline set new "$(LESSON_SET)" --dataset "$(OUT)" $(ASKED) --replace $(ARGS)
	$(BIN)/python -m pipeline set check "$(LESSON_SET)" --dataset "$(OUT)"
	$(BIN)/python -m pipeline set freeze "$(LESSON_SET)"
	$(BIN)/python -m pipeline set export "$(LESSON_SET)" --out lesson-set
	@$(BIN)/python -m pipeline set show "$(LESSON_SET)" --one

test: $(READY_DEV) ## All tests
	$(BIN)/python -m pytest $(ARGS)

check: $(READY_DEV) ## Lint, format, types, layers, docs
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy -p pipeline
	$(BIN)/python -m pytest tests/test_layers.py tests/test_docs.py

evaluate: $(READY_DEV) ## Scores with intervals on the held-back part of the corpus, beside the baselines, against the floors
	$(BIN)/python -m pipeline.evaluate table
	$(BIN)/python -m pipeline.evaluate facts --part test
	$(BIN)/python -m pipeline.evaluate likeness --pairs 0
	$(BIN)/python -m pipeline.evaluate agreement
	$(BIN)/python -m pipeline.evaluate clusters
	$(BIN)/python -m pipeline.evaluate search
	$(BIN)/python -m pipeline.evaluate gate

evaluate-genres: $(READY) ## Models on genres that they have not seen: trained on all others, scored on the one (ARGS="--model fast"; about 15 minutes)
	$(BIN)/python -m pipeline.evaluate genres $(ARGS)

bench: $(READY_DEV) ## Speed and memory: the whole way as a ratio to one bare word-tokenisation pass; units per second of each model, pages per second of each format
	$(BIN)/python -m pipeline.bench "$(INPUT)"
	$(BIN)/python tests/ingest/bench_readers.py
	$(BIN)/python tests/lessons/bench_search.py

campaign: $(READY_DEV) ## Slow campaigns: 600 planted quotes in damaged Thai, 200 mutations of every format, wrong citations in a lesson set
	LESSONS_CAMPAIGN=600 $(BIN)/python -m pytest -m campaign tests/ingest/test_damage_repair.py
	LESSONS_CAMPAIGN=200 $(BIN)/python -m pytest -m campaign tests/ingest/test_hostile_files.py
	$(BIN)/python -m pytest -s tests/lessons/test_set_check.py -k planted

train: $(READY_DEV) ## Train the models in models/ from corpus/gold; each takes the place of the old one only when it is better (ARGS="--tier fast")
	$(BIN)/python -m pipeline.learn --promote $(ARGS)

adapt: $(READY_DEV) ## Teach the accurate model's encoder anew (needs PyTorch, any CPU build, in .venv; about six hours)
	$(BIN)/python -m pipeline.learn.taught $(ARGS)

notebooks: $(READY_DEV) ## Run the notebooks on the dataset OUT (made first when missing); pages in build/notebooks
	@test -f "$(OUT)/lessons.sqlite" || $(BIN)/python -m pipeline extract "$(INPUT)" --out "$(OUT)"
	$(BIN)/python -m pipeline.notebooks run --dataset "$(OUT)" $(ARGS)

format: $(READY_DEV) ## Format the code and mend what the linter can
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

clean: ## Remove .venv and caches; datasets stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info

help: ## This list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | awk -F '\t' '{printf "make %-16s %s\n", $$1, $$2}'

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed: install it, or name it with make PYTHON=/path/to/python3"; exit 1; fi
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
		echo "The virtual environment cannot be made: on Debian and Ubuntu run: sudo apt install python3-venv"; exit 1; }

$(READY): $(BIN)/python pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (once, a few minutes) ..."
	@$(PIP) -e '.[accurate]'
	@touch $@

$(READY_DEV): $(READY)
	@$(PIP) -e '.[accurate,dev]'
	@touch $@
