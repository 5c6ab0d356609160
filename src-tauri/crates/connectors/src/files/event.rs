//! VEVENT components as calendar entries. Recurrence lines are kept as they
//! are written; whoever shows a week expands them there.

use jiff::civil::DateTime;
use jiff::{Span, ToSpan as _};
use rapport_model::Millis;
use rapport_model::plan::Event;

use super::lines::{self, Line};
use super::moment::Moment;
use super::todo::{person, reference, uid_of};

/// An entry with its UID, before its handle is known.
#[derive(Debug)]
pub(super) struct Entry {
    /// UID, and the occurrence it stands for, if one.
    pub(super) uid: String,
    /// When it begins.
    pub(super) at: Millis,
    /// The rest.
    pub(super) event: Event,
}

/// Maps a component.
///
/// # Errors
/// In plain words, what it lacks.
pub(super) fn map(text: &str) -> Result<Entry, String> {
    let lines = lines::own(lines::read(text));
    let find = |name: &str| lines.iter().find(|line| line.name == name);
    let first = |name: &str| {
        find(name)
            .map(Line::text)
            .filter(|it| !it.trim().is_empty())
    };
    let uid = uid_of(&lines).ok_or("the calendar entry has no UID")?;
    let start = find("DTSTART")
        .and_then(Moment::of)
        .ok_or("the calendar entry has no start")?;
    let end = find("DTEND")
        .and_then(Moment::of)
        .map(|end| in_zone_of(&start, end));
    let lasts = || first("DURATION").and_then(|it| it.trim().parse::<Span>().ok());
    let one_day = || if start.day { 1.day() } else { Span::new() };
    let end = end.or_else(|| {
        start
            .local
            .checked_add(lasts().unwrap_or_else(one_day))
            .ok()
    });
    let end = end.filter(|end| *end >= start.local).unwrap_or(start.local);
    let recurrence = lines
        .iter()
        .filter(|line| matches!(line.name.as_str(), "RRULE" | "RDATE" | "EXDATE" | "EXRULE"))
        .map(as_written)
        .collect();
    Ok(Entry {
        uid,
        at: start.millis().unwrap_or_default(),
        event: Event {
            title: first("SUMMARY").unwrap_or_else(|| "(no title)".to_owned()),
            start: start.local,
            end,
            zone: start.zone.clone(),
            all_day: start.day,
            location: first("LOCATION"),
            notes: first("DESCRIPTION"),
            organizer: find("ORGANIZER").and_then(person),
            attendees: lines
                .iter()
                .filter(|line| line.name == "ATTENDEE")
                .filter_map(person)
                .collect(),
            recurrence,
            occurrence: find("RECURRENCE-ID").map(|line| line.value.trim().to_owned()),
            cancelled: first("STATUS").is_some_and(|it| it.eq_ignore_ascii_case("CANCELLED")),
            about: first("X-RAPPORT-ABOUT").and_then(|it| reference(&it)),
        },
    })
}

/// An end in another zone than the start, on the start's clock.
fn in_zone_of(start: &Moment, end: Moment) -> DateTime {
    if end.zone == start.zone || end.day {
        return end.local;
    }
    let zone = start
        .zone
        .as_deref()
        .and_then(|name| jiff::tz::TimeZone::get(name).ok());
    match (
        zone,
        end.millis()
            .and_then(|at| jiff::Timestamp::from_millisecond(at.0).ok()),
    ) {
        (Some(zone), Some(at)) => zone.to_datetime(at),
        _ => end.local,
    }
}

/// The line as RFC 5545 has it, unfolded; a day stays a day, a zone stays named.
fn as_written(line: &Line) -> String {
    let params: String = line
        .params
        .iter()
        .map(|(key, value)| format!(";{key}={}", lines::param(value)))
        .collect();
    format!("{}{params}:{}", line.name, line.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weekly_round_keeps_its_zone_and_its_recurrence() {
        let text = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Europe/Berlin:20260312T090000\r\nDURATION:PT45M\r\nRRULE:FREQ=WEEKLY;BYDAY=TH\r\nEXDATE;TZID=Europe/Berlin:20260402T090000\r\nSUMMARY:Round\r\nATTENDEE;CN=Ada:mailto:ada@x.org\r\nEND:VEVENT\r\n";
        let entry = map(text).unwrap();
        assert_eq!(entry.event.end.to_string(), "2026-03-12T09:45:00");
        assert_eq!(entry.event.zone.as_deref(), Some("Europe/Berlin"));
        let want = [
            "RRULE:FREQ=WEEKLY;BYDAY=TH",
            "EXDATE;TZID=Europe/Berlin:20260402T090000",
        ];
        assert_eq!(entry.event.recurrence, want);
        assert_eq!(entry.at.rfc3339(), "2026-03-12T08:00:00Z");
    }

    #[test]
    fn a_whole_day_without_an_end_lasts_one_day() {
        let entry = map("BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20260312\nEND:VEVENT\n").unwrap();
        assert!(entry.event.all_day);
        assert_eq!(entry.event.end.to_string(), "2026-03-13T00:00:00");
    }
}
