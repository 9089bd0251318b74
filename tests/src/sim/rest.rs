//! Coming to rest: the faults stop, and within a bounded time everything that waits is sent and everybody has heard
//! everything. Nobody presses a button: the phones' own timers must do it.

use super::desk;
use super::network::Weather;
use super::run::Run;
use xunge_client::syncing::Next;

/// Rounds, the first ones of half a minute, as often as a phone looks at the feed, then of six: longer than the longest
/// wait between two attempts. After two of these every greeting is too old and is said anew.
const MOST_ROUNDS: u32 = 40;
const SHORT_ROUNDS: u32 = 5;
const SHORT_MS: u64 = 30_500;
const LONG_MS: u64 = 6 * 60_000;

impl Run {
    /// Ends the faults and waits.
    pub(super) fn come_to_rest(&mut self) {
        self.note("— the faults stop —");
        self.network.deliver_all();
        self.host.calm();
        for at in 0..self.hands.len() {
            self.hands[at].weather(Weather::Clear);
            self.hands[at].phone.device.set_metered(false);
            if let Some(disk) = self.hands[at].machine.disk() {
                disk.calm();
                disk.leave_room(None);
            }
            if !self.hands[at].is_open() {
                self.come_up(at);
            }
        }
        let mut calm = 0;
        for round in 0..MOST_ROUNDS {
            desk::release(self);
            let heard = self.round();
            self.pass(if round < SHORT_ROUNDS { SHORT_MS } else { LONG_MS });
            calm = if heard || round < SHORT_ROUNDS { 0 } else { calm + 1 };
            if calm >= 3 && self.all_quiet() {
                break;
            }
        }
        if !self.all_quiet() {
            for at in 0..self.hands.len() {
                let hand = &self.hands[at];
                if !hand.is_open() || !hand.phone.is_quiet() {
                    let state = hand.is_open().then(|| hand.phone.open().sync_state().ok());
                    let what = format!("{} does not come to rest: {state:?}", hand.name());
                    self.breaks("queues drain", what);
                }
            }
        }
        for at in 0..self.hands.len() {
            if self.hands[at].is_open() {
                self.hands[at].told = None;
                self.look_at(at);
            }
        }
    }

    /// Everybody synchronises until they wait; answers whether anybody heard or said something.
    fn round(&mut self) -> bool {
        let mut heard = false;
        for at in 0..self.hands.len() {
            if !self.hands[at].is_open() {
                self.come_up(at);
            }
            if !self.hands[at].is_open() {
                heard = true;
                continue;
            }
            let before = self.change_of(at);
            for _ in 0..60 {
                match self.hands[at].phone.sync_step() {
                    Ok(Next::Go) => self.pass(50),
                    Ok(Next::Wait(_)) => break,
                    Ok(Next::Stopped) => {
                        heard = true;
                        break;
                    }
                    Err(error) => {
                        let what =
                            format!("{}: a step fails at rest: {}", self.hands[at].name(), error.code());
                        self.breaks("queues drain", what);
                        break;
                    }
                }
            }
            heard |= self.change_of(at) != before;
        }
        heard
    }

    fn change_of(&self, at: usize) -> u64 {
        self.hands[at].phone.record_change().unwrap_or(0)
    }

    fn all_quiet(&self) -> bool {
        self.hands.iter().all(|hand| hand.is_open() && hand.phone.is_quiet())
    }
}
