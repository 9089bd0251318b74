//! Counts for Prometheus: requests by route and class of status, the desk's too. Routes only, never paths: a path may hold
//! a token or an id.

use super::routes::ROUTES;
use crate::desk;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// Classes of status: 1xx to 5xx.
const CLASSES: usize = 5;

/// See the module.
#[derive(Debug)]
pub struct Metrics {
    requests: Vec<(&'static str, [AtomicU64; CLASSES])>,
    /// Operations received for the first time.
    pub operations: AtomicU64,
    /// Pictures completed.
    pub pictures: AtomicU64,
    /// Bytes of pictures received.
    pub picture_bytes: AtomicU64,
    /// Uploads whose body broke off; what had arrived is kept.
    pub uploads_broken: AtomicU64,
    /// Phones that began to read everything anew because they differed from the county.
    pub rebuilds: AtomicU64,
    /// Requests that were not carried out because the disk was full.
    pub disk_full: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        let desks = desk::ROUTES.iter().map(|bound| bound.route.path);
        let mut paths: Vec<&'static str> = ROUTES.iter().map(|bound| bound.route.path).chain(desks).collect();
        paths.sort_unstable();
        paths.dedup();
        Self {
            requests: paths.into_iter().map(|path| (path, Default::default())).collect(),
            operations: AtomicU64::new(0),
            pictures: AtomicU64::new(0),
            picture_bytes: AtomicU64::new(0),
            uploads_broken: AtomicU64::new(0),
            rebuilds: AtomicU64::new(0),
            disk_full: AtomicU64::new(0),
        }
    }
}

impl Metrics {
    /// Counts a response.
    pub fn count(&self, path: &str, status: u16) {
        let class = usize::from(status / 100).saturating_sub(1);
        let counts = self.requests.iter().find(|(known, _)| *known == path);
        if let Some(count) = counts.and_then(|(_, classes)| classes.get(class)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The text Prometheus reads; `gauges` are (name, help, value).
    pub fn text(&self, gauges: &[(&str, &str, u64)]) -> String {
        let mut text = String::from("# HELP xunge_requests_total Requests by route and class of status.\n");
        text.push_str("# TYPE xunge_requests_total counter\n");
        for (path, classes) in &self.requests {
            for (class, count) in (1..).zip(classes) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    // Writing into a String cannot fail.
                    let _ = writeln!(
                        text,
                        "xunge_requests_total{{route=\"{path}\",class=\"{class}xx\"}} {count}"
                    );
                }
            }
        }
        for (name, help, count) in [
            ("xunge_operations_total", "Operations received from phones.", &self.operations),
            ("xunge_pictures_total", "Pictures received whole.", &self.pictures),
            ("xunge_picture_bytes_total", "Bytes of pictures received.", &self.picture_bytes),
            ("xunge_uploads_broken_total", "Uploads whose body broke off.", &self.uploads_broken),
            (
                "xunge_rebuilds_total",
                "Phones that read everything anew because they differed.",
                &self.rebuilds,
            ),
            ("xunge_disk_full_total", "Requests not carried out because the disk was full.", &self.disk_full),
        ] {
            let count = count.load(Ordering::Relaxed);
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter\n{name} {count}");
        }
        for (name, help, value) in gauges {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
        }
        text
    }
}
