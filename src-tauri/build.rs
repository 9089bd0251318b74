//! Hands tauri.conf.json, the capabilities and the one application command to the code generator. Leaves the
//! building of the screens to the Makefile (`ui/dist` must exist before this crate compiles).

fn main() {
    // Naming the command here makes it subject to the capability file: a window that is not granted
    // `allow-call` cannot reach Rust at all.
    let manifest = tauri_build::AppManifest::new().commands(&["call"]);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        eprintln!("{error:#}");
        std::process::exit(1);
    }
}
