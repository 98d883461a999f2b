# Two commands on a bare machine: `make demo` and `make test`. Nothing is installed on the host.

BIN := .venv/bin

.PHONY: help setup demo up test check format bench fuzz storm chaos crowd images clean lane-calls lane-rest

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## the virtual environment (made once, renewed when pyproject.toml changes)
	@python3 router/standalone/bootstrap.py

demo: setup  ## real calls on a private Asterisk: six stories, a dead engine and a frozen one
	@$(BIN)/hotline demo

up: setup  ## the private stack, kept up: prints what to dial
	@$(BIN)/hotline up

# Two lanes at once: real telephones, which mostly wait and must not be late; and all else, which gives
# way to them. Each prints when it is through.
test: check  ## everything, on real servers
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target lane-calls lane-rest

# A room of its own for each, or one would tidy up what another still uses; kept if a test fails.
lane = @room=$$(mktemp -d) && chmod 711 $$room && PYTEST_DEBUG_TEMPROOT=$$room $(1) && rm -rf $$room

lane-calls:
	$(call lane,$(BIN)/pytest tests/acceptance)

lane-rest:
	$(call lane,nice -n 19 $(BIN)/pytest tests --ignore=tests/acceptance)

check: setup  ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tests.routing_rules

format: setup  ## let ruff write
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup  ## speed, each figure beside a floor or a peer of the same run
	@$(BIN)/python -m tests.bench

fuzz: setup  ## a million spoilt flow files, then every parser guided by coverage (atheris)
	@$(BIN)/python -m tests.adapters.ivr.fuzz
	@$(BIN)/python -m tests.adapters.coverage_guided

chaos: setup  ## the fault matrix, each row with callers at every stage (20 min); `make test` has a third
	@$(BIN)/python -m tests.chaos

crowd: setup  ## 200 callers, 20 agents, and the engine is killed every 10 s (6 min)
	@$(BIN)/python -m tests.chaos.crowd

storm: setup  ## simulated callers through crashes and outages: make storm CALLS=1000000
	@$(BIN)/python -m tests.storm --calls $(or $(CALLS),20000)

images: setup  ## build the two container images with buildah and run them once
	@docker/build.sh

clean:  ## what can be made again (downloads stay in the user's cache)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
