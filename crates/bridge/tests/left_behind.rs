//! A launcher that is killed leaves no county behind: it would hold the port and the data against the next start.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests fail by panicking, and look at real processes"
)]

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use xunge_bridge::county::free_port;

fn answers(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok()
}

#[test]
fn the_county_stops_when_its_launcher_is_killed() {
    let launcher = Path::new(env!("CARGO_BIN_EXE_xunge-bridge"));
    let county = launcher.with_file_name("xunge-county");
    assert!(county.exists(), "build the whole workspace: {} is missing", county.display());
    let folder = tempfile::tempdir().unwrap();
    let (phone, county) = (free_port().unwrap(), free_port().unwrap());
    let mut launched = Command::new(launcher)
        .args(["run", "--new-phone", "--phone-port", &phone.port().to_string()])
        .args(["--county-port", &county.port().to_string(), "--work"])
        .arg(folder.path().join("run"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(launched.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().contains("?token=")), "the launcher came up");
    assert!(answers(county));
    // SIGKILL: nothing of the launcher runs any more, so nothing of it can stop the county.
    launched.kill().unwrap();
    launched.wait().unwrap();
    let stopped = (0..150).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        !answers(county)
    });
    assert!(stopped, "the county outlived its launcher");
}
