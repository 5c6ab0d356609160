//! When the user is not to be disturbed: now and then by choice, and every
//! night. Pure, but for the settings themselves.

use std::sync::Arc;

use jiff::civil::Time;
use jiff::{ToSpan as _, Zoned};
use rapport_api::dto::Setting;
use rapport_api::{Api, ApiError};
use rapport_model::Millis;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// "Until tomorrow" ends at this hour.
const MORNING: i8 = 7;

/// The hours of the week in which nothing pops up.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Quiet {
    /// `22:00`.
    pub(crate) from: String,
    /// `07:00`; earlier than `from` means the next day.
    pub(crate) until: String,
    /// On which days they begin: Monday is 1, Sunday 0 or 7. All when empty.
    #[serde(default)]
    pub(crate) days: Vec<u8>,
}

/// What the user said about being disturbed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rest {
    /// Do not disturb until then.
    pub(crate) dnd_until: Option<Millis>,
    /// Every week.
    pub(crate) quiet: Option<Quiet>,
    /// Notifications may show what was said and by whom.
    pub(crate) preview: bool,
}

impl Default for Rest {
    fn default() -> Self {
        Self {
            dnd_until: None,
            quiet: None,
            preview: true,
        }
    }
}

impl Rest {
    /// As the settings say.
    pub(crate) fn of(api: &Api) -> Self {
        Self {
            dnd_until: setting(api, "notify.dnd_until"),
            quiet: setting(api, "notify.quiet"),
            preview: setting(api, "notify.preview").unwrap_or(true),
        }
    }

    /// Do not disturb is on.
    pub(crate) fn dnd(&self, now: &Zoned) -> bool {
        self.dnd_until
            .is_some_and(|until| now.timestamp().as_millisecond() < until.0)
    }

    /// Nothing may pop up now.
    pub(crate) fn silent(&self, now: &Zoned) -> bool {
        self.dnd(now) || self.quiet.as_ref().is_some_and(|quiet| quiet.covers(now))
    }
}

impl Quiet {
    fn covers(&self, now: &Zoned) -> bool {
        let (Some(from), Some(until)) = (clock(&self.from), clock(&self.until)) else {
            return false;
        };
        let time = now.time();
        let begins_on = |weekday: i8| {
            self.days.is_empty()
                || self
                    .days
                    .iter()
                    .any(|day| i8::try_from(day % 7) == Ok(weekday))
        };
        let today = now.weekday().to_sunday_zero_offset();
        let yesterday = (today + 6) % 7;
        if from <= until {
            return begins_on(today) && from <= time && time < until;
        }
        (begins_on(today) && time >= from) || (begins_on(yesterday) && time < until)
    }
}

fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// An hour from now.
pub(crate) fn in_an_hour(now: &Zoned) -> Millis {
    Millis(now.timestamp().as_millisecond().saturating_add(60 * 60_000))
}

/// Tomorrow morning, on the user's clock.
pub(crate) fn tomorrow(now: &Zoned) -> Millis {
    let morning = now.checked_add(1.day()).and_then(|it| {
        it.with()
            .hour(MORNING)
            .minute(0)
            .second(0)
            .subsec_nanosecond(0)
            .build()
    });
    morning.map_or_else(
        |_end_of_time| in_an_hour(now),
        |it| Millis(it.timestamp().as_millisecond()),
    )
}

/// A setting, if it is set and of that form.
pub(crate) fn setting<T: DeserializeOwned>(api: &Api, key: &str) -> Option<T> {
    let value = api.hub().read(|db| db.setting::<serde_json::Value>(key));
    match value {
        Ok(value) => value.and_then(|it| serde_json::from_value(it).ok()),
        Err(error) => {
            tracing::warn!(key, %error, "a setting cannot be read");
            None
        }
    }
}

/// Sets or ends "do not disturb".
pub(crate) async fn set_dnd(api: &Arc<Api>, until: Option<Millis>) -> Result<(), ApiError> {
    let setting = Setting {
        key: "notify.dnd_until".to_owned(),
        value: serde_json::json!(until),
    };
    api.setting_set(setting).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Zoned {
        format!("{text}[Europe/Oslo]").parse().unwrap()
    }

    fn nights(days: &[u8]) -> Rest {
        Rest {
            quiet: Some(Quiet {
                from: "22:00".to_owned(),
                until: "07:00".to_owned(),
                days: days.to_vec(),
            }),
            ..Rest::default()
        }
    }

    #[test]
    fn a_night_begins_on_its_day_and_ends_on_the_next() {
        // 2026-03-13 is a Friday.
        let friday_night = nights(&[5]);
        for (when, silent) in [
            ("2026-03-13T21:59:59", false),
            ("2026-03-13T22:00:00", true),
            ("2026-03-14T06:59:59", true),
            ("2026-03-14T07:00:00", false),
            ("2026-03-14T23:00:00", false),
            ("2026-03-13T03:00:00", false),
        ] {
            assert_eq!(friday_night.silent(&at(when)), silent, "{when}");
        }
        // Sunday is the last day or the first, as one counts.
        for sunday in [0, 7] {
            assert!(nights(&[sunday]).silent(&at("2026-03-15T23:00:00")));
            assert!(nights(&[sunday]).silent(&at("2026-03-16T01:00:00")));
        }
        assert!(nights(&[]).silent(&at("2026-03-11T02:00:00")));
    }

    #[test]
    fn hours_within_a_day_and_hours_that_make_no_sense() {
        let lunch = |from: &str, until: &str| Rest {
            quiet: Some(Quiet {
                from: from.to_owned(),
                until: until.to_owned(),
                days: Vec::new(),
            }),
            ..Rest::default()
        };
        let noon = at("2026-03-13T12:00:00");
        assert!(lunch("11:30", "12:30").silent(&noon));
        assert!(!lunch("12:30", "13:30").silent(&noon));
        assert!(!lunch("12:00", "12:00").silent(&noon));
        assert!(!lunch("soon", "later").silent(&noon));
        assert!(!lunch("25:00", "26:00").silent(&noon));
    }

    #[test]
    fn do_not_disturb_ends_by_itself() {
        let now = at("2026-03-13T12:00:00");
        let rest = Rest {
            dnd_until: Some(in_an_hour(&now)),
            ..Rest::default()
        };
        assert!(rest.silent(&now) && rest.dnd(&now));
        assert!(!rest.silent(&at("2026-03-13T13:00:00")));
    }

    #[test]
    fn tomorrow_is_the_next_morning_also_when_the_clock_is_put_forward() {
        let morning = |text: &str| Millis(at(text).timestamp().as_millisecond());
        assert_eq!(
            tomorrow(&at("2026-03-28T23:10:00")),
            morning("2026-03-29T07:00:00")
        );
        assert_eq!(
            tomorrow(&at("2026-03-13T00:10:00")),
            morning("2026-03-14T07:00:00")
        );
    }
}
