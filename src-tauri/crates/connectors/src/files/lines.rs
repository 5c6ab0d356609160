//! Content lines: the grammar that vCard and iCalendar share.
//!
//! Lines keep the place they came from, so that one property can be changed and
//! every other byte of the file stays as it was.

use std::ops::Range;

use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

use super::reading::text_of;
use crate::common::clean;

/// One property, unfolded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Upper case, without its group.
    pub(super) name: String,
    /// Upper-case names, values without quotes.
    pub(super) params: Vec<(String, String)>,
    /// As written: escapes are still in it.
    pub(super) value: String,
    /// Where it lies in the text, line end included.
    pub(super) span: Range<usize>,
}

impl Line {
    /// The value of a parameter.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value as text.
    pub(super) fn text(&self) -> String {
        clean(&unescape(&self.decoded()))
    }

    /// A structured value's parts.
    pub(super) fn parts(&self, separator: char) -> Vec<String> {
        split(&self.decoded(), separator)
            .iter()
            .map(|part| clean(&unescape(part)))
            .collect()
    }

    /// vCard 2.1 writes quoted-printable; everything newer does not.
    fn decoded(&self) -> String {
        let quoted = self.params.iter().any(|(key, value)| {
            (key == "ENCODING" || value.is_empty())
                && (value.eq_ignore_ascii_case("QUOTED-PRINTABLE") || key == "QUOTED-PRINTABLE")
        });
        if !quoted {
            return self.value.clone();
        }
        let Some(bytes) = quoted_printable_decode(self.value.as_bytes()) else {
            return self.value.clone();
        };
        let named = self.param("CHARSET").map(str::trim);
        named
            .and_then(|name| charset_decoder(name.as_bytes()))
            .map_or_else(|| text_of(&bytes), |decode| decode(&bytes))
    }
}

/// All lines of a component, its `BEGIN` and `END` included.
pub(super) fn read(text: &str) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    let mut logical = String::new();
    let mut span = 0..0;
    let mut soft = false;
    let mut at = 0;
    for physical in text.split_inclusive('\n') {
        let end = at + physical.len();
        let bare = physical.trim_end_matches(['\n', '\r']);
        match bare.strip_prefix([' ', '\t']) {
            // After a soft line end, a blank is part of the text.
            _ if soft => {
                logical.pop();
                logical.push_str(bare);
            }
            Some(more) if !logical.is_empty() => logical.push_str(more),
            _ => {
                out.extend(parse(&logical, span.clone()));
                logical.clear();
                logical.push_str(bare);
                span.start = at;
            }
        }
        span.end = end;
        soft = logical.ends_with('=') && is_quoted(&logical);
        at = end;
    }
    out.extend(parse(&logical, span));
    out
}

/// Whether a line's parameters say that its value is quoted-printable.
fn is_quoted(logical: &str) -> bool {
    let head = logical.split(':').next().unwrap_or_default();
    head.to_ascii_uppercase().contains("QUOTED-PRINTABLE")
}

fn parse(logical: &str, span: Range<usize>) -> Option<Line> {
    let mut quoted = false;
    let colon = logical.char_indices().find_map(|(at, letter)| {
        quoted ^= letter == '"';
        (letter == ':' && !quoted).then_some(at)
    })?;
    let (head, value) = logical.split_at_checked(colon)?;
    let value = value.strip_prefix(':')?;
    let mut pieces = split_quoted(head, ';').into_iter();
    let name = pieces.next()?;
    let name = name
        .rsplit('.')
        .next()
        .unwrap_or(name)
        .trim()
        .to_ascii_uppercase();
    let params = pieces
        .map(|piece| {
            let (key, value) = piece.split_once('=').unwrap_or((piece, ""));
            (
                key.trim().to_ascii_uppercase(),
                value.trim_matches('"').to_owned(),
            )
        })
        .collect();
    (!name.is_empty()).then(|| Line {
        name,
        params,
        value: value.to_owned(),
        span,
    })
}

fn split_quoted(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|letter| {
        quoted ^= letter == '"';
        letter == separator && !quoted
    })
    .collect()
}

/// Splits at separators that are not escaped.
fn split(text: &str, separator: char) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut escaped = false;
    for letter in text.chars() {
        if letter == separator && !escaped {
            out.push(String::new());
        } else if let Some(last) = out.last_mut() {
            last.push(letter);
        }
        escaped = letter == '\\' && !escaped;
    }
    out
}

/// Undoes backslash escapes.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            other => out.push(other),
        }
    }
    out
}

/// Text as a value.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            // A line end would begin a property of the writer's choice.
            '\r' | '\0' => {}
            other => out.push(other),
        }
    }
    out
}

/// A parameter value; what cannot stand in one is left out.
pub(super) fn param(text: &str) -> String {
    let bare: String = text
        .chars()
        .filter(|it| *it != '"' && !it.is_control())
        .collect();
    if bare.contains([':', ';', ',']) {
        format!("\"{bare}\"")
    } else {
        bare
    }
}

/// Folds at 75 octets, as both formats ask.
pub(super) fn fold(line: &str, newline: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut width = 0;
    for letter in line.chars() {
        if width + letter.len_utf8() > 74 {
            out.push_str(newline);
            out.push(' ');
            width = 1;
        }
        out.push(letter);
        width += letter.len_utf8();
    }
    out.push_str(newline);
    out
}

/// A component being changed, property by property.
#[derive(Debug)]
pub(super) struct Component {
    text: String,
    newline: &'static str,
}

impl Component {
    /// Over the text of one component.
    pub(super) fn new(text: &str) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self {
            text: text.to_owned(),
            newline,
        }
    }

    /// Its lines now, those of components inside it left out.
    pub(super) fn own_lines(&self) -> Vec<Line> {
        own(read(&self.text))
    }

    /// Puts `NAME;PARAMS:VALUE` lines in place of those the test picks; the
    /// first one's place is kept.
    pub(super) fn replace(&mut self, picks: impl Fn(&Line) -> bool, with: &[String]) {
        let old: Vec<Range<usize>> = self
            .own_lines()
            .into_iter()
            .filter(|line| picks(line))
            .map(|line| line.span)
            .collect();
        let at = old
            .first()
            .map_or_else(|| self.insertion(), |span| span.start);
        for span in old.iter().rev() {
            self.text.replace_range(span.clone(), "");
        }
        let new: String = with.iter().map(|line| fold(line, self.newline)).collect();
        self.text.insert_str(at, &new);
    }

    /// Puts lines in place of the first one of a name, which is the one that is
    /// read; what others wrote in further ones stays.
    pub(super) fn replace_first(&mut self, name: &str, with: &[String]) {
        let lines = self.own_lines().into_iter();
        let first = lines
            .filter(|line| line.name == name)
            .map(|it| it.span)
            .next();
        self.replace(|line| first.as_ref() == Some(&line.span), with);
    }

    /// A line as it is written, without its folds.
    pub(super) fn written(&self, line: &Line) -> String {
        let text = self.text.get(line.span.clone()).unwrap_or_default();
        let text = text.replace("\r\n", "\n");
        text.replace("\n ", "")
            .replace("\n\t", "")
            .replace('\n', "")
    }

    /// Before the first inner component, or before the end.
    fn insertion(&self) -> usize {
        let lines = read(&self.text);
        let inner = lines
            .iter()
            .skip(1)
            .find(|line| line.name == "BEGIN" || line.name == "END");
        inner.map_or(self.text.len(), |line| line.span.start)
    }

    /// The text now.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// The lines that belong to the component itself.
pub(super) fn own(lines: Vec<Line>) -> Vec<Line> {
    let mut depth = 0_usize;
    lines
        .into_iter()
        .filter(|line| match line.name.as_str() {
            "BEGIN" => {
                depth += 1;
                false
            }
            "END" => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth <= 1,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nitem1.EMAIL;TYPE=\"a;b\":ada@x\r\nNOTE:long \r\n line\\, two\\nthree\r\nX-OWN:keep: me\r\nEND:VCARD\r\n";

    #[test]
    fn a_folded_line_reads_as_one_and_groups_and_quotes_are_understood() {
        let lines = read(CARD);
        assert_eq!(lines[2].name, "EMAIL");
        assert_eq!(lines[2].param("TYPE"), Some("a;b"));
        assert_eq!(lines[3].text(), "long line, two\nthree");
        assert_eq!(lines[4].text(), "keep: me");
    }

    #[test]
    fn changing_one_property_leaves_every_other_byte() {
        let mut card = Component::new(CARD);
        card.replace(
            |line| line.name == "NOTE",
            &[format!("NOTE:{}", escape("a;b\r\nX:1"))],
        );
        let want = CARD.replace("NOTE:long \r\n line\\, two\\nthree", "NOTE:a\\;b\\nX:1");
        assert_eq!(card.into_text(), want);
    }

    #[test]
    fn a_new_property_goes_before_the_alarm_inside() {
        let mut todo =
            Component::new("BEGIN:VTODO\nUID:1\nBEGIN:VALARM\nSUMMARY:x\nEND:VALARM\nEND:VTODO\n");
        todo.replace(|line| line.name == "SUMMARY", &["SUMMARY:mine".to_owned()]);
        assert_eq!(
            todo.into_text(),
            "BEGIN:VTODO\nUID:1\nSUMMARY:mine\nBEGIN:VALARM\nSUMMARY:x\nEND:VALARM\nEND:VTODO\n"
        );
    }

    #[test]
    fn quoted_printable_of_old_cards_is_undone_over_soft_line_ends() {
        let lines = read("NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:M=C3=BC=\nller\nFN:x\n");
        assert_eq!(lines[0].text(), "Müller");
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn a_blank_after_a_soft_line_end_is_part_of_the_text() {
        let card = "NOTE;ENCODING=QUOTED-PRINTABLE:one two three=\r\n four=\r\n=0Afive\r\nFN:x\r\n";
        let lines = read(card);
        assert_eq!(lines[0].text(), "one two three four\nfive");
        assert_eq!(lines[1].text(), "x");
    }

    #[test]
    fn quoted_printable_is_read_in_the_letters_the_card_names() {
        let text = |head: &str, value: &str| {
            let line = format!("FN;{head};ENCODING=QUOTED-PRINTABLE:{value}\n");
            read(&line)[0].text()
        };
        assert_eq!(text("CHARSET=ISO-8859-1", "J=FCrgen"), "Jürgen");
        assert_eq!(text("charset=windows-1251", "=C0=ED=ED=E0"), "Анна");
        assert_eq!(text("CHARSET=UTF-8", "J=C3=BCrgen"), "Jürgen");
        // None is named, or one that nobody knows.
        assert_eq!(text("LANGUAGE=de", "J=FCrgen"), "Jürgen");
        assert_eq!(text("CHARSET=X-OWN", "J=C3=BCrgen"), "Jürgen");
    }
}
