#!/usr/bin/env bash
# Type-checks the Kotlin code of the plugin `device` and of gen/android without an Android SDK: by Kotlin's own
# compiler, against the real framework classes (org.robolectric:android-all), Tauri's and wry's own Kotlin sources
# from their crates, and small stand-ins for AndroidX (scripts/androidx). Leaves resources and manifests unchecked,
# and the framework jar holds hidden classes too: only a device build shows their use.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

KOTLIN=2.2.10
jars=.tools/kotlin
mkdir -p "$jars"
base=${MAVEN_MIRROR:-https://repo1.maven.org/maven2}
while read -r sha256 path; do
  jar=$jars/${path##*/}
  [ ! -f "$jar" ] || continue
  say "downloading ${path##*/} (checked by SHA-256)"
  curl --fail --silent --show-error --location --retry 2 "$base/$path" -o "$jar.part" || fail "$path could not be downloaded."
  echo "$sha256  $jar.part" | sha256sum --check --status || fail "$path does not have the expected SHA-256."
  mv "$jar.part" "$jar"
done <<LIST
79628fd5d64b4692a62f98962baab00e9076a37e2cffd6ace33cd0b7be7d1cdf org/jetbrains/kotlin/kotlin-compiler-embeddable/$KOTLIN/kotlin-compiler-embeddable-$KOTLIN.jar
9c67cc79efd6b9215b49d2a4308f5f3433537376c7c88e89bdd6729bd096e61a org/jetbrains/kotlin/kotlin-stdlib/$KOTLIN/kotlin-stdlib-$KOTLIN.jar
c304a67dba6a61dde560e6310920bed746307c3854f6675c29ac29114731b6b0 org/jetbrains/kotlin/kotlin-script-runtime/$KOTLIN/kotlin-script-runtime-$KOTLIN.jar
b31573d418961fa080760fedcfc90d68ad67a85eafa245c73fe3d551476777ba org/jetbrains/kotlin/kotlin-daemon-embeddable/$KOTLIN/kotlin-daemon-embeddable-$KOTLIN.jar
3277ac102ae17aad10a55abec75ff5696c8d109790396434b496e75087854203 org/jetbrains/kotlin/kotlin-reflect/1.6.10/kotlin-reflect-1.6.10.jar
9860906a1937490bf5f3b06d2f0e10ef451e65b95b269f22daf68a3d1f5065c5 org/jetbrains/kotlinx/kotlinx-coroutines-core-jvm/1.8.0/kotlinx-coroutines-core-jvm-1.8.0.jar
ace2a10dc8e2d5fd34925ecac03e4988b2c0f851650c94b8cef49ba1bd111478 org/jetbrains/annotations/13.0/annotations-13.0.jar
c3c53333a2172a80678bda1803e39cff45bec6ae3e9c7d4f44a81ec4e2ab18dc com/fasterxml/jackson/core/jackson-databind/2.15.3/jackson-databind-2.15.3.jar
51fab7aad51ed588482edc507fd542747936c5094d1ab76ed21ddb63b96b610d com/fasterxml/jackson/core/jackson-core/2.15.3/jackson-core-2.15.3.jar
aae865c3d88256d61b11523cb1e88bd48d5b9ad5855fa1fc859504fd2204708a com/fasterxml/jackson/core/jackson-annotations/2.15.3/jackson-annotations-2.15.3.jar
98069467c4ff9354311c52f0998fad340f29f51446e284e5dab1523a92dcbdac com/fasterxml/jackson/datatype/jackson-datatype-json-org/2.15.3/jackson-datatype-json-org-2.15.3.jar
60f983b8bf180fa0790596c22a130c79ecf18b6d991b719de23100d4d6ff61a1 org/robolectric/android-all/17-robolectric-16653203/android-all-17-robolectric-16653203.jar
LIST

# Tauri's own sources, of exactly the versions that are locked.
source_of() {
  cargo metadata --locked --format-version 1 --filter-platform aarch64-linux-android |
    node -e 'const m=JSON.parse(require("fs").readFileSync(0));
             for (const name of process.argv.slice(1)) console.log(require("path").dirname(m.packages.find(p=>p.name===name).manifest_path))' "$@"
}
{ read -r tauri; read -r wry; } < <(source_of tauri wry)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/gen"
# Templates: the package is ours, and this app adds nothing at the marked places.
for template in "$wry"/src/android/kotlin/*.kt "$tauri"/mobile/android-codegen/*.kt; do
  sed -e 's/{{package}}/org.xunge.app/g; s/{{library}}/xunge_app/g; s/{{[a-z-]*}}//g' "$template" >"$work/gen/${template##*/}"
done
for package in app.tauri org.xunge.app; do
  printf 'package %s\nobject BuildConfig { const val DEBUG = false; const val APPLICATION_ID = "org.xunge.app" }\n' "$package" >"$work/gen/BuildConfig.$package.kt"
done

say "type-checking the Kotlin code (Kotlin $KOTLIN, Android 17's framework classes)"
compiler=$(printf '%s:' "$jars"/kotlin-*.jar "$jars"/kotlinx-*.jar "$jars"/annotations-*.jar)
classes=$(printf '%s:' "$jars"/android-all-*.jar "$jars"/jackson-*.jar "$jars/kotlin-stdlib-$KOTLIN.jar")
java -Xmx1500m -cp "$compiler" org.jetbrains.kotlin.cli.jvm.K2JVMCompiler \
  -no-stdlib -no-reflect -jvm-target 1.8 -nowarn -classpath "$classes" -d "$work/out" \
  scripts/androidx "$work/gen" "$tauri/mobile/android/src/main/java" \
  src-tauri/plugins/device/android/src/main/java src-tauri/gen/android/app/src/main/java
say "$(find "$work/out/org/xunge" -name '*.class' | wc -l) Kotlin classes of org.xunge type-check"
