//! When something is due, read out of a line as people type it, in English and
//! German: `call Samir friday 10:00`, `Angebot senden in 3 Tagen`.
//!
//! One day and one time are taken, the last of each that the line names, with
//! the small words in front of them. Everything else stays the title. A line
//! that names neither is not due: nothing is guessed.

use jiff::Span;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use rapport_model::Millis;
use rapport_model::plan::Due;

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// When it is due.
    pub(crate) due: Option<Due>,
    /// The words that say so.
    pub(crate) words: Option<String>,
    /// The line without them.
    pub(crate) rest: String,
}

/// Some words of a line, by number, and what they say.
struct Found<T> {
    first: usize,
    len: usize,
    says: T,
}

/// A day, or a moment counted from now.
enum When {
    Day(Date),
    At(Millis),
}

/// Reads a line; `now` is the user's own clock.
pub(crate) fn read(text: &str, now: DateTime, zone: &TimeZone) -> Line {
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain: Vec<String> = words
        .iter()
        .map(|word| {
            word.trim_matches([',', ';', '(', ')', '!', '?', '"'])
                .to_lowercase()
        })
        .collect();
    let day = last(&plain, None::<&Found<When>>, |rest| when(rest, now, zone));
    let time = match &day {
        Some(Found {
            says: When::At(_), ..
        }) => None,
        _ => last(&plain, day.as_ref(), clock),
    };
    let due = match (&day, &time) {
        (None, None) => {
            return Line {
                due: None,
                words: None,
                rest: words.join(" "),
            };
        }
        (Some(day), None) => match day.says {
            When::Day(day) => Some(Due::Day(day)),
            When::At(at) => Some(Due::At(at)),
        },
        (day, Some(time)) => {
            let today = now.date();
            let on = match day.as_ref().map(|it| &it.says) {
                Some(When::Day(day)) => *day,
                // A time that is over today is tomorrow's.
                _ if today.to_datetime(time.says) > now => today,
                _ => today.tomorrow().unwrap_or(today),
            };
            moment(on.to_datetime(time.says), zone).map(Due::At)
        }
    };
    let mut taken = vec![false; words.len()];
    for (first, len) in [
        day.as_ref().map(|it| (it.first, it.len)),
        time.as_ref().map(|it| (it.first, it.len)),
    ]
    .into_iter()
    .flatten()
    {
        for mark in taken.iter_mut().skip(first).take(len) {
            *mark = true;
        }
        // "on friday", "bis morgen", "um 10:00": the small word goes along.
        let mut before = first;
        while let Some(at) = before.checked_sub(1)
            && plain.get(at).is_some_and(|word| small(word))
        {
            if let Some(mark) = taken.get_mut(at) {
                *mark = true;
            }
            before = at;
        }
    }
    let pick = |wanted: bool| {
        words
            .iter()
            .zip(&taken)
            .filter(|(_, taken)| **taken == wanted)
            .map(|(word, _)| *word)
            .collect::<Vec<_>>()
            .join(" ")
    };
    Line {
        due,
        words: Some(pick(true)),
        rest: pick(false).trim_end_matches([',', ';', ' ']).to_owned(),
    }
}

/// The last stretch of words that `read` understands; the longest at its place.
/// Words of `but` are not looked at again.
fn last<T, D>(
    words: &[String],
    but: Option<&Found<D>>,
    read: impl Fn(&[String]) -> Option<(usize, T)>,
) -> Option<Found<T>> {
    let taken = |at: usize| but.is_some_and(|it| at >= it.first && at < it.first + it.len);
    let mut found: Option<Found<T>> = None;
    let mut at = 0;
    while at < words.len() {
        let until = (at..words.len())
            .find(|it| taken(*it))
            .unwrap_or(words.len());
        match words.get(at..until).and_then(&read) {
            Some((len, says)) => {
                found = Some(Found {
                    first: at,
                    len,
                    says,
                });
                at += len.max(1);
            }
            None => at += 1,
        }
    }
    found
}

fn small(word: &str) -> bool {
    matches!(
        word,
        "on" | "by" | "at" | "until" | "till" | "due" | "am" | "um" | "bis" | "zum" | "gegen"
    )
}

fn plus(from: Date, days: i64) -> Option<Date> {
    let span = Span::new().try_days(days).ok()?;
    from.checked_add(span).ok()
}

fn moment(at: DateTime, zone: &TimeZone) -> Option<Millis> {
    let at = zone.to_ambiguous_zoned(at).compatible().ok()?;
    Some(Millis::from(at.timestamp()))
}

/// A day at the beginning of some words, and how many words say it.
fn when(words: &[String], now: DateTime, zone: &TimeZone) -> Option<(usize, When)> {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let today = now.date();
    let day = |len: usize, day: Option<Date>| day.map(|day| (len, When::Day(day)));
    match (word(0), word(1), word(2)) {
        ("day", "after", "tomorrow") => return day(3, plus(today, 2)),
        ("end", "of", "week") => return day(3, friday(today)),
        ("end", "of", "month") => return day(3, Some(today.last_of_month())),
        ("ende", "der", "woche") => return day(3, friday(today)),
        ("ende", "des", "monats") => return day(3, Some(today.last_of_month())),
        ("next", "week", _) | ("nächste", "woche", _) | ("kommende", "woche", _) => {
            return day(2, plus(today, 7));
        }
        ("next", "month", _) | ("nächsten", "monat", _) => {
            return day(2, today.checked_add(Span::new().try_months(1).ok()?).ok());
        }
        ("today" | "heute", ..) => return day(1, Some(today)),
        ("tomorrow" | "tmr" | "morgen", ..) => return day(1, plus(today, 1)),
        ("übermorgen" | "uebermorgen", ..) => return day(1, plus(today, 2)),
        ("monatsende", ..) => return day(1, Some(today.last_of_month())),
        ("in", ..) => return counted(words.get(1..)?, now, zone).map(|(len, it)| (len + 1, it)),
        _ => {}
    }
    if let Some(on) = weekday(word(0)) {
        return day(1, today.nth_weekday(1, on).ok());
    }
    if matches!(
        word(0),
        "next" | "this" | "nächsten" | "kommenden" | "diesen"
    ) && let Some(on) = weekday(word(1))
    {
        return day(2, today.nth_weekday(1, on).ok());
    }
    if let Ok(date) = word(0).parse::<Date>() {
        return day(1, Some(date));
    }
    if let Some(date) = dotted(word(0), today) {
        return day(1, Some(date));
    }
    // "12 March", "12. März 2026", "March 12".
    let number = |at: usize| word(at).trim_end_matches(['.', ',']).parse::<i8>().ok();
    let named = match (number(0), month(word(1)), month(word(0)), number(1)) {
        (Some(day), Some(month), ..) | (_, _, Some(month), Some(day)) => Some((month, day)),
        _ => None,
    };
    if let Some((month, on)) = named {
        return match word(2).parse::<i16>() {
            Ok(year) if year >= 2000 => day(3, Date::new(year, month, on).ok()),
            _ => day(2, coming(month, on, today)),
        };
    }
    short_count(word(0), today).map(|it| (1, When::Day(it)))
}

/// `3 days`, `zwei Wochen`, `2 hours` behind an "in".
fn counted(words: &[String], now: DateTime, zone: &TimeZone) -> Option<(usize, When)> {
    let number: i64 = match words.first()?.as_str() {
        "a" | "an" | "one" | "einem" | "einer" | "ein" | "eine" => 1,
        "two" | "zwei" => 2,
        "three" | "drei" => 3,
        "four" | "vier" => 4,
        "five" | "fünf" => 5,
        digits => {
            if let Some(date) = short_count(digits, now.date()) {
                return Some((1, When::Day(date)));
            }
            digits.parse().ok().filter(|it| (0..=10_000).contains(it))?
        }
    };
    let today = now.date();
    // Hours are counted as they pass, whatever the clock does meanwhile.
    let later = |span: Result<Span, jiff::Error>| {
        let now = zone.to_ambiguous_zoned(now).compatible().ok()?;
        let at = now.checked_add(span.ok()?).ok()?;
        Some(Millis::from(at.timestamp()))
    };
    let says = match words.get(1)?.as_str() {
        "d" | "day" | "days" | "tag" | "tage" | "tagen" => When::Day(plus(today, number)?),
        "w" | "week" | "weeks" | "woche" | "wochen" => {
            When::Day(plus(today, number.checked_mul(7)?)?)
        }
        "month" | "months" | "monat" | "monate" | "monaten" => When::Day(
            today
                .checked_add(Span::new().try_months(number).ok()?)
                .ok()?,
        ),
        "h" | "hour" | "hours" | "stunde" | "stunden" => {
            When::At(later(Span::new().try_hours(number))?)
        }
        "min" | "minute" | "minutes" | "minuten" => {
            When::At(later(Span::new().try_minutes(number))?)
        }
        _ => return None,
    };
    Some((2, says))
}

/// `3d`, `2w`.
fn short_count(word: &str, today: Date) -> Option<Date> {
    let digits = word.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = word.split_at_checked(digits)?;
    let number: i64 = number.parse().ok()?;
    match unit {
        "d" => plus(today, number),
        "w" => plus(today, number.checked_mul(7)?),
        _ => None,
    }
}

/// `12.3.`, `12.3.2026`, `12.03.26`.
fn dotted(word: &str, today: Date) -> Option<Date> {
    let mut parts = word.split('.');
    let on: i8 = parts.next()?.parse().ok()?;
    let month: i8 = parts.next()?.parse().ok()?;
    let year = parts.next()?;
    if parts.next().is_some() {
        return None;
    }
    if year.is_empty() {
        return coming(month, on, today);
    }
    let year: i16 = year.parse().ok()?;
    let year = if year < 100 { year + 2000 } else { year };
    Date::new(year, month, on).ok()
}

/// That day of this year, or of the next when it is over.
fn coming(month: i8, on: i8, today: Date) -> Option<Date> {
    let this = Date::new(today.year(), month, on).ok();
    match this {
        Some(day) if day >= today => Some(day),
        _ => Date::new(today.year().checked_add(1)?, month, on).ok(),
    }
}

/// The Friday of this week; on a weekend, the next one.
fn friday(today: Date) -> Option<Date> {
    if today.weekday() == Weekday::Friday {
        return Some(today);
    }
    today.nth_weekday(1, Weekday::Friday).ok()
}

/// A time at the beginning of some words, and how many words say it.
fn clock(words: &[String]) -> Option<(usize, Time)> {
    let word = words.first()?.as_str();
    let next = words.get(1).map_or("", String::as_str);
    match word {
        "noon" | "mittags" => return Some((1, Time::constant(12, 0, 0, 0))),
        "midnight" | "mitternacht" => return Some((1, Time::midnight())),
        _ => {}
    }
    let half = |word: &str| match word {
        "am" => Some(0),
        "pm" => Some(12),
        _ => None,
    };
    let glued = word
        .strip_suffix("am")
        .map(|it| (it, 0))
        .or_else(|| word.strip_suffix("pm").map(|it| (it, 12)));
    if let Some((number, half)) = glued {
        return hour(number, Some(half)).map(|it| (1, it));
    }
    if next == "uhr" {
        return hour(word, None).map(|it| (2, it));
    }
    // "10 am" is a time; "am" behind a clock time may be the German "on".
    if let Some(half) = half(next)
        && let Some(time) = hour(word, Some(half))
        && !(word.contains(':') && words.get(2).is_some_and(|it| weekday(it).is_some()))
    {
        return Some((2, time));
    }
    word.contains(':')
        .then(|| hour(word, None))
        .flatten()
        .map(|it| (1, it))
}

/// `10`, `10:30`; with the half of the day, of twelve hours.
fn hour(text: &str, half: Option<i8>) -> Option<Time> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    if text.contains(':') && minute.len() != 2 {
        return None;
    }
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    Time::new(hour, minute, 0, 0).ok()
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mon" | "montag" => Weekday::Monday,
        "tuesday" | "tue" | "dienstag" => Weekday::Tuesday,
        "wednesday" | "wed" | "mittwoch" => Weekday::Wednesday,
        "thursday" | "thu" | "donnerstag" => Weekday::Thursday,
        "friday" | "fri" | "freitag" => Weekday::Friday,
        "saturday" | "sat" | "samstag" | "sonnabend" => Weekday::Saturday,
        "sunday" | "sun" | "sonntag" => Weekday::Sunday,
        _ => return None,
    })
}

fn month(word: &str) -> Option<i8> {
    Some(match word.trim_end_matches(['.', ',']) {
        "january" | "jan" | "januar" => 1,
        "february" | "feb" | "februar" => 2,
        "march" | "mar" | "märz" => 3,
        "april" | "apr" => 4,
        "may" | "mai" => 5,
        "june" | "jun" | "juni" => 6,
        "july" | "jul" | "juli" => 7,
        "august" | "aug" => 8,
        "september" | "sep" | "sept" => 9,
        "october" | "oct" | "oktober" | "okt" => 10,
        "november" | "nov" => 11,
        "december" | "dec" | "dezember" | "dez" => 12,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// A Thursday morning.
    fn now() -> DateTime {
        date(2026, 3, 12).at(9, 41, 0, 0)
    }

    fn line(text: &str) -> Line {
        read(text, now(), &TimeZone::UTC)
    }

    fn day(text: &str) -> (Option<Due>, String) {
        let line = line(text);
        (line.due, line.rest)
    }

    fn at(text: &str) -> Option<Due> {
        Some(Due::At(Millis::parse_rfc3339(text).unwrap()))
    }

    #[test]
    fn a_day_is_taken_out_of_the_line_with_its_small_word() {
        for (text, on, rest) in [
            ("Send quote tomorrow", date(2026, 3, 13), "Send quote"),
            (
                "Send quote by friday, please",
                date(2026, 3, 13),
                "Send quote please",
            ),
            (
                "Angebot senden in 3 Tagen",
                date(2026, 3, 15),
                "Angebot senden",
            ),
            (
                "bis übermorgen Rechnung prüfen",
                date(2026, 3, 14),
                "Rechnung prüfen",
            ),
            (
                "am Montag Muster schicken",
                date(2026, 3, 16),
                "Muster schicken",
            ),
            ("Review 12.4.", date(2026, 4, 12), "Review"),
            ("Review 1. März", date(2027, 3, 1), "Review"),
            ("Review March 20", date(2026, 3, 20), "Review"),
            ("Report end of month", date(2026, 3, 31), "Report"),
            ("Audit 2026-05-04", date(2026, 5, 4), "Audit"),
            ("Audit 2w", date(2026, 3, 26), "Audit"),
            ("thursday sync", date(2026, 3, 19), "sync"),
        ] {
            assert_eq!(day(text), (Some(Due::Day(on)), rest.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_time_makes_it_a_moment_and_is_tomorrows_when_it_is_over() {
        for (text, when, rest) in [
            (
                "call Samir friday 10:00",
                "2026-03-13T10:00:00Z",
                "call Samir",
            ),
            ("call Samir at 3pm", "2026-03-12T15:00:00Z", "call Samir"),
            ("call Samir 8:30", "2026-03-13T08:30:00Z", "call Samir"),
            ("Anruf morgen um 14 Uhr", "2026-03-13T14:00:00Z", "Anruf"),
            ("10:30 am Freitag Anruf", "2026-03-13T10:30:00Z", "Anruf"),
            ("lunch tomorrow noon", "2026-03-13T12:00:00Z", "lunch"),
            ("ping in 2 hours", "2026-03-12T11:41:00Z", "ping"),
        ] {
            let line = line(text);
            assert_eq!((line.due, line.rest.as_str()), (at(when), rest), "{text}");
        }
    }

    #[test]
    fn hours_pass_as_they_do_when_the_clocks_change() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for (now, text, due) in [
            (
                date(2026, 3, 28).at(20, 0, 0, 0),
                "ping in 10 hours",
                "2026-03-29T05:00:00Z",
            ),
            (
                date(2026, 10, 24).at(20, 0, 0, 0),
                "ping in 600 minutes",
                "2026-10-25T04:00:00Z",
            ),
        ] {
            assert_eq!(read(text, now, &berlin).due, at(due), "{text}");
        }
    }

    #[test]
    fn a_line_that_names_no_day_is_not_due() {
        for text in [
            "Order 10 valves",
            "Room 10:99",
            "Fix v2.3.1 on line 4",
            "3:2 wins",
            "in the house",
            "",
        ] {
            assert_eq!(line(text).due, None, "{text}");
            assert_eq!(line(text).rest, text, "{text}");
        }
    }

    #[test]
    fn the_words_taken_are_given_back_as_typed() {
        assert_eq!(
            line("Call by Friday 10:00").words.as_deref(),
            Some("by Friday 10:00")
        );
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_too_odd_to_be_read(text in "\\PC{0,40}") {
            let read = line(&text);
            proptest::prop_assert!(read.rest.len() <= text.len());
        }
    }
}
