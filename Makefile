# The gateway on a bare machine: Python 3.11 or later and make are all it needs. `make help` lists the targets.
PORT ?= 8000
PY := .venv/bin/python
ROOT_STATE := /var/lib/corridor-gateway

.DEFAULT_GOAL := help
.PHONY: help demo test lint audit format bench sdl clean

help:
	@echo 'make demo    two city registries and the gateway over them (PORT=8000)'
	@echo 'make test    the whole test suite, on real Postgres servers'
	@echo 'make lint    ruff, mypy and the import rules'
	@echo 'make audit   known vulnerabilities of what is pinned, and secrets in the files and their history'
	@echo 'make format  what ruff can mend'
	@echo 'make bench   the comparison: the SQL alone, naive resolvers, hand-written Node, routers (npm)'
	@echo 'make sdl     write schemas/schema.graphql'
	@echo 'make clean   remove the environment, the data of the demo and all caches'

# A .venv whose Python does not run any more counts as empty.
ifneq ($(shell $(PY) -c 'print(1)' 2>/dev/null),1)
$(shell rm -f .venv/installed-*)
endif

# What is installed is remembered inside .venv, so that a new .venv is filled, and an unchanged one left alone.
.venv/installed-%: requirements/%.txt pyproject.toml scripts/install.sh
	@sh scripts/install.sh $*
	@touch $@

demo: .venv/installed-run
	@.venv/bin/corridor demo --port $(PORT)

# The files of the tests are shared out among the cores, each of which has a server of its own. All of them have to find
# the same tests in the same order, sets among their parameters as well.
test: .venv/installed-dev
	PYTHONHASHSEED=0 $(PY) -m pytest -n auto --dist loadfile

lint: .venv/installed-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

audit: .venv/installed-dev
	$(PY) scripts/scan_secrets.py
	$(PY) scripts/audit_dependencies.py

format: .venv/installed-dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: .venv/installed-bench
	$(PY) -m benchmarks

sdl: .venv/installed-run
	.venv/bin/corridor sdl --write

clean:
	rm -rf .venv var dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name node_modules -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
	@if [ -d $(ROOT_STATE) ]; then echo 'Left alone is $(ROOT_STATE): what servers started by root keep outside of'; \
	echo 'a folder that they cannot reach. When none of them runs any more: rm -rf $(ROOT_STATE)'; fi
