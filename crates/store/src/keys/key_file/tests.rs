//! 王芳's phone: right and wrong PINs, pulled batteries, the desk.

use proptest::prelude::*;

use super::super::test_random::Seeded;
use super::*;

const PIN: &str = "739164";
const WRONG: &str = "402857";

/// A phone with its key file on disk.
struct Phone {
    disk: Vec<u8>,
    platform: PlatformKey,
}

fn store_key() -> Secret {
    Secret::draw(&Seeded::new(1))
}

fn platform(seed: u64) -> PlatformKey {
    PlatformKey(Secret::draw(&Seeded::new(seed)))
}

fn chosen(text: &str) -> ChosenPin {
    ChosenPin::read(text).unwrap()
}

impl Phone {
    fn new() -> Self {
        let platform = platform(100);
        let file = KeyFile::create(
            &Seeded::new(2),
            &store_key(),
            &chosen(PIN),
            &platform,
            PinCost::LEAST,
            b"sealed to the county".to_vec(),
        )
        .unwrap();
        Self { disk: file.to_bytes().unwrap(), platform }
    }

    fn file(&self) -> KeyFile {
        KeyFile::read(&self.disk).unwrap()
    }

    fn write(&mut self, file: &KeyFile) {
        self.disk = file.to_bytes().unwrap();
    }

    /// Tries a PIN the whole way, or until the battery is pulled after the first write.
    fn try_pin(&mut self, text: &str, battery_pulled: bool) -> Option<Outcome> {
        match self.file().begin() {
            Begun::NeedsDesk(file) => {
                self.write(&file);
                Some(Outcome::NeedsDesk { file })
            }
            Begun::Attempt(attempt) => {
                self.disk = attempt.to_persist().unwrap();
                if battery_pulled {
                    return None;
                }
                let outcome = attempt.finish(&Pin::read(text).unwrap(), &self.platform).unwrap();
                let (Outcome::Open { file, .. }
                | Outcome::Wrong { file, .. }
                | Outcome::NeedsDesk { file }
                | Outcome::OtherPlatformKey { file }) = &outcome;
                self.write(file);
                Some(outcome)
            }
        }
    }

    fn opens_with(&mut self, text: &str) -> bool {
        match self.try_pin(text, false) {
            Some(Outcome::Open { key, .. }) => {
                assert_eq!(key.expose(), store_key().expose());
                true
            }
            _ => false,
        }
    }
}

#[test]
fn the_right_pin_opens_and_forgives_earlier_slips() {
    let mut phone = Phone::new();
    for left in [9, 8, 7] {
        assert!(
            matches!(phone.try_pin(WRONG, false), Some(Outcome::Wrong { tries_left, .. }) if tries_left == left)
        );
        assert_eq!(phone.file().state(), KeyState::Ready { tries_left: left });
    }
    assert!(phone.opens_with(PIN));
    assert_eq!(phone.file().state(), KeyState::Ready { tries_left: 10 });
}

#[test]
fn ten_wrong_pins_need_the_desk_and_lose_nothing() {
    let mut phone = Phone::new();
    for _ in 0..9 {
        assert!(matches!(phone.try_pin(WRONG, false), Some(Outcome::Wrong { .. })));
    }
    assert!(matches!(phone.try_pin(WRONG, false), Some(Outcome::NeedsDesk { .. })));
    assert_eq!(phone.file().state(), KeyState::NeedsDesk { because: LockReason::WrongPins });
    assert!(!phone.opens_with(PIN), "not even the right PIN opens it now");
    assert_eq!(phone.file().desk_copy(), b"sealed to the county");

    let mut file = phone.file();
    let restored = file.restore_from_desk(
        &Seeded::new(3),
        &store_key(),
        &chosen("582093"),
        &phone.platform,
        PinCost::LEAST,
    );
    assert_eq!(restored, Ok(()));
    phone.write(&file);
    assert!(!phone.opens_with(PIN));
    assert!(phone.opens_with("582093"));
}

#[test]
fn pulling_the_battery_gives_no_extra_tries() {
    let mut phone = Phone::new();
    for _ in 0..10 {
        assert!(phone.try_pin(WRONG, true).is_none());
    }
    assert!(matches!(phone.try_pin(PIN, false), Some(Outcome::NeedsDesk { .. })));
    assert_eq!(phone.file().state(), KeyState::NeedsDesk { because: LockReason::WrongPins });
}

#[test]
fn the_tenth_try_may_be_the_right_one() {
    let mut phone = Phone::new();
    for _ in 0..9 {
        phone.try_pin(WRONG, true);
    }
    assert!(phone.opens_with(PIN));
}

#[test]
fn locking_drops_the_workers_copy_only_and_keeps_its_first_reason() {
    let mut phone = Phone::new();
    let before = phone.disk.len();
    let mut file = phone.file();
    file.lock_down(LockReason::LeaseOver);
    file.lock_down(LockReason::ReportedLost);
    phone.write(&file);
    assert_eq!(phone.file().state(), KeyState::NeedsDesk { because: LockReason::LeaseOver });
    assert!(phone.disk.len() < before - 48, "the wrapped key is gone from the file");
    assert!(!phone.opens_with(PIN));
    let mut file = phone.file();
    let changed =
        file.change_pin(&Seeded::new(3), &store_key(), &chosen("582093"), &phone.platform, PinCost::LEAST);
    assert_eq!(changed, Err(KeyError::NeedsDesk));
}

#[test]
fn a_changed_pin_replaces_the_old_one() {
    let mut phone = Phone::new();
    let mut file = phone.file();
    file.change_pin(&Seeded::new(3), &store_key(), &chosen("582093"), &phone.platform, PinCost::LEAST)
        .unwrap();
    phone.write(&file);
    assert!(!phone.opens_with(PIN));
    assert!(phone.opens_with("582093"));
}

#[test]
fn the_key_of_another_store_is_refused_before_anything_changes() {
    let mut file = Phone::new().file();
    let before = file.clone();
    let other = Secret::draw(&Seeded::new(77));
    let refused =
        file.restore_from_desk(&Seeded::new(3), &other, &chosen("582093"), &platform(100), PinCost::LEAST);
    assert_eq!(refused, Err(KeyError::WrongStoreKey));
    assert_eq!(file.replace_desk_copy(&other, vec![]), Err(KeyError::WrongStoreKey));
    assert_eq!(file, before);
    file.replace_desk_copy(&store_key(), b"sealed anew".to_vec()).unwrap();
    assert_eq!(file.desk_copy(), b"sealed anew");
}

#[test]
fn a_wiped_key_store_is_told_from_a_wrong_pin() {
    let mut phone = Phone::new();
    phone.platform = platform(101);
    for _ in 0..20 {
        assert!(matches!(phone.try_pin(PIN, false), Some(Outcome::OtherPlatformKey { .. })));
    }
    assert_eq!(phone.file().state(), KeyState::Ready { tries_left: 10 });
}

#[test]
fn no_file_can_make_the_phone_work_for_ever() {
    let big = PinCost { memory_kib: 1 << 30, ..PinCost::LEAST };
    let random = Seeded::new(2);
    let made = KeyFile::create(&random, &store_key(), &chosen(PIN), &platform(100), big, vec![]);
    assert_eq!(made, Err(KeyError::BadCost));

    let mut file = Phone::new().file();
    if let Ok(copy) = &mut file.pin_copy {
        copy.cost = big;
    }
    let Begun::Attempt(attempt) = file.begin() else { panic!("ready") };
    assert!(matches!(attempt.finish(&Pin::read(PIN).unwrap(), &platform(100)), Err(KeyError::Damaged)));
}

#[test]
fn a_cheaper_cost_written_into_the_file_opens_nothing() {
    let mut file = Phone::new().file();
    if let Ok(copy) = &mut file.pin_copy {
        copy.cost.memory_kib += 8;
    }
    let Begun::Attempt(attempt) = file.begin() else { panic!("ready") };
    let outcome = attempt.finish(&Pin::read(PIN).unwrap(), &platform(100)).unwrap();
    assert!(matches!(outcome, Outcome::Wrong { .. }));
}

#[test]
fn a_file_of_a_newer_app_is_not_called_damaged() {
    let newer = on_disk::write(7, b"whatever it holds".to_vec()).unwrap();
    assert_eq!(KeyFile::read(&newer), Err(KeyError::Newer { found: 7 }));
    assert_eq!(KeyFile::read(b""), Err(KeyError::Damaged));
}

#[test]
fn neither_the_key_nor_the_pin_lies_in_the_file() {
    let disk = Phone::new().disk;
    let holds = |needle: &[u8]| disk.windows(needle.len()).any(|w| w == needle);
    assert!(!holds(store_key().expose()));
    assert!(!holds(platform(100).0.expose()));
    assert!(!holds(PIN.as_bytes()));
    assert!(!holds(&[7, 3, 9, 1, 6, 4]));
    assert!(holds(b"sealed to the county"), "the search itself works");
}

#[test]
fn the_advised_cost_is_usable() {
    let file =
        KeyFile::create(&Seeded::new(2), &store_key(), &chosen(PIN), &platform(100), PinCost::OWASP, vec![])
            .unwrap();
    let Begun::Attempt(attempt) = file.begin() else { panic!("ready") };
    assert!(matches!(attempt.finish(&Pin::read(PIN).unwrap(), &platform(100)), Ok(Outcome::Open { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A flipped byte is damage, never a wrong PIN that burns a try, and never a panic.
    #[test]
    fn any_changed_byte_is_told_as_damage(at in any::<proptest::sample::Index>(), flip in 1_u8..=255) {
        let mut disk = Phone::new().disk;
        let at = at.index(disk.len());
        disk[at] ^= flip;
        let read = KeyFile::read(&disk);
        // Byte 2 is the version: changed, it speaks of another app.
        prop_assert!(matches!(read, Err(KeyError::Damaged | KeyError::Newer { .. })), "byte {at}: {read:?}");
    }

    #[test]
    fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = KeyFile::read(&bytes);
    }

    /// However tries, slips and pulled batteries are mixed, no more than ten wrong PINs are ever looked at between two
    /// right ones.
    #[test]
    fn never_more_than_ten_tries(pulls in proptest::collection::vec(any::<bool>(), 1..30)) {
        let mut phone = Phone::new();
        let mut looked_at = 0;
        for pulled in pulls {
            let ready = matches!(phone.file().state(), KeyState::Ready { tries_left } if tries_left > 0);
            if ready {
                looked_at += 1;
            }
            let outcome = phone.try_pin(WRONG, pulled);
            let opened = matches!(outcome, Some(Outcome::Open { .. }));
            prop_assert!(!opened);
        }
        prop_assert!(looked_at <= 10);
    }
}
