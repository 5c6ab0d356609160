//! Reads `field=value` as people type it.

use std::collections::BTreeMap;

use rapport_model::connector::FormField;
use rapport_model::{FieldValue, Millis, Money};

use crate::failure::Failure;

/// `key=value` pairs as JSON text values, for a sign-in form.
pub(crate) fn form(pairs: &[String]) -> Result<serde_json::Value, Failure> {
    let mut out = serde_json::Map::new();
    for pair in pairs {
        let (key, value) = split(pair)?;
        let value = match value {
            "true" => serde_json::Value::Bool(true),
            "false" => serde_json::Value::Bool(false),
            text => serde_json::Value::String(text.to_owned()),
        };
        out.insert(key.to_owned(), value);
    }
    Ok(serde_json::Value::Object(out))
}

/// Whether everything that a form must know is in it.
pub(crate) fn answered(
    connector: &str,
    form: &[FormField],
    config: &serde_json::Value,
) -> Result<(), Failure> {
    let blank = |key: &str| match config.get(key) {
        None | Some(serde_json::Value::Null) => true,
        Some(value) => value.as_str().is_some_and(|text| text.trim().is_empty()),
    };
    let open = form.iter().filter(|it| it.required && blank(it.key));
    let (mut names, mut typed) = (Vec::new(), String::new());
    for field in open {
        names.push(format!("{} ({})", field.key, field.label));
        typed.push_str(&format!(" --set {}={}", field.key, field.example));
    }
    if names.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "An account of {connector} needs an answer: {}. Add it to what you typed, as in{typed}",
        names.join(", ")
    )))
}

/// `field=value` pairs as typed values. `like` knows the present value of a
/// field, whose type a new value should have.
pub(crate) fn fields(
    pairs: &[String],
    like: impl Fn(&str) -> FieldValue,
) -> Result<BTreeMap<String, FieldValue>, Failure> {
    if pairs.is_empty() {
        return Err(Failure::usage("Say what to set: field=value."));
    }
    pairs
        .iter()
        .map(|pair| {
            let (field, value) = split(pair)?;
            Ok((field.to_owned(), typed(field, value, &like(field))?))
        })
        .collect()
}

fn split(pair: &str) -> Result<(&str, &str), Failure> {
    pair.split_once('=')
        .ok_or_else(|| Failure::usage(format!("\"{pair}\" is not of the form field=value.")))
}

/// The value in the type the field has now; by its form when it has none yet.
fn typed(field: &str, text: &str, like: &FieldValue) -> Result<FieldValue, Failure> {
    let wrong = |wants: &str| Failure::usage(format!("{field} wants {wants}, not \"{text}\"."));
    if text.is_empty() {
        return Ok(FieldValue::Empty);
    }
    Ok(match like {
        FieldValue::Money(now) => money(text, Some(&now.currency.0))
            .ok_or_else(|| wrong("an amount such as 54600 EUR"))?,
        FieldValue::Number(_) => {
            FieldValue::Number(text.parse().map_err(|_bad| wrong("a number"))?)
        }
        FieldValue::Day(_) => FieldValue::Day(
            text.parse()
                .map_err(|_bad| wrong("a day such as 2026-03-12"))?,
        ),
        FieldValue::At(_) => FieldValue::At(
            Millis::parse_rfc3339(text)
                .map_err(|_bad| wrong("a moment such as 2026-03-12T09:41:00Z"))?,
        ),
        FieldValue::Flag(_) => match text {
            "yes" | "true" => FieldValue::Flag(true),
            "no" | "false" => FieldValue::Flag(false),
            _ => return Err(wrong("yes or no")),
        },
        FieldValue::List(_) => {
            FieldValue::List(text.split(',').map(|part| part.trim().to_owned()).collect())
        }
        FieldValue::Ref(_) => text.split_once('/').map_or_else(
            || Err(wrong("a reference such as party.party/12")),
            |(collection, handle)| {
                Ok(FieldValue::Ref(rapport_model::ItemRef::new(
                    collection, handle,
                )))
            },
        )?,
        FieldValue::Text(_) => FieldValue::Text(text.to_owned()),
        FieldValue::Empty if field == "amount" => {
            money(text, None).ok_or_else(|| wrong("an amount such as 54600 EUR"))?
        }
        FieldValue::Empty if field == "due" || field == "date" => FieldValue::Day(
            text.parse()
                .map_err(|_bad| wrong("a day such as 2026-03-12"))?,
        ),
        FieldValue::Empty if field == "priority" => {
            FieldValue::Number(text.parse().map_err(|_bad| wrong("a number such as 1"))?)
        }
        FieldValue::Empty => FieldValue::Text(text.to_owned()),
    })
}

fn money(text: &str, currency: Option<&str>) -> Option<FieldValue> {
    let (amount, code) = match text.trim().split_once(' ') {
        Some((amount, code)) => (amount, code),
        None => (text.trim(), currency?),
    };
    Some(FieldValue::Money(Money::new(amount.parse().ok()?, code)))
}

#[cfg(test)]
mod tests {
    use rapport_model::connector::FormFieldKind;

    use super::*;

    #[test]
    fn an_answer_that_is_missing_is_named_with_an_example() {
        let field = |key, required| FormField {
            key,
            label: "Homeserver",
            kind: FormFieldKind::Url,
            required,
            example: "example.org",
        };
        let asked = [field("homeserver", true), field("proxy", false)];
        for none in [
            serde_json::json!({}),
            serde_json::json!({"homeserver": " "}),
        ] {
            let why = answered("matrix", &asked, &none).unwrap_err();
            assert_eq!(why.code, 2);
            assert_eq!(
                why.message,
                "An account of matrix needs an answer: homeserver (Homeserver). Add it to what \
                 you typed, as in --set homeserver=example.org"
            );
        }
        let given = serde_json::json!({"homeserver": "velmora.example"});
        answered("matrix", &asked, &given).unwrap();
    }

    #[test]
    fn a_value_takes_the_type_the_field_has() {
        let now = FieldValue::Money(Money::new("1".parse().unwrap(), "EUR"));
        assert_eq!(
            typed("amount", "54600.50", &now).unwrap(),
            FieldValue::Money(Money::new("54600.50".parse().unwrap(), "EUR"))
        );
        assert!(typed("amount", "much", &now).is_err());
        assert_eq!(
            typed("priority", "1", &FieldValue::Empty).unwrap(),
            FieldValue::Number("1".parse().unwrap())
        );
        assert!(typed("priority", "high", &FieldValue::Empty).is_err());
        assert_eq!(
            typed("text", "", &FieldValue::Text("a".into())).unwrap(),
            FieldValue::Empty
        );
    }
}
