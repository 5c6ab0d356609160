//! When and what the desktop may show: do not disturb, quiet hours, kinds.
//!
//! Settings, all optional: `notify.dnd_until` (a moment), `notify.quiet`
//! (`{"from": "18:00", "until": "08:00", "days": [1, 2, 3, 4, 5, 6, 7]}`, Monday
//! is 1, the day on which the stretch begins), `notify.preview` (yes or no,
//! yes when unset), `notify.kind.<kind>` (yes or no, yes when unset).

use jiff::civil::{DateTime, Time};
use rapport_model::Millis;
use rapport_store::{Reader, StoreError};
use serde::Deserialize;

/// A stretch of the day.
#[derive(Clone, Debug, Deserialize)]
struct Hours {
    from: String,
    until: String,
    #[serde(default)]
    days: Vec<i8>,
}

/// What the settings say.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    dnd_until: Option<Millis>,
    hours: Option<(Time, Time, Vec<i8>)>,
    /// Names and words may be shown.
    pub(crate) preview: bool,
    off: Vec<String>,
}

impl Rules {
    pub(crate) fn load(db: &Reader<'_>) -> Result<Self, StoreError> {
        let hours = db.setting::<Hours>("notify.quiet")?.and_then(|it| {
            let time = |text: &str| text.parse::<Time>().ok();
            Some((time(&it.from)?, time(&it.until)?, it.days))
        });
        let off = db
            .settings()?
            .into_iter()
            .filter(|(_, value)| *value == serde_json::Value::Bool(false))
            .filter_map(|(key, _)| key.strip_prefix("notify.kind.").map(str::to_owned))
            .collect();
        Ok(Self {
            dnd_until: db.setting::<i64>("notify.dnd_until")?.map(Millis),
            hours,
            preview: db.setting("notify.preview")?.unwrap_or(true),
            off,
        })
    }

    /// Nothing is shown now.
    pub(crate) fn quiet(&self, now: Millis, local: DateTime) -> bool {
        if self.dnd_until.is_some_and(|until| now < until) {
            return true;
        }
        let Some((from, until, days)) = &self.hours else {
            return false;
        };
        let on = |at: DateTime| {
            days.is_empty() || days.contains(&at.date().weekday().to_monday_one_offset())
        };
        let time = local.time();
        if from <= until {
            return on(local) && time >= *from && time < *until;
        }
        // Over midnight: the stretch belongs to the day it began on.
        if time >= *from {
            return on(local);
        }
        let yesterday = local
            .date()
            .yesterday()
            .map_or(local, |it| it.to_datetime(time));
        time < *until && on(yesterday)
    }

    /// This kind is shown at all.
    pub(crate) fn wants(&self, kind: &str) -> bool {
        !self.off.iter().any(|it| it == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn rules(days: &[i8]) -> Rules {
        Rules {
            dnd_until: None,
            hours: Some((
                Time::constant(18, 0, 0, 0),
                Time::constant(8, 0, 0, 0),
                days.to_vec(),
            )),
            preview: true,
            off: vec!["overdue".to_owned()],
        }
    }

    #[test]
    fn quiet_hours_go_over_midnight_and_belong_to_the_day_they_began_on() {
        // Monday to Friday; 13 March 2026 is a Friday.
        let rules = rules(&[1, 2, 3, 4, 5]);
        let quiet = |day, hour| rules.quiet(Millis(0), date(2026, 3, day).at(hour, 0, 0, 0));
        assert!(quiet(13, 19));
        assert!(quiet(14, 7), "Friday's night reaches into Saturday");
        assert!(!quiet(14, 19), "Saturday has none");
        assert!(!quiet(16, 7), "nor has the night before Monday");
        assert!(!quiet(16, 12));
    }

    #[test]
    fn do_not_disturb_ends_by_itself() {
        let rules = Rules {
            dnd_until: Some(Millis(1_000)),
            ..rules(&[])
        };
        let noon = date(2026, 3, 13).at(12, 0, 0, 0);
        assert!(rules.quiet(Millis(999), noon));
        assert!(!rules.quiet(Millis(1_000), noon));
    }

    #[test]
    fn a_kind_that_is_off_is_not_shown() {
        let rules = rules(&[]);
        assert!(!rules.wants("overdue"));
        assert!(rules.wants("mention"));
    }
}
