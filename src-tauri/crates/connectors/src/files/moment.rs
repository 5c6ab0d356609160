//! Dates and times as iCalendar writes them.

use calcard::common::timezone::Tz;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use rapport_model::Millis;

use super::lines::Line;

/// A date or time with what is known of its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// As the clock on the wall shows it.
    pub(super) local: DateTime,
    /// Only a day.
    pub(super) day: bool,
    /// IANA zone; `None` floats.
    pub(super) zone: Option<String>,
}

impl Moment {
    /// Of a `DTSTART`, `DUE`, ... line.
    pub(super) fn of(line: &Line) -> Option<Self> {
        let (local, day, utc) = parse(line.value.trim())?;
        let zone = if utc {
            Some("UTC".to_owned())
        } else {
            line.param("TZID").and_then(zone)
        };
        Some(Self {
            local,
            day,
            zone: zone.filter(|_| !day),
        })
    }

    /// As a moment; a floating one is read as UTC.
    pub(super) fn millis(&self) -> Option<Millis> {
        let zone = self
            .zone
            .as_deref()
            .and_then(|name| TimeZone::get(name).ok());
        let zoned = self.local.to_zoned(zone.unwrap_or(TimeZone::UTC)).ok()?;
        Some(Millis::from(zoned.timestamp()))
    }
}

/// `20260312`, `20260312T094100`, `20260312T094100Z`, as local time, whether it
/// is only a day, and whether it is UTC.
pub(super) fn parse(text: &str) -> Option<(DateTime, bool, bool)> {
    let (text, utc) = match text.strip_suffix(['Z', 'z']) {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let date = date_of(date)?;
    Some(match time {
        None => (date.at(0, 0, 0, 0), true, false),
        Some(time) => (date.to_datetime(time_of(time)?), false, utc),
    })
}

fn date_of(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to);
    Date::new(
        number(0, 4)?.parse().ok()?,
        number(4, 6)?.parse().ok()?,
        number(6, 8)?.parse().ok()?,
    )
    .ok()
}

fn time_of(text: &str) -> Option<Time> {
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i8>().ok();
    // A leap second is the second before it.
    Time::new(number(0, 2)?, number(2, 4)?, number(4, 6)?.min(59), 0).ok()
}

/// The IANA name behind a TZID, which may be Outlook's or Mozilla's own.
fn zone(tzid: &str) -> Option<String> {
    if TimeZone::get(tzid).is_ok() {
        return Some(tzid.to_owned());
    }
    let name = tzid.parse::<Tz>().ok()?.name()?.into_owned();
    TimeZone::get(&name).is_ok().then_some(name)
}

/// A moment as iCalendar writes UTC.
pub(super) fn utc(at: Millis) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Moment {
        Moment::of(&super::super::lines::read(text)[0]).unwrap()
    }

    #[test]
    fn a_time_keeps_its_zone_whatever_the_calendar_calls_it() {
        assert_eq!(
            line("DTSTART;TZID=Europe/Berlin:20260312T090000")
                .zone
                .unwrap(),
            "Europe/Berlin"
        );
        let outlook = line("DTSTART;TZID=W. Europe Standard Time:20260312T090000");
        assert_eq!(outlook.millis().unwrap().rfc3339(), "2026-03-12T08:00:00Z");
        let mozilla = line(
            "DTSTART;TZID=/freeassociation.sourceforge.net/Tzfile/Europe/Oslo:20260312T090000",
        );
        assert_eq!(mozilla.millis().unwrap().rfc3339(), "2026-03-12T08:00:00Z");
        assert!(line("DTSTART;VALUE=DATE:20260312").day);
        assert_eq!(parse("2026031é"), None);
        assert_eq!(parse("20261350"), None);
    }
}
