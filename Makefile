# `make` lists the commands. Everything is installed inside this folder (.venv, .local), which git ignores.
SHELL  := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

UV     := .local/uv/bin/uv
IN     := .venv/bin
export UV_CACHE_DIR ?= $(CURDIR)/.local/uv-cache
export UV_LINK_MODE ?= hardlink
export PYTHONUNBUFFERED := 1
# Images of containers often set it. Every process would then compile all its packages again.
unexport PYTHONDONTWRITEBYTECODE
# No command may reach a real account, except drill, smoke, redrive, rotate and resubscribe.
export AWS_EC2_METADATA_DISABLED := true
export AWS_CONFIG_FILE := /dev/null
export AWS_SHARED_CREDENTIALS_FILE := /dev/null
unexport AWS_PROFILE AWS_DEFAULT_PROFILE

# $(call switch,NAME,OPTION): OPTION if NAME=1, nothing without NAME, else an error. YES=no must not mean yes.
switch = $(if $($(1)),$(if $(filter-out x1,x$($(1))),$(error $(1)=$($(1)) is not clear: write $(1)=1, or leave it out),$(2)))

.PHONY: scan sbom help run test pytest checks coverage lint types unit e2e browser soak build sam-check deploy-local drill smoke redrive rotate resubscribe bench bench-baseline lock setup clean chromium

help: ## lists these commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: .venv/.ready .local/ministack/.ready ## runs the service on this machine (PORT=n takes n+1 too; SAMPLES=n; FRESH=1)
	@$(IN)/python -m dev.run $(if $(PORT),--port $(PORT)) $(if $(SAMPLES),--samples $(SAMPLES)) $(call switch,FRESH,--fresh)

# Three processes on two cores, because a test often waits for the browser or the local cloud. For the same reason, the
# checks run beside the tests.
test: setup ## style, types and all tests, also on the local cloud and in a browser
	@mkdir -p build/screenshots
	@$(MAKE) -j2 --keep-going pytest checks
	@echo
	@echo "What patients see: build/screenshots/"

pytest:
	@$(IN)/python -m pytest -n 3 --dist loadgroup $(ARGS)

checks: lint types sam-check build

coverage: setup ## runs all tests and shows which lines they run: build/coverage/html
	@mkdir -p build/coverage build/screenshots
	@$(IN)/python -m pytest -n 3 --dist loadgroup --cov --cov-report=term --cov-report=html:build/coverage/html $(ARGS)

lint: .venv/.ready ## checks style (ruff)
	@$(IN)/ruff check .
	@$(IN)/ruff format --check .

types: .venv/.ready ## checks types (mypy, strict)
	@$(IN)/mypy

unit: .venv/.ready ## the quick tests: no local cloud, browser or build
	@$(IN)/python -m pytest -n 2 -m "not cloud and not browser and not build and not slow" $(ARGS)

e2e: setup ## runs the tests on the local cloud
	@$(IN)/python -m pytest -m cloud $(ARGS)

browser: setup ## runs the tests in Chromium; screenshots in build/screenshots
	@$(IN)/python -m pytest -m browser $(ARGS)

soak: .venv/.ready .local/ministack/.ready ## long checks, 50 minutes on two cores (ONLY=name,name SEED=n MUTANTS=n)
	@nice -n 10 $(IN)/python -m tests.soak $(if $(ONLY),--only $(ONLY)) $(if $(SEED),--seed $(SEED)) $(if $(MUTANTS),--mutants $(MUTANTS))

build: .local/sam/.ready .venv/.ready ## builds what would be deployed, in infra/.aws-sam/build (sam build)
	@mkdir -p build
	@cd infra && PATH="$(CURDIR)/.venv/bin:$$PATH" SAM_CLI_TELEMETRY=0 ../.local/sam/bin/sam build 2>&1 | tee ../build/sam-build.log | grep -E '^(Build S|Build F|Built|Error|WARN)' || { echo "sam build failed; all it said: build/sam-build.log"; exit 1; }

sam-check: .local/sam/.ready ## checks the template with SAM CLI
	@cd infra && SAM_CLI_TELEMETRY=0 ../.local/sam/bin/sam validate --lint --region us-east-1

scan: .venv/.ready .local/scan/.ready .local/nag/.ready .local/audit/.ready ## scans template, code, secrets and dependencies (OFFLINE=1: no look-ups)
	@$(IN)/python -m dev.scan $(call switch,OFFLINE,--offline)

sbom: .local/audit/.ready ## lists what is shipped, as a CycloneDX bill of materials: build/sbom.cdx.json
	@mkdir -p build
	@.local/audit/bin/cyclonedx-py requirements locks/runtime.txt --pyproject pyproject.toml --mc-type application --output-reproducible --validate --of JSON -o build/sbom.cdx.json
	@echo "build/sbom.cdx.json"

setup: .venv/.ready .local/ministack/.ready .local/sam/.ready .local/dynamodb-local/.ready chromium ## installs the environments of run, test and build

deploy-local: .local/sam/.ready .local/ministack/.ready .venv/.ready ## deploys two stacks to the local cloud with SAM CLI, and tries them
	@$(IN)/python -m dev.deploy_local

# Commands that may reach a real account, with the caller's credentials.
drill: .venv/.ready .local/ministack/.ready ## loses leads on the local cloud and restores them (or STACK=name AT=moment)
	@env $(if $(STACK),-u AWS_CONFIG_FILE -u AWS_SHARED_CREDENTIALS_FILE -u AWS_EC2_METADATA_DISABLED $(if $(AWS_PROFILE),AWS_PROFILE=$(AWS_PROFILE))) \
	    $(IN)/python -m dev.drill $(STACK) $(if $(AT),--at $(AT))

smoke: .venv/.ready ## takes a test lead through a deployed stack, and cleans up (STACK=name)
	@env -u AWS_CONFIG_FILE -u AWS_SHARED_CREDENTIALS_FILE -u AWS_EC2_METADATA_DISABLED $(if $(AWS_PROFILE),AWS_PROFILE=$(AWS_PROFILE)) \
	    $(IN)/python -m dev.smoke $(or $(STACK),$(error make smoke needs STACK=name, a deployed stack))

redrive: .venv/.ready ## resends or deletes failed messages (STACK=name, ENDPOINT=url, YES=1)
	@env -u AWS_CONFIG_FILE -u AWS_SHARED_CREDENTIALS_FILE -u AWS_EC2_METADATA_DISABLED $(if $(AWS_PROFILE),AWS_PROFILE=$(AWS_PROFILE)) \
	    $(IN)/python -m dev.redrive $(or $(STACK),$(if $(ENDPOINT),local,$(error make redrive needs STACK=name, a deployed stack))) \
	    $(if $(ENDPOINT),--endpoint $(ENDPOINT)) $(call switch,YES,--yes)

rotate: .venv/.ready ## gives a deployed stack new keys, in two updates (STACK=name)
	@env -u AWS_CONFIG_FILE -u AWS_SHARED_CREDENTIALS_FILE -u AWS_EC2_METADATA_DISABLED $(if $(AWS_PROFILE),AWS_PROFILE=$(AWS_PROFILE)) \
	    $(IN)/python -m dev.rotate $(or $(STACK),$(error make rotate needs STACK=name, a deployed stack))

resubscribe: .venv/.ready ## subscribes the addresses that are missing or pending (STACK=name)
	@env -u AWS_CONFIG_FILE -u AWS_SHARED_CREDENTIALS_FILE -u AWS_EC2_METADATA_DISABLED $(if $(AWS_PROFILE),AWS_PROFILE=$(AWS_PROFILE)) \
	    $(IN)/python -m dev.resubscribe $(or $(STACK),$(error make resubscribe needs STACK=name, a deployed stack))

bench: .venv/.ready .local/sam/.ready ## measures how fast functions start, compared with peers (SHORT=1)
	@$(IN)/python -m benchmarks.speed $(call switch,SHORT,--short)

bench-baseline: .venv/.ready ## records what cold starts import and cost, after an intended change
	@nice $(IN)/python -m benchmarks.cold_start

lock: $(UV) ## locks the newest versions that pyproject.toml allows, with hashes, in locks/
	@rm -f locks/dev.txt locks/runtime.txt locks/local-cloud.txt locks/sam.txt locks/scan.txt locks/nag.txt locks/audit.txt locks/benchmarks/*.txt
	@$(LOCK) pyproject.toml --group dev -o locks/dev.txt
	@$(LOCK) pyproject.toml -c locks/dev.txt -o locks/runtime.txt
	@$(LOCK) --group local-cloud -o locks/local-cloud.txt
	@$(LOCK) --group sam -o locks/sam.txt
	@$(LOCK) --group scan -o locks/scan.txt
	@$(LOCK) --group nag -o locks/nag.txt
	@$(LOCK) --group audit -o locks/audit.txt
	@$(LOCK) --group bootstrap -o locks/bootstrap.txt
	@for group in runtime-client peer-boto3 peer-powertools peer-fastapi peer-chalice; do \
	    $(LOCK) --group $$group -c locks/runtime.txt -o locks/benchmarks/$$group.txt; done
	@git diff --stat -- locks

clean: ## removes output of builds, tests and the local cloud
	rm -rf build .aws-sam infra/.aws-sam .local/state .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*

LOCK = $(UV) pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --no-header --no-annotate

# --- environments: created if missing, or if their lock changed ---

# Installed into a folder, which works even if the system's Python is managed or lacks the venv module.
$(UV): locks/bootstrap.txt
	@echo "-- uv, which creates the environments (.local/uv)"
	@rm -rf .local/uv
	@$$(dev/find-python) -m pip install --quiet --disable-pip-version-check --no-warn-script-location --target .local/uv --require-hashes -r $< 2>&1 \
	    | { grep -vE '^WARNING|^$$' || true; }
	@touch $@

ENVIRONMENT = @echo "-- $(1)"; $(UV) venv --quiet --clear --python "$$(dev/find-python)" $(2) \
    && $(UV) pip sync $(if $(CI),--quiet) --python $(2) --require-hashes --link-mode $(UV_LINK_MODE) $(3) && touch $(2)/.ready

.venv/.ready: locks/dev.txt | $(UV)
	$(call ENVIRONMENT,development (.venv),.venv,locks/dev.txt)

.local/ministack/.ready: locks/local-cloud.txt | $(UV)
	$(call ENVIRONMENT,the local cloud (.local/ministack),.local/ministack,locks/local-cloud.txt)

.local/sam/.ready: locks/sam.txt | $(UV)
	$(call ENVIRONMENT,SAM CLI (.local/sam),.local/sam,locks/sam.txt)

.local/scan/.ready: locks/scan.txt | $(UV)
	$(call ENVIRONMENT,checkov (.local/scan),.local/scan,locks/scan.txt)

.local/nag/.ready: locks/nag.txt | $(UV)
	$(call ENVIRONMENT,cdk-nag (.local/nag),.local/nag,locks/nag.txt)

.local/audit/.ready: locks/audit.txt | $(UV)
	$(call ENVIRONMENT,pip-audit and CycloneDX (.local/audit),.local/audit,locks/audit.txt)

chromium: .venv/.ready
	@$(IN)/python -m dev.chromium --install

.local/dynamodb-local/.ready: locks/dynamodb-local/package-lock.json | .venv/.ready
	@mkdir -p $(@D) && $(IN)/python -m dev.dynamodb_local --install && touch $@
