#!/usr/bin/env bash
# `make test`: every test of the project, and the runners' own closing lines once more at the end. One stage that
# fails does not hide the others: all run, then the first failure decides the exit code.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

logs=$TARGET/test-logs
rm -rf "$logs"
mkdir -p "$logs"
broken=()

# stage NAME COMMAND…: runs with the output shown and kept.
stage() {
  local name=$1
  shift
  say "$name: $*"
  "$@" 2>&1 | tee "$logs/$name.log" || broken+=("$name")
}

# Programs first and in the same call as the tests, so that both share one set of dependencies; the runs over
# real processes need `xunge-county` and `xunge-bridge` on disk.
stage build cargo build --locked --workspace --bins --tests
[ ${#broken[@]} -eq 0 ] || fail "it does not build; see above."
stage cargo cargo test --locked --workspace --no-fail-fast
stage tus scripts/tus.sh
# A day under each of the first seeds (make simulate SEEDS=n lives as many as wanted); then the same with known bugs planted, each of which must be caught.
stage simulate env SEEDS=300 scripts/simulate.sh
stage planted env PLANT=all scripts/simulate.sh
stage ui npm --prefix ui run --silent test
stage shell scripts/shell-e2e.sh
if has_script ui e2e; then stage e2e npm --prefix ui run --silent e2e; fi

say "closing lines of the runners"
grep -hE '^( +Running |   Doc-tests |test result: |error: test failed)' "$logs/cargo.log" || true
for log in tus ui shell e2e; do
  [ -f "$logs/$log.log" ] || continue
  echo "$log:"
  tail -n 12 "$logs/$log.log"
done
for log in simulate planted; do echo "$log: $(tail -n 1 "$logs/$log.log")"; done
awk '/^test result:/ {p += $4; f += $6; i += $8} END {printf "cargo test in all: %d passed; %d failed; %d ignored\n", p, f, i}' "$logs/cargo.log"
[ ${#broken[@]} -eq 0 ] || fail "failed: ${broken[*]}"
say "all stages passed"
