#!/usr/bin/env bash
# `make bench`: the figures of docs/benchmarks.md → target/figures.json and a table. The peers run in throw-away
# environments below target/bench-env, at the versions that lie in tests/bench/peers.
# TIMES=repetitions PEOPLE=records PARTS='ours peers browser' narrow it down.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

times=${TIMES:-3} people=${PEOPLE:-50000} parts=${PARTS:-ours peers browser}
work=$ROOT/target/bench env=$ROOT/target/bench-env peers=$ROOT/tests/bench/peers
bench=$TARGET/release/bench
wanted() { case " $parts " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }

say "building for release: the county, a headless phone, the measuring program"
cargo build --locked --release -p xunge-server -p xunge-bridge -p xunge-tests \
  --bin xunge-county --bin xunge-bridge --bin bench
mkdir -p "$work" "$env"
machine=$("$bench" machine)
figures=()
"$bench" rows --people "$people" --to "$work/rows.jsonl"

if wanted ours; then
  say "measuring phone and county"
  "$bench" measure --county "$TARGET/release/xunge-county" --work "$work/run" --to "$work/ours.json" \
    --people "$people" --times "$times"
  figures+=("$work/ours.json")
fi

if wanted browser; then
  say "measuring the screens in Chromium, six times slowed"
  (cd ui && XUNGE_BRIDGE="$TARGET/release/xunge-bridge" node e2e/bench.mjs --rows "$work/rows.jsonl" \
    --to "$work/browser.json" --machine "$machine")
  figures+=("$work/browser.json")
fi

# fresh FOLDER FILE...: whether FOLDER was made from exactly these files.
fresh() { [ -f "$1/.made-from" ] && [ "$(cat "$1/.made-from")" = "$(cat "${@:2}" | sha256sum)" ]; }
made() { cat "${@:2}" | sha256sum >"$1/.made-from"; }

if wanted peers; then
  if ! fresh "$env/pouchdb" "$peers/pouchdb/package-lock.json"; then
    say "installing PouchDB below target/bench-env"
    mkdir -p "$env/pouchdb"
    cp "$peers"/pouchdb/package*.json "$env/pouchdb"
    (cd "$env/pouchdb" && npm ci --loglevel=error)
    made "$env/pouchdb" "$peers/pouchdb/package-lock.json"
  fi
  if ! fresh "$env/anki" "$peers/anki/requirements.txt"; then
    say "installing Anki below target/bench-env"
    python3 -m venv --clear "$env/anki"
    "$env/anki/bin/pip" install --quiet --disable-pip-version-check -r "$peers/anki/requirements.txt"
    made "$env/anki" "$peers/anki/requirements.txt"
  fi
  # Node looks for packages beside the program: the programs go where the packages are.
  cp "$peers"/pouchdb/*.mjs "$env/pouchdb"
  common=(--rows "$work/rows.jsonl" --relay "$bench" --times "$times" --machine "$machine")
  say "measuring PouchDB"
  node "$env/pouchdb/bench.mjs" "${common[@]}" --work "$work/pouchdb" --to "$work/pouchdb.json"
  say "measuring Anki"
  "$env/anki/bin/python" "$peers/anki/bench.py" "${common[@]}" --work "$work/anki" --to "$work/anki.json"
  figures+=("$work/pouchdb.json" "$work/anki.json")
fi

"$bench" table "${figures[@]}" --to "$ROOT/target/figures.json"
say "target/figures.json"
