//! How long a source asks to wait, in any of the ways sources say it.

use rapport_model::Millis;
use reqwest::header::HeaderMap;

/// When a source says "too many" and not for how long.
pub(crate) const DEFAULT_WAIT_MS: i64 = 30_000;

/// No wait is believed beyond a day.
const LONGEST_WAIT_MS: i64 = 24 * 3_600_000;

/// Above this a number of seconds is a moment since 1970, below it a distance.
const EPOCH_SECONDS: f64 = 1_000_000_000.0;

/// The wait in milliseconds, from `Retry-After` (seconds or an HTTP date) or
/// the headers vendors use in its place.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: Millis) -> Option<i64> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let exact = ["retry-after-ms", "x-ms-retry-after-ms"]
        .into_iter()
        .filter_map(text)
        .find_map(|value| number(value).map(to_ms));
    let said = || {
        text("retry-after").and_then(|value| {
            number(value)
                .map(|seconds| seconds_from(seconds, now))
                .or_else(|| date(value).map(|at| at.since(now)))
        })
    };
    // A reset time counts only when nothing plainer was said.
    let reset = || {
        [
            "x-ratelimit-reset-after",
            "ratelimit-reset",
            "x-ratelimit-reset",
            "x-rate-limit-reset",
        ]
        .into_iter()
        .filter_map(text)
        .find_map(|value| number(value).map(|seconds| seconds_from(seconds, now)))
    };
    exact
        .or_else(said)
        .or_else(reset)
        .map(|ms| ms.clamp(0, LONGEST_WAIT_MS))
}

/// Milliseconds to go, from seconds that are a distance or a moment.
pub(crate) fn seconds_from(seconds: f64, now: Millis) -> i64 {
    let ms = to_ms(seconds * 1000.0);
    if seconds >= EPOCH_SECONDS * 1000.0 {
        // Milliseconds since 1970: some vendors do.
        Millis(to_ms(seconds)).since(now)
    } else if seconds >= EPOCH_SECONDS {
        Millis(ms).since(now)
    } else {
        ms
    }
}

pub(crate) fn number(text: &str) -> Option<f64> {
    text.trim()
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite() && *number >= 0.0)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float cast saturates, and saturated waits are clamped"
)]
fn to_ms(number: f64) -> i64 {
    number.ceil() as i64
}

fn date(text: &str) -> Option<Millis> {
    jiff::fmt::rfc2822::parse(text.trim())
        .ok()
        .map(|at| Millis::from(at.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    // 2015-10-21T07:28:00Z
    const NOW: Millis = Millis(1_445_412_480_000);

    #[test]
    fn a_wait_is_understood_in_every_dialect() {
        for (name, value, wait) in [
            ("retry-after", "7", Some(7_000)),
            ("retry-after", " 0.5 ", Some(500)),
            ("retry-after", "Wed, 21 Oct 2015 07:29:00 GMT", Some(60_000)),
            ("retry-after", "Wed, 21 Oct 2015 07:00:00 GMT", Some(0)),
            ("retry-after", "soon", None),
            ("retry-after", "-5", None),
            ("retry-after", "NaN", None),
            ("retry-after", "1e300", Some(LONGEST_WAIT_MS)),
            ("retry-after-ms", "250", Some(250)),
            ("x-ms-retry-after-ms", "1250", Some(1_250)),
            ("x-ratelimit-reset", "1445412510", Some(30_000)),
            ("x-ratelimit-reset", "1445412510000", Some(30_000)),
            ("x-ratelimit-reset", "12", Some(12_000)),
            ("ratelimit-reset", "3", Some(3_000)),
            ("x-ratelimit-reset-after", "1.5", Some(1_500)),
            ("x-other", "5", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(
                reqwest::header::HeaderName::from_static(name),
                value.parse().unwrap(),
            );
            assert_eq!(retry_after(&headers, NOW), wait, "{name}: {value}");
        }
    }

    #[test]
    fn the_plain_word_wins_over_a_reset_time() {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-reset", "600".parse().unwrap());
        headers.insert("retry-after", "2".parse().unwrap());
        assert_eq!(retry_after(&headers, NOW), Some(2_000));
    }
}
