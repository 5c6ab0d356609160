//! The name of a person in parts, beside the one in one piece.

use super::lines::escape;

/// What an `N` says, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    family: String,
    given: String,
    more: String,
    before: String,
    after: String,
}

impl Name {
    /// Of the parts of a line.
    pub(super) fn of(parts: &[String]) -> Self {
        let part = |at: usize| {
            let part = parts.get(at).map(|it| it.trim().to_owned());
            part.unwrap_or_default()
        };
        Self {
            family: part(0),
            given: part(1),
            more: part(2),
            before: part(3),
            after: part(4),
        }
    }

    /// A name that is not split.
    pub(super) fn in_one(name: &str) -> Self {
        Self {
            given: name.trim().to_owned(),
            ..Self::default()
        }
    }

    /// As it is spoken.
    pub(super) fn whole(&self) -> String {
        joined([
            &self.before,
            &self.given,
            &self.more,
            &self.family,
            &self.after,
        ])
    }

    /// With another name in one piece in place of `old`. `None` when nobody can
    /// say which words of it are the family's: names are not split by guessing.
    pub(super) fn renamed(&self, old: &str, new: &str) -> Option<Self> {
        // Where the family comes first, or a name is written otherwise, words say nothing.
        if joined(old.split_whitespace()) != self.whole() {
            return None;
        }
        let spoken = joined(new.split_whitespace());
        let (before, rest) = match strip(&self.before, |it| spoken.strip_prefix(it)) {
            Some(rest) => (self.before.clone(), rest),
            None => (String::new(), spoken.as_str()),
        };
        let (after, rest) = match strip(&self.after, |it| rest.strip_suffix(it)) {
            Some(rest) => (self.after.clone(), rest),
            None => (String::new(), rest),
        };
        let first = joined([&self.given, &self.more]);
        let (given, more, family) = if first.is_empty() {
            // A company, or a name that nobody has split.
            ("", "", rest)
        } else if let Some(family) = strip(&first, |it| rest.strip_prefix(it)) {
            (self.given.as_str(), self.more.as_str(), family)
        } else if let Some(given) = strip(&self.family, |it| rest.strip_suffix(it)) {
            (given, "", self.family.as_str())
        } else {
            let (given, family) = rest.split_once(' ')?;
            (given, "", Some(family).filter(|it| !it.contains(' '))?)
        };
        Some(Self {
            family: family.to_owned(),
            given: given.to_owned(),
            more: more.to_owned(),
            before,
            after,
        })
    }

    /// The line, unfolded.
    pub(super) fn line(&self) -> String {
        let parts = [
            &self.family,
            &self.given,
            &self.more,
            &self.before,
            &self.after,
        ];
        format!("N:{}", parts.map(|part| escape(part)).join(";"))
    }
}

/// What is left beside a part that is there; a blank must lie between them.
fn strip<'t>(part: &str, off: impl Fn(&str) -> Option<&'t str>) -> Option<&'t str> {
    let left = off(part).filter(|_| !part.is_empty())?;
    let rest = left.trim();
    (rest.len() < left.len() && !rest.is_empty()).then_some(rest)
}

fn joined(parts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut out = String::new();
    for part in parts {
        let part = part.as_ref();
        if !part.is_empty() && !out.is_empty() {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Name;

    fn renamed(line: &str, old: &str, new: &str) -> Option<String> {
        let parts: Vec<String> = line.split(';').map(str::to_owned).collect();
        Name::of(&parts).renamed(old, new).map(|it| it.line())
    }

    #[test]
    fn a_name_is_split_where_a_part_of_it_stays_or_two_words_are_all() {
        for (line, old, new, want) in [
            ("Lovelace;Ada", "Ada Lovelace", "Ada King", "N:King;Ada;;;"),
            (
                "Lovelace;Ada",
                "Ada Lovelace",
                "Ada de la King",
                "N:de la King;Ada;;;",
            ),
            (
                "Lovelace;Ada",
                "Ada Lovelace",
                "Eva Maria Lovelace",
                "N:Lovelace;Eva Maria;;;",
            ),
            (
                "Lovelace;Ada;;;",
                "Ada Lovelace",
                "Grace Hopper",
                "N:Hopper;Grace;;;",
            ),
            (
                "Lovelace;Ada;Mary;Dr.;MSc",
                "Dr. Ada Mary Lovelace MSc",
                "Dr. Ada Mary King MSc",
                "N:King;Ada;Mary;Dr.;MSc",
            ),
            (
                "Oakhollow Brewing",
                "Oakhollow Brewing",
                "Oakhollow Ltd",
                "N:Oakhollow Ltd;;;;",
            ),
            (
                "Lovelace;Ada;;Dr.",
                "Dr. Ada Lovelace",
                "Ada Lovelace",
                "N:Lovelace;Ada;;;",
            ),
        ] {
            assert_eq!(renamed(line, old, new).as_deref(), Some(want), "{new}");
        }
    }

    #[test]
    fn a_name_nobody_can_split_is_not_split() {
        for (line, old, new) in [
            ("Lovelace;Ada", "Ada Lovelace", "Grace Brewster Hopper"),
            ("Lovelace;Ada", "Ada Lovelace", "Grace"),
            // The family comes first there.
            ("Kovacs;Anna", "Kovacs Anna", "Nagy Anna"),
            ("Lovelace;Ada", "The Countess", "Ada King"),
        ] {
            assert_eq!(renamed(line, old, new), None, "{new}");
        }
    }
}
