//! Fills the fields of a template from what is known of a conversation.

use jiff::civil::Date;
use rapport_store::view::{ConversationRow, PersonRow};

use crate::dto::FilledTemplate;

/// What the fields of a template can be filled with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    customer: Option<String>,
    name: Option<String>,
    me: Option<String>,
    today: String,
}

impl Known {
    /// What is known in a conversation. The person addressed is the one who spoke
    /// last, or who speaks most, and never a colleague.
    pub(crate) fn of(
        row: &ConversationRow,
        people: &[PersonRow],
        me: Option<String>,
        today: Date,
    ) -> Self {
        let outside = |it: &&PersonRow| !it.staff;
        let person = people
            .iter()
            .filter(outside)
            .find(|it| Some(it.id) == row.last_person)
            .or_else(|| people.iter().find(outside));
        let customer = row
            .customer_name
            .clone()
            .or_else(|| person.and_then(|it| it.customer_name.clone()));
        Self {
            customer,
            name: person.map(|it| it.name.clone()),
            me,
            today: today.to_string(),
        }
    }

    fn field(&self, name: &str) -> Option<&str> {
        match name {
            "customer" => self.customer.as_deref(),
            "name" => self.name.as_deref(),
            "first_name" => self.name.as_deref().map(first_name),
            "me" => self.me.as_deref(),
            "today" => Some(self.today.as_str()),
            _ => None,
        }
        .filter(|it| !it.is_empty())
    }
}

/// The first name of a name as people write it: `Samir Haddad`, `Haddad, Samir`,
/// `Dr. Samir Haddad`.
fn first_name(name: &str) -> &str {
    let given = match name.split_once(',') {
        Some((_, given)) if !given.trim().is_empty() => given,
        _ => name,
    };
    given
        .split_whitespace()
        .find(|word| !word.ends_with('.') || word.chars().count() == 2)
        .unwrap_or_else(|| given.trim())
}

/// Fills a template. What is put in is text and is never read for fields again.
pub(crate) fn fill(text: &str, known: &Known) -> FilledTemplate {
    let mut out = String::with_capacity(text.len());
    let mut missing: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, behind)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        let field = name.trim();
        match known.field(field) {
            Some(value) => out.push_str(value),
            None => {
                out.push_str("{{");
                out.push_str(name);
                out.push_str("}}");
                if !missing.iter().any(|it| it == field) {
                    missing.push(field.to_owned());
                }
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    FilledTemplate { text: out, missing }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samir() -> Known {
        Known {
            customer: Some("Oakhollow".to_owned()),
            name: Some("Samir Haddad".to_owned()),
            me: Some("Ines Halvorsen".to_owned()),
            today: "2026-03-12".to_owned(),
        }
    }

    #[test]
    fn every_field_is_filled_and_an_unknown_one_is_named() {
        let filled = fill(
            "Dear {{first_name}} of {{ customer }}, {{today}}: {{offer}} {{offer}} {{name}} {{me}}",
            &samir(),
        );
        assert_eq!(
            filled.text,
            "Dear Samir of Oakhollow, 2026-03-12: {{offer}} {{offer}} Samir Haddad Ines Halvorsen"
        );
        assert_eq!(filled.missing, ["offer"]);
    }

    #[test]
    fn a_name_with_braces_is_only_a_name() {
        let known = Known {
            name: Some("{{me}}".to_owned()),
            ..samir()
        };
        assert_eq!(fill("Hi {{name}}", &known).text, "Hi {{me}}");
    }

    #[test]
    fn braces_that_never_close_stay_as_they_are() {
        assert_eq!(fill("a {{ b", &samir()).text, "a {{ b");
        assert_eq!(fill("{{", &samir()).text, "{{");
    }

    #[test]
    fn the_first_name_is_found_however_the_name_is_written() {
        for (name, first) in [
            ("Samir Haddad", "Samir"),
            ("Haddad, Samir", "Samir"),
            ("Dr. Samir Haddad", "Samir"),
            ("J. Smith", "J."),
            ("Samir", "Samir"),
        ] {
            assert_eq!(first_name(name), first);
        }
    }
}
