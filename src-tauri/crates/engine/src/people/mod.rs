//! Who is who: handles joined by ties with evidence, and what belongs to whom.
//!
//! Invariant: every merge can be undone. Source records are never altered; a
//! person is only a view over ties, named by its smallest node.

pub mod graph;
mod leave;
mod normalise;
mod resolve;
mod rules;
mod said;
mod settle;
mod source;
mod suggest;

use std::collections::{BTreeMap, BTreeSet};

use rapport_model::{ItemId, OrgId, PersonId};
use rapport_store::table::people::NodeId;

pub(crate) use leave::Beside;
pub use normalise::{
    address_key, domain, email, is_free_mail, is_role, matrix, name_key, phone, tax_id,
};
pub use rules::Rules;
pub use said::{Said, say, split};
pub use suggest::{Suggestion, suggestions};

/// What a transaction has learned about people and not yet settled.
#[derive(Debug, Default)]
pub(crate) struct People {
    touched: BTreeSet<NodeId>,
    again: BTreeSet<ItemId>,
    known: BTreeMap<String, (Option<OrgId>, Option<PersonId>)>,
    wrote: bool,
}

impl People {
    /// The item may belong to somebody else now.
    pub(crate) fn again(&mut self, item: ItemId) {
        self.again.insert(item);
    }

    /// The ties of a node changed.
    pub(crate) fn touch(&mut self, node: NodeId) {
        self.touched.insert(node);
    }

    /// Whether anything was written since the last call.
    pub(crate) fn take_wrote(&mut self) -> bool {
        std::mem::take(&mut self.wrote)
    }
}

/// The key of the node that stands for a row of a source.
pub(crate) fn item_key(account: &rapport_model::AccountId, to: &rapport_model::ItemRef) -> String {
    format!("item:{account}/{}/{}", to.collection, to.handle)
}
