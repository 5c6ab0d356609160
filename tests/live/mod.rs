//! Against real servers, started by the tests themselves.

mod matrix;
mod tryton;
