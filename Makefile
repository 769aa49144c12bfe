PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet

.PHONY: install demo test coverage soak mutate lint bench house kinds docs train clean lock wheels help

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --no-deps -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.installed-test: requirements-test.lock $(VENV)/.installed
	$(PIP) install --require-hashes --no-deps -r requirements-test.lock
	touch $@

install: $(VENV)/.installed ## make .venv with everything Yixun needs to run

demo: install ## crawl the bundled sample sites, build three digests, mail them to a local server
	$(BIN)/yixun demo --out out/demo

lint: $(VENV)/.installed-test ## ruff, mypy --strict, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint ## everything that must hold: lint, types, layers, tests
	$(PYTEST) $(PARALLEL)
# Compiled code is kept wherever the environment says otherwise: hundreds of processes would compile it anew.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/pytest
PARALLEL := -n 4 --dist loadfile --no-loadscope-reorder

coverage: $(VENV)/.installed-test ## the tests once more, half as fast: how much of each package they reach, and whether that is enough
	$(PYTEST) $(PARALLEL) --cov --cov-report=
	@for floor in $(FLOORS); do echo "== $${floor%:*}"; \
	$(BIN)/coverage report --include="$${floor%:*}/*" --fail-under=$${floor#*:} || exit 1; done
FLOORS := store:90 reports:90 jobs:90 crawler:85

soak: $(VENV)/.installed-test ## what takes minutes: long faults, cases of other libraries, what `make test` does on one database on the other
	$(PYTEST) -m soak

mutate: $(VENV)/.installed-test ## break a sample of the code in small ways; print what no test notices (minutes)
	$(BIN)/python -m tests.mutate

bench: $(VENV)/.installed-test ## the measurements of benchmarks/, one table each
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

house: $(VENV)/.installed-test ## the folders, how they import each other, what has grown too large; fails where a layer is broken
	$(BIN)/python -m tests.house
	$(BIN)/lint-imports

kinds: ## tell the store of the kinds of fact in crawler/judge/registry.py
	$(PYTHON) -m crawler.judge.registry

docs: $(VENV)/.installed-test kinds ## renew what docs/ says of commands, settings, kinds of fact and columns
	$(BIN)/python -m tests.docs.generate

TRAIN := .venv-train
$(TRAIN)/.installed: requirements-train.lock pyproject.toml
	$(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/pip --disable-pip-version-check --quiet install --require-hashes --no-deps -r requirements-train.lock
	touch $@

train: $(TRAIN)/.installed ## train the reader of facts anew from all texts at hand; brings torch, takes minutes with an accelerator, hours without
	$(TRAIN)/bin/python -m training out/train

lock: $(VENV)/.installed-test ## renew the lock files (names, versions, hashes; no hosts)
	$(PIP) install uv
	$(BIN)/uv pip compile pyproject.toml $(LOCK) $(SHIPPED) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml $(LOCK) $(EXTRAS) -c requirements.lock -o requirements-test.lock
	$(BIN)/uv pip compile pyproject.toml $(LOCK) --extra train -c requirements.lock -o requirements-train.lock
SHIPPED := $(addprefix --extra ,build demo parquet postgres web mcp)
EXTRAS := $(SHIPPED) $(addprefix --extra ,bench mutate test)
LOCK := --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --quiet --upgrade

wheels: $(VENV)/.installed-test ## check that every locked package has a wheel for the other versions of Python
	$(PIP) install uv
	@mkdir -p build; for version in 3.12 3.13; do $(BIN)/uv pip compile pyproject.toml --python-version $$version $(EXTRAS) -c requirements-test.lock \
	--only-binary :all: --quiet --no-header --no-annotate -o build/wheels-$$version.txt && echo "$$version: $$(wc -l < build/wheels-$$version.txt) wheels" || exit 1; done

clean: ## remove what the targets made
	rm -rf $(VENV) $(TRAIN) out data build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.*
