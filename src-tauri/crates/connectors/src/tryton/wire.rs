//! Tryton's JSON: values with a class, rows with dotted names, refusals.

use rapport_model::{Fault, Millis};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::common::clean;
use crate::common::time_cursor::Stamp;

/// A row as `search_read` gives it. What a reference points at lies under the
/// field's name with a dot.
pub(super) type Row = Map<String, Value>;

fn class<'v>(value: &'v Value, name: &str) -> Option<&'v Map<String, Value>> {
    let map = value.as_object()?;
    (map.get("__class__")?.as_str()? == name).then_some(map)
}

/// Text without what a database cannot hold; blank text is none.
pub(super) fn text(row: &Row, name: &str) -> Option<String> {
    row.get(name)?
        .as_str()
        .map(clean)
        .filter(|text| !text.trim().is_empty())
}

pub(super) fn id(row: &Row, name: &str) -> Option<i64> {
    row.get(name)?.as_i64()
}

/// SQLite back ends answer 0 and 1.
pub(super) fn flag(row: &Row, name: &str) -> Option<bool> {
    match row.get(name)? {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_i64().map(|number| number != 0),
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The row a reference points at.
pub(super) fn nested<'r>(row: &'r Row, name: &str) -> Option<&'r Row> {
    row.get(&format!("{name}."))?.as_object()
}

/// The rows a list points at.
pub(super) fn list<'r>(row: &'r Row, name: &str) -> impl Iterator<Item = &'r Row> + use<'r> {
    row.get(&format!("{name}."))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
}

/// The ids a list points at, read plainly or through their rows.
pub(super) fn ids<'r>(row: &'r Row, name: &str) -> impl Iterator<Item = i64> + use<'r> {
    let plain = row
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    plain
        .filter_map(Value::as_i64)
        .chain(list(row, name).filter_map(|row| id(row, "id")))
}

/// A decimal, `None` when there is none.
///
/// # Errors
/// There is one that cannot be held exactly enough.
pub(super) fn decimal(row: &Row, name: &str) -> Result<Option<Decimal>, String> {
    let Some(value) = row.get(name).filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let text = match value {
        Value::Number(number) => number.to_string(),
        other => class(other, "Decimal")
            .and_then(|map| map.get("decimal")?.as_str().map(str::to_owned))
            .ok_or_else(|| format!("\"{name}\" is not a number"))?,
    };
    text.parse::<Decimal>()
        .or_else(|_plain| Decimal::from_scientific(&text))
        .map(Some)
        .map_err(|_out_of_range| format!("\"{name}\" is a number out of range"))
}

pub(super) fn date(row: &Row, name: &str) -> Option<jiff::civil::Date> {
    let map = class(row.get(name)?, "date")?;
    let part = |name: &str| map.get(name)?.as_i64();
    jiff::civil::Date::new(
        i16::try_from(part("year")?).ok()?,
        i8::try_from(part("month")?).ok()?,
        i8::try_from(part("day")?).ok()?,
    )
    .ok()
}

/// A moment with all its digits.
pub(super) fn stamp(row: &Row, name: &str) -> Option<Stamp> {
    let map = class(row.get(name)?, "datetime")?;
    let part = |name: &str| map.get(name).and_then(Value::as_i64).unwrap_or(0);
    Stamp::read(&format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}",
        part("year"),
        part("month"),
        part("day"),
        part("hour"),
        part("minute"),
        part("second"),
        part("microsecond"),
    ))
}

pub(super) fn moment(row: &Row, name: &str) -> Option<Millis> {
    stamp(row, name).map(|stamp| Millis(stamp.micros().div_euclid(1_000)))
}

/// A duration in hours.
pub(super) fn hours(row: &Row, name: &str) -> Option<Decimal> {
    let seconds = class(row.get(name)?, "timedelta")?
        .get("seconds")?
        .as_f64()?;
    let hours = Decimal::from_f64_retain(seconds)?.checked_div(Decimal::from(3_600))?;
    Some(hours.round_dp(4).normalize())
}

pub(super) fn to_decimal(number: Decimal) -> Value {
    json!({"__class__": "Decimal", "decimal": number.to_string()})
}

pub(super) fn to_date(day: jiff::civil::Date) -> Value {
    json!({"__class__": "date", "year": day.year(), "month": day.month(), "day": day.day()})
}

pub(super) fn to_moment(micros: i64) -> Value {
    let at = jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let at = at.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    json!({
        "__class__": "datetime", "year": at.year(), "month": at.month(), "day": at.day(),
        "hour": at.hour(), "minute": at.minute(), "second": at.second(),
        "microsecond": at.subsec_nanosecond() / 1_000,
    })
}

pub(super) fn to_hours(hours: Decimal) -> Value {
    use rust_decimal::prelude::ToPrimitive;
    let seconds = hours
        .checked_mul(Decimal::from(3_600))
        .and_then(|it| it.to_f64());
    json!({"__class__": "timedelta", "seconds": seconds.unwrap_or(0.0)})
}

/// The `result` of an answer, or the refusal in it.
///
/// # Errors
/// What the server refused, in its own words where they are meant for people.
pub(super) fn result(answer: Value) -> Result<Value, Fault> {
    let Value::Object(mut answer) = answer else {
        return Err(Fault::Rejected(
            "the answer is not one of Tryton".to_owned(),
        ));
    };
    match answer.remove("error") {
        Some(error) => Err(refusal(&error)),
        None => Ok(answer.remove("result").unwrap_or(Value::Null)),
    }
}

fn refusal(error: &Value) -> Fault {
    let at = |index: usize| error.get(index);
    let said = |index: usize| {
        at(1)
            .and_then(|args| args.get(index)?.as_str())
            .unwrap_or_default()
    };
    match at(0).and_then(Value::as_str).unwrap_or_default() {
        "ConcurrencyException" => {
            Fault::Conflict("somebody else changed it since it was read".to_owned())
        }
        "UserError" => Fault::Rejected(sentence(said(0), said(1))),
        "UserWarning" => Fault::Rejected(format!(
            "Tryton wants a confirmation that only its own client can give: {}",
            sentence(said(1), said(2))
        )),
        "LoginException" => Fault::SignIn(sentence(said(1), "")),
        // Anything else is the text of a Python error: for the log more than
        // for people, and a repeat would fail the same way.
        other => Fault::Rejected(format!("Tryton failed: {}", cut(other, 200))),
    }
}

fn sentence(message: &str, more: &str) -> String {
    let text = clean(&format!("{message} {more}"));
    cut(text.trim().trim_end_matches(':').trim(), 500)
}

pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => text.get(..at).unwrap_or_default().to_owned() + "…",
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: Value) -> Row {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn values_are_read_with_all_their_digits() {
        let row = row(json!({
            "amount": {"__class__": "Decimal", "decimal": "4242.10"},
            "big": {"__class__": "Decimal", "decimal": "1E+3"},
            "nan": {"__class__": "Decimal", "decimal": "NaN"},
            "quantity": 2.5,
            "day": {"__class__": "date", "year": 2026, "month": 2, "day": 29},
            "at": {"__class__": "datetime", "year": 2026, "month": 11, "day": 21, "hour": 22,
                   "minute": 4, "second": 28, "microsecond": 7},
            "effort": {"__class__": "timedelta", "seconds": 5400.0},
            "active": 1,
            "name": "A\u{0}da",
            "blank": "  ",
        }));
        assert_eq!(
            decimal(&row, "amount"),
            Ok(Some("4242.10".parse().unwrap()))
        );
        assert_eq!(decimal(&row, "big"), Ok(Some(Decimal::from(1_000))));
        assert!(decimal(&row, "nan").is_err());
        assert_eq!(decimal(&row, "quantity"), Ok(Some("2.5".parse().unwrap())));
        assert_eq!(date(&row, "day"), None, "there is no such day");
        assert_eq!(
            stamp(&row, "at").unwrap().raw(),
            "2026-11-21T22:04:28.000007"
        );
        assert_eq!(hours(&row, "effort"), Some("1.5".parse().unwrap()));
        assert_eq!(flag(&row, "active"), Some(true));
        assert!(!text(&row, "name").unwrap().contains('\0'));
        assert_eq!(text(&row, "blank"), None);
    }

    #[test]
    fn a_moment_survives_the_way_out_and_back() {
        let at = Stamp::read("2026-11-21T22:04:28.558709").unwrap();
        let row = row(json!({"at": to_moment(at.micros())}));
        assert_eq!(stamp(&row, "at"), Some(at));
    }

    #[test]
    fn refusals_are_told_in_the_servers_own_words() {
        let user = json!({"error": ["UserError", ["Not allowed to modify \"Amount\".", "", null]]});
        assert_eq!(
            result(user),
            Err(Fault::Rejected(
                "Not allowed to modify \"Amount\".".to_owned()
            ))
        );
        let stale = json!({"error": ["ConcurrencyException", "Records were modified"]});
        assert!(matches!(result(stale), Err(Fault::Conflict(_))));
        let warning = json!({"error": ["UserWarning", ["w1", "It is late.", ""]]});
        assert!(
            matches!(result(warning), Err(Fault::Rejected(why)) if why.contains("It is late."))
        );
        let crash = json!({"error": ["'nosuch.model'", "Traceback"]});
        assert!(matches!(result(crash), Err(Fault::Rejected(_))));
        for odd in [
            json!({"error": 5}),
            json!({"error": []}),
            json!([]),
            json!(7),
        ] {
            assert!(matches!(result(odd), Err(Fault::Rejected(_))));
        }
        assert_eq!(result(json!({"id": 2, "result": [1]})), Ok(json!([1])));
    }
}
