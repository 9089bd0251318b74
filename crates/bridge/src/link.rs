//! A link between phone and county that can be cut: a TCP relay on loopback. Bytes pass unread (it is TLS), counted both
//! ways.

use crate::world;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The relay.
pub struct Link {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    up: AtomicBool,
    /// Bytes towards the county until the next cut; `u64::MAX` = none planned.
    until_cut: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
    cuts: AtomicU64,
    open: Mutex<Vec<TcpStream>>,
}

impl State {
    fn cut(&self) {
        self.up.store(false, Ordering::SeqCst);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for stream in open.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Link {
    /// A link to `county`, up.
    ///
    /// # Errors
    /// When no port is free or no thread can start.
    pub fn to(county: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            up: AtomicBool::new(true),
            until_cut: AtomicU64::new(u64::MAX),
            ..State::default()
        });
        let accepting = Arc::clone(&state);
        world::thread("link", move || {
            for phone in listener.incoming().flatten() {
                if !accepting.up.load(Ordering::SeqCst) {
                    continue; // dropped: connection refused in effect
                }
                let Ok(there) = TcpStream::connect(county) else { continue };
                relay(phone, there, &accepting);
            }
        })?;
        Ok(Self { address, state })
    }

    /// Where the phone connects.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts it now.
    pub fn down(&self) {
        self.state.cut();
    }

    /// Mends it.
    pub fn up(&self) {
        self.state.until_cut.store(u64::MAX, Ordering::SeqCst);
        self.state.up.store(true, Ordering::SeqCst);
    }

    /// Cuts it after so many more bytes towards the county.
    pub fn cut_after(&self, bytes: u64) {
        self.state.until_cut.store(bytes, Ordering::SeqCst);
    }

    /// Bytes towards the county and back.
    pub fn bytes(&self) -> (u64, u64) {
        (self.state.sent.load(Ordering::SeqCst), self.state.received.load(Ordering::SeqCst))
    }

    /// How often a planned cut happened.
    pub fn cuts(&self) -> u64 {
        self.state.cuts.load(Ordering::SeqCst)
    }
}

fn relay(phone: TcpStream, county: TcpStream, state: &Arc<State>) {
    let copies = (phone.try_clone(), county.try_clone());
    let (Ok(phone_in), Ok(county_in)) = copies else { return };
    {
        let mut open = state.open.lock().unwrap_or_else(PoisonError::into_inner);
        for stream in [&phone, &county] {
            if let Ok(copy) = stream.try_clone() {
                open.push(copy);
            }
        }
    }
    let (up, down) = (Arc::clone(state), Arc::clone(state));
    let _ = world::thread("link up", move || pass(phone_in, county, &up, true));
    let _ = world::thread("link down", move || pass(county_in, phone, &down, false));
}

fn pass(mut from: TcpStream, mut to: TcpStream, state: &State, towards_county: bool) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(read) = from.read(&mut buffer) {
        if read == 0 || !state.up.load(Ordering::SeqCst) {
            break;
        }
        let mut piece = buffer.get(..read).unwrap_or_default();
        if towards_county {
            let left = state.until_cut.load(Ordering::SeqCst);
            if left != u64::MAX {
                let allowed = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
                piece = piece.get(..allowed).unwrap_or_default();
                state.until_cut.store(left - allowed as u64, Ordering::SeqCst);
            }
            state.sent.fetch_add(piece.len() as u64, Ordering::SeqCst);
        } else {
            state.received.fetch_add(piece.len() as u64, Ordering::SeqCst);
        }
        if to.write_all(piece).is_err() {
            break;
        }
        if towards_county && state.until_cut.load(Ordering::SeqCst) == 0 {
            state.cuts.fetch_add(1, Ordering::SeqCst);
            state.cut();
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
