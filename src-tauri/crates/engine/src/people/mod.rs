//! Who is who: handles joined by ties with evidence, and what belongs to whom.
//!
//! Invariant: every merge can be undone. Source records are never altered; a
//! person is only a view over ties, named by its smallest node.

pub mod graph;
mod normalise;

pub use normalise::{
    address_key, domain, email, is_free_mail, is_role, matrix, name_key, phone, tax_id,
};
