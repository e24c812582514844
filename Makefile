# Customer data to personas. A stage is a notebook; its result depends on the stage before and on a stamp, a small
# file that `personas.batch stamp` rewrites only when the notebook, the library, the parameters, the contract or the
# data have changed by content.

DATASET ?= complete_journey demo
UNNAMED := $(if $(filter file,$(origin DATASET)),--unnamed)
P ?=
DATA ?=
NAME =
FROM =
ONLY =
ALERT =
EXTRA =
IDS =

# Taken as they were typed and handed on in the environment: neither make nor the shell ever reads their text.
override DATASET := $(value DATASET)
override P := $(value P)
override DATA := $(value DATA)
override NAME := $(value NAME)
override FROM := $(value FROM)
override ONLY := $(value ONLY)
override ALERT := $(value ALERT)
override EXTRA := $(value EXTRA)
override IDS := $(value IDS)
export DATASET P DATA NAME FROM ONLY ALERT EXTRA IDS
export PYTHONPATH := $(CURDIR)

# An active conda environment made from environment.yml is used as it is; else .venv is made from the lock.
CONDA_NAME := $(shell sed -n 's/^name: *//p' environment.yml)
ifeq ($(and $(CONDA_PREFIX),$(CONDA_DEFAULT_ENV)),$(CONDA_NAME))
PYTHON := $(CONDA_PREFIX)/bin/python
ENVIRONMENT :=
else
PYTHON := .venv/bin/python
ENVIRONMENT := .venv/complete
endif

BATCH = "$(PYTHON)" -m personas.batch
WORK := reports/.work
NOTEBOOKS := $(WORK)/%/notebooks
STAMPS := $(WORK)/%/stamps

.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
.PHONY: help personas pdf accept approve split forget dataset test evidence bench bench-large audit licences sbom lab lint clean env FORCE

help: ## list what can be made
	@sed -n 's/^\([a-z]*\):[^#]*## */\1\t/p' $(firstword $(MAKEFILE_LIST)) | awk -F '\t' '{ printf "make %-10s %s\n", $$1, $$2 }'

SIMULATED := demo demo_b2b
TRUTHS := $(SIMULATED:%=data/%/truth.json)

personas: $(ENVIRONMENT) $(filter $(DATASET:%=data/%/truth.json),$(TRUTHS)) ## customers to personas and a report: DATASET="a b" P="n_segments=5 seed=7" DATA=path, -j side by side; ALERT=exit: fail while an alert stands
	@$(BATCH) start $(MAKE) --no-print-directory --silent CHECKED=yes reports/index.html
	@$(BATCH) summary

ifdef CHECKED
reports/index.html: $(DATASET:%=reports/%/report.html)
	@$(BATCH) index
endif

$(NOTEBOOKS)/01_customers.ipynb: $(STAMPS)/01_customers
	@$(BATCH) run 01_customers '$*'

$(NOTEBOOKS)/02_segments.ipynb: $(STAMPS)/02_segments $(NOTEBOOKS)/01_customers.ipynb
	@$(BATCH) run 02_segments '$*'

$(NOTEBOOKS)/03_experience.ipynb: $(STAMPS)/03_experience $(NOTEBOOKS)/02_segments.ipynb
	@$(BATCH) run 03_experience '$*'

$(NOTEBOOKS)/04_profiles.ipynb: $(STAMPS)/04_profiles $(NOTEBOOKS)/03_experience.ipynb
	@$(BATCH) run 04_profiles '$*'

$(NOTEBOOKS)/05_changes.ipynb: $(STAMPS)/05_changes $(NOTEBOOKS)/04_profiles.ipynb
	@$(BATCH) run 05_changes '$*'

$(NOTEBOOKS)/06_report.ipynb: $(STAMPS)/06_report $(NOTEBOOKS)/05_changes.ipynb
	@$(BATCH) run 06_report '$*'

reports/%/report.html: $(STAMPS)/publish $(NOTEBOOKS)/06_report.ipynb
	@$(BATCH) publish '$*'

# Simulated customers are made, not kept in git; the truth is written last, so it stands for all of their files.
$(TRUTHS): data/%/truth.json: $(wildcard personas/simulation/*)
	@"$(PYTHON)" -m personas.simulation '$*' --customers 4000 --seed 7 --to 'data/$*'

pdf: $(ENVIRONMENT) ## print published reports, with the system's Chromium: DATASET="a b"
	@$(BATCH) pdf

accept: $(ENVIRONMENT) ## accept personas that changed and wait for it: DATASET="a b"
	@$(BATCH) accept

split: $(ENVIRONMENT) ## published reports as folders of pages, reports/NAME/pages/: DATASET="a b"
	@$(BATCH) split

forget: $(ENVIRONMENT) ## forget customers everywhere but in their source, for good: IDS=file (one a line) DATASET=name
	@$(BATCH) forget $(UNNAMED)

dataset: $(ENVIRONMENT) ## draft data/NAME/dataset.yml from files: NAME=acme FROM=customers.csv,orders.csv
	@"$(PYTHON)" -m personas.dataset.drafting

test: $(ENVIRONMENT) ## style, then every test
	@"$(PYTHON)" -m ruff check .
	@"$(PYTHON)" -m ruff format --check .
	@OMP_NUM_THREADS=1 "$(PYTHON)" -m pytest -n 2 --dist loadfile

approve: $(ENVIRONMENT) ## write the expected persona cards anew, and show what changed in them
	@APPROVE=yes OMP_NUM_THREADS=1 "$(PYTHON)" -m pytest -q tests/profiles/test_claims_counted_again.py -k approved
	@git --no-pager diff --stat -- tests/profiles/expected

evidence: $(ENVIRONMENT) ## count what the methods promise over simulated tables (long; goes on where it stopped): ONLY="coverage recovery"
	@OMP_NUM_THREADS=1 "$(PYTHON)" -m tests.evidence

bench: $(ENVIRONMENT) ## time tasks beside the plain way, and write docs/benchmarks.md: ONLY=segments
	@"$(PYTHON)" -m tests.benchmarks

audit: $(ENVIRONMENT) ## known faults of the pinned packages, asked of the public advisory service
	@"$(PYTHON)" -m personas.batch.supply audit

licences: $(ENVIRONMENT) ## the licence of every package; fails where a required one is under the GPL
	@"$(PYTHON)" -m personas.batch.supply licences

sbom: $(ENVIRONMENT) ## a bill of materials, CycloneDX: reports/sbom.cdx.json
	@"$(PYTHON)" -m personas.batch.supply sbom

bench-large: $(ENVIRONMENT) ## 10 million customers with 200 million purchase lines within 24 GB: their table, and placing them
	@BENCH_AS=_large BENCH_ROWS=200_000_000 BENCH_LINES_EACH=20 BENCH_CONTACTS_EACH=1 PERSONAS_MEMORY=$${PERSONAS_MEMORY:-16GB} ONLY=customers "$(PYTHON)" -m tests.benchmarks
	@BENCH_AS=_large PERSONAS_MEMORY=$${PERSONAS_MEMORY:-16GB} ONLY=assignment "$(PYTHON)" -m tests.benchmarks

lint: $(ENVIRONMENT) ## put the style right where that can be done, and say what is left; types too
	@"$(PYTHON)" -m ruff check --fix .
	@"$(PYTHON)" -m ruff format .
	@"$(PYTHON)" -m mypy

lab: $(ENVIRONMENT) ## JupyterLab on notebooks/, for trying things out
	@"$(PYTHON)" -m jupyterlab --notebook-dir=notebooks

env: $(ENVIRONMENT) ## the environment alone; EXTRA=spark: with what Spark needs (and Java 17 on the machine)
	@$(if $(EXTRA),"$(PYTHON)" -m personas.batch.environment extra)
	@"$(PYTHON)" -c 'import platform, sys; print("Python", platform.python_version(), "in", sys.prefix)'

clean: ## remove what make personas made: reports/ with its history; the environment stays
	@rm -rf reports
	@find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

# Missing or broken (its Python gone after an upgrade): make it, whatever the times say.
ifneq ($(ENVIRONMENT),)
ifneq ($(shell test -x .venv/bin/python && echo works),works)
.venv/complete: FORCE
endif
endif

.venv/complete: requirements.lock
	@for python in $(PYTHON3) python3 python3.13 python3.12 python3.11 python; do \
	  if $$python -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then \
	    exec $$python -m personas.batch.environment; \
	  fi; \
	done; \
	echo 'Python 3.11 or newer was not found (tried python3, python3.13, python3.12, python3.11, python).' >&2; \
	echo 'Install it, or say where it is: make personas PYTHON3=/path/to/python3.12' >&2; \
	exit 1
