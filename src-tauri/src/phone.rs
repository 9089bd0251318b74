//! `xunge_client` as the carrier of this shell, and the loop that keeps its phone in step with the county. Leaves the
//! real clock, files and threads to `world`.

use std::sync::Arc;

use serde_json::Value;
use xunge_client::syncing::Next;
use xunge_client::views::CallError;
use xunge_client::{Client, commands};

use crate::carrier::{Carrier, Photo, Size, error};

/// How long a phone that is locked or new is left alone before it is asked again, milliseconds.
const LOCKED_MS: u64 = 500;
/// How long a phone whose store is in trouble is left alone, milliseconds: the screen shows the trouble meanwhile.
const TROUBLED_MS: u64 = 15_000;

/// The phone behind the screens.
pub struct Phone(pub Arc<Client>);

impl Carrier for Phone {
    fn call(&self, name: &str, args: Value) -> Result<Value, CallError> {
        commands::dispatch(&self.0, name, args)
    }

    fn photo(&self, id: &str, size: Size) -> Result<Photo, CallError> {
        let open = self.0.opened().map_err(|_| error("locked", false))?;
        let bytes = open.photo_bytes(id, size == Size::Thumbnail).map_err(|refused| {
            let refused = CallError::from(refused);
            if refused.code == "not_found" { error("no_such_photo", false) } else { refused }
        })?;
        // Everything the store holds was made by `xunge_photo`, which writes nothing else.
        Ok(Photo { bytes, media_type: "image/jpeg" })
    }
}

/// One turn of the sync loop. Says how long nothing has to be done, in milliseconds; 0 means go on at once. While the
/// phone is open it waits by itself, because saving something ends that wait.
pub fn sync_turn(client: &Client) -> u64 {
    let Ok(open) = client.opened() else { return LOCKED_MS };
    match client.sync_step() {
        Ok(Next::Go) => 0,
        Ok(Next::Wait(ms)) => {
            // Not longer than this at a time: the phone may be locked meanwhile, and its store must close then.
            open.wait_for_work(ms.min(LOCKED_MS));
            0
        }
        Ok(Next::Stopped) | Err(_) => TROUBLED_MS,
    }
}
