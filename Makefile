# Wardstead.  `make help` lists what can be asked for; nothing but Python 3.11 or newer and make is needed.

PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3,$(if $(shell $(p) -c 'print(1)' 2>/dev/null),$(p))))
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check install -qq --require-hashes
SCRATCH := .cache
# Checks and tests never touch the developer's own data.
CHECK_ENV := WARDSTEAD_DATA_DIR=$(SCRATCH)/check
NOT_OURS = \( -path ./$(VENV) -o -path ./.git -o -path ./.venv-bench -o -name node_modules -o -path ./$(SCRATCH) \) -prune

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ------------------------------------------------------------------------------------------- set-up
$(VENV)/.made:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@echo "Making the virtual environment $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.lock $(VENV)/.made
	@echo "Installing what serves the product ($$(grep -c == $<) packages, hashes checked; about a minute) ..."
	@$(PIP) -r $<
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what tests and checks need ($$(grep -c == $<) packages, hashes checked; about a minute) ..."
	@$(PIP) -r $<
	@touch $@

.PHONY: setup
setup: $(VENV)/.dev ## install everything that run, check and test need
	@echo "Ready: $(VENV) holds the runtime and the tools."

# ---------------------------------------------------------------------------------------------- run
.PHONY: run
run: $(VENV)/.runtime ## serve console, API and worker on http://127.0.0.1:8000 (PORT=..., BIND=...)
	@OPEN_SIGNUP=$${OPEN_SIGNUP:-on} $(BIN)/python manage.py run

.PHONY: worker
worker: $(VENV)/.runtime ## run a worker with its schedule alone, beside `manage.py run --no-worker`
	@$(BIN)/python -m console.children worker

.PHONY: secrets
secrets: $(VENV)/.runtime ## write the secrets of compose.yaml into compose/secrets, once
	@$(BIN)/python manage.py make_secrets compose/secrets

# -------------------------------------------------------------------------------------------- checks
CHECKS := check-types check-migrations check-layers check-templates check-lint check-format

.PHONY: check $(CHECKS)
check: $(VENV)/.dev ## format, lint, templates, types, layers, migrations: all at once
	@mkdir -p $(SCRATCH)
	@$(CHECK_ENV) $(BIN)/python -c 'import console.settings'
	@$(MAKE) --no-print-directory --keep-going -j2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) $(CHECKS)
	@echo "check: all well"

check-format:
	@echo "== ruff format"; $(BIN)/ruff format --check --output-format concise --quiet . || \
	  { echo "   mend with: make format"; exit 1; }
check-lint:
	@echo "== ruff"; $(BIN)/ruff check --quiet --output-format concise .
check-templates:
	@echo "== djlint"; if find . $(NOT_OURS) -o -name '*.html' -print | grep -q .; then \
	  $(BIN)/djlint --quiet --check --lint templates; fi
check-types:
	@echo "== mypy"; $(CHECK_ENV) $(BIN)/mypy --no-error-summary
check-layers:
	@echo "== import-linter"; out=$$($(CHECK_ENV) $(BIN)/lint-imports --no-cache 2>&1) || { echo "$$out"; exit 1; }
check-migrations:
	@echo "== makemigrations --check"; $(CHECK_ENV) $(BIN)/python manage.py makemigrations --check --dry-run --verbosity 1

.PHONY: format
format: $(VENV)/.dev ## bring code and templates into the house's form
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .
	@test ! -d templates || $(BIN)/djlint --quiet --reformat templates || true

# --------------------------------------------------------------------------------------------- tests
# What knows no database is tested once.
DATABASE_FREE := tests/policy tests/shapes
# Files of tests are shared out to as many processes as there are processors.
SHARED_OUT := -n auto --maxprocesses 8 --dist loadfile

.PHONY: test
test: $(VENV)/.dev ## run every test, on SQLite and then on a real PostgreSQL
	@echo "== tests on SQLite"; failed=0; \
	WARDSTEAD_TEST_DB=sqlite $(BIN)/python -m pytest -q $(SHARED_OUT) -m "not services" || failed=1; \
	echo "== tests on PostgreSQL (started from a wheel for this run)"; \
	WARDSTEAD_TEST_DB=postgres $(BIN)/python -m pytest -q $(SHARED_OUT) -m "not services" $(DATABASE_FREE:%=--ignore=%) || failed=1; \
	exit $$failed

.PHONY: test-fast
test-fast: $(VENV)/.dev ## run the tests on SQLite only, without the slow ones
	@WARDSTEAD_TEST_DB=sqlite $(BIN)/python -m pytest -q $(SHARED_OUT) -m "not services and not slow"

$(VENV)/.e2e: requirements-e2e.lock $(VENV)/.dev
	@echo "Installing what the browser tests need ($$(grep -c == $<) packages, hashes checked) ..."
	@$(PIP) -r $<
	@touch $@

.venv-cli/.made: requirements-cli.lock $(VENV)/.made
	@echo "Installing the aws command line into an environment of its own ($$(grep -c == $<) packages) ..."
	@$(PYTHON) -m venv .venv-cli
	@.venv-cli/bin/python -m pip --disable-pip-version-check install -qq --require-hashes -r $<
	@touch $@

.venv-auditors/.made: requirements-auditors.lock $(VENV)/.made
	@echo "Installing the auditing programs into an environment of their own ($$(grep -c == $<) packages) ..."
	@$(PYTHON) -m venv .venv-auditors
	@# The lock is whole; pip would ask for the extras that it leaves out.
	@.venv-auditors/bin/python -m pip --disable-pip-version-check install -qq --require-hashes --no-deps -r $<
	@touch $@

.PHONY: e2e
e2e: $(VENV)/.e2e ## run the journeys of people, in Chromium (Debian's; installed when missing and allowed)
	@command -v chromium >/dev/null || { echo "Installing Chromium ..."; apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; }
	@$(BIN)/python -m pytest -q tests/e2e

.PHONY: screenshot
screenshot: $(VENV)/.e2e ## take docs/screenshot.png anew
	@$(BIN)/python -m tests.e2e.screenshot

.venv-cli2/.made: requirements-cli2.lock $(VENV)/.made
	@if test "$$(uname -sm)" = "Linux x86_64"; then \
	  echo "Unpacking version 2 of the aws command line, as AWS packs it for its functions ..."; \
	  rm -rf .venv-cli2; \
	  $(PIP) --no-deps --target .venv-cli2/package -r $< && \
	  $(BIN)/python -m tests.cli.unpack .venv-cli2 && touch $@; \
	  else echo "AWS packs version 2 of its command line for another machine: it is left out"; fi

tests/cli/javascript/node_modules/.made: tests/cli/javascript/package-lock.json
	@if command -v npm >/dev/null; then cd $(dir $<) && npm ci --silent --no-audit --no-fund && touch node_modules/.made; \
	  else echo "npm is not here: the JavaScript SDK is left out"; fi

.venv-java/.made: requirements-java.lock $(VENV)/.made
	@if command -v javac >/dev/null; then \
	  echo "Laying out the jars of the AWS SDK for Java ..."; \
	  rm -rf .venv-java && $(PIP) --no-deps --target .venv-java/package -r $< && mkdir .venv-java/jars && \
	  mv .venv-java/package/amazon_kclpy/jars/*.jar .venv-java/jars && rm -r .venv-java/package && touch $@; \
	  else echo "A JDK is not here: the Java SDK is left out"; fi

CLIENTS := .venv-cli/.made .venv-cli2/.made .venv-java/.made tests/cli/javascript/node_modules/.made

.PHONY: cli
cli: $(VENV)/.dev $(CLIENTS) ## run the journeys of programs: aws 1 and 2, boto3, JavaScript; Java, Terraform, Go where they are
	@$(BIN)/python -m pytest -q tests/cli

.venv-parity/.made: requirements-parity.lock $(VENV)/.made
	@echo "Installing moto's server into an environment of its own ($$(grep -c == $<) packages) ..."
	@$(PYTHON) -m venv .venv-parity
	@.venv-parity/bin/python -m pip --disable-pip-version-check install -qq --require-hashes -r $<
	@touch $@

.PHONY: parity
parity: $(VENV)/.dev .venv-parity/.made ## hold AWS's own policies against the engine, and each answer against moto's
	@$(BIN)/python -m pytest -q tests/policy/test_aws_documents.py tests/parity

.PHONY: auditors
auditors: $(VENV)/.dev .venv-auditors/.made ## let cloudsplaining and ScoutSuite audit accounts of ours
	@$(BIN)/python -m pytest -q tests/auditors

# Prowler wants Python 3.12, and with its clouds' packages two gigabytes: asked for by name only.
PYTHON312 ?= $(firstword $(foreach p,python3.12 $(wildcard $(HOME)/.pyenv/versions/3.12.*/bin/python3.12),$(if $(shell $(p) -c 'print(1)' 2>/dev/null),$(p))))

.venv-prowler/.made: requirements-prowler.lock
	@test -n "$(PYTHON312)" || { echo "Prowler needs Python 3.12: make prowler PYTHON312=/path/to/python3.12" >&2; exit 1; }
	@echo "Installing Prowler into an environment of its own ($$(grep -c == $<) packages; about five minutes) ..."
	@$(PYTHON312) -m venv .venv-prowler
	@.venv-prowler/bin/python -m pip --disable-pip-version-check install -qq --require-hashes --no-deps -r $<
	@touch $@

.PHONY: prowler
prowler: $(VENV)/.dev .venv-prowler/.made ## let Prowler audit an account of ours (2 GB; needs Python 3.12)
	@$(BIN)/python -m pytest -q tests/auditors/test_prowler.py

.venv-bench/.made: requirements-bench.lock $(VENV)/.made
	@echo "Installing the engines to measure beside ($$(grep -c == $<) packages) into an environment of their own ..."
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip --disable-pip-version-check install -qq --require-hashes -r $<
	@touch $@

bench/node/node_modules/.made: bench/node/package-lock.json
	@if command -v npm >/dev/null; then cd bench/node && npm ci --silent --no-audit --no-fund && touch node_modules/.made; \
	  else echo "npm is not here: iam-simulate is left out"; fi

.PHONY: bench
bench: $(VENV)/.dev .venv-bench/.made bench/node/node_modules/.made ## measure policy engine and API beside others, and the API beside a flood of sign-ins; fails where a goal is missed
	@failed=0; .venv-bench/bin/python -m bench.engine || failed=1; .venv-bench/bin/python -m bench.hostile || failed=1; $(BIN)/python -m bench.api || failed=1; \
	$(BIN)/python -m bench.flood || failed=1; exit $$failed

.PHONY: timing
timing: $(VENV)/.dev ## compare the time of wrong sign-ins of real and invented users, 2,000 each (about half an hour)
	@$(BIN)/python -m bench.timing

.PHONY: race
race: $(VENV)/.dev ## let 64 callers race for every limit and name, and a thousand posts for all that counts once, on both databases (about 40 minutes)
	@failed=0; $(BIN)/python -m bench.race || failed=1; for database in sqlite postgres; do \
	POSTS=1000 WARDSTEAD_TEST_DB=$$database $(BIN)/python -m pytest -q tests/races/test_one_time.py || failed=1; \
	done; exit $$failed

.PHONY: fuzz
fuzz: $(VENV)/.dev ## hold the policy engine against the oracle on CASES=1000000 invented cases (SEED=...)
	@$(BIN)/python -m tests.policy.fuzz $(or $(CASES),1000000) $(SEED)

.PHONY: mutate
mutate: $(VENV)/.dev ## change the policy engine in one place at a time; say which changes no test notices (MODULES="decide match")
	@$(BIN)/python -m tests.policy.mutate --tests $(MODULES)

.PHONY: cov
cov: $(VENV)/.dev ## say which lines and branches no test reaches
	@WARDSTEAD_TEST_DB=sqlite $(BIN)/coverage run -m pytest -q -m "not services"
	@$(BIN)/coverage report

.PHONY: cov-policy
cov-policy: $(VENV)/.dev ## fail where a line or branch of the policy engine is not reached by its own tests
	@mkdir -p $(SCRATCH)
	@COVERAGE_FILE=$(SCRATCH)/coverage-policy $(BIN)/coverage run --branch --source=iam/policy -m pytest -q tests/policy
	@COVERAGE_FILE=$(SCRATCH)/coverage-policy $(BIN)/coverage report --fail-under=100 --precision=2

.PHONY: docs
docs: $(VENV)/.runtime ## write docs/operations.md anew from the catalogue
	@$(CHECK_ENV) $(BIN)/python manage.py document_operations

# ---------------------------------------------------------------------------------------------- locks
UV_LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-emit-find-links --no-header --no-annotate --quiet

.PHONY: lock
lock: $(VENV)/.dev ## compile the hashed lock files anew; UPGRADE=1 takes newer versions
	@for name in requirements requirements-dev requirements-e2e requirements-cli requirements-auditors requirements-bench \
	  requirements-parity; do \
	  echo "$$name.lock"; $(UV_LOCK) $(if $(UPGRADE),--upgrade) $$name.in -o $$name.lock || exit 1; done
	@# Wheels of which some files are wanted, and nothing of what they would run with.
	@for name in requirements-cli2 requirements-java; do \
	  echo "$$name.lock"; $(UV_LOCK) --no-deps $(if $(UPGRADE),--upgrade) $$name.in -o $$name.lock || exit 1; done
	@echo requirements-prowler.lock; $(UV_LOCK:3.11=3.12) $(if $(UPGRADE),--upgrade) requirements-prowler.in -o requirements-prowler.lock
	@! grep -nEi 'https?:|index-url|find-links|file:' *.lock || { echo "a lock names where it was made" >&2; exit 1; }
