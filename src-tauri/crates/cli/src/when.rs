//! Days, moments and spans as people type them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Zoned};
use rapport_model::Millis;

use crate::failure::Failure;

/// Reads `2026-03-12`, RFC 3339, `today`, `yesterday`, `7d`, `12h`, `4w` (ago).
pub(crate) fn past(text: &str, now: &Zoned) -> Result<Millis, Failure> {
    let unclear = || {
        Failure::usage(format!(
            "\"{text}\" is neither a day (2026-03-12), a moment (2026-03-12T09:41:00Z) nor a span (7d, 12h)."
        ))
    };
    if let Ok(at) = Millis::parse_rfc3339(text) {
        return Ok(at);
    }
    let day = match text {
        "today" => Some(now.date()),
        "yesterday" => now.date().yesterday().ok(),
        _ => text.parse::<Date>().ok(),
    };
    if let Some(day) = day {
        return start_of(day, now.time_zone()).ok_or_else(unclear);
    }
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(unclear)?;
    let number: i64 = number.parse().map_err(|_not_a_number| unclear())?;
    let span = match unit {
        "h" => Span::new().try_hours(number),
        "d" => Span::new().try_days(number),
        "w" => Span::new().try_weeks(number),
        _ => return Err(unclear()),
    };
    let span = span.map_err(|_out_of_range| unclear())?;
    now.checked_sub(span)
        .map(|at| Millis::from(at.timestamp()))
        .map_err(|_out_of_range| unclear())
}

fn start_of(day: Date, zone: &TimeZone) -> Option<Millis> {
    day.to_zoned(zone.clone())
        .ok()
        .map(|at| Millis::from(at.timestamp()))
}

/// How long ago, in two words at most.
pub(crate) fn ago(at: Millis, now: Millis) -> String {
    let seconds = now.since(at) / 1000;
    match seconds {
        i64::MIN..0 => at.rfc3339(),
        0..60 => format!("{seconds} s ago"),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

/// A moment on the user's own clock; a dash for what has none, which lies at the beginning of
/// time.
pub(crate) fn dated(at: Millis) -> String {
    if at.0.unsigned_abs() < 86_400_000 {
        "–".to_owned()
    } else {
        local(at)
    }
}

/// A moment on the user's own clock.
pub(crate) fn local(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(
        |_| at.rfc3339(),
        |at| {
            at.to_zoned(TimeZone::system())
                .strftime("%Y-%m-%d %H:%M")
                .to_string()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Zoned {
        "2026-03-12T09:41:00+01:00[Europe/Amsterdam]"
            .parse()
            .unwrap()
    }

    #[test]
    fn days_moments_and_spans_are_understood() {
        assert_eq!(
            past("2026-03-11", &now()).unwrap().rfc3339(),
            "2026-03-10T23:00:00Z"
        );
        assert_eq!(
            past("7d", &now()).unwrap().rfc3339(),
            "2026-03-05T08:41:00Z"
        );
        assert_eq!(
            past("yesterday", &now()).unwrap(),
            past("2026-03-11", &now()).unwrap()
        );
    }

    #[test]
    fn anything_else_says_what_is_understood() {
        for text in ["", "d", "soon", "9999999999999999999d", "é"] {
            assert_eq!(past(text, &now()).unwrap_err().code, 2, "{text}");
        }
    }
}
