//! A request's body over a connection that breaks: the first bytes arrive, then an error instead of an end.

use axum::body::Bytes;
use http_body::Frame;
use std::pin::Pin;
use std::task::{Context, Poll};

/// See the module.
pub(crate) struct CutBody {
    sent: Option<Vec<u8>>,
}

impl CutBody {
    /// Breaks after these bytes.
    pub(crate) const fn after(sent: Vec<u8>) -> Self {
        Self { sent: Some(sent) }
    }
}

impl http_body::Body for CutBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Poll::Ready(Some(match self.sent.take() {
            Some(sent) if !sent.is_empty() => Ok(Frame::data(Bytes::from(sent))),
            _ => Err(std::io::Error::other("the connection broke")),
        }))
    }
}
