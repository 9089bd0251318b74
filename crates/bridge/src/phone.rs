//! A headless phone: the client with a simulated device and, when wanted, a thread that keeps it in sync.

use crate::world;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use xunge_client::Client;
use xunge_client::simulated::SimulatedDevice;
use xunge_client::syncing::Next;
use xunge_store::keys::PinCost;

/// A phone without a screen.
pub struct Phone {
    /// Its use cases.
    pub client: Arc<Client>,
    /// Its hardware.
    pub device: Arc<SimulatedDevice>,
    /// Its clock.
    pub clock: Arc<world::RealClock>,
    dir: PathBuf,
}

impl Phone {
    /// The phone whose files lie below `dir`.
    ///
    /// # Errors
    /// Those of the disk and of the network runtime.
    pub fn new(dir: &Path) -> std::io::Result<Self> {
        let device = Arc::new(SimulatedDevice::new(world::platform_key(dir)?));
        let clock = Arc::new(world::RealClock::new());
        let world = world::world(Arc::clone(&device), Arc::clone(&clock))?;
        let client = Arc::new(Client::new(world, dir, PinCost::OWASP));
        Ok(Self { client, device, clock, dir: dir.to_path_buf() })
    }

    /// Its platform key as the desktop app keeps one: hexadecimal digits.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn platform_key_text(&self) -> std::io::Result<String> {
        Ok(world::platform_key(&self.dir)?.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Where its files lie.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Keeps the phone in sync on a thread of its own until `stop` is set.
    ///
    /// # Errors
    /// When the thread cannot start.
    pub fn keep_in_sync(&self, stop: Arc<AtomicBool>) -> std::io::Result<JoinHandle<()>> {
        let client = Arc::clone(&self.client);
        world::thread("sync", move || {
            while !stop.load(Ordering::Relaxed) {
                let Ok(open) = client.opened() else {
                    world::pause(200);
                    continue;
                };
                match client.sync_step() {
                    Ok(Next::Go) => {}
                    // Short naps: the phone may be locked or the program stopped meanwhile.
                    Ok(Next::Wait(ms)) => open.wait_for_work(ms.min(1_000)),
                    Ok(Next::Stopped) => world::pause(1_000),
                    Err(_) => world::pause(1_000),
                }
            }
        })
    }
}
