//! The real way to the county: HTTPS by reqwest, trusting the county's CA and nothing else.
//!
//! No platform verifier (it panics on Android when it was not initialised), no proxy, no redirects: a captive portal
//! that redirects must be seen as what it is.

use crate::ports::{Connector, Request, Response, Transport, TransportError};
use reqwest::{Certificate, Client, ClientBuilder, Method, redirect};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Time to connect. Long enough for a weak cell, short enough to go on with the day.
const CONNECT: Duration = Duration::from_secs(15);
/// Longest silence within an answer.
const SILENCE: Duration = Duration::from_secs(30);
/// Largest answer read: a snapshot page is a few hundred kilobytes.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;

/// Makes HTTPS transports. Owns the small runtime they run on.
pub struct HttpsConnector {
    runtime: Arc<Runtime>,
}

impl HttpsConnector {
    /// A connector; call once per program.
    ///
    /// # Errors
    /// When the runtime cannot start.
    pub fn new() -> std::io::Result<Self> {
        // Only the first caller sets it; whoever was first set the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { runtime: Arc::new(runtime) })
    }

    fn builder() -> ClientBuilder {
        Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .https_only(true)
    }
}

impl Connector for HttpsConnector {
    fn fetch_ca(&self, address: &str) -> Result<Vec<u8>, TransportError> {
        let client = Self::builder()
            .tls_danger_accept_invalid_certs(true)
            .build()
            .map_err(|_| TransportError::BadAddress)?;
        let transport = HttpsTransport { client, base: base(address), runtime: Arc::clone(&self.runtime) };
        let request =
            Request { method: "GET", path: "/enrol/v1/ca".into(), headers: Vec::new(), body: Vec::new() };
        let response = transport.send(&request)?;
        if response.status == 200 { Ok(response.body) } else { Err(TransportError::NotTheCounty) }
    }

    fn connect(&self, address: &str, authorities: &[Vec<u8>]) -> Result<Box<dyn Transport>, TransportError> {
        let certificates: Vec<Certificate> = authorities
            .iter()
            .filter(|der| !der.is_empty())
            .map(|der| Certificate::from_der(der).map_err(|_| TransportError::NotTheCounty))
            .collect::<Result<_, _>>()?;
        let client =
            Self::builder().tls_certs_only(certificates).build().map_err(|_| TransportError::NotTheCounty)?;
        Ok(Box::new(HttpsTransport { client, base: base(address), runtime: Arc::clone(&self.runtime) }))
    }
}

fn base(address: &str) -> String {
    format!("https://{address}")
}

struct HttpsTransport {
    client: Client,
    base: String,
    runtime: Arc<Runtime>,
}

impl Transport for HttpsTransport {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| TransportError::BadAddress)?;
        let mut building = self.client.request(method, format!("{}{}", self.base, request.path));
        for (name, value) in &request.headers {
            building = building.header(name, value);
        }
        let building = building.body(request.body.clone());
        self.runtime.block_on(async {
            let mut answer = building.send().await.map_err(|error| failure(&error))?;
            let headers = answer
                .headers()
                .iter()
                .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
                .collect();
            let status = answer.status().as_u16();
            let mut body = Vec::new();
            while let Some(piece) = answer.chunk().await.map_err(|error| failure(&error))? {
                if body.len() + piece.len() > LARGEST_ANSWER {
                    return Err(TransportError::NotTheCounty);
                }
                body.extend_from_slice(&piece);
            }
            Ok(Response { status, headers, body })
        })
    }
}

/// A certificate of somebody else is not a lost connection: retrying will not help, moving away from the portal will.
fn failure(error: &reqwest::Error) -> TransportError {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(cause) = source {
        let tls = cause.downcast_ref::<rustls::Error>().or_else(|| {
            cause
                .downcast_ref::<std::io::Error>()
                .and_then(|io| io.get_ref()?.downcast_ref::<rustls::Error>())
        });
        if matches!(tls, Some(rustls::Error::InvalidCertificate(_) | rustls::Error::InvalidMessage(_))) {
            return TransportError::NotTheCounty;
        }
        source = cause.source();
    }
    if error.is_builder() { TransportError::BadAddress } else { TransportError::Unreachable }
}
