PYTHON ?= python3
SITE := .venv/site
FULL := .venv/full
SCALE ?= ci
CHAPTER ?=
PORT ?= 8000
PROVIDE = $(PYTHON) -I src/bookbuild/environment.py
NEWER = import sys; sys.version_info >= (3, 11) or sys.exit("make: Python 3.11 or newer is needed; " + sys.executable + " is %d.%d. Name another one: make PYTHON=python3.12" % sys.version_info[:2])

unexport BOOK_ROOT  # the book is the one here, whatever a JupyterLab around this shell serves
.DEFAULT_GOAL := help
.PHONY: help book check test elsewhere lab execute renew student instructors serve pdf slides bench lock clean $(SITE) $(FULL)

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

book: $(SITE) ## Build the site (a small environment, no PyTorch)
	@$(SITE)/bin/python -m bookbuild site

test: $(FULL) ## Prove the book: tests, every chapter, every output, the site
	@$(FULL)/bin/python -m bookbuild test

check: $(FULL) ## Check between edits: lint, types, rules, fast tests, comparison, site
	@$(FULL)/bin/python -m bookbuild test quick

elsewhere: $(FULL) ## Prove it as on other machines: fresh environments, other processors
	@$(FULL)/bin/python -m bookbuild test elsewhere

lab: $(FULL) ## Open the chapters in JupyterLab
	@BOOK_ROOT="$(CURDIR)" $(FULL)/bin/python -m jupyterlab --notebook-dir=book/chapters

execute: $(FULL) ## Execute chapters: CHAPTER=the-model, SCALE=laptop (default: all, ci)
ifeq ($(SCALE),ci)
	@$(FULL)/bin/python -m bookbuild execute $(CHAPTER)
else
	@$(FULL)/bin/python -m bookbuild papermill $(CHAPTER) -p scale=$(SCALE)
endif

renew: $(SITE) ## Bring new prose, or a new repository address, into the notebooks: executes nothing
	@$(SITE)/bin/python -m bookbuild renew $(CHAPTER)

student: $(SITE) ## Write the student edition: notebooks with checks, without solutions
	@$(SITE)/bin/python -m bookbuild student

instructors: $(FULL) ## Build the site with the solutions of private/solutions/
	@$(FULL)/bin/python -m bookbuild instructors

serve: $(SITE) ## Build the site and serve it on this machine: PORT=8000
	@$(SITE)/bin/python -m bookbuild serve --port "$(PORT)"

pdf: book ## Build the site and print the whole book as one PDF (needs Chromium)
	@$(PROVIDE) $(SITE) playwright pypdf
	@$(SITE)/bin/python -m bookbuild pdf

slides: $(SITE) ## Build the site and serve its slides; S opens the speaker's notes: PORT=8000
	@$(SITE)/bin/python -m bookbuild serve --port "$(PORT)" slides/the-model.html

bench: $(FULL) ## Measure speed and memory against named rivals
	@$(FULL)/bin/python benchmarks/run.py

LOCK := uv pip compile --universal --python-version 3.11 --custom-compile-command "make lock" --quiet

# The library's own dependencies: the site is built from executed notebooks, without them.
LIBRARY := numpy scipy pandas altair

lock: $(FULL) ## Refresh the two lock files from pyproject.toml
	@$(FULL)/bin/$(LOCK) pyproject.toml --all-extras --output-file requirements.txt
	@$(FULL)/bin/$(LOCK) pyproject.toml --extra press $(LIBRARY:%=--no-emit-package %) --constraint requirements.txt --output-file requirements-site.txt

clean: ## Delete everything that was built (the environments too)
	rm -rf _build .venv

$(SITE) $(FULL):
	@$(PYTHON) -c '$(NEWER)'
	@$(PROVIDE) $@
