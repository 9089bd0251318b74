#!/usr/bin/env bash
# `make simulate`: phones and a county under a seed (SEED), or many seeds from there on (SEEDS=n), in two processes of
# one thread each. PLANT=all plants known bugs instead and counts those that are caught.
#
# In the build that the tests have made already: most of a day is spent in SQLite, OpenSSL and other packages that are
# optimised there too, so a build like a release was a tenth faster and took a quarter of an hour to make.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

features=()
args=(--first "${SEED:-1}" --seeds "${SEEDS:-1}")
if [ -n "${PLANT:-}" ]; then
  features=(--features xunge-tests/planted)
  args+=(--plant "$PLANT")
elif [ "${SEEDS:-1}" = 1 ]; then
  args+=(--story --twice-every 1)
fi
# A seed's memory is asked for again by the next: giving it back to the system in between cost three in a hundred.
export MIMALLOC_PURGE_DELAY=${MIMALLOC_PURGE_DELAY:--1}
cargo build --locked --workspace --bin simulate "${features[@]}" >&2
exec "$TARGET/debug/simulate" "${args[@]}"
