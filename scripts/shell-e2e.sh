#!/usr/bin/env bash
# Opens the built shell on a screen that nobody sees, checks it from inside, then walks a worker's day in it against a
# real county. PICTURES=folder keeps a picture of every step.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

# Without these WebKitGTK looks for a graphics card and an accessibility bus that a build machine does not have.
export NO_AT_BRIDGE=1 WEBKIT_DISABLE_COMPOSITING_MODE=1 WEBKIT_DISABLE_DMABUF_RENDERER=1 LIBGL_ALWAYS_SOFTWARE=1
# The screen is as large as the window, and kept in a file: a picture of it is one of the app. A folder for each, because
# an Xvfb that is ending removes its file while the next one starts.
screens=$(mktemp -d)
trap 'rm -rf "$screens"' EXIT
on_a_screen() {
  local screen
  screen=$(mktemp -d -p "$screens")
  XUNGE_SCREEN=$screen/Xvfb_screen0 timeout "$1" dbus-run-session -- \
    xvfb-run --auto-servernum --server-args="-screen 0 400x860x24 -fbdir $screen" "${@:2}"
}
on_a_screen 180 node src-tauri/e2e/opens.mjs "$TARGET/debug/xunge-app"
on_a_screen 300 node src-tauri/e2e/thread.mjs "$TARGET/debug/xunge-app" "$TARGET/debug/xunge-county"
