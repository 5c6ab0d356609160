//! What is left of a quota, in any of the ways sources say it.

use rapport_model::Millis;
use reqwest::header::HeaderMap;

use crate::wait::{number, seconds_from};

/// One quota as an answer's headers tell it. Sources have several at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The header it was read from, without its ending.
    pub name: String,
    /// Requests left.
    pub remaining: u64,
    /// Requests in all.
    pub limit: Option<u64>,
    /// Milliseconds until it is full again, or until it is worth looking again
    /// where the source names only the length of its window.
    pub reset_ms: Option<i64>,
}

/// Headers that go together: remaining, limit, reset, and the window's length
/// in milliseconds where the name says it.
type Family = (&'static str, &'static str, &'static str, Option<i64>);

const MINUTE: i64 = 60_000;
/// A day's quota may be refilled at any hour: look again long before its end.
const DAY: i64 = 15 * MINUTE;

const FAMILIES: [Family; 11] = [
    (
        "x-ratelimit-remaining",
        "x-ratelimit-limit",
        "x-ratelimit-reset",
        None,
    ),
    (
        "x-rate-limit-remaining",
        "x-rate-limit-limit",
        "x-rate-limit-reset",
        None,
    ),
    (
        "ratelimit-remaining",
        "ratelimit-limit",
        "ratelimit-reset",
        None,
    ),
    (
        "x-hubspot-ratelimit-remaining",
        "x-hubspot-ratelimit-max",
        "",
        Some(10_000),
    ),
    (
        "x-hubspot-ratelimit-secondly-remaining",
        "x-hubspot-ratelimit-secondly",
        "",
        Some(1_000),
    ),
    (
        "x-hubspot-ratelimit-daily-remaining",
        "x-hubspot-ratelimit-daily",
        "",
        Some(DAY),
    ),
    ("x-minlimit-remaining", "", "", Some(MINUTE)),
    ("x-appminlimit-remaining", "", "", Some(MINUTE)),
    ("x-daylimit-remaining", "", "", Some(DAY)),
    (
        "x-ms-ratelimit-burst-remaining-xrm-requests",
        "",
        "",
        Some(5 * MINUTE),
    ),
    (
        "x-rate-limit-request-remaining",
        "",
        "x-rate-limit-request-reset",
        None,
    ),
];

/// Every quota the headers tell.
#[must_use]
pub fn quotas(headers: &HeaderMap, now: Millis) -> Vec<Quota> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let mut out: Vec<Quota> = FAMILIES
        .iter()
        .filter_map(|(remaining, limit, reset, window)| {
            Some(Quota {
                name: remaining.replace("-remaining", ""),
                remaining: whole(text(remaining)?)?,
                limit: text(limit).and_then(whole),
                reset_ms: text(reset)
                    .and_then(number)
                    .map(|seconds| seconds_from(seconds, now).max(0))
                    .or(*window),
            })
        })
        .collect();
    out.extend(text("ratelimit").and_then(structured));
    out.extend(text("sforce-limit-info").and_then(salesforce));
    out
}

/// `"burst";r=50;t=30`, and its older form `limit=100, remaining=50, reset=5`.
fn structured(text: &str) -> Option<Quota> {
    let part = |names: [&str; 2]| {
        text.split([';', ',']).find_map(|part| {
            let (key, value) = part.split_once('=')?;
            names.contains(&key.trim()).then(|| number(value))?
        })
    };
    Some(Quota {
        name: "ratelimit".to_owned(),
        remaining: to_whole(part(["r", "remaining"])?),
        limit: part(["q", "limit"]).map(to_whole),
        reset_ms: part(["t", "reset"]).map(|seconds| seconds_from(seconds, Millis(0))),
    })
}

/// `api-usage=18/5000`.
fn salesforce(text: &str) -> Option<Quota> {
    let usage = text
        .split([';', ','])
        .find_map(|part| part.trim().strip_prefix("api-usage="))?;
    let (used, limit) = usage.split_once('/')?;
    let limit = whole(limit)?;
    Some(Quota {
        name: "sforce-limit-info".to_owned(),
        remaining: limit.saturating_sub(whole(used)?),
        limit: Some(limit),
        reset_ms: Some(DAY),
    })
}

/// The first whole number of the text: `100, 100;w=60` is 100.
fn whole(text: &str) -> Option<u64> {
    let first = text.split([',', ';']).next()?;
    number(first).map(to_whole)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates; the number is known to be positive"
)]
fn to_whole(number: f64) -> u64 {
    number.floor() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> Vec<(String, u64, Option<u64>, Option<i64>)> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        quotas(&headers, Millis(1_700_000_000_000))
            .into_iter()
            .map(|it| (it.name, it.remaining, it.limit, it.reset_ms))
            .collect()
    }

    fn one(
        name: &str,
        remaining: u64,
        limit: Option<u64>,
        reset: Option<i64>,
    ) -> Vec<(String, u64, Option<u64>, Option<i64>)> {
        vec![(name.to_owned(), remaining, limit, reset)]
    }

    #[test]
    fn a_quota_is_understood_in_every_dialect() {
        assert_eq!(
            read(&[
                ("x-ratelimit-remaining", "4"),
                ("x-ratelimit-limit", "60"),
                ("x-ratelimit-reset", "1700000030")
            ]),
            one("x-ratelimit", 4, Some(60), Some(30_000))
        );
        assert_eq!(
            read(&[("ratelimit", "\"burst\";r=50;t=30")]),
            one("ratelimit", 50, None, Some(30_000))
        );
        assert_eq!(
            read(&[("ratelimit", "limit=100, remaining=50, reset=5")]),
            one("ratelimit", 50, Some(100), Some(5_000))
        );
        assert_eq!(
            read(&[
                ("ratelimit-remaining", "7"),
                ("ratelimit-limit", "100, 100;w=60")
            ]),
            one("ratelimit", 7, Some(100), None)
        );
        assert_eq!(
            read(&[(
                "sforce-limit-info",
                "api-usage=18/5000; per-app-api-usage=1/250(x)"
            )]),
            one("sforce-limit-info", 4_982, Some(5_000), Some(DAY))
        );
        assert_eq!(
            read(&[("x-minlimit-remaining", "59")]),
            one("x-minlimit", 59, None, Some(MINUTE))
        );
        assert_eq!(
            read(&[
                ("x-hubspot-ratelimit-secondly-remaining", "3"),
                ("x-hubspot-ratelimit-secondly", "4")
            ]),
            one("x-hubspot-ratelimit-secondly", 3, Some(4), Some(1_000))
        );
    }

    #[test]
    fn nonsense_is_no_quota() {
        for (name, value) in [
            ("x-ratelimit-remaining", "many"),
            ("x-ratelimit-remaining", "-1"),
            ("ratelimit", ";;;"),
            ("sforce-limit-info", "api-usage=a/b"),
        ] {
            assert_eq!(read(&[(name, value)]), [], "{name}: {value}");
        }
    }
}
