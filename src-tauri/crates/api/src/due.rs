//! Due dates as people type them.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rapport_model::Millis;
use rapport_model::plan::Due;

use crate::error::ApiError;

/// Reads a day (`2026-03-12`), a moment (RFC 3339), or words for one in English
/// or German: `tomorrow 10:00`, `friday`, `3d`, `in 2 Wochen`.
///
/// # Errors
/// The text is none of these, or says more than that.
pub(crate) fn read(text: &str, now: DateTime, zone: &TimeZone) -> Result<Due, ApiError> {
    if let Ok(at) = Millis::parse_rfc3339(text.trim()) {
        return Ok(Due::At(at));
    }
    let line = crate::natural::read(text, now, zone);
    line.due.filter(|_| line.rest.is_empty()).ok_or_else(|| {
        ApiError::not_so(
            "no_due",
            format_args!(
                "\"{text}\" is no due date. Write a day (2026-03-12), a moment, today, tomorrow, a weekday or 3d."
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_people_type_becomes_a_day() {
        let thursday = date(2026, 3, 12).at(9, 0, 0, 0);
        for (text, day) in [
            ("today", date(2026, 3, 12)),
            ("Tomorrow", date(2026, 3, 13)),
            ("friday", date(2026, 3, 13)),
            ("thursday", date(2026, 3, 19)),
            ("3d", date(2026, 3, 15)),
            ("in 2 weeks", date(2026, 3, 26)),
            ("2026-04-01", date(2026, 4, 1)),
        ] {
            assert_eq!(
                read(text, thursday, &TimeZone::UTC).unwrap(),
                Due::Day(day),
                "{text}"
            );
        }
    }

    #[test]
    fn anything_else_says_what_is_understood() {
        for text in [
            "",
            "soon",
            "99999999999d",
            "d",
            "in",
            "3é",
            "tomorrow or so",
        ] {
            let noon = date(2026, 3, 12).at(12, 0, 0, 0);
            assert!(read(text, noon, &TimeZone::UTC).is_err(), "{text}");
        }
    }
}
