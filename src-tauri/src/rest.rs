//! "Do not disturb" as the tray sets it. Whether a notification may be shown at
//! all, quiet hours included, is the core's decision.

use std::sync::Arc;

use jiff::{ToSpan as _, Zoned};
use rapport_api::dto::Setting;
use rapport_api::{Api, ApiError};
use rapport_model::Millis;
use serde::de::DeserializeOwned;

/// The setting that says until when.
const KEY: &str = "notify.dnd_until";
/// "Until tomorrow" ends at this hour.
const MORNING: i8 = 7;

/// "Do not disturb" is on.
pub(crate) fn dnd(until: Option<Millis>, now: &Zoned) -> bool {
    until.is_some_and(|until| now.timestamp().as_millisecond() < until.0)
}

/// Until when the user does not want to be disturbed.
pub(crate) fn dnd_until(api: &Api) -> Option<Millis> {
    setting(api, KEY)
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
        key: KEY.to_owned(),
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

    #[test]
    fn do_not_disturb_ends_by_itself() {
        let now = at("2026-03-13T12:00:00");
        let until = Some(in_an_hour(&now));
        assert!(dnd(until, &now) && dnd(until, &at("2026-03-13T12:59:59")));
        assert!(!dnd(until, &at("2026-03-13T13:00:00")));
        assert!(!dnd(None, &now));
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
