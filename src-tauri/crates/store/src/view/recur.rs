//! The occurrences of a calendar entry within a stretch of time.
//!
//! Recurrence rules are read by the `rrule` crate; what stands here is only the
//! way between its dates and ours, and the bound on how many are looked at.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rapport_model::{Event, Millis};
use rrule::RRuleSet;

/// More than any calendar shows at once; a rule that fires every second must
/// not hold the screen up.
const MOST: u16 = 1_000;

/// The start and end of each occurrence that touches `from..until`. A rule that
/// cannot be read shows the first occurrence alone: a wrong date is worse than
/// a missing one, and the entry itself stays visible.
pub(crate) fn occurrences(
    event: &Event,
    zone: &TimeZone,
    from: Millis,
    until: Millis,
    replaced: &[String],
) -> Vec<(Millis, Millis)> {
    let zone = event
        .zone
        .as_deref()
        .and_then(|name| TimeZone::get(name).ok())
        .unwrap_or_else(|| zone.clone());
    let length = event.start.until(event.end).ok();
    let ends = |start: DateTime| {
        length
            .and_then(|length| start.checked_add(length).ok())
            .unwrap_or(start)
    };
    let span = |start: DateTime| Some((moment(start, &zone)?, moment(ends(start), &zone)?));
    let touches =
        |(start, end): &(Millis, Millis)| *start < until && (*end > from || *start >= from);
    if event.recurrence.is_empty() {
        return span(event.start).filter(touches).into_iter().collect();
    }
    let Some(starts) = spread(event, from, until, &zone) else {
        return span(event.start).filter(touches).into_iter().collect();
    };
    let replaced: Vec<String> = replaced
        .iter()
        .map(|it| stamp(it, None, &zone, MIDNIGHT))
        .collect();
    starts
        .into_iter()
        .filter(|start| !replaced.contains(&format!("{}Z", compact(*start))))
        .filter_map(span)
        .filter(touches)
        .collect()
}

/// The local starts of a series. The rule is followed in local time as if in
/// UTC, so that nine o'clock stays nine o'clock when the clocks change.
fn spread(event: &Event, from: Millis, until: Millis, zone: &TimeZone) -> Option<Vec<DateTime>> {
    let mut text = format!("DTSTART:{}Z\n", compact(event.start));
    for line in &event.recurrence {
        text.push_str(&as_utc(line, zone));
        text.push('\n');
    }
    let set: RRuleSet = text.parse().ok()?;
    let length = event
        .start
        .until(event.end)
        .ok()?
        .total(jiff::Unit::Millisecond)
        .ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "an entry's length in ms is far below 2^53"
    )]
    let early = from.plus(-(length as i64)).plus(-86_400_000);
    let low = local(early, zone)?;
    let high = local(until, zone)?;
    let tz = rrule::Tz::UTC;
    let set = set.after(chrono_at(low, tz)?).before(chrono_at(high, tz)?);
    let found = set.all(MOST);
    Some(found.dates.iter().filter_map(from_chrono).collect())
}

/// `20260312T090000`.
fn compact(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

/// The dates of a recurrence line may be local, in UTC (as RFC 5545 wants of an `UNTIL`) or
/// in a zone that the line names; `rrule` wants all of them in one. So each becomes the local
/// time of the series "as if UTC", and a zone name goes.
fn as_utc(line: &str, zone: &TimeZone) -> String {
    let (head, tail) = line.split_once(':').unwrap_or(("RRULE", line));
    let mut params = head.split(';');
    let name = params.next().unwrap_or(head).to_ascii_uppercase();
    if name == "RRULE" || name == "EXRULE" {
        let parts: Vec<String> = tail
            .split(';')
            .map(|part| match part.split_once('=') {
                Some((key, value)) if key.eq_ignore_ascii_case("UNTIL") => {
                    format!("UNTIL={}", stamp(value, None, zone, LAST_SECOND))
                }
                _ => part.to_owned(),
            })
            .collect();
        return format!("{name}:{}", parts.join(";"));
    }
    let named = params
        .filter_map(|it| it.split_once('='))
        .find(|(key, _)| key.eq_ignore_ascii_case("TZID"))
        .and_then(|(_, value)| TimeZone::get(value.trim_matches('"')).ok());
    let dates: Vec<String> = tail
        .split(',')
        .map(|it| stamp(it, named.as_ref(), zone, MIDNIGHT))
        .collect();
    format!("{name}:{}", dates.join(","))
}

/// What a day without a time stands for among the starts of a series.
const MIDNIGHT: &str = "000000";
/// The same where a series ends: on that day it still takes place.
const LAST_SECOND: &str = "235959";

/// A date of a line in the local time of the series, as if in UTC. `named` is the zone that
/// its line names.
fn stamp(value: &str, named: Option<&TimeZone>, zone: &TimeZone, of_day: &str) -> String {
    let value = value.trim();
    let (bare, elsewhere) = match value.strip_suffix(['Z', 'z']) {
        Some(bare) => (bare, Some(&TimeZone::UTC)),
        None => (value, named.filter(|named| *named != zone)),
    };
    if !bare.contains('T') {
        return format!("{bare}T{of_day}Z");
    }
    let moved = elsewhere.and_then(|elsewhere| {
        let there = DateTime::strptime("%Y%m%dT%H%M%S", bare).ok()?;
        local(moment(there, elsewhere)?, zone)
    });
    match moved {
        Some(moved) => format!("{}Z", compact(moved)),
        None => format!("{bare}Z"),
    }
}

fn moment(local: DateTime, zone: &TimeZone) -> Option<Millis> {
    zone.to_ambiguous_zoned(local)
        .compatible()
        .ok()
        .map(|at| Millis::from(at.timestamp()))
}

fn local(at: Millis, zone: &TimeZone) -> Option<DateTime> {
    jiff::Timestamp::from_millisecond(at.0)
        .ok()
        .map(|at| at.to_zoned(zone.clone()).datetime())
}

fn chrono_at(at: DateTime, tz: rrule::Tz) -> Option<chrono::DateTime<rrule::Tz>> {
    use chrono::TimeZone as _;
    let seconds = at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
    tz.timestamp_opt(seconds, 0).single()
}

fn from_chrono(at: &chrono::DateTime<rrule::Tz>) -> Option<DateTime> {
    jiff::Timestamp::from_second(at.timestamp())
        .ok()
        .map(|at| at.to_zoned(TimeZone::UTC).datetime())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;

    fn weekly(rules: &[&str]) -> Event {
        Event {
            title: "Pipeline round".to_owned(),
            start: datetime(2026, 3, 12, 13, 0, 0, 0),
            end: datetime(2026, 3, 12, 13, 30, 0, 0),
            zone: Some("Europe/Amsterdam".to_owned()),
            all_day: false,
            location: None,
            notes: None,
            organizer: None,
            attendees: Vec::new(),
            recurrence: rules.iter().map(|rule| (*rule).to_owned()).collect(),
            occurrence: None,
            cancelled: false,
            about: None,
        }
    }

    fn starts(event: &Event, from: &str, until: &str, replaced: &[String]) -> Vec<String> {
        let at = |text| Millis::parse_rfc3339(text).unwrap();
        occurrences(event, &TimeZone::UTC, at(from), at(until), replaced)
            .into_iter()
            .map(|(start, _)| start.rfc3339())
            .collect()
    }

    #[test]
    fn a_weekly_round_stays_at_one_when_the_clocks_change() {
        assert_eq!(
            starts(
                &weekly(&["RRULE:FREQ=WEEKLY"]),
                "2026-03-20T00:00:00Z",
                "2026-04-10T00:00:00Z",
                &[]
            ),
            [
                "2026-03-26T12:00:00Z",
                "2026-04-02T11:00:00Z",
                "2026-04-09T11:00:00Z"
            ]
        );
    }

    #[test]
    fn excepted_and_replaced_days_are_left_out() {
        let event = weekly(&[
            "RRULE:FREQ=WEEKLY;COUNT=4",
            "EXDATE;TZID=Europe/Amsterdam:20260319T130000",
        ]);
        assert_eq!(
            starts(
                &event,
                "2026-03-01T00:00:00Z",
                "2026-05-01T00:00:00Z",
                &["20260326T130000".to_owned()]
            ),
            ["2026-03-12T12:00:00Z", "2026-04-02T11:00:00Z"]
        );
    }

    #[test]
    fn a_series_takes_place_on_its_last_day_however_that_is_written() {
        for until in ["20260402T110000Z", "20260402T130000", "20260402"] {
            let rule = format!("RRULE:FREQ=WEEKLY;UNTIL={until}");
            assert_eq!(
                starts(
                    &weekly(&[&rule]),
                    "2026-03-25T00:00:00Z",
                    "2026-05-01T00:00:00Z",
                    &[]
                ),
                ["2026-03-26T12:00:00Z", "2026-04-02T11:00:00Z"],
                "{until}"
            );
        }
    }

    #[test]
    fn a_day_that_is_left_out_may_be_told_in_utc_or_in_another_zone() {
        for line in [
            "EXDATE:20260319T120000Z",
            "EXDATE;TZID=America/New_York:20260319T080000",
            "EXDATE;TZID=\"Europe/Amsterdam\":20260319T130000",
        ] {
            assert_eq!(
                starts(
                    &weekly(&["RRULE:FREQ=WEEKLY;COUNT=4", line]),
                    "2026-03-01T00:00:00Z",
                    "2026-05-01T00:00:00Z",
                    &["20260326T120000Z".to_owned()]
                ),
                ["2026-03-12T12:00:00Z", "2026-04-02T11:00:00Z"],
                "{line}"
            );
        }
    }

    #[test]
    fn a_whole_day_of_a_series_is_replaced_by_its_date() {
        let mut event = weekly(&["RRULE:FREQ=WEEKLY;COUNT=2"]);
        event.zone = None;
        event.all_day = true;
        event.start = datetime(2026, 3, 12, 0, 0, 0, 0);
        event.end = datetime(2026, 3, 13, 0, 0, 0, 0);
        assert_eq!(
            starts(
                &event,
                "2026-03-01T00:00:00Z",
                "2026-05-01T00:00:00Z",
                &["20260319".to_owned()]
            ),
            ["2026-03-12T00:00:00Z"]
        );
    }

    #[test]
    fn a_rule_nobody_can_read_shows_the_first_occurrence() {
        for rule in [
            "RRULE:FREQ=NEVER",
            "nonsense",
            "RRULE:FREQ=SECONDLY;BYHOUR=99",
        ] {
            assert_eq!(
                starts(
                    &weekly(&[rule]),
                    "2026-03-01T00:00:00Z",
                    "2026-05-01T00:00:00Z",
                    &[]
                ),
                ["2026-03-12T12:00:00Z"],
                "{rule}"
            );
        }
    }

    #[test]
    fn a_rule_that_fires_every_second_does_not_hold_the_screen_up() {
        let found = starts(
            &weekly(&["RRULE:FREQ=SECONDLY"]),
            "2026-03-12T00:00:00Z",
            "2026-04-01T00:00:00Z",
            &[],
        );
        assert!(found.len() <= 1_000);
    }
}
