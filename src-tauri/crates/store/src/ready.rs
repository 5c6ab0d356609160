//! What of an item can be worked out before its turn to be written.
//!
//! None of it needs the file, so another thread can do it for the items that come next
//! while this one is written: its JSON, its fingerprint, the texts that are searched and
//! the packed raw form are a good part of what a first sync costs.

use std::cell::RefCell;

use rapport_model::{Item, LinkId};

use crate::error::StoreError;
use crate::hash;
use crate::search::Indexed;
use crate::table::body;
use crate::table::raw::Packer;

/// See the module. It holds for exactly the item it was made of.
#[derive(Debug)]
pub struct Ready {
    pub(crate) json: String,
    pub(crate) hash: [u8; 16],
    pub(crate) rest: Rest,
}

/// What only a new item needs.
#[derive(Debug)]
pub(crate) struct Rest {
    pub(crate) texts: Indexed<'static>,
    /// The raw form, where packing it was worth it.
    pub(crate) packed: Option<Vec<u8>>,
}

thread_local! {
    /// Its tables are kept from one item to the next.
    static PACKER: RefCell<Packer> = RefCell::default();
}

impl Ready {
    /// Works out what [`crate::Tx::upsert_ready`] takes.
    ///
    /// # Errors
    /// The body does not go into JSON.
    pub fn of(item: &Item) -> Result<Self, StoreError> {
        let mut bytes = Vec::with_capacity(1024);
        body::encode(&item.body, &mut bytes)?;
        let json = String::from_utf8(bytes).map_err(|error| StoreError::Json(error.to_string()))?;
        let raw = item.raw.as_ref();
        Ok(Self {
            hash: content_hash(item, &json),
            rest: Rest {
                texts: Indexed::of(&item.body).into_owned(),
                packed: raw.and_then(|it| PACKER.with_borrow_mut(|by| by.pack(it.as_bytes()))),
            },
            json,
        })
    }
}

/// Everything of an item that a screen or a better mapping could show.
pub(crate) fn content_hash(item: &Item, json: &str) -> [u8; 16] {
    let link = item.link.as_ref().map_or("", LinkId::as_str);
    let raw = item.raw.as_deref().unwrap_or_default();
    hash::of(&[
        &item.body.kind().code().to_le_bytes(),
        &item.at.0.to_le_bytes(),
        link.as_bytes(),
        json.as_bytes(),
        raw.as_bytes(),
    ])
    .bytes()
}
