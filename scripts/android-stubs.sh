#!/usr/bin/env bash
# Writes stand-ins for the NDK's C tools into the folder given: enough for build scripts that compile C (OpenSSL,
# SQLCipher, ring, zstd) to go through, so that `cargo check` can prove the types of the Rust code for Android where
# there is no NDK. What they "compile" is empty: nothing made with them can be linked or run.
set -euo pipefail
folder=$1
mkdir -p "$folder"

cat >"$folder/cc" <<'TOOL'
#!/usr/bin/env bash
# Answers like clang 18 for Android. Preprocessing is real (feature probes read it); compiling leaves an empty file.
out= preprocess= kept=()
while [ $# -gt 0 ]; do
  case $1 in
    -'?') exit 1 ;;
    --version | -v)
      echo "clang version 18.0.0"
      echo "Target: aarch64-unknown-linux-android26"
      exit 0 ;;
    -E) preprocess=1; kept+=(-E) ;;
    -o) out=$2; shift ;;
    --target=* | -march=* | --sysroot=* | -mno-outline-atomics) ;;
    -target | --sysroot) shift ;;
    *) kept+=("$1") ;;
  esac
  shift
done
if [ -n "$preprocess" ]; then
  [ -z "$out" ] || kept+=(-o "$out")
  exec gcc -D__clang__ -D__ANDROID__ "${kept[@]}"
fi
[ -z "$out" ] || { mkdir -p "$(dirname "$out")"; : >"$out"; }
# Make rules that track headers expect their list.
previous=
for word in "${kept[@]}"; do
  [ "$previous" != -MF ] || : >"$word"
  previous=$word
done
exit 0
TOOL

cat >"$folder/ar" <<'TOOL'
#!/usr/bin/env bash
# An archive without members.
for word; do case $word in *.a) printf '!<arch>\n' >"$word"; exit 0 ;; esac; done
TOOL

printf '#!/bin/sh\nexit 0\n' >"$folder/ranlib"
chmod +x "$folder"/{cc,ar,ranlib}
