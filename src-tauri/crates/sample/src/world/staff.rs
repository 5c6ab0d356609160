//! The people of Velmora Instruments.

use super::Person;

/// Leave someone has asked for or taken: person, first and last day, kind, state.
pub(crate) type Leave = (&'static str, i32, i32, &'static str, &'static str);

const fn p(
    key: &'static str,
    name: &'static str,
    title: &'static str,
    local: &'static str,
    phone: &'static str,
    note: &'static str,
) -> Person {
    Person {
        key,
        name,
        title,
        org: "velmora",
        local,
        phone,
        note,
    }
}

/// Everyone with a Velmora address, the user first.
pub(crate) const STAFF: &[Person] = &[
    p(
        "ines",
        "Ines Halvorsen",
        "Head of key accounts",
        "ines",
        "+31 50 555 0110",
        "",
    ),
    p(
        "jonas",
        "Jonas Ekdahl",
        "Key account manager",
        "jonas",
        "+31 50 555 0112",
        "Covers Braeloch reviews with Ines.",
    ),
    p(
        "priya",
        "Priya Nandakumar",
        "Support lead",
        "priya",
        "+31 50 555 0121",
        "First person to ask about open tickets.",
    ),
    p(
        "dario",
        "Dario Petrov",
        "Field service engineer",
        "dario",
        "+49 40 555 0131",
        "Works from the Hamburg depot, usually on the road.",
    ),
    p(
        "lucie",
        "Lucie Marchetti",
        "Credit control",
        "lucie",
        "+31 50 555 0140",
        "Decides payment terms.",
    ),
    p(
        "mateo",
        "Mateo Ruiz",
        "Account manager, food segment",
        "mateo",
        "+34 986 555 115",
        "Speaks Spanish and Galician.",
    ),
    p(
        "tomas",
        "Tomas Wrede",
        "Sales director",
        "tomas",
        "+31 50 555 0101",
        "",
    ),
    p(
        "weizhang",
        "Wei Zhang 张伟",
        "Calibration laboratory",
        "wei.zhang",
        "+31 50 555 0152",
        "Flow bench 1 and 2.",
    ),
    p(
        "kasia",
        "Katarzyna Wójcik",
        "Logistics",
        "katarzyna.wojcik",
        "+49 40 555 0133",
        "Courier cut-off in Hamburg is 11:00.",
    ),
    p(
        "giorgos",
        "Giorgos Papadakis",
        "Firmware",
        "giorgos",
        "+31 50 555 0155",
        "Γιώργος Παπαδάκης",
    ),
    p(
        "noor",
        "Noor el Amrani",
        "Legal counsel",
        "noor",
        "+31 50 555 0103",
        "Framework contracts.",
    ),
    p(
        "sanne",
        "Sanne Dijkstra",
        "Human resources",
        "sanne",
        "+31 50 555 0170",
        "",
    ),
];

/// Leave in the HR system.
pub(crate) const LEAVE: &[Leave] = &[
    ("mateo", 4, 8, "annual", "requested"),
    ("priya", -40, -36, "annual", "approved"),
    ("jonas", 25, 34, "annual", "approved"),
    ("dario", -70, -68, "sick", "approved"),
    ("lucie", -120, -110, "annual", "approved"),
    ("ines", -240, -227, "annual", "approved"),
    ("kasia", 12, 13, "training", "approved"),
    ("weizhang", -30, -22, "annual", "approved"),
    ("tomas", 41, 48, "annual", "requested"),
    ("noor", -15, -15, "sick", "approved"),
    ("giorgos", 33, 40, "annual", "approved"),
    ("mateo", -210, -197, "annual", "approved"),
    ("priya", 60, 74, "annual", "requested"),
    ("sanne", -5, -4, "annual", "withdrawn"),
];
