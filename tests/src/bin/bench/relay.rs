//! The byte counter between a peer's client and its server: a TCP relay on loopback, the same one that stands between our
//! phones and the county.

use crate::Trouble;
use std::io::BufRead as _;
use std::net::SocketAddr;
use xunge_bridge::link::Link;

/// Prints its address, then `towards back` for every line read; ends with the input.
pub fn run(to: SocketAddr) -> Result<(), Trouble> {
    let link = Link::to(to)?;
    println!("{}", link.address());
    for line in std::io::stdin().lock().lines() {
        line?;
        let (towards, back) = link.bytes();
        println!("{towards} {back}");
    }
    Ok(())
}
