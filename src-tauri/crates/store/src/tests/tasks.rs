//! The list of tasks, whole and page by page.

use jiff::tz::TimeZone;
use rapport_model::plan::Due;
use rapport_model::{OrgId, Task};

use super::*;
use crate::view::{TaskOrder, TasksWanted};

fn task(title: &str, due: Option<i8>, priority: Option<u8>) -> Item {
    let body = Task {
        title: title.to_owned(),
        due: due.map(|day| Due::Day(jiff::civil::date(2026, 3, day))),
        priority,
        ..Task::default()
    };
    item(title, Body::Task(body))
}

fn titles(scene: &Scene, wanted: &TasksWanted) -> Vec<String> {
    let rows = scene
        .db
        .read(|r| r.tasks(wanted, MORNING, &TimeZone::UTC))
        .unwrap();
    rows.into_iter().map(|it| it.title).collect()
}

#[test]
fn tasks_come_by_due_date_then_priority_and_those_without_a_date_last() {
    let scene = Scene::new();
    let links = Links {
        org: Some(OrgId(4)),
        ..Links::default()
    };
    for (title, due, priority) in [
        ("undated", None, None),
        ("undated first", None, Some(1)),
        ("late", Some(20), None),
        ("same day", Some(12), None),
        ("same day first", Some(12), Some(2)),
        ("early", Some(3), Some(9)),
    ] {
        scene.put_linked(&task(title, due, priority), &links);
    }
    let all = [
        "early",
        "same day first",
        "same day",
        "late",
        "undated first",
        "undated",
    ];
    for order in [TaskOrder::Due, TaskOrder::Customer, TaskOrder::Source] {
        for org in [None, Some(OrgId(4))] {
            let wanted = TasksWanted {
                org,
                order,
                ..TasksWanted::default()
            };
            assert_eq!(titles(&scene, &wanted), all, "{order:?}");
            for (at, title) in all.iter().enumerate() {
                let one = TasksWanted {
                    limit: Some(1),
                    offset: u32::try_from(at).unwrap(),
                    ..wanted.clone()
                };
                assert_eq!(titles(&scene, &one), [*title], "{order:?} {at}");
            }
            let beyond = TasksWanted {
                offset: 6,
                ..wanted.clone()
            };
            assert!(titles(&scene, &beyond).is_empty());
        }
    }
}

/// Zones on both sides of UTC, where the day begins before and after the moment it is stored by.
#[test]
fn late_tasks_are_counted_as_the_list_marks_them() {
    let scene = Scene::new();
    let hours = |n: i64| MORNING.plus(n * 3_600_000);
    for n in (-30..30).step_by(3) {
        let body = Task {
            title: format!("at {n}"),
            due: Some(Due::At(hours(n))),
            ..Task::default()
        };
        scene.put(&item(&body.title.clone(), Body::Task(body)));
    }
    for day in 10..15 {
        scene.put(&task(&format!("on the {day}th"), Some(day), None));
    }
    for zone in [
        TimeZone::UTC,
        TimeZone::fixed(jiff::tz::offset(13)),
        TimeZone::fixed(jiff::tz::offset(-11)),
    ] {
        let counted = scene.db.read(|r| r.counts(MORNING, &zone)).unwrap().overdue;
        let wanted = TasksWanted::default();
        let rows = scene.db.read(|r| r.tasks(&wanted, MORNING, &zone)).unwrap();
        let marked = rows.iter().filter(|it| it.overdue).count();
        assert!(marked > 5);
        assert_eq!(usize::try_from(counted).unwrap(), marked, "{zone:?}");
    }
}

/// Of a day: that one is today until it is over, wherever that is.
#[test]
fn what_is_due_today_is_neither_late_nor_due_tomorrow_in_any_zone() {
    let scene = Scene::new();
    for day in 10..15 {
        scene.put(&task(&format!("{day}"), Some(day), None));
    }
    // Shortly after seven in the morning of the twelfth, by UTC.
    for (hours, today) in [(0, 12), (13, 12), (-11, 11)] {
        let zone = TimeZone::fixed(jiff::tz::offset(hours));
        let late = TasksWanted {
            due_before: Some(MORNING),
            ..TasksWanted::default()
        };
        let before: Vec<String> = (10..today).map(|it| it.to_string()).collect();
        let until: Vec<String> = (10..=today).map(|it| it.to_string()).collect();
        let listed = |wanted: &TasksWanted| {
            let rows = scene.db.read(|r| r.tasks(wanted, MORNING, &zone)).unwrap();
            let count = scene.db.read(|r| r.tasks_count(wanted, &zone)).unwrap();
            assert_eq!(rows.len(), usize::try_from(count).unwrap());
            rows.into_iter().map(|it| it.title).collect::<Vec<_>>()
        };
        assert_eq!(listed(&late), before, "{hours}");
        let view = scene.db.read(|r| r.today_view(MORNING, &zone)).unwrap();
        let due: Vec<String> = view.tasks.into_iter().map(|it| it.title).collect();
        assert_eq!(due, until, "{hours}");
        let counts = scene.db.read(|r| r.counts(MORNING, &zone)).unwrap();
        for counted in [view.tasks_due, counts.tasks_due] {
            assert_eq!(usize::try_from(counted).unwrap(), until.len(), "{hours}");
        }
    }
}

#[test]
fn a_followed_list_has_every_task_and_what_was_finished_last_comes_first() {
    let scene = Scene::new();
    for n in 0..250_i64 {
        let body = Task {
            title: format!("{n}"),
            status: rapport_model::plan::TaskStatus::Done,
            // The later it was due, the earlier it was finished.
            due: Some(Due::At(MORNING.plus(n))),
            completed: Some(MORNING.plus(-n)),
            ..Task::default()
        };
        scene.put(&item(&body.title.clone(), Body::Task(body)));
    }
    let wanted = TasksWanted {
        status: vec!["done".to_owned()],
        order: TaskOrder::Finished,
        ..TasksWanted::default()
    };
    assert_eq!(titles(&scene, &wanted)[..3], ["0", "1", "2"]);
    let ids = scene
        .db
        .read(|r| r.task_ids(&wanted, &TimeZone::UTC))
        .unwrap();
    let count = scene
        .db
        .read(|r| r.tasks_count(&wanted, &TimeZone::UTC))
        .unwrap();
    assert_eq!((ids.len(), count), (250, 250));
    let rows = scene
        .db
        .read(|r| r.tasks(&wanted, MORNING, &TimeZone::UTC))
        .unwrap();
    assert!(rows.iter().map(|it| it.id).eq(ids.into_iter().take(200)));
}

#[test]
fn what_fell_due_last_is_told_of_in_the_order_of_its_dates() {
    let scene = Scene::new();
    for day in 1..12 {
        scene.put(&task(&format!("on the {day}th"), Some(day), None));
    }
    scene.put(&task("undated", None, None));
    let invoice = |number: i8, day: i8| {
        let mut record = Record::new(RecordKind::Invoice, format!("invoice {number}"));
        record.due = Some(jiff::civil::date(2026, 3, day));
        record.phase = rapport_model::Phase::Open;
        item(&record.title.clone(), Body::Record(Box::new(record)))
    };
    for (number, day) in [(1, 2), (2, 9), (3, 4), (4, 20), (5, 7)] {
        scene.put(&invoice(number, day));
    }
    let last = |most| {
        let past_due = |r: &crate::db::Reader<'_>| r.past_due(MORNING, &TimeZone::UTC, most);
        let (invoices, tasks) = scene.db.read(past_due).unwrap();
        let invoices: Vec<String> = invoices.into_iter().map(|it| it.title).collect();
        let tasks: Vec<String> = tasks.into_iter().map(|it| it.title).collect();
        (invoices, tasks)
    };
    let (invoices, tasks) = last(2);
    assert_eq!(invoices, ["invoice 5", "invoice 2"]);
    assert_eq!(tasks, ["on the 10th", "on the 11th"]);
    let (invoices, tasks) = last(50);
    assert_eq!(
        invoices,
        ["invoice 1", "invoice 3", "invoice 5", "invoice 2"]
    );
    assert_eq!(tasks.len(), 11);
}
