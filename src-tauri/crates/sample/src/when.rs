//! Days of the sample world. Every date is a number of days from `today`, so
//! the whole world moves when `today` does.
//!
//! Invariant: nothing here reads a clock; times of day are wall-clock times in
//! the zone given, so 08:12 stays 08:12 across a change to summer time.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

use crate::SampleError;

/// A day counted from `today`: 0 is today, -1 yesterday.
pub(crate) type Day = i32;

/// The day the document numbers of the world were written for.
const SNAPSHOT: Date = jiff::civil::date(2026, 3, 12);

/// Today, and where.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    today: Date,
    zone: TimeZone,
    zone_name: String,
}

/// Seconds after midnight, from hours and minutes.
pub(crate) const fn hm(hour: u32, minute: u32) -> u32 {
    hour * 3600 + minute * 60
}

impl Calendar {
    /// The calendar around `today`; refuses days too near the ends of time.
    pub(crate) fn new(today: Date, zone: TimeZone) -> Result<Self, SampleError> {
        if !(1000..=9000).contains(&today.year()) {
            return Err(SampleError::Today(today));
        }
        let zone_name = zone.iana_name().unwrap_or("UTC").to_owned();
        let zone = if zone.iana_name().is_some() {
            zone
        } else {
            TimeZone::UTC
        };
        Ok(Self {
            today,
            zone,
            zone_name,
        })
    }

    /// The IANA name of the zone.
    pub(crate) fn zone_name(&self) -> &str {
        &self.zone_name
    }

    /// The zone itself.
    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The date of a day.
    pub(crate) fn date(&self, day: Day) -> Date {
        self.today.saturating_add(day.days())
    }

    /// The wall-clock time on a day, before any zone is applied.
    pub(crate) fn wall(&self, day: Day, second: u32) -> DateTime {
        let part = |n: u32| i8::try_from(n).unwrap_or(0);
        let time = Time::new(
            part(second / 3600),
            part(second / 60 % 60),
            part(second % 60),
            0,
        );
        self.date(day).to_datetime(time.unwrap_or(Time::midnight()))
    }

    /// The instant of a wall-clock time; a skipped hour moves forward.
    pub(crate) fn at(&self, day: Day, second: u32) -> Result<Zoned, SampleError> {
        self.zone
            .to_ambiguous_zoned(self.wall(day, second))
            .compatible()
            .map_err(|source| SampleError::Time { day, source })
    }

    /// Whether people work on that day.
    pub(crate) fn is_working(&self, day: Day) -> bool {
        !matches!(
            self.date(day).weekday(),
            Weekday::Saturday | Weekday::Sunday
        )
    }

    /// The first working day at or after `day`.
    pub(crate) fn working_from(&self, day: Day) -> Day {
        (day..day + 3).find(|d| self.is_working(*d)).unwrap_or(day)
    }

    /// The last working day at or before `day`.
    pub(crate) fn working_until(&self, day: Day) -> Day {
        (day - 3..=day)
            .rev()
            .find(|d| self.is_working(*d))
            .unwrap_or(day)
    }

    /// The year a document number of that day carries. Numbers keep the years
    /// of the snapshot so that INV-2026-0148 fits between its neighbours
    /// whatever `today` is.
    pub(crate) fn number_year(day: Day) -> i16 {
        Self::number_date(day).year()
    }

    /// The day within that year, from 1.
    pub(crate) fn number_day(day: Day) -> i16 {
        Self::number_date(day).day_of_year()
    }

    fn number_date(day: Day) -> Date {
        SNAPSHOT.saturating_add(day.days())
    }

    /// The day on which a date of the snapshot falls.
    pub(crate) fn snapshot(year: i16, month: i8, day: i8) -> Day {
        let Ok(date) = Date::new(year, month, day) else {
            return 0;
        };
        SNAPSHOT.until(date).map_or(0, |span| span.get_days())
    }

    /// English name of the weekday.
    pub(crate) fn weekday(&self, day: Day) -> &'static str {
        match self.date(day).weekday() {
            Weekday::Monday => "Monday",
            Weekday::Tuesday => "Tuesday",
            Weekday::Wednesday => "Wednesday",
            Weekday::Thursday => "Thursday",
            Weekday::Friday => "Friday",
            Weekday::Saturday => "Saturday",
            Weekday::Sunday => "Sunday",
        }
    }

    /// "13 March".
    pub(crate) fn day_month(&self, day: Day) -> String {
        let date = self.date(day);
        format!("{} {}", date.day(), month_name(date.month()))
    }

    /// Fills `{wd+1}` (weekday), `{dm-8}` (day and month), `{ord-3}` (4th),
    /// `{mon-1}` (month), `{iso+0}` and `{year+0}` in a text of the world.
    pub(crate) fn fill(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 16);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((slot, tail)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            match self.slot(slot) {
                Some(word) => out.push_str(&word),
                None => {
                    out.push('{');
                    out.push_str(slot);
                    out.push('}');
                }
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    fn slot(&self, slot: &str) -> Option<String> {
        let sign = slot.find(['+', '-'])?;
        let (name, offset) = slot.split_at_checked(sign)?;
        let day: Day = offset.parse().ok()?;
        match name {
            "wd" => Some(self.weekday(day).to_owned()),
            "dm" => Some(self.day_month(day)),
            "ord" => Some(ordinal(self.date(day).day())),
            "mon" => Some(month_name(self.date(day).month()).to_owned()),
            "iso" => Some(self.date(day).to_string()),
            "year" => Some(self.date(day).year().to_string()),
            _ => None,
        }
    }
}

/// English name of a month.
pub(crate) fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let at = usize::try_from(month.saturating_sub(1)).unwrap_or(0);
    NAMES.get(at).copied().unwrap_or("January")
}

fn ordinal(day: i8) -> String {
    let ending = match (day % 10, day / 10) {
        (1, tens) if tens != 1 => "st",
        (2, tens) if tens != 1 => "nd",
        (3, tens) if tens != 1 => "rd",
        _ => "th",
    };
    format!("{day}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn amsterdam(today: Date) -> Calendar {
        Calendar::new(today, TimeZone::get("Europe/Amsterdam").unwrap()).unwrap()
    }

    #[test]
    fn texts_speak_of_days_around_today() {
        let snapshot = amsterdam(date(2026, 3, 12));
        let text = "as on the {ord-8} and the {ord-3}, {wd+1} {dm+1}; {nothing} {x";
        assert_eq!(
            snapshot.fill(text),
            "as on the 4th and the 9th, Friday 13 March; {nothing} {x"
        );
        let leap = amsterdam(date(2028, 3, 1));
        assert_eq!(leap.fill("{dm-1}, {ord-8}"), "29 February, 22nd");
    }

    #[test]
    fn a_morning_stays_a_morning_across_summer_time() {
        let monday_after_change = amsterdam(date(2026, 3, 30));
        let before = monday_after_change.at(-3, hm(8, 12)).unwrap();
        let after = monday_after_change.at(0, hm(8, 12)).unwrap();
        assert_eq!((before.hour(), after.hour()), (8, 8));
        assert_ne!(before.offset(), after.offset());
        let skipped = monday_after_change.at(-1, hm(2, 30)).unwrap();
        assert_eq!(skipped.hour(), 3, "02:30 did not exist on that Sunday");
    }

    #[test]
    fn days_of_the_snapshot_count_from_its_thursday() {
        assert_eq!(Calendar::snapshot(2026, 3, 12), 0);
        assert_eq!(Calendar::snapshot(2026, 2, 9), -31);
        assert_eq!(Calendar::number_year(-80), 2025);
    }

    #[test]
    fn a_day_at_the_end_of_time_is_refused() {
        assert!(Calendar::new(date(9999, 12, 31), TimeZone::UTC).is_err());
    }
}
