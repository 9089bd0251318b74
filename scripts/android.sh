#!/usr/bin/env bash
# `make android`: with a real SDK and NDK, the APK; without, what can be proved here: the Rust code type-checks for
# arm64 Android, and the Kotlin code type-checks against the real Android framework classes.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

sdk=${ANDROID_HOME:-${ANDROID_SDK_ROOT:-}}
ndk=${NDK_HOME:-${ANDROID_NDK_HOME:-$(ls -d "$sdk"/ndk/* 2>/dev/null | sort -V | tail -n 1 || true)}}
llvm=$ndk/toolchains/llvm/prebuilt/linux-x86_64/bin

if [ -n "$sdk" ] && [ -d "$sdk/platforms" ] && [ -x "$llvm/clang" ]; then
  scripts/setup.sh tauri-cli
  say "building the APK for arm64 with the SDK at $sdk and the NDK at $ndk"
  export ANDROID_HOME=$sdk NDK_HOME=$ndk
  export TARGET_RANLIB=$llvm/llvm-ranlib RANLIB_aarch64_linux_android=$llvm/llvm-ranlib
  npm run --silent tauri -- android build --apk --target aarch64
  find src-tauri/gen/android/app/build/outputs/apk -name '*.apk' -print
  exit 0
fi

say "no Android SDK and NDK here (ANDROID_HOME, NDK_HOME): checking types only. Nothing is linked and no APK is made."
stubs=$TARGET/android-stubs
scripts/android-stubs.sh "$stubs"
export CC_aarch64_linux_android=$stubs/cc CXX_aarch64_linux_android=$stubs/cc
export AR_aarch64_linux_android=$stubs/ar RANLIB_aarch64_linux_android=$stubs/ranlib
cargo check --locked --lib -p xunge-app --target aarch64-linux-android
scripts/android-kotlin.sh
say "the Rust code type-checks for aarch64-linux-android, the Kotlin code against Android's own classes."
say "This proves types, not linking: the C parts were stand-ins. docs/android.md says how to build the APK."
