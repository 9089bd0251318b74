//! What the pages of a run's databases are authenticated with. SQLCipher does it with HMAC-SHA512, and a fifth of a run went
//! there. Nineteen runs of twenty take HMAC-SHA256 instead, for which processors have instructions: every page is encrypted
//! and checked all the same, by the same code, and a changed byte is noticed as before. The twentieth is as shipped; those on
//! the real disk are among them.
//!
//! It is SQLCipher's default for the whole process that changes: a process that lives runs does nothing else meanwhile.

use std::sync::{Mutex, PoisonError};

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// HMAC-SHA512.
    Shipped,
    /// HMAC-SHA256.
    Quick,
}

impl Seal {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Shipped, Self::Quick];

    /// That of a seed.
    pub fn of(seed: u64) -> Self {
        if seed.is_multiple_of(20) { Self::Shipped } else { Self::Quick }
    }

    /// Every database that is opened from now on has it.
    pub fn take(self) {
        static TAKEN: Mutex<Seal> = Mutex::new(Seal::Shipped);
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        if *taken == self {
            return;
        }
        let name = match self {
            Self::Shipped => "HMAC_SHA512",
            Self::Quick => "HMAC_SHA256",
        };
        let connection = rusqlite::Connection::open_in_memory().expect("a database in memory");
        connection
            .query_row(&format!("PRAGMA cipher_default_hmac_algorithm = {name}"), [], |_| Ok(()))
            .or_else(|error| if error == rusqlite::Error::QueryReturnedNoRows { Ok(()) } else { Err(error) })
            .expect("SQLCipher takes it");
        let now: String = connection
            .query_row("PRAGMA cipher_default_hmac_algorithm", [], |row| row.get(0))
            .expect("SQLCipher says what it took");
        assert_eq!(now, name, "what pages are authenticated with");
        *taken = self;
    }
}
