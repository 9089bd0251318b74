//! The screens' answers from real encrypted stores. Everyone in them is made up; ids carry area code 990101.

mod care;
mod conflicts;
mod doors;
mod full_disk;
mod homes;
mod incidents;
mod large;
mod masks;
mod near;
mod patrols;
mod phone;
mod same_person;
mod standing;
mod undoing;
mod unplaced;
mod week;
