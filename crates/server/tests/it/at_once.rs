//! Commands given at the same moment to a county that is only being set up: keys and certificates are made once.

use std::path::Path;
use std::process::{Command, Output, Stdio};

fn county(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xunge-county"));
    command.arg("--data").arg(data).args(args).env("RUST_LOG", "off");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts the command so many times before waiting for any.
fn at_once(data: &Path, args: &[&str], times: usize) -> Vec<Output> {
    let running: Vec<_> = (0..times).map(|_| county(data, args).spawn().unwrap()).collect();
    running.into_iter().map(|child| child.wait_with_output().unwrap()).collect()
}

fn all_well(outputs: &[Output]) {
    for output in outputs {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_new_county_gets_one_key_and_one_ca_whoever_comes_first() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("county");
    let said = &at_once(&data, &["check"], 1)[0];
    assert!(
        !said.status.success() && !data.join("county.db").exists(),
        "what is not there is not made by asking"
    );
    let areas = folder.path().join("areas.csv");
    std::fs::write(&areas, "code,name,parent,level\n990101,某县,,county\n").unwrap();
    all_well(&at_once(&data, &["area", "import", areas.to_str().unwrap()], 1));
    all_well(&at_once(
        &data,
        &["worker", "add", "张示例", "--area", "990101", "--role", "full_time", "--number", "0001"],
        1,
    ));
    // The first command that needs the CA makes it; the others find it whole.
    all_well(&at_once(&data, &["enrol-code", "0001", "--address", "127.0.0.1:8443"], 6));
    all_well(&at_once(&data, &["check"], 1));
}
