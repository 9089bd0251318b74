#!/usr/bin/env bash
# Two tus clients as they come from npm and PyPI upload to the real county through a link that is cut, and resume. They
# lie below target/tus-env at the versions of tests/tus.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

clients=$ROOT/tests/tus env=$ROOT/target/tus-env
mkdir -p "$env/node"
fresh() { [ -f "$1/.made-from" ] && [ "$(cat "$1/.made-from")" = "$(sha256sum <"$2")" ]; }
if ! fresh "$env/node" "$clients/package-lock.json"; then
  say "installing tus-js-client below target/tus-env"
  cp "$clients"/package*.json "$env/node"
  (cd "$env/node" && npm ci --ignore-scripts --loglevel=error)
  sha256sum <"$clients/package-lock.json" >"$env/node/.made-from"
fi
if ! fresh "$env/python" "$clients/requirements.txt"; then
  say "installing tuspy below target/tus-env"
  python3 -m venv --clear "$env/python"
  "$env/python/bin/pip" install --quiet --disable-pip-version-check -r "$clients/requirements.txt"
  sha256sum <"$clients/requirements.txt" >"$env/python/.made-from"
fi
# Node looks for packages beside the program.
cp "$clients/upload.mjs" "$env/node"
export XUNGE_TUS_NODE="node $env/node/upload.mjs" XUNGE_TUS_PYTHON="$env/python/bin/python $clients/upload.py"
cargo test --locked --workspace --test it -- --ignored tus_clients
