//! Tells Tauri where the Kotlin half lies. There are no commands for the screen: only Rust may use the device.

const COMMANDS: &[&str] = &[];

fn main() {
    if let Err(error) = tauri_plugin::Builder::new(COMMANDS).android_path("android").try_build() {
        eprintln!("{error:#}");
        std::process::exit(1);
    }
}
