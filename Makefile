# Barrymore. `make` alone lists what there is.
.DEFAULT_GOAL := help
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONPATH := src:.
export DJANGO_SETTINGS_MODULE := barrymore.config.settings

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: install  ## start the product with its living demo company at http://localhost:8000 (PORT= chooses)
	@$(BIN)/python -m barrymore run-demo --port $(PORT) $(if $(TRADES),--trades)

test: install-dev bundle words  ## every test; installs what the tests need (root needed for Debian packages)
	@bash scripts/test-needs
	@bash scripts/test-extras
	@bash scripts/test

test-long: install-dev bundle words  ## what takes long: kills under load
	@bash scripts/test-needs
	@$(BIN)/python -m pytest tests -m long

lint: install-dev  ## ruff, mypy, the layers contract, budgets
	@bash scripts/lint

bench: install-dev bundle words  ## CPU per operation at 100,000 conversations on SQLite and PostgreSQL
	@bash scripts/test-needs
	@$(BIN)/python -m bench

bench-peers: install-dev bundle words  ## django-helpdesk beside ours on the same 100,000 tickets, CPU per operation
	@bash scripts/test-needs
	@$(BIN)/python -m bench.peers

bench-growth: install-dev bundle words  ## CPU per operation at 1,000,000 conversations beside 100,000, on PostgreSQL
	@bash scripts/test-needs
	@$(BIN)/python -m bench.growth

bench-streams: install-dev bundle words  ## a thousand open live streams on one process
	@bash scripts/test-needs
	@bash -c 'ulimit -n 8192; $(BIN)/python -m bench.streams'

bench-events: install-dev bundle words  ## CPU per event of a device at the edge beside plain Django views, SQLite and PostgreSQL
	@bash scripts/test-needs
	@$(BIN)/python -m bench.events
	@bash scripts/with-postgres $(BIN)/python -m bench.events

bench-board: install-dev bundle words  ## the quality board over ten million answers, SQLite and PostgreSQL
	@bash scripts/test-needs
	@$(BIN)/python -m bench.board
	@bash scripts/with-postgres $(BIN)/python -m bench.board

bench-voice: install-dev bundle words  ## who takes which call among thousands; then a real Asterisk with a thousand callers beside its own queue
	@bash scripts/test-needs
	@$(BIN)/python -m bench.voice
	@bash scripts/with-postgres $(BIN)/python -m bench.voice
	@bash scripts/with-asterisk $(BIN)/python -m bench.lines --waiting 0
	@bash scripts/with-asterisk bash scripts/with-postgres $(BIN)/python -m bench.lines

bench-alerts: install-dev bundle words  ## from a red press to the mail accepted and to a live page, while others press
	@bash scripts/test-needs
	@$(BIN)/python -m bench.alerts

bench-detection: install-dev  ## how well gamed feedback is found: precision, recall, fairness on held-out seeds
	@$(BIN)/python -m bench.detection
	@$(BIN)/python -m bench.ticket_detection

bench-fairness: install-dev  ## whether desks out of the usual are asked more often, on companies that nothing was tuned on
	@$(BIN)/python -m bench.fairness

shots: install-dev bundle words  ## walk the product in Chromium and photograph it into var/shots
	@bash scripts/test-needs
	@$(BIN)/python -m shots

locks:  ## compile the hashed lock files anew
	@bash scripts/locks

install: $(VENV)/installed-run bundle words  ## everything that your own house needs; then .venv/bin/barrymore serve
install-dev: $(VENV)/installed-dev

$(VENV)/installed-run: requirements/run.txt
	@bash scripts/install run
	@touch $@

$(VENV)/installed-dev: requirements/dev.txt
	@bash scripts/install dev
	@touch $@ $(VENV)/installed-run

BUNDLE := src/barrymore/ui/static/ui/app.js
bundle: $(BUNDLE)
$(BUNDLE): $(wildcard frontend/src/*.ts frontend/style/*.css frontend/*.json frontend/*.mjs) | $(VENV)/installed-any
	@bash scripts/bundle

$(VENV)/installed-any:
	@test -e $(VENV)/installed-run -o -e $(VENV)/installed-dev

WORDS := $(wildcard src/barrymore/locale/*/LC_MESSAGES/django.po)
words: $(WORDS:.po=.mo)
%.mo: %.po
	@$(BIN)/pybabel -q compile -i $< -o $@ 2>/dev/null || $(BIN)/pybabel compile -i $< -o $@

.PHONY: help run test test-long lint bench bench-peers bench-growth bench-streams bench-alerts bench-board bench-detection bench-fairness bench-voice bench-events shots locks install install-dev bundle words $(VENV)/installed-any
