#!/usr/bin/env bash
# `make simulate`: two phones and a county in one thread under one seed, run twice; the traces must be equal.
# Sweeping many seeds and planting faults are not due yet and say so.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

[ "${SEEDS:-1}" = 1 ] || fail "simulate runs one seed so far; SEEDS=$SEEDS is not yet due."
[ -z "${PLANT:-}" ] || fail "simulate plants no faults so far; PLANT=$PLANT is not yet due."
log=$(mktemp)
XUNGE_SEED=${SEED:-1} cargo test --locked -p xunge-tests --test one_seed -- --nocapture 2>&1 | tee "$log"
grep -qE '^test result: ok\. [1-9]' "$log" || { rm -f "$log"; fail "no simulation ran."; }
rm -f "$log"
