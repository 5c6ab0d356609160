//! A real ERP: what is read, what is written back, and what one missing right costs.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up must fail"
)]

mod desk;
mod reading;
mod signing_in;
mod writing;
