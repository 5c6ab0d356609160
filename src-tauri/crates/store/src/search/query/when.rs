//! Days as people write them in a query.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use rapport_model::Millis;

use super::{Day, SearchContext};

impl Day {
    /// The day `date` for this user.
    pub(super) fn new(date: Date, context: &SearchContext) -> Self {
        let at = date.to_zoned(context.zone.clone()).map_or_else(
            |_| {
                if date.year() < 1970 {
                    i64::MIN
                } else {
                    i64::MAX
                }
            },
            |start| start.timestamp().as_millisecond(),
        );
        Self {
            date,
            at: Millis(at),
        }
    }
}

/// The first day a lower-case word means, and the first day after it.
pub(crate) fn days(word: &str, today: Date) -> Option<(Date, Date)> {
    let span_from = |first: Date, span: Span| Some((first, first.checked_add(span).ok()?));
    let one = |first: Date| span_from(first, 1.day());
    match word {
        "today" => return one(today),
        "yesterday" => return one(today.yesterday().ok()?),
        "tomorrow" => return one(today.tomorrow().ok()?),
        "week" | "this-week" => return span_from(monday_of(today)?, 1.week()),
        "last-week" => {
            return span_from(monday_of(today)?.checked_sub(1.week()).ok()?, 1.week());
        }
        "month" | "this-month" => return span_from(today.first_of_month(), 1.month()),
        "last-month" => {
            return span_from(
                today.first_of_month().checked_sub(1.month()).ok()?,
                1.month(),
            );
        }
        "year" | "this-year" => return span_from(today.first_of_year(), 1.year()),
        "last-year" => {
            return span_from(today.first_of_year().checked_sub(1.year()).ok()?, 1.year());
        }
        _ => {}
    }
    if let Some(weekday) = weekday(word) {
        // The last such day, today included.
        let back = i64::from(weekday.until(today.weekday()));
        return one(today.checked_sub(back.days()).ok()?);
    }
    if let Some(first) = ago(word, today) {
        return one(first);
    }
    let parts: Vec<&str> = word.split(['-', '/', '.']).collect();
    let number = |text: &str| text.parse::<i16>().ok().filter(|year| *year >= 1000);
    let small = |text: &str| text.parse::<i8>().ok().filter(|_| text.len() <= 2);
    match parts.as_slice() {
        [year] if year.len() == 4 => span_from(Date::new(number(year)?, 1, 1).ok()?, 1.year()),
        [year, month] if year.len() == 4 => {
            span_from(Date::new(number(year)?, small(month)?, 1).ok()?, 1.month())
        }
        [year, month, day] if year.len() == 4 => {
            one(Date::new(number(year)?, small(month)?, small(day)?).ok()?)
        }
        [day, month, year] if year.len() == 4 => {
            one(Date::new(number(year)?, small(month)?, small(day)?).ok()?)
        }
        _ => None,
    }
}

fn monday_of(day: Date) -> Option<Date> {
    day.checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
        .ok()
}

fn weekday(word: &str) -> Option<Weekday> {
    let all = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    all.into_iter()
        .find(|(name, _)| *name == word)
        .map(|(_, day)| day)
}

/// `7d`, `2w`, `3m`, `1y`: that long ago.
fn ago(word: &str, today: Date) -> Option<Date> {
    let unit = word.chars().next_back()?;
    let count: i32 = word
        .strip_suffix(unit)?
        .parse()
        .ok()
        .filter(|count| *count >= 0)?;
    let span = match unit {
        'd' => Span::new().try_days(count),
        'w' => Span::new().try_weeks(count),
        'm' => Span::new().try_months(count),
        'y' => Span::new().try_years(count),
        _ => return None,
    };
    today
        .checked_sub(span.ok()?)
        .ok()
        .filter(|first| first.year() >= 1000)
}
