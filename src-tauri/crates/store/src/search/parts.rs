//! Expressions for the part-word index, and what they stand for.
//!
//! FTS5 brings the list of every piece of three characters into step at each candidate, and
//! the commonest pieces have the longest lists. So an expression asks for what is rare in a
//! text, and what it finds is looked at again.

use super::token::fold_parts;
use super::visible::cut_at;

/// A part-word longer than this is cut.
const LONGEST: usize = 64;
/// A number with at least as many digits may be a telephone number.
const PHONE: usize = 6;
/// From so many characters on, not every piece of three is asked for.
const LONG: usize = 6;
/// The end of a code that stands for all of it has so many characters at least.
const TAIL: usize = 5;
/// Characters of a piece.
const PIECE: usize = 3;
/// A word in no more items than this is in few titles.
const RARE: i64 = 600;

/// Part-words that short fields must have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// Finds what has them, and a little more when it is loose.
    pub(super) expression: String,
    /// Finds what has them.
    pub(super) exact: String,
    /// About how many items have what the expression asks for.
    items: i64,
    /// One of each list, or else the number.
    all: Vec<Vec<String>>,
    /// A telephone number that is spelt in several words.
    phone: Option<String>,
}

impl Parts {
    /// What any of some texts is found by; `None` when all of them are too short. About
    /// `items` items have one of them; `common` tells of a word how many have it.
    pub(super) fn any_of<E>(
        texts: Vec<String>,
        items: i64,
        mut common: impl FnMut(&str) -> Result<i64, E>,
    ) -> Result<Option<Self>, E> {
        if texts.is_empty() {
            return Ok(None);
        }
        let mut loose = Vec::new();
        for text in &texts {
            loose.push(match rare_word(text, &mut common)? {
                Some(word) => quote(word),
                None => loosely(text),
            });
        }
        Ok(Some(Self {
            expression: any(loose),
            exact: any(texts.iter().map(|it| quote(it)).collect()),
            items,
            all: vec![texts],
            phone: None,
        }))
    }

    /// What has all of several, or else a telephone number; `None` when nothing is asked.
    pub(super) fn all_of<'a>(
        several: impl Iterator<Item = &'a Self>,
        phone: Option<&str>,
    ) -> Option<Self> {
        let mut several: Vec<&Self> = several.collect();
        let exact: Vec<&str> = several.iter().map(|it| &*it.exact).collect();
        let exact = exact.join(" AND ");
        let all = several.iter().flat_map(|it| it.all.clone()).collect();
        several.sort_by_key(|it| it.items);
        // A rare one leaves little to look at, and so do two together.
        let enough = match several.first() {
            Some(first) if first.items <= RARE => 1,
            _ => 2,
        };
        let loose: Vec<&str> = several
            .iter()
            .take(enough)
            .map(|it| &*it.expression)
            .collect();
        let loose = loose.join(" AND ");
        let number = phone.map(quote);
        let with_number = |all: String| match (all.is_empty(), &number) {
            (true, None) => None,
            (true, Some(number)) => Some(number.clone()),
            (false, None) => Some(all),
            (false, Some(number)) => Some(format!("({all}) OR {number}")),
        };
        Some(Self {
            expression: with_number(loose)?,
            exact: with_number(exact)?,
            items: several.first().map_or(0, |it| it.items),
            all,
            phone: phone.map(str::to_owned),
        })
    }

    /// Whether what is found must be looked at again.
    pub(super) fn is_loose(&self) -> bool {
        self.expression != self.exact
    }

    /// The same without anything to look at again.
    pub(super) fn exactly(&self) -> Self {
        Self {
            expression: self.exact.clone(),
            ..self.clone()
        }
    }

    /// Whether folded short fields have what is asked for.
    pub(super) fn are_in(&self, folded: &str) -> bool {
        let has = |text: &String| folded.contains(text.as_str());
        (!self.all.is_empty() && self.all.iter().all(|any| any.iter().any(has)))
            || self.phone.as_ref().is_some_and(has)
    }
}

/// What is looked for of a text: three characters at least.
pub(super) fn part_texts(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let folded = fold_parts(cut_at(text, LONGEST));
    let bare = folded.trim_matches(|c: char| !c.is_alphanumeric());
    if bare.chars().nth(PIECE - 1).is_some() {
        out.push(bare.to_owned());
    }
    if let Some(digits) = phone_digits(text)
        && digits != bare
    {
        out.push(digits);
    }
    out
}

/// Finds what has any of some part-words.
pub(super) fn any_part(texts: &[String]) -> Option<String> {
    (!texts.is_empty()).then(|| any(texts.iter().map(|it| quote(it)).collect()))
}

/// The digits of what may be a telephone number, without the zeros that stand
/// for a country or city prefix.
pub(super) fn phone_digits(text: &str) -> Option<String> {
    if !text
        .chars()
        .all(|c| c.is_ascii_digit() || "+-()/. ".contains(c))
    {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    (digits.len() >= PHONE).then(|| digits.to_owned())
}

fn any(all: Vec<String>) -> String {
    match all.as_slice() {
        [one] => one.clone(),
        _ => format!("({})", all.join(" OR ")),
    }
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The rarest word of several in a row, if it is rare.
fn rare_word<'a, E>(
    text: &'a str,
    common: &mut impl FnMut(&str) -> Result<i64, E>,
) -> Result<Option<&'a str>, E> {
    let mut best = None;
    if !text.contains(' ') {
        return Ok(None);
    }
    for word in text.split(' ') {
        if word.len() <= PIECE || !word.chars().all(char::is_alphabetic) {
            continue;
        }
        let items = common(word)?;
        if items <= RARE && best.is_none_or(|(least, _)| items < least) {
            best = Some((items, word));
        }
    }
    Ok(best.map(|(_, word)| word))
}

/// An expression for a text that asks for a part of its pieces.
fn loosely(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() < LONG {
        return quote(text);
    }
    if chars.iter().any(char::is_ascii_digit) {
        return quote(tail(text));
    }
    // Pieces that cover it, no further apart than in it. Between two neighbours there is
    // nothing, and FTS5 counts what is between.
    let last = chars.len() - PIECE;
    let mut pieces: Vec<&[char]> = chars.chunks_exact(PIECE).collect();
    if !chars.len().is_multiple_of(PIECE) {
        pieces.extend(chars.get(last..));
    }
    let quoted: Vec<String> = pieces
        .into_iter()
        .map(|piece| quote(&piece.iter().collect::<String>()))
        .collect();
    format!("NEAR({}, {})", quoted.join(" "), last - 1)
}

/// The digits at the end of a code with the sign before them: what is before tells less.
fn tail(code: &str) -> &str {
    let head = code.trim_end_matches(|c: char| c.is_ascii_digit());
    let sign = head.char_indices().next_back().map_or(0, |(at, _)| at);
    match code.get(sign..) {
        Some(tail) if tail.chars().nth(TAIL - 1).is_some() => tail,
        _ => code,
    }
}
