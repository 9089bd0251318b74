//! Keeps the window on the app's own pages: no link, redirect or script may take it elsewhere, because a page from
//! elsewhere would sit in a window that holds the grant to call Rust. Leaves what those pages may load to the
//! content security policy in tauri.conf.json.

use tauri::{Runtime, Url, plugin::TauriPlugin};

/// The plugin that refuses every other address.
pub fn plugin<R: Runtime>() -> TauriPlugin<R> {
    tauri::plugin::Builder::new("fence").on_navigation(|_, url| is_ours(url)).build()
}

/// `tauri://localhost` on the desktop, `http(s)://tauri.localhost` on Android; nothing else, no other port.
fn is_ours(url: &Url) -> bool {
    url.port().is_none()
        && match url.scheme() {
            "tauri" => url.host_str() == Some("localhost"),
            "http" | "https" => url.host_str() == Some("tauri.localhost"),
            // An empty frame before the first page.
            "about" => url.as_str() == "about:blank",
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_on_its_own_pages() {
        for ours in ["tauri://localhost/", "tauri://localhost/index.html#/today", "http://tauri.localhost/"] {
            assert!(is_ours(&ours.parse().expect(ours)), "{ours}");
        }
        for foreign in [
            "https://example.org/",
            "http://tauri.localhost.example.org/",
            "http://tauri.localhost:8080/",
            "http://localhost/",
            "tauri://elsewhere/",
            "file:///etc/passwd",
            "data:text/html,<p>",
            "javascript:void(0)",
        ] {
            assert!(!is_ours(&foreign.parse().expect(foreign)), "{foreign}");
        }
    }
}
