//! Calendar entries and tasks as iCalendar, one file each.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::folder::Folder;
use super::{escaped, folded};
use crate::SampleError;
use crate::agenda::{Event, Task};
use crate::when::{Calendar, Day};
use crate::world::{Person, customer, person};

/// Writes events and tasks and says how many of each.
pub(crate) fn write(
    folder: &Folder,
    calendar: &Calendar,
    events: &[Event],
    tasks: &[Task],
) -> Result<(u64, u64), SampleError> {
    for event in events {
        let text = event_file(event, calendar)?;
        folder.put(&format!("calendar/{}.ics", event.key), text.as_bytes())?;
    }
    for task in tasks {
        let text = task_file(task, calendar)?;
        folder.put(&format!("tasks/{}.ics", task.key), text.as_bytes())?;
    }
    let count = |n: usize| u64::try_from(n).unwrap_or(0);
    Ok((count(events.len()), count(tasks.len())))
}

struct File {
    text: String,
}

impl File {
    fn begin() -> Self {
        let mut file = Self {
            text: String::new(),
        };
        file.add("BEGIN:VCALENDAR");
        file.add("VERSION:2.0");
        file.add("PRODID:-//Velmora Instruments//Sample//EN");
        file
    }

    fn add(&mut self, line: &str) {
        folded(&mut self.text, line);
    }

    fn people(&mut self, people: &[&'static Person]) {
        let Some((first, _)) = people.split_first() else {
            return;
        };
        self.add(&format!(
            "ORGANIZER;CN={}:mailto:{}",
            quoted(first.name),
            first.email()
        ));
        for p in people {
            self.add(&format!(
                "ATTENDEE;CN={};PARTSTAT=ACCEPTED:mailto:{}",
                quoted(p.name),
                p.email()
            ));
        }
    }

    fn end(mut self) -> String {
        self.add("END:VCALENDAR");
        self.text
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "'"))
}

fn local(calendar: &Calendar, day: Day, second: u32) -> String {
    calendar
        .wall(day, second)
        .strftime("%Y%m%dT%H%M%S")
        .to_string()
}

fn utc(calendar: &Calendar, day: Day, second: u32) -> Result<String, SampleError> {
    Ok(calendar
        .at(day, second)?
        .timestamp()
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string())
}

fn event_file(event: &Event, calendar: &Calendar) -> Result<String, SampleError> {
    let mut file = File::begin();
    let zone = calendar.zone_name();
    let last = if event.weekly { 400 } else { event.day + 1 };
    if event.start.is_some() {
        file.zone(calendar, event.day, last)?;
    }
    file.event(event, event.day, None, calendar)?;
    if let (Some((day, later)), Some(start)) = (event.moved, event.start) {
        let id = format!("RECURRENCE-ID;TZID={zone}:{}", local(calendar, day, start));
        let moved = Event {
            weekly: false,
            start: Some(start + later),
            skipped: Vec::new(),
            moved: None,
            ..event.clone()
        };
        file.event(&moved, day, Some(id), calendar)?;
    }
    Ok(file.end())
}

impl File {
    fn event(
        &mut self,
        event: &Event,
        day: Day,
        occurrence: Option<String>,
        calendar: &Calendar,
    ) -> Result<(), SampleError> {
        let zone = calendar.zone_name();
        self.add("BEGIN:VEVENT");
        self.add(&format!("UID:{}@velmora.example", event.key));
        self.add(&format!(
            "DTSTAMP:{}",
            utc(calendar, (day - 14).min(-1), 9 * 3600)?
        ));
        if let Some(line) = occurrence {
            self.add(&line);
            self.add("SEQUENCE:1");
        }
        match event.start {
            Some(start) => {
                self.add(&format!(
                    "DTSTART;TZID={zone}:{}",
                    local(calendar, day, start)
                ));
                self.add(&format!(
                    "DTEND;TZID={zone}:{}",
                    local(calendar, day, start + event.length * 60)
                ));
            }
            None => {
                let days = i32::try_from(event.length).unwrap_or(1);
                self.add(&format!(
                    "DTSTART;VALUE=DATE:{}",
                    calendar.date(day).strftime("%Y%m%d")
                ));
                self.add(&format!(
                    "DTEND;VALUE=DATE:{}",
                    calendar.date(day + days).strftime("%Y%m%d")
                ));
                self.add("TRANSP:TRANSPARENT");
            }
        }
        if event.weekly {
            self.add("RRULE:FREQ=WEEKLY");
            for day in &event.skipped {
                self.add(&format!(
                    "EXDATE;TZID={zone}:{}",
                    local(calendar, *day, event.start.unwrap_or(0))
                ));
            }
        }
        self.add(&format!("SUMMARY:{}", escaped(&event.title)));
        if !event.place.is_empty() {
            self.add(&format!("LOCATION:{}", escaped(&event.place)));
        }
        if !event.text.is_empty() {
            self.add(&format!("DESCRIPTION:{}", escaped(&event.text)));
        }
        if let Some(c) = customer(event.customer) {
            self.add(&format!("CATEGORIES:{}", escaped(c.name)));
            self.add(&format!("X-RAPPORT-ABOUT:{}", super::tables::about(c.id)));
        }
        self.people(&event.people);
        self.add("END:VEVENT");
        Ok(())
    }

    /// The changes of the clock that matter between two days, one observance
    /// each: exact for every zone, and no rule to get wrong.
    fn zone(&mut self, calendar: &Calendar, from: Day, until: Day) -> Result<(), SampleError> {
        let zone = calendar.zone();
        let start = calendar.at(from, 0)?.timestamp();
        let end = calendar.at(until, 0)?.timestamp();
        let first = zone.preceding(start).next().map(|t| t.timestamp());
        self.add("BEGIN:VTIMEZONE");
        self.add(&format!("TZID:{}", calendar.zone_name()));
        match first {
            None => self.observance(zone, Timestamp::UNIX_EPOCH)?,
            Some(first) => {
                self.observance(zone, first)?;
                for change in zone.following(start).take_while(|t| t.timestamp() <= end) {
                    self.observance(zone, change.timestamp())?;
                }
            }
        }
        self.add("END:VTIMEZONE");
        Ok(())
    }

    fn observance(&mut self, zone: &TimeZone, at: Timestamp) -> Result<(), SampleError> {
        let before = at
            .checked_sub(1.second())
            .map_err(|source| SampleError::Time { day: 0, source })?;
        let info = zone.to_offset_info(at);
        let (from, to) = (zone.to_offset(before), info.offset());
        let part = if info.dst().is_dst() {
            "DAYLIGHT"
        } else {
            "STANDARD"
        };
        let offset = |o: jiff::tz::Offset| {
            let minutes = o.seconds().abs() / 60;
            let sign = if o.is_negative() { '-' } else { '+' };
            format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
        };
        self.add(&format!("BEGIN:{part}"));
        self.add(&format!(
            "DTSTART:{}",
            from.to_datetime(at).strftime("%Y%m%dT%H%M%S")
        ));
        self.add(&format!("TZOFFSETFROM:{}", offset(from)));
        self.add(&format!("TZOFFSETTO:{}", offset(to)));
        self.add(&format!("TZNAME:{}", info.abbreviation()));
        self.add(&format!("END:{part}"));
        Ok(())
    }
}

fn task_file(task: &Task, calendar: &Calendar) -> Result<String, SampleError> {
    let mut file = File::begin();
    if let Some(second) = task.due.1 {
        file.zone(calendar, task.due.0, task.due.0 + 1)?;
        file.todo(task, calendar, Some(second))?;
    } else {
        file.todo(task, calendar, None)?;
    }
    Ok(file.end())
}

impl File {
    fn todo(
        &mut self,
        task: &Task,
        calendar: &Calendar,
        second: Option<u32>,
    ) -> Result<(), SampleError> {
        let (day, _) = task.due;
        self.add("BEGIN:VTODO");
        self.add(&format!("UID:{}@velmora.example", task.key));
        let made = utc(calendar, task.created.0, task.created.1)?;
        self.add(&format!("DTSTAMP:{made}"));
        self.add(&format!("CREATED:{made}"));
        match second {
            Some(second) => self.add(&format!(
                "DUE;TZID={}:{}",
                calendar.zone_name(),
                local(calendar, day, second)
            )),
            None => self.add(&format!(
                "DUE;VALUE=DATE:{}",
                calendar.date(day).strftime("%Y%m%d")
            )),
        }
        self.add(&format!("SUMMARY:{}", escaped(&task.title)));
        if !task.text.is_empty() {
            self.add(&format!("DESCRIPTION:{}", escaped(&task.text)));
        }
        self.add(&format!("STATUS:{}", task.status));
        self.add(&format!("PERCENT-COMPLETE:{}", task.percent));
        if task.status == "COMPLETED" {
            self.add(&format!(
                "COMPLETED:{}",
                utc(calendar, task.done.0, task.done.1)?
            ));
        }
        if let Some(c) = customer(task.customer) {
            self.add(&format!("CATEGORIES:{}", escaped(c.name)));
            self.add(&format!("X-RAPPORT-ABOUT:{}", super::tables::about(c.id)));
        }
        if let Some(cause) = &task.cause {
            self.add(&format!("RELATED-TO:{}", escaped(cause)));
            self.add(&format!("X-RAPPORT-LINK:{}", escaped(cause)));
        }
        self.add(&format!("X-RAPPORT-COLUMN:{}", task.column));
        let (system, number) = task.source;
        self.add(&format!(
            "X-RAPPORT-SOURCE:{}",
            format!("{system} {number}").trim_end()
        ));
        if let Some(who) = person(task.who) {
            self.people(&[who]);
        }
        self.add("END:VTODO");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calcard::icalendar::ICalendar;
    use jiff::civil::date;

    #[test]
    fn another_parser_reads_every_entry_in_every_zone() {
        for name in [
            "Europe/Amsterdam",
            "Asia/Kolkata",
            "UTC",
            "America/St_Johns",
        ] {
            let calendar = Calendar::new(date(2028, 2, 29), TimeZone::get(name).unwrap()).unwrap();
            for event in crate::agenda::events(5, &calendar) {
                let text = event_file(&event, &calendar).unwrap();
                ICalendar::parse(&text).unwrap_or_else(|e| panic!("{}: {e:?}\n{text}", event.key));
            }
            for task in crate::agenda::tasks(5, &calendar) {
                let text = task_file(&task, &calendar).unwrap();
                ICalendar::parse(&text).unwrap_or_else(|e| panic!("{}: {e:?}\n{text}", task.key));
            }
        }
    }

    #[test]
    fn the_zone_of_a_meeting_says_when_summer_time_begins() {
        let calendar = Calendar::new(
            date(2026, 3, 12),
            TimeZone::get("Europe/Amsterdam").unwrap(),
        )
        .unwrap();
        let events = crate::agenda::events(5, &calendar);
        let round = events.iter().find(|e| e.key == "pipeline-round").unwrap();
        let text = event_file(round, &calendar).unwrap();
        assert!(text.contains("BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST"), "{text}");
        assert!(text.contains("RRULE:FREQ=WEEKLY\r\nEXDATE;TZID=Europe/Amsterdam:"));
        assert!(text.contains("RECURRENCE-ID;TZID=Europe/Amsterdam:20260305T130000"));
    }
}
