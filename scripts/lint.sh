#!/usr/bin/env bash
# `make lint`: formatting, clippy, rustdoc and the screens' own linters. Warnings are errors.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

broken=()
check() {
  say "$*"
  "$@" || broken+=("$*")
}
check cargo fmt --all --check
check cargo clippy --locked --workspace --all-targets -- -D warnings
RUSTDOCFLAGS="-D warnings" check cargo doc --locked --workspace --no-deps --document-private-items --quiet
for script in lint format:check stylelint type-check; do
  if has_script ui "$script"; then check npm --prefix ui run --silent "$script"; fi
done
for script in scripts/*.sh .ci/run; do check bash -n "$script"; done
[ ${#broken[@]} -eq 0 ] || fail "lint found fault with: $(printf '\n  %s' "${broken[@]}")"
say "lint is clean"
