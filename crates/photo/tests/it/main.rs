//! The photo pipeline as its two users see it: a phone that processes what a camera wrote, and a county that lets in
//! only what such a phone made. All pictures are generated here.

mod fixtures;
mod hostile;
mod laws;
mod pictures;
mod received;
