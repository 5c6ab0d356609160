//! What Velmora sells.

/// A product: code, name, unit price in euro cents, group.
pub(crate) type Product = (&'static str, &'static str, i64, &'static str);

/// The price list.
pub(crate) const PRODUCTS: &[Product] = &[
    (
        "VF-100",
        "Flow meter VF-100, DN 15 to 25, brass",
        64_000,
        "meters",
    ),
    (
        "VF-300",
        "Flow meter VF-300, hygienic, DN 40",
        189_000,
        "meters",
    ),
    (
        "VF-300-50",
        "Flow meter VF-300, hygienic, DN 50",
        214_500,
        "meters",
    ),
    (
        "VF-500",
        "Flow meter VF-500, process, DN 80",
        327_000,
        "meters",
    ),
    (
        "VF-500-SS",
        "Flow meter VF-500, stainless, DN 80",
        398_000,
        "meters",
    ),
    (
        "VF-700",
        "Trunk main meter VF-700, DN 300",
        612_000,
        "meters",
    ),
    (
        "VF-300-K2",
        "Seal kit VF-300-K2, FKM, up to 121 °C",
        11_850,
        "spares",
    ),
    ("VF-300-K1", "Seal kit VF-300-K1, EPDM", 6_450, "spares"),
    ("VF-500-K3", "Seal kit VF-500-K3, PTFE", 14_300, "spares"),
    (
        "FC-12",
        "Flow computer FC-12, 12 channels",
        246_000,
        "electronics",
    ),
    (
        "TX-4",
        "Transmitter TX-4, 4 to 20 mA, HART",
        42_000,
        "electronics",
    ),
    (
        "TX-4-IO",
        "Transmitter TX-4, IO-Link",
        45_500,
        "electronics",
    ),
    ("DP-2", "Display DP-2, panel mount", 18_900, "electronics"),
    (
        "CAL-3P",
        "Calibration, three points, with certificate",
        28_500,
        "service",
    ),
    (
        "CAL-5P",
        "Calibration, five points, accredited",
        46_000,
        "service",
    ),
    ("SRV-DAY", "Field service, one day", 98_000, "service"),
    (
        "DOC-IQOQ",
        "IQ/OQ documentation package",
        240_000,
        "service",
    ),
    ("TRN-1", "Operator training, half a day", 62_000, "service"),
];

/// The code used for the line that rounds an order off.
pub(crate) const FLAT: Product = (
    "SRV-FLAT",
    "Engineering and commissioning, flat",
    0,
    "service",
);
