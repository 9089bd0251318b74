#!/usr/bin/env bash
# Release programs and links to them under target/release, wherever the build folder lies: `build.sh county bridge`.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

packages=() programs=()
for program; do
  case $program in
    county) packages+=(-p xunge-server); programs+=(xunge-county) ;;
    bridge) packages+=(-p xunge-bridge); programs+=(xunge-bridge) ;;
    *) fail "build.sh knows county and bridge, not '$program'." ;;
  esac
done
say "building for release: ${programs[*]}"
cargo build --locked --release "${packages[@]}"
for program in "${programs[@]}"; do
  if [ "$TARGET" != "$ROOT/target" ]; then
    mkdir -p target/release
    ln -sfn "$TARGET/release/$program" "target/release/$program"
  fi
  say "target/release/$program"
done
