//! Meetings of the scenes and the weekly rounds.

use crate::when::{Day, hm};

/// A calendar entry with fixed words.
#[derive(Debug)]
pub(crate) struct Meeting {
    /// UID within the sample.
    pub(crate) key: &'static str,
    /// Title.
    pub(crate) title: &'static str,
    /// First day.
    pub(crate) day: Day,
    /// Start, in seconds of the day; `None` for a whole day.
    pub(crate) start: Option<u32>,
    /// Minutes, or days for whole days.
    pub(crate) length: u32,
    /// Place.
    pub(crate) place: &'static str,
    /// Customer key, or empty.
    pub(crate) customer: &'static str,
    /// Who is invited; Ines organises unless the first is someone else.
    pub(crate) guests: &'static [&'static str],
    /// Text.
    pub(crate) text: &'static str,
    /// Weekly on the weekday of `day`, when true.
    pub(crate) weekly: bool,
}

const fn m(
    key: &'static str,
    title: &'static str,
    at: (Day, u32, u32),
    customer: &'static str,
    guests: &'static [&'static str],
    text: &'static str,
) -> Meeting {
    Meeting {
        key,
        title,
        day: at.0,
        start: Some(at.1),
        length: at.2,
        place: "",
        customer,
        guests,
        text,
        weekly: false,
    }
}

impl Meeting {
    const fn place(self, place: &'static str) -> Self {
        Self { place, ..self }
    }
    const fn weekly(self) -> Self {
        Self {
            weekly: true,
            ..self
        }
    }
    const fn whole_day(self) -> Self {
        Self {
            start: None,
            ..self
        }
    }
}

/// The meetings of the scenes.
pub(crate) const MEETINGS: &[Meeting] = &[
    m("brae-review", "Quarterly review, Braeloch Distillers", (0, hm(10, 30), 45), "brae", &["ines", "fiona", "callum", "jonas"],
        "Agenda:\n1. Still house metering, proposal\n2. Order SO-2026-0391, shipped\n3. VF-500 data sheet in stainless\n4. INV-2026-0165").place("https://meet.velmora.example/brae-review"),
    m("pipeline-round", "Pipeline round, key accounts", (-700, hm(13, 0), 30), "", &["ines", "jonas", "mateo", "tomas"],
        "Every open opportunity above 20,000, five minutes each at most.").place("Room Weir").weekly(),
    m("cald-focus", "Focus: Calder Vale framework", (0, hm(15, 0), 120), "cald", &["ines"], "No calls. Draft from Samir, comments from Noor."),
    m("brae-spoke", "Call with Fiona, before the review", (-28, hm(14, 30), 45), "brae", &["ines", "fiona", "jonas"], ""),
    m("oak-visit", "On site: Oakhollow, Line 2", (1, hm(7, 0), 240), "oak", &["dario", "marten", "ines"], "Seal kit VF-300-K2, six pieces. To be confirmed.").place("Kanaalkade 118, Utrecht"),
    m("tarn-board", "Tarnfeld board decides on the stainless option", (1, hm(9, 0), 60), "tarn", &["ines"], "Henrik takes the quote in. Not our meeting."),
    m("oak-board", "Oakhollow board: Line 4", (43, hm(0, 0), 1), "oak", &["ines"], "Decision about the Line 4 expansion.").whole_day(),
    m("oak-spring", "Business review, Oakhollow", (44, hm(10, 0), 90), "oak", &["ines", "marten", "joost", "jonas"], "").place("Utrecht"),
    m("support-round", "Ticket round with support", (-699, hm(9, 0), 20), "", &["priya", "ines", "dario", "giorgos"], "Tickets older than a week.").weekly(),
    m("desk-digest", "Week ahead", (-697, hm(8, 30), 15), "", &["ines", "jonas", "mateo"], "").weekly(),
    m("sund-dunning", "Sundvik: payment plan", (5, hm(11, 0), 30), "sund", &["ines", "elin", "lucie"], "INV-2026-0113 and INV-2026-0122."),
    m("grey-close", "Tender 26-118 closes", (20, hm(12, 0), 15), "grey", &["ines", "jonas"], "Portal only."),
    m("lind-fat", "Acceptance test, WFI loop", (13, hm(9, 0), 360), "lind", &["jonas", "aylin", "beat", "ines"], "Protocol version as agreed.").place("Basel, Suite B"),
    m("fair", "Drink and process fair", (27, hm(0, 0), 3), "", &["ines", "mateo", "tomas"], "Stand 7.214.").place("Munich").whole_day(),
];

/// Titles of ordinary meetings; `{c}` is the customer.
pub(crate) const ORDINARY: &[&str] = &[
    "Call with {c}",
    "{c}: open orders",
    "{c}: calibration plan",
    "Site visit, {c}",
    "{c}: quote walk-through",
    "Handover {c}",
    "{c}, delivery dates",
    "Lunch with {c}",
    "{c}: acceptance test",
    "Contract talk, {c}",
];
