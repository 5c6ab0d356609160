//! What a connector says of itself before anyone signs in. Draws the form,
//! the documentation and the conformance suite.

use serde::Serialize;
use ts_rs::TS;

use crate::item::Kind;

/// The static description of a connector.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Manifest {
    /// Its name in the registry and in account rows; frozen.
    pub name: &'static str,
    /// What people call the system.
    pub title: &'static str,
    /// One sentence on what it brings.
    pub about: &'static str,
    /// The sign-in form, secrets left out.
    pub form: &'static [FormField],
    /// How to sign in; empty when nothing is to be signed in to.
    pub auth: &'static [AuthKind],
    /// The kinds of item it can bring.
    pub kinds: &'static [Kind],
    /// How it learns of deletions.
    pub deletions: Deletions,
    /// Which writes it can do, and how each is checked for conflicts.
    pub writes: &'static [Write],
    /// Fields it shows and never takes, because it computes them or moves them by
    /// actions of its own.
    pub fixed: &'static [&'static str],
    /// Push or poll.
    pub delivery: Delivery,
}

/// One field of the sign-in form.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FormField {
    /// Its key in the config JSON.
    pub key: &'static str,
    /// Its label.
    pub label: &'static str,
    /// What it takes.
    pub kind: FormFieldKind,
    /// Must be answered.
    pub required: bool,
    /// An example.
    pub example: &'static str,
}

/// What a form field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FormFieldKind {
    /// A web address.
    Url,
    /// Any text.
    Text,
    /// A folder on this computer.
    Folder,
    /// A whole number.
    Number,
    /// Yes or no.
    Flag,
}

/// A way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AuthKind {
    /// User name and password.
    Password,
    /// In the browser (SSO, OIDC, OAuth 2).
    Browser,
    /// A token or application key.
    Token,
}

/// How absence is learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Deletions {
    /// The change stream says so.
    Stream,
    /// Every pull lists everything.
    Listing,
    /// Only comparing id sets shows it.
    Reconcile,
}

/// How a write is protected against overwriting somebody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConflictCheck {
    /// The server refuses a stale write.
    Native,
    /// Read, compare, write; a race of this many milliseconds remains.
    ReadCompareWrite,
    /// None is needed: writes only add.
    Append,
    /// None is possible: the last write wins.
    None,
}

/// One thing a connector can write.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Write {
    /// The command's word ([`crate::Command::word`]).
    pub command: &'static str,
    /// On which kind of item.
    pub kind: Kind,
    /// How it is checked.
    pub check: ConflictCheck,
}

/// How news arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// The source says when something changed.
    Push,
    /// It must be asked.
    Poll,
}
