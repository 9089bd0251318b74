#!/usr/bin/env bash
# Opens the built shell on a screen that nobody sees and checks it from inside: `shell-e2e.sh [SCREENSHOT.png]`.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

# Without these WebKitGTK looks for a graphics card and an accessibility bus that a build machine does not have.
export NO_AT_BRIDGE=1 WEBKIT_DISABLE_COMPOSITING_MODE=1 WEBKIT_DISABLE_DMABUF_RENDERER=1 LIBGL_ALWAYS_SOFTWARE=1
exec timeout 180 dbus-run-session -- xvfb-run --auto-servernum --server-args='-screen 0 900x1000x24' \
  node src-tauri/e2e/opens.mjs "$TARGET/debug/xunge-app" "$@"
