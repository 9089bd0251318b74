# shellcheck shell=bash
# Sourced by every other script: where the project lies, where its tools are, and how the scripts speak.
# Leaves installing to setup.sh.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

# A build folder outside the project is welcome (one cache for many clones); everything below uses TARGET.
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
case $TARGET in /*) ;; *) TARGET=$ROOT/$TARGET ;; esac
export CARGO_TARGET_DIR=$TARGET

# The project's own Node comes first only where setup.sh found the machine's Node missing or too old.
export PATH="$ROOT/.tools/node/bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
RUST_VERSION=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
export RUST_VERSION

# npm prints advertisements and audits otherwise; neither belongs in a build log.
export npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false

say() { printf '\033[1;32mxunge\033[0m %s\n' "$*" >&2; }
fail() {
  printf '\033[1;31mxunge\033[0m %s\n' "$*" >&2
  exit 1
}
# has_script DIR NAME: does DIR/package.json define the npm script NAME?
has_script() { [ -f "$1/package.json" ] && node -e "process.exit(require('$ROOT/$1/package.json').scripts?.['$2']?0:1)"; }
