# Every target does its own set-up on a fresh Debian 12 or 13 machine (scripts/setup.sh: quick when all is there).
# CARGO_TARGET_DIR is respected. What a target does is in scripts/, one file each.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test demo simulate bench lint build android sweep mutants

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

run: ## the app at phone size beside a county with demo data; two addresses when there is no display
	@scripts/run.sh

test: ## all tests: Rust, the screens, end to end
	@scripts/setup.sh core shell browser python
	@scripts/ui.sh
	@scripts/test.sh

demo: export LEDGER := $(LEDGER)
demo: export TRACKS := $(TRACKS)
demo: export PHOTOS := $(PHOTOS)
demo: ## a worker's day over real processes → target/demo.json (LEDGER=file TRACKS=folder PHOTOS=folder)
	@scripts/setup.sh core
	@scripts/ui.sh
	@scripts/build.sh county bridge
	@scripts/demo.sh

simulate: export SEED := $(SEED)
simulate: export SEEDS := $(SEEDS)
simulate: export PLANT := $(PLANT)
simulate: ## phones and a county under a seed, told as a story (SEED=n), many seeds (SEEDS=n), planted bugs (PLANT=all)
	@scripts/setup.sh core
	@scripts/simulate.sh

lint: ## rustfmt, clippy, rustdoc, eslint, prettier, stylelint, vue-tsc; warnings are errors
	@scripts/setup.sh core shell
	@scripts/ui.sh
	@scripts/lint.sh

build: ## the county for release → target/release/xunge-county
	@scripts/setup.sh core
	@scripts/ui.sh
	@scripts/build.sh county

android: ## type-checks the shell for Android; with an Android SDK and NDK, builds the APK
	@scripts/setup.sh core android
	@scripts/ui.sh
	@scripts/android.sh

bench: export TIMES := $(TIMES)
bench: export PEOPLE := $(PEOPLE)
bench: export PARTS := $(PARTS)
bench: ## figures of phone, county and screens beside PouchDB and Anki → target/figures.json (docs/benchmarks.md)
	@scripts/setup.sh core browser
	@scripts/ui.sh
	@scripts/bench.sh

sweep: export ONLY := $(ONLY)
sweep: ## the long proofs, half an hour: power cuts, failing disks, kills, large stores (ONLY='crash killed …')
	@scripts/setup.sh core shell browser python
	@scripts/ui.sh
	@scripts/sweep.sh

mutants: export FILES := $(FILES)
mutants: ## changes the merge, the plan and the checks of scope on purpose; every change must be noticed (hours)
	@scripts/setup.sh core
	@scripts/mutants.sh
