#!/usr/bin/env bash
# Builds the screens into ui/dist, again only when a source changed. The shell and the county embed ui/dist, so
# this comes before cargo.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

stamp=ui/node_modules/.xunge-built
changed() {
  [ -f "$stamp" ] && [ -f ui/dist/index.html ] || return 0
  [ -n "$(find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -newer "$stamp" -print -quit)" ]
}
changed || exit 0
say "building the screens (ui/dist)"
mark=$(mktemp)
(cd ui && npm run --silent build)
# The stamp carries the time before the build, so an edit made meanwhile is seen next time.
touch -r "$mark" "$stamp"
rm -f "$mark"
