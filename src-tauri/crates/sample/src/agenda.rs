//! Calendar entries and tasks: those of the scenes, and ordinary ones around them.

use crate::rng::Rng;
use crate::scenes;
use crate::talk::Setting;
use crate::when::{Calendar, Day, hm};
use crate::world::agenda::{MEETINGS, ORDINARY as MEETING_TITLES};
use crate::world::todos::{ORDINARY as TASK_TITLES, TODOS};
use crate::world::{ME, Person, people_of, person, staff};

/// A calendar entry.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// UID without its domain, and file name.
    pub(crate) key: String,
    /// Title.
    pub(crate) title: String,
    /// First day.
    pub(crate) day: Day,
    /// Second of the day; none for whole days.
    pub(crate) start: Option<u32>,
    /// Minutes, or days.
    pub(crate) length: u32,
    /// Place.
    pub(crate) place: String,
    /// Customer key, or empty.
    pub(crate) customer: &'static str,
    /// Organiser first.
    pub(crate) people: Vec<&'static Person>,
    /// Text.
    pub(crate) text: String,
    /// Repeats every week.
    pub(crate) weekly: bool,
    /// Days of the series that do not take place.
    pub(crate) skipped: Vec<Day>,
    /// A day of the series that starts later, by seconds.
    pub(crate) moved: Option<(Day, u32)>,
}

/// A task.
#[derive(Debug)]
pub(crate) struct Task {
    /// UID without its domain, and file name.
    pub(crate) key: String,
    /// Title.
    pub(crate) title: String,
    /// Customer key, or empty.
    pub(crate) customer: &'static str,
    /// System and number it stands for.
    pub(crate) source: (&'static str, &'static str),
    /// Day and second due.
    pub(crate) due: (Day, Option<u32>),
    /// When it was made.
    pub(crate) created: (Day, u32),
    /// When it was done, if it was.
    pub(crate) done: (Day, u32),
    /// Who does it.
    pub(crate) who: &'static str,
    /// iCalendar status.
    pub(crate) status: &'static str,
    /// Board column.
    pub(crate) column: &'static str,
    /// Text.
    pub(crate) text: String,
    /// Id of the message that caused it.
    pub(crate) cause: Option<String>,
    /// Percent done.
    pub(crate) percent: u32,
}

/// All calendar entries.
pub(crate) fn events(seed: u64, calendar: &Calendar) -> Vec<Event> {
    let mut rng = Rng::new(seed, "events");
    let mut all: Vec<Event> = MEETINGS
        .iter()
        .map(|m| Event {
            key: m.key.to_owned(),
            title: calendar.fill(m.title),
            day: m.day,
            start: m.start,
            length: m.length,
            place: m.place.to_owned(),
            customer: m.customer,
            people: m.guests.iter().filter_map(|g| person(g)).collect(),
            text: calendar.fill(m.text),
            weekly: m.weekly,
            // One round fell into the holidays, last week's began an hour later.
            skipped: if m.key == "pipeline-round" {
                vec![-77]
            } else {
                Vec::new()
            },
            moved: (m.key == "pipeline-round").then_some((-7, 3600)),
        })
        .collect();
    let mut day = crate::ledger::HISTORY + 3;
    let mut serial = 0;
    while day < 70 {
        // Today and its neighbours belong to the scenes.
        let busy = (-2..=3).contains(&day);
        if calendar.is_working(day) && !busy && rng.chance(38) {
            serial += 1;
            all.push(ordinary_event(serial, day, &mut rng));
        }
        day += 1;
    }
    all
}

fn ordinary_event(serial: u32, day: Day, rng: &mut Rng) -> Event {
    let customer = Setting::customer(rng);
    let host = if rng.chance(75) {
        ME
    } else {
        rng.word(&["jonas", "mateo", "priya"])
    };
    let mut people: Vec<&'static Person> = person(host).into_iter().collect();
    let theirs: Vec<&'static Person> = people_of(customer.key).collect();
    people.extend(rng.pick(&theirs).copied());
    if host != ME {
        people.extend(person(ME));
    }
    let start = hm(8 + u32::try_from(rng.index(9)).unwrap_or(0), 0)
        + u32::try_from(rng.index(2)).unwrap_or(0) * 1800;
    let on_site = rng.chance(25);
    Event {
        key: format!("meeting-{serial:04}"),
        title: rng.word(MEETING_TITLES).replace("{c}", customer.name),
        day,
        start: Some(start),
        length: *rng.pick(&[15, 30, 30, 45, 60, 90]).unwrap_or(&30),
        place: if on_site {
            customer.address[2].to_owned()
        } else {
            String::new()
        },
        customer: customer.key,
        people,
        text: String::new(),
        weekly: false,
        skipped: Vec::new(),
        moved: None,
    }
}

/// All tasks.
pub(crate) fn tasks(seed: u64, calendar: &Calendar) -> Vec<Task> {
    let mut rng = Rng::new(seed, "tasks");
    let mut all: Vec<Task> = TODOS
        .iter()
        .map(|t| Task {
            key: t.key.to_owned(),
            title: t.title.to_owned(),
            customer: t.customer,
            source: t.source,
            due: (t.due.0, t.due.1.map(|minutes| minutes * 60)),
            created: scenes::cause_time(t.cause).unwrap_or((-1, hm(17, 0))),
            done: (0, t.due.1.map_or(0, |minutes| minutes * 60)),
            who: t.who,
            status: t.status,
            column: t.column,
            text: t.text.to_owned(),
            cause: scenes::cause_id(t.cause),
            percent: t.percent,
        })
        .collect();
    // The team's open tasks, and what was done in the last months.
    for serial in 1..=48 {
        let due = calendar.working_from(rng.between(9, 60));
        all.push(ordinary_task(serial, due, false, calendar, &mut rng));
    }
    for serial in 49..=150 {
        let due = calendar.working_until(rng.between(-300, -3));
        all.push(ordinary_task(serial, due, true, calendar, &mut rng));
    }
    all
}

fn ordinary_task(serial: u32, due: Day, done: bool, calendar: &Calendar, rng: &mut Rng) -> Task {
    let customer = Setting::customer(rng);
    // The open ones belong to colleagues; Ines' own list is that of the scenes.
    let others = 1 + rng.index(staff::STAFF.len() - 1);
    let who = staff::STAFF.get(others).map_or("jonas", |p| p.key);
    let system = rng.word(&["caldav", "redmine", "mail", "chat"]);
    Task {
        key: format!("task-{serial:04}"),
        title: rng.word(TASK_TITLES).replace("{c}", customer.name),
        customer: customer.key,
        source: (system, ""),
        due: (due, rng.chance(20).then_some(hm(16, 0))),
        created: (
            calendar.working_until((due - rng.between(4, 20)).min(-1)),
            hm(10, 15),
        ),
        done: (calendar.working_until(due.min(-1)), hm(15, 40)),
        who: if done && rng.chance(50) { ME } else { who },
        status: if done { "COMPLETED" } else { "NEEDS-ACTION" },
        column: if done { "done" } else { "todo" },
        text: String::new(),
        cause: None,
        percent: if done { 100 } else { 0 },
    }
}
