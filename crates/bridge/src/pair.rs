//! `xunge-bridge run --two-phones`: two workers of one grid, each with a phone over a link that can be cut. The pages of the
//! second are at the next port; `POST /link/down` and `/link/up` of either cut and mend its own way to the county.

use crate::carrier::{Carrier, router};
use crate::county::County;
use crate::link::Link;
use crate::phone::Phone;
use crate::run::{DEMO_PIN, Program, listen_at, play, print_desk, token, words};
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use xunge_client::commands::dispatch;

/// Runs until stopped. Links are new at every start, so the phones of an earlier one cannot be taken up again.
///
/// # Errors
/// What happened, in words.
pub fn run(program: &Program, mut county: County, pages: PathBuf) -> Result<(), String> {
    let mut phones = Vec::new();
    for (number, port) in [("D0001", program.phone_port), ("D0002", program.phone_port + 1)] {
        let dir = program.work.join(format!("phone-{number}"));
        if dir.exists() {
            return Err(format!("{} is of an earlier run; choose another --work", dir.display()));
        }
        let link = Arc::new(Link::to(county.address()).map_err(words)?);
        let address = link.address().to_string();
        let code = county.json(&["enrol-code", number, "--address", &address]).map_err(words)?;
        let code = code.get("code").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        phones.push((dir, port, link, code));
    }
    county.serve().map_err(words)?;
    print_desk(program, county.address());
    println!("  PIN          {DEMO_PIN}");
    let stop = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(words)?;
    let (mut running, mut carriers) = (Vec::new(), Vec::new());
    for (dir, port, link, code) in phones {
        let phone = Phone::new(&dir).map_err(words)?;
        let args = json!({ "address": link.address().to_string(), "code": code, "pin": DEMO_PIN });
        dispatch(&phone.client, "enrol", args).map_err(|error| format!("enrol: {}", error.code))?;
        phone.keep_in_sync(Arc::clone(&stop)).map_err(words)?;
        play(&phone, &stop).map_err(words)?;
        let token = token();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        println!("  手机 phone    http://{address}/?token={token}");
        let client = Arc::clone(&phone.client);
        carriers.push((address, Carrier { client, token, pages: pages.clone(), link: Some(link) }));
        running.push(phone);
    }
    println!("\n  Ctrl-C stops all.");
    let [first, second]: [_; 2] = carriers.try_into().map_err(|_| "two phones".to_owned())?;
    runtime.block_on(async { tokio::try_join!(serve(first), serve(second)) })?;
    stop.store(true, Ordering::SeqCst);
    for phone in &running {
        phone.client.lock();
    }
    Ok(())
}

async fn serve((address, carrier): (SocketAddr, Carrier)) -> Result<(), String> {
    let listener = listen_at(address).await?;
    axum::serve(listener, router(carrier))
        .with_graceful_shutdown(crate::run::told_to_stop())
        .await
        .map_err(words)
}
