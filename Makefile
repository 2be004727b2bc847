# Every target sets up what it needs; a fresh machine has only Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
SEEDS ?= 100
DATABASE ?= sqlite
PACKAGES := records ledger people networks classifier policies cases listener replies room service dashboard sandbox

.PHONY: demo test test-long nemesis check lint lock bench mutants clean

demo: $(INSTALLED)
	$(BIN)/aparte demo

test: $(INSTALLED)
	$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder -m "not long"

test-long: $(INSTALLED)
	$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder

# Faults, kills and a checker, a world a seed. `make nemesis SEED=17` plays one world again.
nemesis: $(INSTALLED)
	$(BIN)/python -m tests.nemesis $(if $(SEED),--seed $(SEED),--seeds $(SEEDS)) --database $(DATABASE)

check: lint
	$(MAKE) test

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(PACKAGES)
	$(BIN)/lint-imports

bench: $(INSTALLED)
	$(BIN)/aparte bench

# Mistakes are put into the engine and the guard, one at a time; each should make a test red. Takes about an hour.
mutants: $(INSTALLED)
	$(BIN)/mutmut run --max-children 1
	$(BIN)/mutmut results

# The pinned environment: every version with its hashes, no address of an index.
lock: $(INSTALLED)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --group dev --custom-compile-command "make lock" -o requirements.lock pyproject.toml

.venv: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Aparte needs Python 3.11 or newer: set PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	awk '/^uv==/ {uv = 1} /^[^ ]/ && !/^uv==/ {uv = 0} uv' requirements.lock > .venv/uv.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock \
		|| $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $(INSTALLED)

clean:
	rm -rf .venv .aparte mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
