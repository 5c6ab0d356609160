//! Matrix against a real homeserver, with a second client that shares no code with ours.

mod desk;
mod encrypted;
mod first_look;
mod oauth;
mod pictures;
mod sending;
mod sign_in;
mod stream;
mod suite;
