//! Where the phone is, asked for once and remembered for a short while: saving never waits for satellites.

use crate::open::Open;
use crate::views::Place;
use xunge_domain::geometry::Fix;

/// A worker on foot is still at the same thing.
const SAME_PLACE_MS: u64 = 45_000;
/// Whoever filled in a form for longer than this is asked where they are anew.
const SAME_FORM_MS: u64 = 180_000;

/// What the hardware said last, and when by the monotonic clock. That it found nothing is an answer too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Position {
    pub(crate) fix: Option<Fix>,
    boot: u64,
    mono_ms: u64,
}

impl Open {
    /// Where the phone is, for the screen; nothing without a fix. Takes as long as the hardware takes.
    pub fn here(&self) -> Option<Place> {
        self.ask_position().map(|fix| place_of(&fix))
    }

    /// For a picture just taken: a fix from a moment ago, or else a new one.
    pub(crate) fn fix_now(&self) -> Option<Fix> {
        match self.remembered(SAME_PLACE_MS) {
            Some(Position { fix: Some(fix), .. }) => Some(fix),
            _ => self.ask_position(),
        }
    }

    /// For a record being saved: what was found while its form was open, also when that was nothing.
    pub(crate) fn fix_asked(&self) -> Option<Fix> {
        match self.remembered(SAME_FORM_MS) {
            Some(known) => known.fix,
            None => self.ask_position(),
        }
    }

    fn remembered(&self, within_ms: u64) -> Option<Position> {
        let now = self.world.clock.now();
        (*self.position())
            .filter(|known| known.boot == now.boot && now.mono_ms.saturating_sub(known.mono_ms) <= within_ms)
    }

    fn ask_position(&self) -> Option<Fix> {
        // Hardware that fails is no place, like hardware that finds none: the screen asks for a reason.
        let fix = self.world.device.fix().unwrap_or(None);
        let now = self.world.clock.now();
        *self.position() = Some(Position { fix, boot: now.boot, mono_ms: now.mono_ms });
        fix
    }
}

pub(crate) fn place_of(fix: &Fix) -> Place {
    Place { lat_e7: fix.at.lat_e7(), lon_e7: fix.at.lon_e7(), accuracy_dm: Some(fix.accuracy_dm) }
}
