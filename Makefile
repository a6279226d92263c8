# Short names for what one does here. Each target sets the machine up by itself.
BIN := .venv/bin
# One thread a process: two processes of one thread beat two of two by a factor of two.
export OMP_NUM_THREADS ?= 1
# Many tests start a process of their own; without kept bytecode each compiles the library anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test harden check format sbom screenshots demo-bundle judge

help:  ## Say what the targets do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/:/' | column -t -s:

setup:  ## Make .venv with every package
	@.ci/setup

demo: setup  ## Score one simulated patient and say where to look
	@$(BIN)/tace-response demo --output demo-result --overwrite

test: setup  ## Run all tests on two cores
	@$(BIN)/python -m pytest -n 2 --dist loadfile -q

harden: setup  ## Try hostile input 40 times as often as the tests do (about an hour)
	@TACE_HARDEN=long $(BIN)/python -m pytest -n 2 -q Testing/hardening

check: setup  ## Lint, format, spelling and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/mypy

format: setup  ## Format and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

sbom: setup  ## Write build/sbom.json, the bill of materials of a run (CycloneDX)
	@.ci/sbom

screenshots: setup  ## Make the pictures of the panel in docs/ anew
	$(BIN)/python Testing/module/screenshots.py

demo-bundle: setup  ## Train the shipped bundle anew into build/ (same bytes; about 15 minutes)
	$(BIN)/python -m TACEResponseLib.shipped.demo_bundle --output build/ct-radiomics-cnn-simulated

judge: setup  ## Judge the shipped bundle on 2,000 fresh simulated patients (about 10 minutes)
	$(BIN)/python Testing/benchmarks/judge_demo_bundle.py
