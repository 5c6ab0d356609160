//! Ids are types, here and on screen: an account can never be passed where a
//! handle is wanted.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $brand:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        pub struct $name(#[ts(type = $brand)] pub String);

        impl $name {
            /// Wraps the text as it came; no form is imposed on foreign ids.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text inside.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

text_id!(
    /// One sign-in at one remote system. Chosen here, short and stable
    /// (`matrix-1`); it names files, keychain entries and log lines.
    AccountId,
    "string & { readonly __id: 'AccountId' }"
);
text_id!(
    /// What a connector pulls as a unit: `rooms`, `party.party`, `mail`.
    CollectionId,
    "string & { readonly __id: 'CollectionId' }"
);
text_id!(
    /// Where an item sits at the source (event id, record id, href, path).
    /// Unique within an account and collection.
    Handle,
    "string & { readonly __id: 'Handle' }"
);
text_id!(
    /// What an item is, wherever it sits: Message-ID, iCal UID, transaction id.
    LinkId,
    "string & { readonly __id: 'LinkId' }"
);
text_id!(
    /// One thing the user wants done at a source. Doubles as the idempotency
    /// key there: Matrix transaction id, part of a Message-ID or file name.
    CommandId,
    "string & { readonly __id: 'CommandId' }"
);
text_id!(
    /// The source's own stamp of a version (etag, `_timestamp`, `write_date`),
    /// kept as the raw text: rounding it once made false conflicts.
    Revision,
    "string & { readonly __id: 'Revision' }"
);

macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident, $brand:literal) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
        )]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(#[ts(type = $brand)] pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = std::num::ParseIntError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse().map(Self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

row_id!(
    /// A stored item. Follows time: the high bits are the item's moment, so
    /// newest-first is descending id. Travels as text, because it does not fit
    /// a JavaScript number.
    ItemId,
    "string & { readonly __id: 'ItemId' }"
);
row_id!(
    /// A person: a set of handles joined by evidence. It is the smallest node
    /// id of the set, so unlinking gives the old id back.
    PersonId,
    "string & { readonly __id: 'PersonId' }"
);
row_id!(
    /// An organisation (customer): a set of organisation rows joined by evidence.
    OrgId,
    "string & { readonly __id: 'OrgId' }"
);
