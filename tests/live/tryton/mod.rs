//! A real ERP: what is read, what is written back, and what one missing right costs.

mod beside;
mod desk;
mod reading;
mod signing_in;
mod writing;
