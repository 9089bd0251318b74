//! `xunge-county`: the county server and its commands; see `xunge_server::cli`.

fn main() -> std::process::ExitCode {
    xunge_server::cli::run(std::env::args_os())
}
