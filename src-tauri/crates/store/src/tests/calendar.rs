//! The calendar: series, and the entries that stand for one occurrence of them.

use jiff::civil::{DateTime, datetime};
use jiff::tz::TimeZone;
use rapport_model::{Event, LinkId};

use super::*;

const ZONE: &str = "Europe/Amsterdam";

fn entry(uid: &str, start: DateTime, change: impl FnOnce(&mut Event)) -> Item {
    let mut event = Event {
        title: "Pipeline round".to_owned(),
        start,
        end: start.checked_add(jiff::Span::new().minutes(30)).unwrap(),
        zone: Some(ZONE.to_owned()),
        all_day: false,
        location: None,
        notes: None,
        organizer: None,
        attendees: Vec::new(),
        recurrence: Vec::new(),
        occurrence: None,
        cancelled: false,
        about: None,
    };
    change(&mut event);
    Item {
        link: Some(LinkId::new(uid)),
        ..item(uid, Body::Event(event))
    }
}

fn series() -> Item {
    entry("round", datetime(2026, 3, 5, 13, 0, 0, 0), |it| {
        it.recurrence = vec!["RRULE:FREQ=WEEKLY;COUNT=4".to_owned()];
    })
}

/// An entry of its own for what would be at one o'clock on a day of March.
fn instead_of(day: i8, start: DateTime, cancelled: bool) -> Item {
    let occurrence = format!("202603{day:02}T130000");
    entry(&format!("round;{occurrence}"), start, |it| {
        it.occurrence = Some(occurrence);
        it.cancelled = cancelled;
    })
}

fn starts(scene: &Scene, from: &str, until: &str) -> Vec<String> {
    let at = |text| Millis::parse_rfc3339(text).unwrap();
    let rows = scene
        .db
        .read(|r| r.events(at(from), at(until), &TimeZone::UTC))
        .unwrap();
    rows.into_iter().map(|it| it.start.rfc3339()).collect()
}

#[test]
fn a_moved_occurrence_leaves_its_series_and_one_called_off_is_gone() {
    let scene = Scene::new();
    scene.put(&series());
    scene.put(&instead_of(12, datetime(2026, 3, 12, 14, 0, 0, 0), false));
    scene.put(&instead_of(19, datetime(2026, 3, 19, 13, 0, 0, 0), true));
    assert_eq!(
        starts(&scene, "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"),
        [
            "2026-03-05T12:00:00Z",
            "2026-03-12T13:00:00Z",
            "2026-03-26T12:00:00Z"
        ]
    );
}

#[test]
fn an_occurrence_moved_to_another_month_is_not_where_it_was() {
    let scene = Scene::new();
    scene.put(&series());
    scene.put(&instead_of(12, datetime(2026, 5, 4, 9, 0, 0, 0), false));
    let (day, next) = ("2026-03-12T00:00:00Z", "2026-03-13T00:00:00Z");
    assert!(starts(&scene, day, next).is_empty());
    assert_eq!(
        starts(&scene, "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"),
        ["2026-05-04T07:00:00Z"]
    );
}

#[test]
fn a_series_of_another_account_keeps_its_occurrences() {
    let scene = Scene::new();
    let other = AccountId::new("velmora-2");
    scene.add_account(&other);
    scene.put(&series());
    let moved = instead_of(12, datetime(2026, 3, 12, 14, 0, 0, 0), false);
    let place = Place {
        account: &other,
        collection: &scene.mail,
    };
    scene
        .db
        .write(|tx| tx.upsert_item(&place, &moved, &Links::default(), &scene.remote()))
        .unwrap();
    assert_eq!(
        starts(&scene, "2026-03-12T00:00:00Z", "2026-03-13T00:00:00Z"),
        ["2026-03-12T12:00:00Z", "2026-03-12T13:00:00Z"]
    );
}
