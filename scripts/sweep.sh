#!/usr/bin/env bash
# `make sweep`: the proofs that take longer than `make test` has, one row each with its count at the end; fails when one
# does. ONLY='crash killed' narrows it down. About half an hour on two cores.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

parts=${ONLY:-crash failing killed drain large merge hostile api screens}
wanted() { case " $parts " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
logs=$TARGET/sweep-logs
rows=$logs/rows
rm -rf "$logs"
mkdir -p "$logs"
: >"$rows"

# Ten thousands of phones are laid down and thrown away: in memory, where the system has room for them there.
work=$(mktemp -d -p "$([ -d /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$work"' EXIT

say "building the programs and the tests"
cargo build --locked --workspace --bins --tests

# row NAME COUNT COMMAND…: runs, keeps the output, and adds a row.
row() {
  local name=$1 count=$2 verdict=held log=$logs/${1// /-}.log
  shift 2
  "$@" >"$log" 2>&1 || { verdict=BROKEN; tail -n 40 "$log"; }
  # A command may say its count itself: the last line that begins with "count ".
  count=$(sed -n 's/^count //p' "$log" | tail -n 1 | grep . || echo "$count")
  printf '%s\t%s\t%s\n' "$verdict" "$name" "$count" >>"$rows"
  say "$verdict: $name: $count"
}

# Our own program adds its rows itself; a run that ends early has none.
sweep() {
  local log=$logs/$1.log
  say "$1"
  "$TARGET/debug/sweep" "$@" --rows "$rows" >"$log" 2>&1 || true
  grep -E '^(ok|BROKEN|       )' "$log" || true
  grep -qE '^(ok|BROKEN)' "$log" || { tail -n 20 "$log"; printf 'BROKEN\t%s\tcame to no end\n' "$1" >>"$rows"; }
}

# Two lanes, one core each.
lane_one() {
  if wanted crash; then sweep crash; fi
  if wanted killed; then sweep killed --county "$TARGET/debug/xunge-county" --work "$work/killed"; fi
  if wanted merge; then
    row 'merge laws' '200,000 cases' env XUNGE_MERGE_CASES=200000 cargo test --locked --workspace --test merge_laws
  fi
  if wanted hostile; then
    row 'hostile photos' '' cargo test --locked --workspace --test it -- hostile --nocapture
  fi
  if wanted api; then row 'API document' '' scripts/api.sh; fi
}
lane_two() {
  # Every third step fails; the phones that come of it differ by then.
  if wanted failing; then sweep failing --stride 3; fi
  if wanted drain; then sweep drain; fi
  if wanted large; then sweep large; fi
  # Every screen in every look, against axe and the sizes; `make test` has the daily ones.
  if wanted screens; then row 'screens in every look' '' npm --prefix ui run --silent e2e:full; fi
}
export TMPDIR=$work
lane_one &
one=$!
lane_two
wait "$one"

echo
sort -t "$(printf '\t')" -k 2 "$rows" | awk -F '\t' '{printf "%-28s  %-6s  %s\n", $2, $1, $3}'
[ -s "$rows" ] || fail "nothing was run."
if grep -q '^BROKEN' "$rows"; then fail "$(grep -c '^BROKEN' "$rows") of the proofs did not hold; logs are in $logs"; fi
say "all proofs held"
