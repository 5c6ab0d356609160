//! Documents of the books that the scenes name: overdue invoices, and a year of
//! Oakhollow month by month. Amounts are euro cents, days count from today.

/// An invoice the scenes name.
#[derive(Debug)]
pub(crate) struct OpenInvoice {
    /// Number.
    pub(crate) number: &'static str,
    /// Customer key.
    pub(crate) customer: &'static str,
    /// Total in cents.
    pub(crate) total: i64,
    /// Day it fell or falls due; it was written 30 days earlier.
    pub(crate) due: i32,
    /// What it is for.
    pub(crate) title: &'static str,
    /// `posted` or `disputed`.
    pub(crate) state: &'static str,
}

const fn i(
    number: &'static str,
    customer: &'static str,
    total: i64,
    due: i32,
    title: &'static str,
) -> OpenInvoice {
    OpenInvoice {
        number,
        customer,
        total,
        due,
        title,
        state: "posted",
    }
}

/// Unpaid invoices with fixed numbers. The first eight are overdue: 64,315.
pub(crate) const OPEN: &[OpenInvoice] = &[
    OpenInvoice {
        number: "INV-2025-1091",
        customer: "tarn",
        total: 264_000,
        due: -102,
        title: "Field service, PM 3",
        state: "disputed",
    },
    i(
        "INV-2025-1208",
        "mari",
        427_500,
        -63,
        "Transmitters for the sauce kitchen",
    ),
    i(
        "INV-2026-0113",
        "sund",
        1_864_000,
        -31,
        "Meters for the pasteuriser, January",
    ),
    i(
        "INV-2026-0122",
        "sund",
        512_000,
        -27,
        "Calibration round, milk reception",
    ),
    i(
        "INV-2026-0131",
        "cald",
        931_000,
        -22,
        "Zone 14 meters, second lot",
    ),
    i("INV-2026-0148", "oak", 1_248_000, -15, "Sensors for Line 2"),
    i(
        "INV-2026-0165",
        "brae",
        396_000,
        -10,
        "Spares for the spirit safe",
    ),
    i(
        "INV-2026-0171",
        "grey",
        789_000,
        -8,
        "Heat exchanger metering",
    ),
    i(
        "INV-2026-0207",
        "oak",
        621_550,
        10,
        "Seal kits and service, Line 3",
    ),
];

/// Oakhollow, ordered per month in cents: year and month of the snapshot, amount.
/// The first one is the backlog from before the year shown.
pub(crate) const OAK_ORDERS: &[(i16, i8, i64)] = &[
    (2025, 3, 960_000),
    (2025, 4, 1_420_000),
    (2025, 5, 980_000),
    (2025, 6, 1_840_000),
    (2025, 7, 620_000),
    (2025, 8, 1_150_000),
    (2025, 9, 2_130_000),
    (2025, 10, 1_210_000),
    (2025, 11, 2_460_000),
    (2025, 12, 1_680_000),
    (2026, 1, 1_340_000),
    (2026, 2, 890_000),
    (2026, 3, 520_000),
];

/// Oakhollow, invoiced and paid: year, month, day, amount, fixed number if any.
/// The two open invoices of January and February follow in [`OPEN`].
pub(crate) const OAK_INVOICES: &[(i16, i8, i8, i64, &str)] = &[
    (2025, 4, 24, 1_040_450, ""),
    (2025, 5, 22, 1_290_000, ""),
    (2025, 6, 23, 1_320_000, ""),
    (2025, 7, 24, 1_260_000, ""),
    (2025, 8, 21, 840_000, ""),
    (2025, 9, 25, 1_590_000, ""),
    (2025, 10, 23, 1_620_000, ""),
    (2025, 11, 20, 1_430_000, ""),
    (2025, 12, 1, 2_290_000, "INV-2025-1164"),
];

/// The day INV-2025-1164 was paid in full.
pub(crate) const OAK_1164_PAID: i32 = -28;

/// Braeloch's order that left the house two days ago: number, day ordered, shipped, cents.
pub(crate) const SHIPPED: (&str, &str, i32, i32, i64) =
    ("SO-2026-0391", "brae", -20, -2, 1_485_000);

/// The quote that is promised for today: number, customer, day begun, cents, opportunity.
pub(crate) const PROMISED_QUOTE: (&str, &str, i32, i64, &str) =
    ("Q-2026-0087", "tarn", -3, 4_600_000, "OPP-2191");

/// Invoice numbers by day: the anchors between which a day finds its number.
pub(crate) const NUMBER_ANCHORS: &[(i32, i64)] = &[
    (-801, 1),
    (-436, 1240),
    (-435, 1),
    (-132, 1091),
    (-101, 1164),
    (-93, 1208),
    (-71, 1290),
    (-70, 60),
    (-61, 113),
    (-57, 122),
    (-52, 131),
    (-45, 148),
    (-40, 165),
    (-38, 171),
    (-20, 207),
    (0, 252),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_invoices_are_overdue_for_64_315() {
        let late: Vec<_> = OPEN.iter().filter(|i| i.due < 0).collect();
        assert_eq!(late.len(), 8);
        assert_eq!(late.iter().map(|i| i.total).sum::<i64>(), 6_431_500);
        let oak: i64 = OPEN
            .iter()
            .filter(|i| i.customer == "oak")
            .map(|i| i.total)
            .sum();
        assert_eq!(oak, 1_869_550);
    }

    #[test]
    fn a_year_of_oakhollow_adds_up_to_what_the_screen_says() {
        let ordered: i64 = OAK_ORDERS.iter().skip(1).map(|o| o.2).sum();
        assert_eq!(ordered, 16_240_000);
        let invoiced: i64 = OAK_INVOICES.iter().map(|i| i.3).sum::<i64>() + 1_869_550;
        assert_eq!(invoiced, 14_550_000);
    }
}
