//! The power is cut after every write and every sync of a save and of a photo's way into its form, on the encrypted store
//! and the files beside it; the phone comes back as it was before or after, never between. `make sweep` does the same to
//! everything else a phone does.

use xunge_tests::sweep::crash::{sweep, sweep_without_syncs};
use xunge_tests::sweep::deeds::Deed;

fn survives(deed: Deed, at_least: u64) {
    let swept = sweep(deed, 1);
    println!("{}: {} points, {} states", deed.name(), swept.points, swept.states);
    assert!(swept.points >= at_least, "the tape is too short to mean anything: {}", swept.points);
    assert!(swept.broken.is_empty(), "{} of {}: {:#?}", swept.broken.len(), swept.states, swept.broken);
}

#[test]
fn a_save_survives_the_power_cut_after_any_of_its_steps() {
    survives(Deed::Save, 150);
}

#[test]
fn a_photo_survives_the_power_cut_after_any_of_its_steps() {
    survives(Deed::Attach, 120);
}

#[test]
fn a_disk_that_only_says_it_has_synced_is_noticed() {
    let swept = sweep_without_syncs(Deed::Attach);
    assert!(!swept.broken.is_empty(), "{} states and nothing was missed", swept.states);
}
