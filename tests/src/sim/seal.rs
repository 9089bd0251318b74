//! Whether the pages of a run's databases are authenticated. SQLCipher does it with HMAC-SHA512, and a fifth of a run went
//! there, for the sake of somebody who changes bytes of the file: no fault of a run does. Nineteen runs of twenty go without;
//! every page is encrypted all the same. The twentieth is as shipped; those on the real disk are among them.
//!
//! It is SQLCipher's default for the whole process that changes: a process that lives runs does nothing else meanwhile.

use std::sync::{Mutex, PoisonError};

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// Encrypted and authenticated.
    Shipped,
    /// Encrypted, not authenticated.
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
            Self::Shipped => "1",
            Self::Quick => "0",
        };
        // SQLite is set up before anything is opened.
        super::vfs::register();
        let connection = rusqlite::Connection::open_in_memory().expect("a database in memory");
        connection
            .query_row(&format!("PRAGMA cipher_default_use_hmac = {name}"), [], |_| Ok(()))
            .or_else(|error| if error == rusqlite::Error::QueryReturnedNoRows { Ok(()) } else { Err(error) })
            .expect("SQLCipher takes it");
        let now: String = connection
            .query_row("PRAGMA cipher_default_use_hmac", [], |row| row.get(0))
            .expect("SQLCipher says what it took");
        assert_eq!(now, name, "what pages are authenticated with");
        *taken = self;
    }
}
