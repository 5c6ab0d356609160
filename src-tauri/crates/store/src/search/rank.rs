//! How good a hit is: pure arithmetic over what was found where.
//!
//! Like BM25 (rare words count more, repetition counts less and less, long
//! texts a little less), with two things a work day knows: what is recent and
//! what is a customer, a person or a document matters more than the thousandth
//! message. FTS5's own `bm25()` is not used: it walks every row of every word.

use rapport_model::Kind;

/// What is known of a candidate before its text is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rough {
    /// The sum of the weights of the groups that its title has.
    pub(super) in_title: f64,
    /// The sum of the weights of all groups.
    pub(super) all: f64,
    /// The title is the query.
    pub(super) is_title: bool,
    /// Days between its moment and today, either way.
    pub(super) age_days: u64,
    /// Its kind.
    pub(super) kind: Kind,
}

/// What reading a candidate's text told.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fine {
    /// The sum over the groups of weight times saturated frequency.
    pub(super) found: f64,
    /// All groups stand side by side somewhere.
    pub(super) together: bool,
    /// One of its short fields is the query.
    pub(super) is_field: bool,
}

/// A count as a factor; beyond four thousand million it makes no difference.
fn number(count: i64) -> f64 {
    f64::from(u32::try_from(count.max(0)).unwrap_or(u32::MAX))
}

/// The weight of a word that about `items` of `total` items contain.
pub(super) fn weight(items: i64, total: i64) -> f64 {
    let (items, total) = (number(items), number(total));
    (1.0 + (total - items + 0.5).max(0.0) / (items + 0.5))
        .ln()
        .max(0.1)
}

/// Frequency with less and less effect, in a text of `length` tokens.
pub(super) fn saturated(frequency: f64, length: usize) -> f64 {
    const K: f64 = 1.2;
    const B: f64 = 0.4;
    const USUAL: f64 = 120.0;
    let length = number(i64::try_from(length).unwrap_or(i64::MAX));
    frequency * (K + 1.0) / (frequency + K * (1.0 - B + B * length / USUAL))
}

/// How much being recent is worth; a customer's card does not age.
fn recency(kind: Kind, age_days: u64) -> f64 {
    let age_days = number(i64::try_from(age_days).unwrap_or(i64::MAX));
    match kind {
        Kind::Contact | Kind::Organisation => 1.0,
        _ => 0.4 + 0.6 / (1.0 + age_days / 60.0),
    }
}

fn importance(kind: Kind) -> f64 {
    match kind {
        Kind::Organisation => 1.4,
        Kind::Contact => 1.3,
        Kind::Record => 1.2,
        Kind::Conversation | Kind::Task | Kind::Page => 1.1,
        Kind::Event => 1.05,
        Kind::Message => 1.0,
    }
}

/// The score before the text is read.
pub(super) fn rough(it: &Rough) -> f64 {
    let found = it.all + it.in_title + if it.is_title { 2.0 * it.all } else { 0.0 };
    found * recency(it.kind, it.age_days) * importance(it.kind)
}

/// The score after the text was read.
pub(super) fn fine(it: &Rough, fine: &Fine) -> f64 {
    let exact = if it.is_title || fine.is_field {
        2.0 * it.all
    } else {
        0.0
    };
    let together = if fine.together { 0.5 * it.all } else { 0.0 };
    let found = fine.found + it.in_title + exact + together;
    found * recency(it.kind, it.age_days) * importance(it.kind)
}
