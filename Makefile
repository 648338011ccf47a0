# `make demo` and `make test` need no other set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
WORKFLOWS := .github/workflows/*.yml examples/github/*.yml
SCHEMAS := schemas/*.schema.json reconciler/manifest/manifest.schema.json

.PHONY: help demo picture page test test-quick test-lowest check dist sbom bench chaos converge history impact soak together lock schemas docs clean

help:  ## Show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

# --upgrade-deps: for a package with extras, the pip of Python 3.11 takes a newer version than the lock has, and refuses it.
$(INSTALLED): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Choose another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv --clear --upgrade-deps $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

demo: $(INSTALLED)  ## Apply a manifest to a real Kafka, and correct drift
	@PATH="$(CURDIR)/$(BIN):$$PATH" reconciler sandbox run -- demo/run.sh

picture: $(INSTALLED)  ## Record the demo into docs/demo.svg
	$(BIN)/python demo/picture.py $(MAKE) --silent demo

page: $(INSTALLED)  ## Take the picture of an HTML report in docs/page.png; needs Chromium
	$(BIN)/python demo/page.py

# More than there are cores: half of the time a test waits.
WORKERS ?= 4

# Compiled once: under PYTHONDONTWRITEBYTECODE every process that a test starts would compile it again.
test: check  ## Run what CI runs: checks and all tests
	@echo "All tests, against real brokers: about 12 minutes on two cores"
	$(BIN)/python -m compileall -q reconciler
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses $(WORKERS) --dist loadgroup --no-loadscope-reorder
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

QUICK := $(addprefix --ignore tests/,broker chaos ci converge history impact packaging sandbox together)
LOWEST := .venv-lowest

test-quick: $(INSTALLED)  ## Run the tests of all folders but those where most start a Kafka
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadgroup --no-loadscope-reorder $(QUICK)

test-lowest:  ## Run the same with the lowest versions that pyproject.toml allows
	$(PYTHON) -m venv --clear --upgrade-deps $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-lowest.lock
	$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	$(LOWEST)/bin/pytest --numprocesses $(WORKERS) --dist loadgroup --no-loadscope-reorder $(QUICK)

check: $(INSTALLED)  ## Check format, lint, types, imports, schemas, workflows, Dockerfile, deploy/
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports
	$(BIN)/check-jsonschema --check-metaschema $(SCHEMAS)
	$(BIN)/check-jsonschema --schemafile schemas/topics.schema.json topics.yaml examples/*/topics.yaml
	$(BIN)/check-jsonschema --schemafile schemas/overlay.schema.json topics.dev.yaml topics.prod.yaml examples/*/topics.prod.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.gitlab-ci examples/gitlab/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --schemafile tests/deploy/kubernetes.schema.json deploy/kubernetes/*.yaml
	$(BIN)/zizmor --offline --quiet .github action.yml examples/github
	$(BIN)/pre-commit validate-manifest .pre-commit-hooks.yaml
	$(BIN)/hadolint Dockerfile
	$(BIN)/actionlint -shellcheck $(BIN)/shellcheck $(WORKFLOWS)
	$(BIN)/jactionlint --shellcheck=$(BIN)/shellcheck action.yml
	$(BIN)/shellcheck action/*.sh

DIST ?= dist

dist: $(INSTALLED)  ## Build the wheel and the source archive into dist/
	$(BIN)/python -m hatchling build -d "$(DIST)"

SBOM ?= sbom.cdx.json

# cyclonedx-py does not know versions that the build backend finds.
sbom: $(INSTALLED)  ## List what requirements.lock installs as CycloneDX
	sed "s/^dynamic = .*/version = \"$$($(BIN)/hatchling version)\"/" pyproject.toml | \
		$(BIN)/python -W ignore::UserWarning -m cyclonedx_py requirements requirements.lock --pyproject /dev/stdin --mc-type application \
		--output-reproducible --output-file "$(SBOM)"

bench: $(INSTALLED)  ## Measure against a bare client on a real Kafka
	$(BIN)/python -m benchmarks

SEEDS ?= 200
FIRST ?= 1

chaos: $(INSTALLED)  ## Apply through broken connections, SEEDS times from FIRST
	$(BIN)/python -m tests.chaos --first $(FIRST) --seeds $(SEEDS)

converge: SEEDS = 100
converge: $(INSTALLED)  ## Apply random pairs of states to one broker, SEEDS from FIRST
	$(BIN)/python -m tests.converge --first $(FIRST) --seeds $(SEEDS)

BROKERS ?= 1

together: SEEDS = 30
together: $(INSTALLED)  ## Apply by two processes at once to a cluster of BROKERS, SEEDS times from FIRST
	$(BIN)/python -m tests.together --first $(FIRST) --seeds $(SEEDS) --brokers $(BROKERS)

SEED ?= 1
COMMITS ?= 300
TOPICS ?= 300

history: $(INSTALLED)  ## Apply a generated history of COMMITS to TOPICS on one broker
	$(BIN)/python -m tests.history --seed $(SEED) --commits $(COMMITS) --topics $(TOPICS)

MINUTES ?= 5

soak: $(INSTALLED)  ## Run serve for MINUTES and look whether its memory grows
	$(BIN)/python -m benchmarks.soak --minutes $(MINUTES) --apply

impact: SEEDS = 50
impact: $(INSTALLED)  ## Compare predicted losses of records with real ones, SEEDS from FIRST
	$(BIN)/python -m tests.impact --first $(FIRST) --seeds $(SEEDS)

lock: $(INSTALLED)  ## Update the requirements locks from pyproject.toml
	$(PYTHON) -m venv $(VENV)/uv && $(VENV)/uv/bin/pip install --quiet uv
	$(VENV)/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra msk --extra reassign --extra sandbox --extra serve --group dev --output-file requirements-dev.lock $(UPGRADE) pyproject.toml
	$(VENV)/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra msk --extra reassign --extra serve --constraints requirements-dev.lock \
		--output-file requirements.lock $(UPGRADE) pyproject.toml
	$(VENV)/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra msk --extra reassign --extra sandbox --extra serve --group test --resolution lowest-direct \
		--output-file requirements-lowest.lock $(UPGRADE) pyproject.toml
	$(VENV)/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--output-file tests/editor/requirements.lock $(UPGRADE) tests/editor/requirements.in

schemas: $(INSTALLED)  ## Update the generated schemas
	$(BIN)/python -m reconciler.report.schema > schemas/report.schema.json
	$(BIN)/python -m reconciler.manifest.published_schema topics > schemas/topics.schema.json
	$(BIN)/python -m reconciler.manifest.published_schema overlay > schemas/overlay.schema.json

docs: $(INSTALLED)  ## Update what is generated in docs/ and README.md
	$(BIN)/pytest --quiet --update-golden tests/docs tests/broker/test_readme.py tests/broker/test_doctor_locked.py

clean:  ## Remove the environment and caches
	rm -rf $(VENV) $(LOWEST) .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
