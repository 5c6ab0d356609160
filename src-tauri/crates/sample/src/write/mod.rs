//! One module per file format, and the folder they write into.
//!
//! Invariant: a folder appears whole or not at all; a folder that is not an
//! earlier sample is never touched.

pub(crate) mod chat;
pub(crate) mod folder;
pub(crate) mod ical;
pub(crate) mod mailboxes;
pub(crate) mod mapping;
pub(crate) mod mbox;
pub(crate) mod mime;
pub(crate) mod readme;
pub(crate) mod records;
pub(crate) mod table;
pub(crate) mod tables;
pub(crate) mod vcard;
pub(crate) mod wiki;

/// Appends a content line of iCalendar or vCard, folded at 75 bytes as both
/// standards ask, never inside a character.
pub(crate) fn folded(out: &mut String, line: &str) {
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
}

/// A text value with commas, semicolons, backslashes and line breaks escaped.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            ',' | ';' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_fold_between_characters_and_unfold_to_the_same() {
        let line = format!("SUMMARY:{}", "Überprüfung 张伟 ".repeat(12));
        let mut out = String::new();
        folded(&mut out, &line);
        assert!(out.lines().all(|l| l.len() <= 75));
        assert_eq!(out.replace("\r\n ", "").trim_end_matches("\r\n"), line);
        assert_eq!(escaped("a,b;c\\d\ne"), "a\\,b\\;c\\\\d\\ne");
    }
}
