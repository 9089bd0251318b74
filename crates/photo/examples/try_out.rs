//! Runs the pipeline over files by hand and writes what it makes into a folder, to be looked at:
//!
//! `cargo run -p xunge-photo --release --example try_out -- OUT_FOLDER FILE…`
//!
//! Prints one line per file. It leaves judging legibility to the eyes of whoever runs it.
#![allow(clippy::disallowed_methods, reason = "a tool of one's own hand: it reads files and a clock")]

use std::path::Path;
use std::time::Instant;

use xunge_photo::{Fix, Limits, Stamp, process, verify_stored};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("usage: try_out OUT_FOLDER FILE…")?;
    std::fs::create_dir_all(&out)?;
    let limits = Limits::default();
    let stamp = Stamp {
        taken: chrono::NaiveDate::from_ymd_opt(2026, 11, 23)
            .and_then(|day| day.and_hms_opt(9, 52, 0))
            .ok_or("date")?,
        time_verified: false,
        place: Some(Fix { lat_e7: 374_905_060, lon_e7: 1_182_552_000, accuracy_m: 8 }),
        place_name: Some("2幢东侧".into()),
        worker_no: "3107".into(),
        item_no: "7F2C".into(),
    };
    for file in arguments {
        let bytes = std::fs::read(&file)?;
        let name = Path::new(&file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let start = Instant::now();
        let result = process(&bytes, &stamp, &limits);
        let took = start.elapsed().as_millis();
        match result {
            Ok(done) => {
                let start = Instant::now();
                let verdict = verify_stored(&done.stored, &done.stored_sha256, &limits);
                let check = start.elapsed().as_millis();
                println!(
                    "{name}: {} B {:?} -> {}x{} {} B, thumbnail {} B, {took} ms, verify {check} ms {}, damaged {}, {:?}",
                    bytes.len(),
                    done.original_kind,
                    done.width,
                    done.height,
                    done.stored.len(),
                    done.thumbnail.len(),
                    verdict.map_or_else(|error| error.code().to_owned(), |_| "ok".to_owned()),
                    done.original_damaged,
                    done.exif,
                );
                std::fs::write(format!("{out}/{name}.jpg"), &done.stored)?;
                std::fs::write(format!("{out}/{name}.thumb.jpg"), &done.thumbnail)?;
            }
            Err(error) => println!("{name}: {} B: {} ({error}), {took} ms", bytes.len(), error.code()),
        }
    }
    Ok(())
}
