//! Who: people and companies as one source knows them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::field::Fields;
use crate::item::ItemRef;

/// What kind of address it is; decides how it is normalised and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AddressKind {
    /// RFC 5322 addr-spec.
    Email,
    /// A telephone number as written; compared in E.164.
    Phone,
    /// A Matrix user id (`@ada:example.org`).
    Matrix,
    /// A web address.
    Url,
    /// Anything else the source calls a contact mechanism.
    Other,
}

impl AddressKind {
    /// The stored word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Matrix => "matrix",
            Self::Url => "url",
            Self::Other => "other",
        }
    }
}

/// One way to reach somebody, as the source wrote it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub struct Address {
    /// How to read the value.
    pub kind: AddressKind,
    /// The value as written.
    pub value: String,
}

impl Address {
    /// An e-mail address.
    pub fn email(value: impl Into<String>) -> Self {
        Self {
            kind: AddressKind::Email,
            value: value.into(),
        }
    }

    /// A telephone number.
    pub fn phone(value: impl Into<String>) -> Self {
        Self {
            kind: AddressKind::Phone,
            value: value.into(),
        }
    }

    /// A Matrix user id.
    pub fn matrix(value: impl Into<String>) -> Self {
        Self {
            kind: AddressKind::Matrix,
            value: value.into(),
        }
    }
}

/// A name with an address: the sender or addressee of a message, a member of
/// a room, an attendee.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct Mailbox {
    /// The display name the source gave, if any.
    pub name: Option<String>,
    /// The address.
    pub address: Address,
}

/// A postal address. Lines are kept as written; only city and country are
/// compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct Postal {
    /// What it is for: billing, delivery; empty when the source does not say.
    pub label: String,
    /// Street lines.
    pub street: String,
    /// Postal code.
    pub code: String,
    /// City.
    pub city: String,
    /// ISO 3166 code or the name the source gave.
    pub country: String,
}

/// A human being as one source knows them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Display name.
    pub name: String,
    /// Every way to reach them.
    pub addresses: Vec<Address>,
    /// The company's row at the same source.
    pub organisation: Option<ItemRef>,
    /// The company's name, when the source has only that.
    pub organisation_name: Option<String>,
    /// Role or job title.
    pub role: Option<String>,
    /// Postal addresses.
    pub postal: Vec<Postal>,
    /// A colleague: works for the user's own company.
    pub staff: bool,
    /// The account's own user.
    pub me: bool,
    /// Free text.
    pub notes: Option<String>,
    /// Further tracked fields.
    pub fields: Fields,
}

/// A company as one source knows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Organisation {
    /// Display name.
    pub name: String,
    /// Customer or party number.
    pub number: Option<String>,
    /// VAT or other tax identifier.
    pub tax_id: Option<String>,
    /// Mail addresses, numbers, web sites of the company itself.
    pub addresses: Vec<Address>,
    /// Postal addresses.
    pub postal: Vec<Postal>,
    /// Free text.
    pub notes: Option<String>,
    /// The user's own company.
    pub own: bool,
    /// Further tracked fields: payment terms, credit limit, tier, owner.
    pub fields: Fields,
}
