//! Forms as typed so far: a camera that kills the app, an empty battery or a call must not cost a word.

use crate::error::StoreError;
use crate::store::{Reader, Writer};
use minicbor::{Decoder, Encoder};
use rusqlite::{OptionalExtension, params};
use std::collections::BTreeMap;

/// A form half filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Which form, e.g. `person:018f…`.
    pub form: String,
    /// Field name to text as typed.
    pub fields: BTreeMap<String, String>,
    /// When it was last typed into, by the phone's clock.
    pub saved_ms: i64,
}

fn encode(fields: &BTreeMap<String, String>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = Encoder::new(&mut bytes);
    // Writing into a Vec cannot fail.
    let _ = (|| {
        out.map(fields.len() as u64)?;
        for (name, text) in fields {
            out.str(name)?.str(text)?;
        }
        Ok::<(), minicbor::encode::Error<std::convert::Infallible>>(())
    })();
    bytes
}

fn decode(bytes: &[u8]) -> Result<BTreeMap<String, String>, minicbor::decode::Error> {
    let mut input = Decoder::new(bytes);
    let length = input.map()?.unwrap_or(0);
    (0..length).map(|_| Ok((input.str()?.to_owned(), input.str()?.to_owned()))).collect()
}

impl Reader<'_> {
    /// The draft of a form.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn draft(&self, form: &str) -> Result<Option<Draft>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT fields, saved_ms FROM draft WHERE form = ?1")?;
        let found = statement
            .query_row([form], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)))
            .optional()?;
        let Some((fields, saved_ms)) = found else { return Ok(None) };
        let fields = decode(&fields).map_err(|_| StoreError::Damaged)?;
        Ok(Some(Draft { form: form.to_owned(), fields, saved_ms }))
    }

    /// Every draft that reads well.
    pub(crate) fn drafts(&self) -> Result<Vec<Draft>, StoreError> {
        let mut statement = self.connection.prepare("SELECT form, fields, saved_ms FROM draft")?;
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get(2)?)))?;
        let read = |row: rusqlite::Result<(String, Vec<u8>, i64)>| {
            let (form, fields, saved_ms) = row.ok()?;
            Some(Draft { form, fields: decode(&fields).ok()?, saved_ms })
        };
        Ok(rows.map_while(read).collect())
    }
}

impl Writer<'_> {
    /// Keeps a draft in place of an older one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO draft (form, fields, saved_ms)
                 VALUES (?1, ?2, ?3)
                 ON CONFLICT (form) DO UPDATE
                 SET fields = excluded.fields, saved_ms = excluded.saved_ms",
            )?
            .execute(params![draft.form, encode(&draft.fields), draft.saved_ms])?;
        Ok(())
    }

    /// Drops a draft; one that is not there is no error.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn drop_draft(&self, form: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached("DELETE FROM draft WHERE form = ?1")?.execute([form])?;
        Ok(())
    }
}
