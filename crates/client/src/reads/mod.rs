//! What the screens see, answered in the shapes of [`crate::views`]: masked, sorted, and with every record's standing.
//!
//! One file a subject. Each answer is made in one `look::Look`: one moment of the store, one viewer, one reading of the
//! clock. Nothing is written here; opening a person in full is an edit (`edits::people`), because it is logged.
//!
//! Masking happens here and only here: the store's rows hold names, ids and phones as written, and no row of it leaves this
//! folder unmasked. Words are not chosen here: answers carry codes.

mod began;
mod calls;
mod care;
mod conflict_sides;
mod contacts;
mod doors;
mod due;
mod former;
mod household;
mod households;
mod incident_case;
mod incidents;
mod log;
mod look;
mod naming;
mod near;
mod patrol;
mod photos;
mod refused;
mod review;
pub(crate) mod same_home;
mod same_person;
mod today;
mod unplaced;
mod week;

pub(crate) use conflict_sides::differing;

#[cfg(test)]
mod tests;
