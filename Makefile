# The two commands of the README are `make demo` and `make test`; both set everything up.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
# One environment, stamped with what it was made from: a changed pin makes it again, anything else leaves it alone.
STAMP := $(VENV)/stamp-$(shell cat constraints.txt pyproject.toml | sha256sum | cut -c1-16)

.PHONY: demo test outsiders azurite check format schemas reference constraints bench faults mutants clean

demo: $(STAMP)
	@$(RUN) -m reconciler demo

test: $(STAMP)
	$(RUN) -m pytest -n 2

# Microsoft's own client against the sandbox (docs/outsiders.md); large, so not a part of `make test`'s environment.
outsiders: $(STAMP)
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[sandbox,dev,outsiders]'
	$(RUN) -m pytest tests/outsiders -n 2

# A real blob store for tests/store, where npm is there and reaches its registry; without it those tests skip by name.
azurite: $(STAMP)
	timeout 120 npm install --silent --no-audit --no-fund --fetch-retries 1 --prefix $(VENV)/azurite azurite@3.35.0

check: $(STAMP)
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(VENV)/bin/actionlint .github/workflows/*.yml
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci docs/pipelines/gitlab-ci.yml
	$(VENV)/bin/check-jsonschema --regex-variant nonunicode --builtin-schema vendor.azure-pipelines \
	  --data-transform azure-pipelines docs/pipelines/azure-pipelines.yml
	$(VENV)/bin/zizmor --offline --quiet --no-progress --min-severity medium .
	$(RUN) -m pytest -q tests/test_layers.py

format: $(STAMP)
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

schemas: $(STAMP)
	$(RUN) -m reconciler schema --out schemas

reference: $(STAMP)
	$(RUN) tools/reference.py

# What a plan costs, for fleets of several sizes; BENCH takes options (--sizes 10x100, --runs 3). About five minutes.
bench: $(STAMP)
	PYTHONPATH=tests $(RUN) -m bench --document docs/performance.md $(BENCH)

# The whole fault matrix (a CPU hour or so); its figures go into the document.
faults: $(STAMP)
	PYTHONPATH=tests $(RUN) -m faults --document docs/reliability.md

# A new set of pins from the ranges in pyproject.toml.
constraints:
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --editable '.[sandbox,dev]'
	(head -1 constraints.txt; $(RUN) -m pip freeze --exclude-editable) > constraints.new && mv constraints.new constraints.txt

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Breaks one rule at a time and says which test noticed; MUTANTS takes words of rules and options. About ten minutes.
mutants: $(STAMP)
	nice -n 10 $(RUN) tests/mutants/run.py --document docs/mutants.md $(MUTANTS)

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit("reconciler needs Python 3.11 or newer; name one: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	@echo "Setting up $(VENV) (once, about a minute)..."
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[sandbox,dev]'
	@touch $@
