# Everything that people and machines run here. `make help` lists it.

PYTHON ?= python3
VENV   := .venv/bin
SHELL  := /bin/sh

.DEFAULT_GOAL := help
.PHONY: help run dev check test lock openapi bench bench-scale sizes python environment

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: python ## install what is needed, migrate, make the demo site, serve on 127.0.0.1:8000
	@$(PYTHON) scripts/bootstrap.py requirements.txt
	@exec $(VENV)/python -m service.cli.serve

dev: environment ## the same, and start again whenever a source file changes
	@exec $(VENV)/python -m service.cli.serve --reload

check: environment ## in under 10 seconds: format, lint, types, import contracts, unit tests
	@sh scripts/check

test: environment ## set everything up (PostgreSQL, Redis, Chromium) and run every check and test
	@sh scripts/test

lock: environment ## compile requirements*.txt from requirements*.in
	@sh scripts/lock

openapi: environment ## write openapi.yaml from the code
	@$(VENV)/flask --app service openapi

bench: environment ## measure this service beside its peers, and compare with the budgets (SECONDS=8 ROUNDS=3)
	@$(VENV)/python -m benchmarks.run --seconds $(or $(SECONDS),8) --rounds $(or $(ROUNDS),3) $(if $(PEERS),--peers $(PEERS))

bench-scale: environment ## measure how cost grows: threads to 100,000 comments, queues to 1,000,000 (SECONDS=3)
	@$(VENV)/python -m benchmarks.scale --seconds $(or $(SECONDS),3)

sizes: environment ## write docs/sizes.md: what readers load of this widget and of its peers
	@sh scripts/sizes

environment: python
	@$(PYTHON) scripts/bootstrap.py requirements-dev.txt

python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "belowline: $(PYTHON) is not installed: on Debian or Ubuntu run \`apt-get install python3 python3-venv\`, then run it again." >&2; exit 1; }
