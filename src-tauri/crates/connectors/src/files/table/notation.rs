//! Numbers, days and yes or no, written as their column writes them already.
//!
//! `like` is a cell of the same column: the one to be changed or, when that is
//! empty, another one. Whoever writes reads the result back, so a guess here can
//! be refused but never be wrong in the file.

use jiff::civil::Date;
use rust_decimal::Decimal;

/// A number with the places, the grouping and the signs around it of `like`.
pub(super) fn amount(value: Decimal, like: Option<&str>, point: char) -> String {
    let shape = like.map(|it| Shape::of(it, point)).unwrap_or_default();
    let scale = shape.places.max(value.normalize().scale());
    let plain = format!("{:.*}", usize::try_from(scale).unwrap_or(2), value.abs());
    let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut number = shape
        .group
        .map_or_else(|| whole.to_owned(), |sign| grouped(whole, sign));
    if !part.is_empty() {
        number.push(point);
        number.push_str(part);
    }
    let Shape {
        before,
        after,
        brackets,
        ..
    } = shape;
    match (value.is_sign_negative() && !value.is_zero(), brackets) {
        (false, _) => format!("{before}{number}{after}"),
        (true, true) => format!("({before}{number}{after})"),
        (true, false) => format!("{before}-{number}{after}"),
    }
}

/// How a column writes its numbers.
#[derive(Debug, Default)]
struct Shape {
    before: String,
    after: String,
    places: u32,
    group: Option<char>,
    brackets: bool,
}

impl Shape {
    fn of(like: &str, point: char) -> Self {
        let in_number = |it: char| it.is_ascii_digit() || it == point;
        let (Some(first), Some(last)) = (like.find(in_number), like.rfind(in_number)) else {
            return Self::default();
        };
        let around = |text: Option<&str>| -> String {
            let signs = ['-', '+', '(', ')'];
            text.unwrap_or_default()
                .chars()
                .filter(|it| !signs.contains(it))
                .collect()
        };
        let number = like.get(first..=last).unwrap_or_default();
        let (whole, part) = number.rsplit_once(point).unwrap_or((number, ""));
        Self {
            before: around(like.get(..first)),
            after: around(like.get(last + 1..)),
            places: u32::try_from(part.len()).unwrap_or_default(),
            group: whole
                .chars()
                .find(|it| !it.is_ascii_digit() && !it.is_alphabetic()),
            brackets: like.contains('('),
        }
    }
}

/// Whether a currency stands beside the number in its own cell.
pub(super) fn names_currency(cell: &str) -> bool {
    cell.chars()
        .any(|it| it.is_alphabetic() || matches!(it, '€' | '$' | '£' | '¥'))
}

fn grouped(whole: &str, sign: char) -> String {
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(sign);
        }
        out.push(digit);
    }
    out
}

/// A day in the order and with the signs of `like`. Where `like` is the cell
/// itself (`now` says which day it is read as) its time of day stays.
pub(super) fn day(wanted: Date, like: Option<&str>, now: Option<Date>) -> String {
    let Some(like) = like.map(str::trim) else {
        return wanted.to_string();
    };
    let end = like
        .find(|it: char| !it.is_ascii_digit() && !matches!(it, '.' | '/' | '-'))
        .unwrap_or(like.len());
    let (date, time) = like.split_at_checked(end).unwrap_or((like, ""));
    let clock = time.starts_with(['T', 't', ' ']);
    let written = match (clock, now) {
        // A moment is read as its day in UTC, and written in a zone of its own.
        (true, Some(now)) => date
            .parse::<Date>()
            .ok()
            .zip(now.until(wanted).ok())
            .and_then(|(here, days)| here.checked_add(days).ok()),
        _ => Some(wanted),
    };
    let written = in_form(written.unwrap_or(wanted), date);
    match (clock, now) {
        (true, Some(_)) => format!("{written}{time}"),
        (true, None) => format!("{written}T00:00:00Z"),
        (false, _) => written,
    }
}

fn in_form(day: Date, like: &str) -> String {
    let sign = like.chars().find(|it| !it.is_ascii_digit());
    let Some(sign) = sign else {
        return if like.len() == 8 {
            day.strftime("%Y%m%d").to_string()
        } else {
            day.to_string()
        };
    };
    let parts: Vec<&str> = like.split(sign).collect();
    let short = parts.iter().any(|it| it.len() == 1);
    let two = |number: i8| {
        if short {
            number.to_string()
        } else {
            format!("{number:02}")
        }
    };
    let (year, month, date) = (
        format!("{:04}", day.year()),
        two(day.month()),
        two(day.day()),
    );
    if parts.last().is_some_and(|it| it.len() == 4) {
        format!("{date}{sign}{month}{sign}{year}")
    } else {
        format!("{year}{sign}{month}{sign}{date}")
    }
}

/// Words for yes and no, as tables write them.
const FLAGS: [(&str, &str); 7] = [
    ("yes", "no"),
    ("true", "false"),
    ("ja", "nein"),
    ("1", "0"),
    ("y", "n"),
    ("t", "f"),
    ("x", ""),
];

/// Yes or no in the words of `like`; `None` when it says neither.
pub(super) fn flag(wanted: bool, like: Option<&str>) -> Option<String> {
    let like = like?.trim();
    let known = |word: &str| word.eq_ignore_ascii_case(like);
    let (yes, no) = FLAGS.iter().find(|(yes, no)| known(yes) || known(no))?;
    let word = if wanted { yes } else { no };
    let mut letters = like.chars();
    let capital = letters.next().is_some_and(char::is_uppercase);
    let all = letters.all(char::is_uppercase);
    Some(match (capital, all) {
        (true, true) => word.to_uppercase(),
        (true, false) => {
            let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
            format!("{}{rest}", first.to_uppercase())
        }
        _ => (*word).to_owned(),
    })
}

/// What a cell says, if it says yes or no.
pub(super) fn flag_of(cell: &str) -> Option<bool> {
    let known = |word: &str| word.eq_ignore_ascii_case(cell.trim());
    FLAGS
        .iter()
        .find_map(|(yes, no)| known(yes).then_some(true).or(known(no).then_some(false)))
}

#[cfg(test)]
mod tests {
    use super::super::{day_or_moment, decimal};
    use super::*;

    #[test]
    fn an_amount_is_written_as_its_column_writes_it_and_read_as_it_was_meant() {
        for (value, like, point, want) in [
            ("90000", "86400.00", '.', "90000.00"),
            ("90000.5", "86,400.00", '.', "90,000.50"),
            ("1234567.5", "1.234,50 €", ',', "1.234.567,50 €"),
            ("-12", "(12.00)", '.', "(12.00)"),
            ("12", "(13.00)", '.', "12.00"),
            ("-7.25", "€ 18 640.00", '.', "€ -7.25"),
            ("0.5", ".75", '.', "0.50"),
            ("70", "60", '.', "70"),
            ("0.125", "12,5", ',', "0,125"),
            ("99", "n/a", '.', "99"),
        ] {
            let value: Decimal = value.parse().unwrap();
            let text = amount(value, Some(like), point);
            assert_eq!(text, want, "{value} like {like}");
            assert_eq!(decimal(&text, point), Some(value), "{text}");
        }
        assert_eq!(amount("1.5".parse().unwrap(), None, ','), "1,5");
        assert!(names_currency("€ 5") && names_currency("5 EUR") && !names_currency("(5.00)"));
    }

    #[test]
    fn a_day_keeps_the_order_the_signs_and_the_time_of_its_column() {
        let wanted: Date = "2026-04-05".parse().unwrap();
        for (like, want) in [
            ("2026-03-12", "2026-04-05"),
            ("12.03.2026", "05.04.2026"),
            ("2.3.2026", "5.4.2026"),
            ("2026/03/12", "2026/04/05"),
            ("20260312", "20260405"),
            ("2026-03-12T09:41:00Z", "2026-04-05T09:41:00Z"),
            // Already the day before in UTC.
            ("2026-03-12T00:30:00+02:00", "2026-04-06T00:30:00+02:00"),
        ] {
            let text = day(wanted, Some(like), day_or_moment(like).1);
            assert_eq!(text, want);
            assert_eq!(day_or_moment(&text).1, Some(wanted), "{text}");
        }
        assert_eq!(day(wanted, None, None), "2026-04-05");
        assert_eq!(
            day(wanted, Some("2026-03-12T09:41:00Z"), None),
            "2026-04-05T00:00:00Z"
        );
    }

    #[test]
    fn yes_and_no_are_said_in_the_words_of_the_column() {
        assert_eq!(flag(false, Some("Yes")).as_deref(), Some("No"));
        assert_eq!(flag(true, Some("NEIN")).as_deref(), Some("JA"));
        assert_eq!(flag(true, Some("0")).as_deref(), Some("1"));
        assert_eq!(flag(false, Some("x")).as_deref(), Some(""));
        assert_eq!(flag(true, Some("perhaps")), None);
        assert_eq!(
            (flag_of("True"), flag_of("nein")),
            (Some(true), Some(false))
        );
    }
}
