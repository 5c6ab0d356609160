//! Due dates as people type them.

use jiff::Span;
use jiff::civil::{Date, Weekday};
use rapport_model::Millis;
use rapport_model::plan::Due;

use crate::error::ApiError;

/// Reads a day (`2026-03-12`), a moment (RFC 3339), `today`, `tomorrow`, a
/// weekday (the next one), `3d`, `2w`, `in 3 days`, `next week`.
///
/// # Errors
/// The text is none of these.
pub(crate) fn read(text: &str, today: Date) -> Result<Due, ApiError> {
    let lower = text.trim().to_lowercase();
    if let Ok(at) = Millis::parse_rfc3339(text.trim()) {
        return Ok(Due::At(at));
    }
    if let Ok(day) = lower.parse::<Date>() {
        return Ok(Due::Day(day));
    }
    natural(&lower, today).map(Due::Day).ok_or_else(|| {
        ApiError::bad_request(format_args!(
            "\"{text}\" is no due date. Write a day (2026-03-12), a moment, today, tomorrow, a weekday or 3d."
        ))
    })
}

fn natural(text: &str, today: Date) -> Option<Date> {
    let plus = |days: i64| {
        Span::new()
            .try_days(days)
            .ok()
            .and_then(|span| today.checked_add(span).ok())
    };
    match text {
        "today" => return Some(today),
        "tomorrow" => return plus(1),
        "next week" => return plus(7),
        _ => {}
    }
    if let Some(day) = weekday(text.strip_prefix("next ").unwrap_or(text)) {
        // "friday" on a Friday means the one to come.
        return today.nth_weekday(1, day).ok();
    }
    let text = text.strip_prefix("in ").unwrap_or(text);
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let number: i64 = number.parse().ok()?;
    match unit.trim() {
        "d" | "day" | "days" => plus(number),
        "w" | "week" | "weeks" => plus(number.checked_mul(7)?),
        _ => None,
    }
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tue" => Weekday::Tuesday,
        "wednesday" | "wed" => Weekday::Wednesday,
        "thursday" | "thu" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" | "sat" => Weekday::Saturday,
        "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_people_type_becomes_a_day() {
        let thursday = date(2026, 3, 12);
        for (text, day) in [
            ("today", date(2026, 3, 12)),
            ("Tomorrow", date(2026, 3, 13)),
            ("friday", date(2026, 3, 13)),
            ("thursday", date(2026, 3, 19)),
            ("3d", date(2026, 3, 15)),
            ("in 2 weeks", date(2026, 3, 26)),
            ("2026-04-01", date(2026, 4, 1)),
        ] {
            assert_eq!(read(text, thursday).unwrap(), Due::Day(day), "{text}");
        }
    }

    #[test]
    fn anything_else_says_what_is_understood() {
        for text in ["", "soon", "99999999999d", "d", "in", "3é"] {
            assert!(read(text, date(2026, 3, 12)).is_err(), "{text}");
        }
    }
}
