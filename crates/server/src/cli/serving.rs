//! `serve`: the server with the desk, and where it was last reachable.

use super::failure::Failure;
use super::{accounts, files};
use crate::county::{County, Settings};
use crate::desk;
use crate::world::{self, Places, ServeConfig};
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Where the county was last served, for invitations written by another process.
const ADDRESS: &str = "address";

/// How to serve.
#[derive(Debug, Args)]
pub(super) struct Wanted {
    /// Where to listen
    #[arg(long, default_value = "0.0.0.0:8443")]
    listen: SocketAddr,
    /// Name or address phones reach the county under; the first stands in invitations
    #[arg(long, value_name = "NAME", num_args = 1..)]
    host: Vec<String>,
    /// Built pages of the desk
    #[arg(long, value_name = "DIR")]
    desk_dir: Option<PathBuf>,
    /// Logs as JSON lines
    #[arg(long)]
    log_json: bool,
    /// Stop when standard input ends, as for SIGTERM: for a program that starts this one and may be killed
    #[arg(long)]
    stop_with_input: bool,
    /// Megabytes of free disk below which /healthz answers 507 disk_low
    #[arg(long, value_name = "MB", default_value_t = 512)]
    low_disk_mb: u64,
}

/// Serves until told to stop.
pub(super) fn run(places: Places, wanted: Wanted) -> Result<(), Failure> {
    let Wanted { listen, host: hosts, desk_dir, log_json, stop_with_input, low_disk_mb } = wanted;
    let _held = files::hold(&places.data)?;
    world::start_logging(log_json);
    {
        let county = world::open_county(&places, Settings::default())?;
        match accounts::first(&county)? {
            Some(account) => accounts::print(&account),
            None if county.areas().roots().is_empty() => {
                say!("县里还没有区域。请先停止服务并运行：xunge-county area import 区域表.csv");
                say!("There are no areas yet. Stop this and run: xunge-county area import FILE.csv");
            }
            None => {}
        }
    }
    let address = hosts.first().map(|host| match host.parse::<std::net::Ipv6Addr>() {
        Ok(v6) => format!("[{v6}]:{}", listen.port()),
        Err(_) if host.contains(':') => host.clone(),
        Err(_) => format!("{host}:{}", listen.port()),
    });
    let names =
        hosts.iter().map(|host| host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name).to_owned());
    let config = ServeConfig {
        places,
        listen,
        address,
        names: names.collect(),
        desk_files: desk_dir,
        settings: Settings::default(),
        stop_with_input,
        low_bytes: low_disk_mb.saturating_mul(1024 * 1024),
    };
    world::serve(
        &config,
        |app| {
            // Told to the database, because `enrol-code` runs in a process of its own.
            let noted = app.county.write(|tx| Ok(tx.rows().put_meta(ADDRESS, app.address.as_bytes())?));
            if let Err(error) = noted {
                tracing::warn!(code = error.code(), "the address could not be noted");
            }
            (desk::router(app.clone()), desk::openapi())
        },
        |local| {
            say!("县服务已就绪 · serving on https://{local}/ （县工作台 desk: https://{local}/desk/）");
        },
    )?;
    Ok(())
}

/// The address of the last `serve`.
pub(super) fn last_address(county: &County) -> Result<String, Failure> {
    let noted = county.read(|rows| Ok(rows.meta(ADDRESS)?))?;
    noted.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| {
        Failure::refused(
            "no_address",
            "还不知道手机从哪里连到县服务。请先运行一次 xunge-county serve，或用 --address 主机:端口。",
            "It is not known yet where phones reach the county. Run `xunge-county serve` once, or give --address HOST:PORT.",
        )
    })
}
