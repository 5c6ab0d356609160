//! Foreign text made safe to keep: no NUL, addresses taken apart, Markdown as
//! the words in it.

use rapport_model::{Address, Mailbox};

/// The text without NUL, which neither SQLite's text functions nor terminals
/// take well; everything else stays as it came.
#[must_use]
pub fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Reads `Ada Lovelace <ada@example.org>`, `<ada@example.org>`,
/// `ada@example.org`, `mailto:ada@example.org` or `@ada:example.org`.
/// `None` for text without an address.
#[must_use]
pub fn mailbox(text: &str) -> Option<Mailbox> {
    let text = text.trim();
    let (name, address) = match (text.rfind('<'), text.strip_suffix('>')) {
        (Some(at), Some(open)) => {
            let (name, address) = open.split_at_checked(at)?;
            (name.trim().trim_matches('"'), address.strip_prefix('<')?)
        }
        _ => ("", text),
    };
    let address = strip_mailto(address.trim());
    if address.is_empty() || !address.contains('@') || address.contains(char::is_whitespace) {
        return None;
    }
    let address = match address.strip_prefix('@') {
        Some(rest) if rest.contains(':') => Address::matrix(clean(address)),
        Some(_) => return None,
        None => Address::email(clean(address)),
    };
    Some(Mailbox {
        name: (!name.is_empty()).then(|| clean(name)),
        address,
    })
}

fn strip_mailto(address: &str) -> &str {
    match address.split_at_checked(7) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto:") => rest,
        _ => address,
    }
}

/// Markdown as the words in it: for previews and for chats that carry none.
/// Code stays as it is; a link keeps its text.
#[must_use]
pub fn plain_from_markdown(text: &str) -> String {
    let mut out = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        let bare = line.trim_start();
        if bare.starts_with("```") || bare.starts_with("~~~") {
            fenced = !fenced;
            continue;
        }
        out.push(if fenced {
            line.to_owned()
        } else {
            plain_line(bare)
        });
    }
    out.join("\n").trim().to_owned()
}

fn plain_line(line: &str) -> String {
    let line = line
        .trim_start_matches('#')
        .trim_start_matches('>')
        .trim_start();
    let line = line
        .strip_prefix("- ")
        .or_else(|| line.strip_prefix("* "))
        .unwrap_or(line);
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['[', '*', '`', '_']) {
        let (before, marked) = rest.split_at(at);
        out.push_str(before);
        if let Some((label, after)) = link(marked) {
            out.push_str(label);
            rest = after;
            continue;
        }
        let mark = marked.chars().next().unwrap_or(' ');
        let after = marked.get(mark.len_utf8()..).unwrap_or_default();
        // An underscore inside a word is part of a name, not emphasis.
        let inside =
            before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric);
        if mark == '[' || (mark == '_' && inside) {
            out.push(mark);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// `[label](target) rest` as label and rest.
fn link(text: &str) -> Option<(&str, &str)> {
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (_target, rest) = rest.split_once(')')?;
    (!label.contains('[')).then_some((label, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_in_every_common_form() {
        let ada = Mailbox {
            name: Some("Ada L.".into()),
            address: Address::email("ada@example.org"),
        };
        assert_eq!(mailbox("\"Ada L.\" <ada@example.org>"), Some(ada));
        assert_eq!(
            mailbox("MAILTO:ada@example.org").unwrap().address,
            Address::email("ada@example.org")
        );
        assert_eq!(
            mailbox("@ada:example.org").unwrap().address,
            Address::matrix("@ada:example.org")
        );
        assert_eq!(mailbox("Ada"), None);
        assert_eq!(mailbox("a b@c"), None);
        assert_eq!(mailbox("<"), None);
    }

    #[test]
    fn markdown_reads_as_its_words() {
        let text = "# Plan\n\n- see **the** [offer](http://x/y) for `VF_300`\n> valve_matrix_rev7\n```\nlet _x = 1;\n```";
        let plain = "Plan\n\nsee the offer for VF_300\nvalve_matrix_rev7\nlet _x = 1;";
        assert_eq!(plain_from_markdown(text), plain);
    }
}
