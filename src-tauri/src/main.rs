//! The desktop program. Leaves everything to the library, which Android loads without this file.

fn main() {
    xunge_app::run();
}
