# gatehouse: everything one can do here. `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test test-long build bench lint fmt screenshots clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# Development on SQLite, unless the environment says otherwise.
run: export GATEHOUSE_ENV ?= development
run: export GATEHOUSE_DATABASE_URL ?= sqlite:var/gatehouse.db
run: build ## Install what is missing, build, and serve on http://127.0.0.1:8080
	@mkdir -p var
	@exec build/release/gatehouse serve

build: ## Build build/release/gatehouse
	@scripts/setup.sh build
	@scripts/build.sh release gatehouse

test: ## Everything that must hold before a change lands (under 45 minutes)
	@scripts/setup.sh test
	@GATEHOUSE_TEST_MEMORY=on scripts/with-postgres.sh tools/run_tests.py

test-long: ## The same, and what takes longer
	@scripts/setup.sh test
	@scripts/with-postgres.sh tools/run_tests.py --long

bench: ## Measure beside nginx, bcrypt and peers; rewrites docs/benchmarks.md
	@scripts/setup.sh bench
	@scripts/build.sh release gatehouse bench_tools
	@scripts/with-postgres.sh bash -c 'bench/run.py && bench/crowd.py && bench/evidence.py'

lint: ## The house, the format, clang-tidy, and every header by itself
	@scripts/setup.sh lint
	@scripts/lint.sh all

fmt: ## Format the C++ sources
	@scripts/setup.sh lint
	@git ls-files -z --cached --others --exclude-standard -- '*.h' '*.cpp' | xargs -0 clang-format-19 -i

screenshots: build ## Every page of the console, light and dark, desktop and phone, into build/screenshots/
	@scripts/setup.sh test
	@scripts/node.sh tests/api >/dev/null
	@DATABASE=postgres GATEHOUSE_BINARY=$$PWD/build/release/gatehouse SCREENSHOTS=$$PWD/build/screenshots \
	  scripts/with-postgres.sh tests/api/run-browser browser/90

clean: ## Remove what was built (var/ with its data stays)
	@rm -rf build
