//! What people do in the window, seen from outside by a second witness.

mod accounts;
mod bubbles;
mod encryption;
mod facts;
mod find;
mod gate;
mod hostile;
mod people;
mod records;
mod room;
mod sign_in;
mod stage;
mod start;
mod talk;
mod tray;
