# aktenkundig: `make help` zeigt die Ziele.
#
# The environment .venv is made on first use and renewed only when pyproject.toml or constraints.txt changed. Each
# purpose has a stamp of its own, so that `make run` needs neither the test nor the lint tools.

PYTHON ?= python3
# Further options for pip, for example another index for a CPU-only or CUDA build of PyTorch.
PIP_OPTIONS ?=

VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-test
LINT_STAMP := $(VENV)/.installed-lint
# Python compiles what is really imported, the first time; compiling all of PyTorch takes a minute and more.
INSTALL = $(BIN)/python -m pip install --disable-pip-version-check --no-compile $(PIP_OPTIONS) --constraint constraints.txt --editable
BENCH_RESULTS := data/bench

# No library reports home; the program sets these itself, here they also hold for the tools.
export ANONYMIZED_TELEMETRY := False
export GRADIO_ANALYTICS_ENABLED := False
export HF_HUB_DISABLE_TELEMETRY := 1
export ORT_DISABLE_TELEMETRY := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help run test system-check lint format bench clean

help:
	@echo "make run     einrichten, die Akten einlesen, Web-Chat auf http://localhost:7860 starten"
	@echo "make test    einrichten und alle Tests ausführen"
	@echo "make lint    Stil, Formatierung, Typen und Importrichtung prüfen"
	@echo "make format  den Code formatieren"
	@echo "make bench   die Güte auf den mitgelieferten Fragesammlungen messen, mit Bericht"
	@echo "make clean   Umgebung und Zwischenergebnisse löschen (data/ bleibt)"
	@echo
	@echo "Anderes Python: make run PYTHON=python3.12; Optionen für pip: PIP_OPTIONS=…"

run: $(RUN_STAMP)
	@# Exit code 1: something could not be read and was reported, for example scans without Tesseract; the rest is there.
	@$(BIN)/aktenkundig ingest corpus/akten || test $$? -eq 1
	@exec $(BIN)/aktenkundig serve

# One run of pytest, so that its summary is the last thing printed; tests/conftest.py puts the slow tests last and says
# which ones have to stay together. Each of the two processes takes some GB, with the servers that it starts.
test: $(TEST_STAMP) system-check
	@$(BIN)/python -m pytest --numprocesses=2 --no-loadscope-reorder

lint: $(LINT_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(LINT_STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(RUN_STAMP)
	@$(BIN)/aktenkundig eval --out $(BENCH_RESULTS)

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find corpus ingest assistant eval tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# Without these programs the tests that need them are skipped; in CI that is a failure.
system-check:
	@missing=""; \
	for program in "chromium chromium-browser google-chrome:chromium" pdftotext:poppler-utils \
	    tesseract:tesseract-ocr; do \
	    found=""; \
	    for name in $${program%%:*}; do command -v "$$name" >/dev/null 2>&1 && found=yes; done; \
	    test -n "$$found" || missing="$$missing $${program##*:}"; \
	done; \
	if command -v tesseract >/dev/null 2>&1 && ! tesseract --list-langs 2>/dev/null | grep -qx deu; then \
	    missing="$$missing tesseract-ocr-deu"; \
	fi; \
	if test -n "$$missing"; then \
	    echo "Für alle Tests fehlt noch:$$missing" >&2; \
	    echo "Unter Debian und Ubuntu: sudo apt-get install$$missing" >&2; \
	    if test "$${CI:-}" = true; then exit 1; fi; \
	    echo "Die Tests, die das brauchen, werden übersprungen." >&2; \
	fi

# An interpreter that no longer starts (removed or replaced since) makes the environment anew.
$(RUN_STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "aktenkundig braucht Python 3.11 oder neuer; bitte eines angeben: make run PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	    echo "Python fehlt das Modul venv; unter Debian und Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	@echo "Richte die Umgebung $(VENV) ein; beim ersten Mal dauert das einige Minuten."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(INSTALL) .
	@touch $@

$(TEST_STAMP): $(RUN_STAMP)
	@$(INSTALL) '.[test]'
	@touch $@

$(LINT_STAMP): $(RUN_STAMP)
	@$(INSTALL) '.[lint]'
	@touch $@
