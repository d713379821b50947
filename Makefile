# Every target sets itself up: a virtual environment, made on first use and again when a requirements file changes.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test check format lint types bench clean

run: $(VENV)/.run
	$(BIN)/streamlit run app.py

test: $(VENV)/.test
	$(BIN)/python -m pytest

check: lint types test

format: $(VENV)/.test
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.test
	$(BIN)/mypy

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks.page
	$(BIN)/python -m benchmarks.engine
	$(BIN)/python -m benchmarks.classroom

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.run: requirements.txt | $(BIN)/python
	$(PIP) -r requirements.txt
	touch $@

$(VENV)/.test: requirements.txt requirements-test.txt | $(BIN)/python
	$(PIP) -r requirements-test.txt
	touch $@ $(VENV)/.run

$(BIN)/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
	  echo "Layer Lab needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "If another one is installed, name it: make run PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
