//! Open opportunities, as the pipeline shows them: 16 for 603,000.

/// An open opportunity.
#[derive(Debug)]
pub(crate) struct Deal {
    /// Number in the CRM.
    pub(crate) id: &'static str,
    /// Customer key.
    pub(crate) customer: &'static str,
    /// Title.
    pub(crate) title: &'static str,
    /// Stage.
    pub(crate) stage: &'static str,
    /// Amount in euro.
    pub(crate) amount: i64,
    /// Day the decision is expected.
    pub(crate) close: i32,
    /// Last change: day, field, value before.
    pub(crate) before: Option<(i32, &'static str, &'static str)>,
}

const fn d(
    id: &'static str,
    customer: &'static str,
    title: &'static str,
    stage: &'static str,
    amount: i64,
    close: i32,
) -> Deal {
    Deal {
        id,
        customer,
        title,
        stage,
        amount,
        close,
        before: None,
    }
}

/// Percent of the amount counted per stage.
pub(crate) fn probability(stage: &str) -> i64 {
    match stage {
        "Qualification" => 20,
        "Proposal" => 40,
        "Negotiation" => 60,
        "Verbal yes" => 85,
        "Won" => 100,
        _ => 0,
    }
}

/// The pipeline.
pub(crate) const DEALS: &[Deal] = &[
    d(
        "OPP-2204",
        "oak",
        "Line 4 expansion",
        "Negotiation",
        86_400,
        43,
    ),
    d(
        "OPP-2211",
        "oak",
        "Calibration contract",
        "Proposal",
        31_500,
        60,
    ),
    Deal {
        id: "OPP-2187",
        customer: "brae",
        title: "Still house metering",
        stage: "Proposal",
        amount: 54_600,
        close: 50,
        before: Some((-6, "stage and amount", "Qualification, 42000")),
    },
    d(
        "OPP-2230",
        "brae",
        "Cask filling totaliser",
        "Qualification",
        19_000,
        120,
    ),
    d(
        "OPP-2198",
        "sund",
        "Cream line flow computer",
        "Proposal",
        24_000,
        35,
    ),
    d(
        "OPP-2191",
        "tarn",
        "Stock preparation meters, stainless",
        "Proposal",
        46_000,
        9,
    ),
    d(
        "OPP-2233",
        "tarn",
        "White-water loop retrofit",
        "Qualification",
        12_000,
        140,
    ),
    d(
        "OPP-2176",
        "cald",
        "Framework renewal 2026–2029",
        "Negotiation",
        62_000,
        19,
    ),
    d(
        "OPP-2229",
        "cald",
        "Leak detection pilot",
        "Qualification",
        35_500,
        95,
    ),
    d(
        "OPP-2180",
        "lind",
        "CIP skid metering",
        "Negotiation",
        28_000,
        28,
    ),
    d(
        "OPP-2169",
        "lind",
        "WFI loop, VF-500 stainless",
        "Verbal yes",
        39_500,
        14,
    ),
    d(
        "OPP-2236",
        "lind",
        "Validation documentation package",
        "Qualification",
        22_000,
        110,
    ),
    d(
        "OPP-2172",
        "mari",
        "Retort cooling line",
        "Verbal yes",
        25_000,
        12,
    ),
    d(
        "OPP-2227",
        "mari",
        "Brine dosing line",
        "Qualification",
        18_700,
        100,
    ),
    d(
        "OPP-2194",
        "grey",
        "Tender 26-118, district heating meters",
        "Proposal",
        57_800,
        33,
    ),
    d(
        "OPP-2238",
        "grey",
        "Cooling water loop",
        "Qualification",
        41_000,
        150,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pipeline_adds_up_to_what_the_screens_say() {
        let sum = |stage: &str| -> (usize, i64) {
            let rows = DEALS.iter().filter(|d| d.stage == stage);
            (rows.clone().count(), rows.map(|d| d.amount).sum())
        };
        assert_eq!(sum("Qualification"), (6, 148_200));
        assert_eq!(sum("Proposal"), (5, 213_900));
        assert_eq!(sum("Negotiation"), (3, 176_400));
        assert_eq!(sum("Verbal yes"), (2, 64_500));
        let weighted: i64 = DEALS.iter().map(|d| d.amount * probability(d.stage)).sum();
        assert_eq!(weighted, 27_586_500);
        let of = |c: &str| -> i64 {
            DEALS
                .iter()
                .filter(|d| d.customer == c)
                .map(|d| d.amount)
                .sum()
        };
        assert_eq!(
            (of("oak"), of("tarn"), of("sund")),
            (117_900, 58_000, 24_000)
        );
    }
}
