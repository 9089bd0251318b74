#!/usr/bin/env bash
# `make simulate`: phones and a county under a seed (SEED), or many seeds from there on (SEEDS=n), in two processes of
# one thread each. PLANT=all plants known bugs instead and counts those that are caught.
#
# Up to a thousand seeds run in the build that the tests have made already. More are worth a build of their own, optimised
# like a release and with our own checks left in (profile `simulate`).
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

features=()
args=(--first "${SEED:-1}" --seeds "${SEEDS:-1}")
if [ -n "${PLANT:-}" ]; then
  features=(--features xunge-tests/planted)
  args+=(--plant "$PLANT")
elif [ "${SEEDS:-1}" = 1 ]; then
  args+=(--story --twice-every 1)
fi
profile=dev folder=debug
if [ -z "${PLANT:-}" ] && [ "${SEEDS:-1}" -ge 1000 ]; then profile=simulate folder=simulate; fi
cargo build --locked --workspace --profile "$profile" --bin simulate "${features[@]}" >&2
exec "$TARGET/$folder/simulate" "${args[@]}"
