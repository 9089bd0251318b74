#!/usr/bin/env bash
# `make demo [LEDGER=file TRACKS=folder PHOTOS=folder]`: one day with a real county process and a headless phone.
# The bridge lives the day and writes target/demo.json; this script only builds and passes the inputs on.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

arguments=(--report "$ROOT/target/demo.json")
[ -z "${LEDGER:-}" ] || arguments+=(--ledger "$LEDGER")
[ -z "${TRACKS:-}" ] || arguments+=(--tracks "$TRACKS")
[ -z "${PHOTOS:-}" ] || arguments+=(--photos "$PHOTOS")
for input in "${LEDGER:-}" "${TRACKS:-}" "${PHOTOS:-}"; do
  [ -z "$input" ] || [ -e "$input" ] || fail "there is no '$input'."
done
mkdir -p target
exec "$TARGET/release/xunge-bridge" demo "${arguments[@]}"
