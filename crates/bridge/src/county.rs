//! The real `xunge-county` as a child process: set up with its own commands, served, killed, stopped.

use crate::world;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What went wrong with the county's process.
#[derive(Debug, thiserror::Error)]
pub enum CountyError {
    /// It cannot be started.
    #[error("xunge-county cannot be started: {0}")]
    Start(#[from] std::io::Error),
    /// A command failed.
    #[error("xunge-county {command}: {output}")]
    Command {
        /// Which.
        command: String,
        /// What it printed.
        output: String,
    },
    /// It does not answer.
    #[error("xunge-county does not answer on {0}")]
    Silent(SocketAddr),
}

/// A county on this machine.
pub struct County {
    program: PathBuf,
    data: PathBuf,
    desk: PathBuf,
    listen: SocketAddr,
    /// Where phones reach it: a link that can be cut, or where it listens.
    reached: SocketAddr,
    child: Option<Child>,
    said: Arc<Mutex<Vec<String>>>,
}

impl County {
    /// The county with its data below `data`, listening on `listen`; not yet running.
    pub fn new(program: &Path, data: &Path, desk: &Path, listen: SocketAddr) -> Self {
        Self {
            program: program.to_path_buf(),
            data: data.to_path_buf(),
            desk: desk.to_path_buf(),
            listen,
            reached: listen,
            child: None,
            said: Arc::default(),
        }
    }

    /// Phones reach it at another address than where it listens; invitations name that one from the next start on.
    pub fn reached_at(&mut self, address: SocketAddr) {
        self.reached = address;
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.listen
    }

    /// Runs one of its commands and gives what it printed.
    ///
    /// # Errors
    /// [`CountyError`].
    pub fn command(&self, args: &[&str]) -> Result<String, CountyError> {
        let output = Command::new(&self.program).arg("--data").arg(&self.data).args(args).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            Ok(text)
        } else {
            let told = String::from_utf8_lossy(&output.stderr);
            Err(CountyError::Command { command: args.join(" "), output: format!("{text}{told}") })
        }
    }

    /// Runs one of its commands with `--json`.
    ///
    /// # Errors
    /// [`CountyError`].
    pub fn json(&self, args: &[&str]) -> Result<Value, CountyError> {
        let text = self.command(&[args, &["--json"]].concat())?;
        serde_json::from_str(&text).map_err(|_| CountyError::Command {
            command: args.join(" "),
            output: format!("not JSON: {text}"),
        })
    }

    /// Starts serving and waits until it answers.
    ///
    /// # Errors
    /// [`CountyError`].
    pub fn serve(&mut self) -> Result<(), CountyError> {
        let mut child = Command::new(&self.program)
            .arg("--data")
            .arg(&self.data)
            .args(["serve", "--listen", &self.listen.to_string()])
            .args(["--host", &self.reached.to_string(), "localhost", "--desk-dir"])
            .arg(&self.desk)
            // The other end of its input is held by this process: when this is killed, the county stops too.
            .arg("--stop-with-input")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        for stream in [
            child.stdout.take().map(|out| Box::new(out) as Box<dyn std::io::Read + Send>),
            child.stderr.take().map(|out| Box::new(out) as Box<dyn std::io::Read + Send>),
        ]
        .into_iter()
        .flatten()
        {
            let said = Arc::clone(&self.said);
            world::thread("county says", move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    said.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                }
            })?;
        }
        self.child = Some(child);
        for _ in 0..300 {
            if TcpStream::connect_timeout(&self.listen, Duration::from_millis(200)).is_ok() {
                return Ok(());
            }
            if let Some(child) = &mut self.child
                && let Ok(Some(status)) = child.try_wait()
            {
                world::pause(100);
                let output = format!("ended with {status}\n{}", self.said().join("\n"));
                return Err(CountyError::Command { command: "serve".into(), output });
            }
            world::pause(100);
        }
        Err(CountyError::Silent(self.listen))
    }

    /// What it has printed so far.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// SIGKILL: no goodbye, no flush.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// SIGTERM, and waits for it to end.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status();
            for _ in 0..100 {
                if matches!(child.try_wait(), Ok(Some(_))) {
                    return;
                }
                world::pause(100);
            }
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for County {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port nobody listens on.
///
/// # Errors
/// When there is none.
pub fn free_port() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}
