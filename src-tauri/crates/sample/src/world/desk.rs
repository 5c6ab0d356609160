//! Tickets of the scenes with what was noted on them, calls, and shared notes.

use crate::when::{Day, hm};

/// A ticket with fixed words.
#[derive(Debug)]
pub(crate) struct Ticket {
    /// Number.
    pub(crate) number: u32,
    /// Customer key.
    pub(crate) customer: &'static str,
    /// Title.
    pub(crate) title: &'static str,
    /// `new`, `open`, `waiting`, `closed`.
    pub(crate) state: &'static str,
    /// `Low`, `Normal` or `High`.
    pub(crate) priority: &'static str,
    /// Who opened it.
    pub(crate) opened_by: &'static str,
    /// When.
    pub(crate) opened: (Day, u32),
    /// When an answer is due, if one is.
    pub(crate) sla: Option<(Day, u32)>,
    /// Day it was closed, if it was.
    pub(crate) closed: Option<(Day, u32)>,
}

/// The tickets of the scenes.
pub(crate) const TICKETS: &[Ticket] = &[
    Ticket {
        number: 40312,
        customer: "oak",
        title: "VF-300 drift after CIP",
        state: "open",
        priority: "High",
        opened_by: "marten",
        opened: (-8, hm(8, 1)),
        sla: Some((0, hm(10, 46))),
        closed: None,
    },
    Ticket {
        number: 40377,
        customer: "oak",
        title: "Firmware 4.2 certificate",
        state: "open",
        priority: "Normal",
        opened_by: "nele",
        opened: (-2, hm(16, 2)),
        sla: Some((2, hm(16, 0))),
        closed: None,
    },
    Ticket {
        number: 40188,
        customer: "brae",
        title: "Display flickers at the spirit safe",
        state: "closed",
        priority: "Normal",
        opened_by: "callum",
        opened: (-19, hm(9, 40)),
        sla: None,
        closed: Some((0, hm(8, 50))),
    },
];

/// A note on a ticket: number, when, by whom, internal or public, text.
pub(crate) type Note = (u32, (Day, u32), &'static str, &'static str, &'static str);

/// What was noted on the tickets of the scenes.
pub(crate) const TICKET_NOTES: &[Note] = &[
    (
        40312,
        (-8, hm(8, 1)),
        "priya",
        "public",
        "Opened for Marten Bakker: VF-300 on the fermenter outlet, serial 41-7786, reads 14 % low after CIP.",
    ),
    (
        40312,
        (-3, hm(10, 35)),
        "dario",
        "internal",
        "Spoke to Marten for 12 minutes. The unit goes to the lab, RMA 2231.",
    ),
    (
        40312,
        (-1, hm(16, 48)),
        "priya",
        "internal",
        "Lab result: the seal hardens above 82 °C. Kit VF-300-K2 fixes it, 6 in Hamburg stock.",
    ),
    (
        40312,
        (0, hm(8, 55)),
        "priya",
        "public",
        "Our lab confirms the seal hardens above 82 °C. We are arranging the replacement kit and come back with a date today.",
    ),
    (
        40377,
        (-2, hm(16, 2)),
        "nele",
        "public",
        "We need the certificate for firmware 4.2 for our audit on {dm+14}.",
    ),
    (
        40188,
        (-19, hm(9, 40)),
        "callum",
        "public",
        "The DP-2 at the spirit safe flickers when the pump starts.",
    ),
    (
        40188,
        (0, hm(8, 50)),
        "ines",
        "internal",
        "Shield reconnected, no flicker for a week. Closed.",
    ),
];

/// A call: customer, when, minutes, who, with whom, summary.
pub(crate) type Call = (
    &'static str,
    (Day, u32),
    u32,
    &'static str,
    &'static str,
    &'static str,
);

/// Calls of the scenes.
pub(crate) const CALLS: &[Call] = &[
    (
        "oak",
        (-3, hm(10, 20)),
        12,
        "dario",
        "marten",
        "Unit goes to the lab",
    ),
    (
        "brae",
        (-28, hm(14, 30)),
        41,
        "ines",
        "fiona",
        "Preparation of the quarterly review",
    ),
    (
        "cald",
        (-12, hm(11, 0)),
        18,
        "ines",
        "samir",
        "Framework: duration and index",
    ),
    (
        "sund",
        (-21, hm(13, 15)),
        9,
        "lucie",
        "elin",
        "Statement of account, who approves now",
    ),
    (
        "mari",
        (-34, hm(10, 5)),
        15,
        "mateo",
        "rita",
        "Unloading slots in Vigo",
    ),
];

/// Shared notes on customers: customer, day, author, text.
pub(crate) const NOTES: &[(&str, Day, &str, &str)] = &[
    (
        "oak",
        -10,
        "ines",
        "Line 4 decision sits with the board on {dm+43}. Marten needs a written root cause before then.",
    ),
    (
        "oak",
        -33,
        "jonas",
        "Joost takes over purchasing for all lines. Send price lists to him.",
    ),
    (
        "oak",
        -75,
        "ines",
        "Account moved to Ines in the CRM on 6 January; the books still say Jonas.",
    ),
    (
        "oak",
        -130,
        "priya",
        "CIP runs at 85 °C since autumn, earlier at 78 °C.",
    ),
    (
        "oak",
        -260,
        "jonas",
        "Wants one invoice per line, not one per order.",
    ),
    (
        "brae",
        -28,
        "ines",
        "Callum becomes plant manager; invite him to the reviews.",
    ),
    (
        "brae",
        -90,
        "jonas",
        "Fiona reads data sheets before she reads mails.",
    ),
    (
        "sund",
        -31,
        "mateo",
        "New approver since January, payments take a week longer.",
    ),
    (
        "tarn",
        -98,
        "lucie",
        "INV-2025-1091 is disputed: Birgit says the second day on PM 3 was not ordered.",
    ),
    (
        "tarn",
        -3,
        "ines",
        "Board meets on {wd+1} at nine. They decide on the stainless option.",
    ),
    ("cald", -12, "ines", "Index clause is the only open point."),
    (
        "lind",
        -44,
        "jonas",
        "Every document needs a version on cover and footer.",
    ),
    (
        "mari",
        -60,
        "mateo",
        "Delivery notes monthly, always with the unloading date.",
    ),
    (
        "grey",
        -18,
        "jonas",
        "Tender 26-118 closes at noon, portal only, no mail.",
    ),
];
