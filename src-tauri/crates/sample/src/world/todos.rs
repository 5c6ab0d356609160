//! Tasks of the scenes and titles of ordinary ones.

use crate::when::Day;

/// A task with fixed words.
#[derive(Debug)]
pub(crate) struct Todo {
    /// UID within the sample.
    pub(crate) key: &'static str,
    /// Title.
    pub(crate) title: &'static str,
    /// Customer key, or empty.
    pub(crate) customer: &'static str,
    /// `caldav`, `redmine`, `mail`, `chat` or `zammad`, and the number there.
    pub(crate) source: (&'static str, &'static str),
    /// Due day, and minutes of the day when an hour is set.
    pub(crate) due: (Day, Option<u32>),
    /// Who does it.
    pub(crate) who: &'static str,
    /// `NEEDS-ACTION`, `IN-PROCESS` or `COMPLETED`.
    pub(crate) status: &'static str,
    /// Board column: `todo`, `doing`, `waiting`, `done`.
    pub(crate) column: &'static str,
    /// Text.
    pub(crate) text: &'static str,
    /// The message that caused it: `mail:key` or `chat:key`, or empty.
    pub(crate) cause: &'static str,
    /// Percent done.
    pub(crate) percent: u32,
}

const fn t(
    key: &'static str,
    title: &'static str,
    customer: &'static str,
    source: (&'static str, &'static str),
    due: (Day, Option<u32>),
    who: &'static str,
) -> Todo {
    Todo {
        key,
        title,
        customer,
        source,
        due,
        who,
        status: "NEEDS-ACTION",
        column: "todo",
        text: "",
        cause: "",
        percent: 0,
    }
}

impl Todo {
    const fn column(self, column: &'static str) -> Self {
        let status = match column.as_bytes() {
            b"done" => "COMPLETED",
            b"todo" => "NEEDS-ACTION",
            _ => "IN-PROCESS",
        };
        Self {
            column,
            status,
            ..self
        }
    }
    const fn text(self, text: &'static str) -> Self {
        Self { text, ..self }
    }
    const fn cause(self, cause: &'static str) -> Self {
        Self { cause, ..self }
    }
    const fn percent(self, percent: u32) -> Self {
        Self { percent, ..self }
    }
}

const CALDAV: (&str, &str) = ("caldav", "");
const MAIL: (&str, &str) = ("mail", "");

/// The tasks of the scenes.
pub(crate) const TODOS: &[Todo] = &[
    t(
        "call-samir",
        "Call Samir Odeh about the framework renewal",
        "cald",
        CALDAV,
        (-1, None),
        "ines",
    )
    .cause("mail:cald-framework"),
    t(
        "brae-slides",
        "Go through Braeloch review slides",
        "brae",
        CALDAV,
        (0, Some(600)),
        "ines",
    )
    .column("doing"),
    t(
        "redmine-8841",
        "Approve return of the Line 2 meter",
        "oak",
        ("redmine", "#8841"),
        (0, Some(720)),
        "ines",
    )
    .column("waiting")
    .text("RMA 2231, VF-300 serial 41-7786. Approve so that Hamburg can ship the seal kit today.")
    .cause("mail:line2-third"),
    t(
        "tarn-quote",
        "Send revised quote",
        "tarn",
        ("chat", ""),
        (0, None),
        "ines",
    )
    .column("doing")
    .text("Q-2026-0087, with the stainless option. Promised.")
    .cause("chat:tarn-promise"),
    t(
        "oak-visit-confirm",
        "Confirm Dario’s visit, Line 2, 07:00",
        "oak",
        MAIL,
        (1, None),
        "dario",
    )
    .column("waiting")
    .cause("mail:line2-third"),
    t(
        "redmine-8852",
        "Check pressure spec for tender 26-118",
        "grey",
        ("redmine", "#8852"),
        (1, None),
        "ines",
    )
    .column("doing")
    .cause("mail:grey-tender"),
    t(
        "lind-protocol",
        "Answer protocol version question",
        "lind",
        MAIL,
        (1, None),
        "ines",
    )
    .column("doing")
    .cause("mail:lind-iqoq"),
    t(
        "redmine-8846",
        "Root cause report for Marten Bakker",
        "oak",
        ("redmine", "#8846"),
        (4, None),
        "priya",
    )
    .column("waiting")
    .percent(40)
    .cause("mail:line2-third"),
    t(
        "sund-plan",
        "Agree dunning plan with Elin Sandqvist",
        "sund",
        CALDAV,
        (5, None),
        "ines",
    )
    .cause("mail:sund-approver"),
    t(
        "redmine-8833",
        "Book still house site survey",
        "brae",
        ("redmine", "#8833"),
        (6, None),
        "jonas",
    ),
    t(
        "redmine-8790",
        "Prepare price list 2026, food segment",
        "",
        ("redmine", "#8790"),
        (7, None),
        "mateo",
    ),
    t(
        "cald-legal",
        "Review framework draft with legal",
        "cald",
        CALDAV,
        (8, None),
        "ines",
    )
    .cause("mail:cald-framework"),
    t(
        "mari-reply",
        "Reply to Rita Campos about delivery notes",
        "mari",
        MAIL,
        (0, Some(552)),
        "ines",
    )
    .column("done")
    .percent(100)
    .cause("mail:mari-notes"),
    t(
        "zammad-40188",
        "Close ticket #40188",
        "brae",
        ("zammad", "#40188"),
        (0, Some(530)),
        "ines",
    )
    .column("done")
    .percent(100),
];

/// Titles of ordinary tasks; `{c}` is the customer.
pub(crate) const ORDINARY: &[&str] = &[
    "Send data sheet to {c}",
    "Check stock of seal kits for {c}",
    "Update contact list, {c}",
    "Prepare calibration plan, {c}",
    "Chase purchase order, {c}",
    "Write visit report, {c}",
    "Ask {c} for the new VAT form",
    "Book courier for {c}",
    "Compare price list with {c}'s contract",
    "File certificates for {c}",
    "Plan training for {c}",
    "Answer open points from {c}",
];
