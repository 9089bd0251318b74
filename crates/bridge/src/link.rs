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
    /// Bytes towards the county until the next cut, over all connections; `u64::MAX` = none planned.
    until_cut: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
    cuts: AtomicU64,
    open: Mutex<Vec<TcpStream>>,
}

impl State {
    /// Cuts it; false when it was cut already.
    fn cut(&self) -> bool {
        let was_up = self.up.swap(false, Ordering::SeqCst);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for stream in open.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        was_up
    }

    /// How many of `wanted` bytes may still go to the county, and whether the cut is due after them. Several connections
    /// share what is left: each byte of it is given out once.
    fn allowance(&self, wanted: usize) -> (usize, bool) {
        let of = wanted as u64;
        let taken = self.until_cut.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            (left != u64::MAX).then(|| left.saturating_sub(of))
        });
        match taken {
            Ok(left) => (usize::try_from(left).map_or(wanted, |left| left.min(wanted)), left <= of),
            // None planned.
            Err(_) => (wanted, false),
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
                // A link that is measured must not add waits of its own; where this cannot be set it is only slower.
                let _ = (phone.set_nodelay(true), there.set_nodelay(true));
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
        let (allowed, last) = if towards_county { state.allowance(read) } else { (read, false) };
        let piece = buffer.get(..allowed).unwrap_or_default();
        let written = to.write_all(piece).is_ok();
        if written {
            let count = if towards_county { &state.sent } else { &state.received };
            count.fetch_add(piece.len() as u64, Ordering::SeqCst);
        }
        if last && state.cut() {
            state.cuts.fetch_add(1, Ordering::SeqCst);
        }
        if last || !written {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes every connection and counts what arrives on all of them.
    fn sink() -> (SocketAddr, Arc<AtomicU64>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let arrived = Arc::new(AtomicU64::new(0));
        let all = Arc::clone(&arrived);
        world::thread("sink", move || {
            for mut stream in listener.incoming().flatten() {
                let arrived = Arc::clone(&all);
                let _ = world::thread("sink of one", move || {
                    let mut buffer = [0; 4_096];
                    while let Ok(read @ 1..) = stream.read(&mut buffer) {
                        arrived.fetch_add(read as u64, Ordering::SeqCst);
                    }
                });
            }
        })
        .unwrap();
        (address, arrived)
    }

    #[test]
    fn many_connections_share_the_bytes_before_a_cut_and_are_cut_once() {
        for round in 1..=5_u64 {
            let (address, arrived) = sink();
            let link = Link::to(address).unwrap();
            link.cut_after(100_001 * round);
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        let Ok(mut phone) = TcpStream::connect(link.address()) else { return };
                        while phone.write_all(&[7; 3_333]).is_ok() {}
                    });
                }
            });
            assert_eq!(link.cuts(), 1, "the cut happens once");
            let (sent, _) = link.bytes();
            assert!(sent <= 100_001 * round, "{sent} went over a link cut after {}", 100_001 * round);
            assert!(arrived.load(Ordering::SeqCst) <= 100_001 * round);
            // Mended, it carries without counting down.
            link.up();
            let mut phone = TcpStream::connect(link.address()).unwrap();
            phone.write_all(&[7; 50_000]).unwrap();
            drop(phone);
            assert_eq!(link.cuts(), 1);
        }
    }

    #[test]
    fn each_byte_before_a_cut_is_given_out_once() {
        let state = State { until_cut: AtomicU64::new(1_000_000), ..State::default() };
        let given: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|n| {
                    let state = &state;
                    scope.spawn(move || {
                        let mut given = 0;
                        loop {
                            let (allowed, last) = state.allowance(17 + n);
                            given += allowed;
                            if last {
                                return given;
                            }
                        }
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(given, 1_000_000);
        state.until_cut.store(u64::MAX, Ordering::SeqCst);
        assert_eq!(state.allowance(5), (5, false));
    }
}
