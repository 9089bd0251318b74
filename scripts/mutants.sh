#!/usr/bin/env bash
# `make mutants`: changes the code on purpose, one small change at a time, and runs the tests of the package: each
# change must make a test fail. FILES='crates/sync/src/merge.rs …' chooses; by default merge, settling, the plan of a
# session, admission and the county's scope. Survivors that stay are listed with their reasons in docs/mutants.md, and
# left out here by the same patterns.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

VERSION=27.1.0
tool=$ROOT/.tools/mutants/bin/cargo-mutants
if ! [ -x "$tool" ] || [ "$("$tool" mutants --version)" != "cargo-mutants $VERSION" ]; then
  say "installing cargo-mutants $VERSION into .tools/mutants"
  CARGO_TARGET_DIR=$(mktemp -d) cargo install --quiet --locked "cargo-mutants@$VERSION" --root .tools/mutants
fi

sync=crates/sync/src
files=${FILES:-$sync/merge.rs $sync/settle.rs $sync/plan.rs $sync/admit.rs crates/server/src/county/scope.rs}
chosen=() packages=()
for file in $files; do
  [ -f "$file" ] || fail "there is no '$file'."
  chosen+=(--file "$file")
  # crates/sync/src/… belongs to the package that crates/sync/Cargo.toml names.
  packages+=("$(sed -n 's/^name = "\(.*\)"/\1/p' "${file%/src/*}/Cargo.toml" | head -n 1)")
done
mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
left_out=()
while IFS= read -r pattern; do left_out+=(--exclude-re "$pattern"); done < <(sed -n 's/^| `\(.*\)` | .*/\1/p' docs/mutants.md)

# A mutant needs no target folder of ours: the copy of the tree has its own.
unset CARGO_TARGET_DIR
# The laws of merging at a tenth of their cases: what they find, they find early.
export XUNGE_MERGE_CASES=${XUNGE_MERGE_CASES:-2000}
mkdir -p target
"$tool" mutants "${packages[@]/#/--package=}" "${chosen[@]}" "${left_out[@]}" --jobs 1 --no-shuffle --output target ||
  fail "changes were not noticed: target/mutants.out/missed.txt"
say "every change was noticed: $(wc -l <target/mutants.out/caught.txt) caught"
