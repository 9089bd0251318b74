#!/usr/bin/env bash
# `make run`: builds what is needed and hands over to the development bridge, which starts the county with demo
# data and opens the shell (with a display) or prints two addresses (without one).
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

arguments=()
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  scripts/setup.sh core shell
  scripts/ui.sh
  say "building the county, the bridge and the shell"
  cargo build --locked -p xunge-server -p xunge-bridge -p xunge-app
  arguments=(--shell "$TARGET/debug/xunge-app")
else
  scripts/setup.sh core
  scripts/ui.sh
  say "no display here: building the county and the bridge only"
  cargo build --locked -p xunge-server -p xunge-bridge
fi
exec "$TARGET/debug/xunge-bridge" run "${arguments[@]}"
