//! What the sign-in form of an account says.

use std::collections::BTreeSet;

use rapport_model::Fault;
use rapport_net::Url;
use serde::Deserialize;

/// The shortest lag window, in minutes: transactions of an ERP take their time.
const SHORTEST_LAG: i64 = 2;

/// Names of relations that tie a person to their company, in both directions'
/// words; an account adds its own.
const PERSON_RELATIONS: [&str; 9] = [
    "works at",
    "works for",
    "employee of",
    "employed by",
    "contact of",
    "contact at",
    "contact person of",
    "arbeitet bei",
    "mitarbeiter von",
];

#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) base: Url,
    pub(super) database: String,
    /// Keep the password too, so that an ended session is renewed by itself.
    pub(super) remember: bool,
    /// Lower-case names of relations from a person to their company.
    pub(super) person_relations: BTreeSet<String>,
    pub(super) lag_ms: i64,
}

#[derive(Deserialize)]
struct Form {
    // What is not answered at all is told like an empty answer, not in a parser's words.
    #[serde(default)]
    url: String,
    #[serde(default)]
    database: String,
    #[serde(default)]
    remember: bool,
    #[serde(default)]
    person_relations: String,
    #[serde(default)]
    lag_minutes: Option<i64>,
}

impl Config {
    /// # Errors
    /// The answers do not describe a server.
    pub(super) fn read(value: &serde_json::Value) -> Result<Self, Fault> {
        let form: Form = serde_json::from_value(value.clone()).map_err(|error| {
            Fault::Rejected(format!("the account's form is incomplete: {error}"))
        })?;
        if form.url.trim().is_empty() {
            return Err(Fault::Rejected(
                "the address of the server is missing".to_owned(),
            ));
        }
        let base = Url::parse(form.url.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| {
                Fault::Rejected(format!("\"{}\" is not a web address", form.url.trim()))
            })?;
        let database = form.database.trim().to_owned();
        if database.is_empty() {
            return Err(Fault::Rejected(
                "the name of the database is missing".to_owned(),
            ));
        }
        let own = form.person_relations.split(',').map(str::trim);
        let person_relations = PERSON_RELATIONS
            .into_iter()
            .chain(own)
            .filter(|name| !name.is_empty())
            .map(str::to_lowercase)
            .collect();
        Ok(Self {
            base,
            database,
            remember: form.remember,
            person_relations,
            lag_ms: form
                .lag_minutes
                .unwrap_or(SHORTEST_LAG)
                .clamp(SHORTEST_LAG, 24 * 60)
                * 60_000,
        })
    }

    /// Where calls on the database go.
    pub(super) fn rpc(&self) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty()
                .push(&self.database)
                .push("rpc")
                .push("");
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_address_of_calls_holds_the_database() {
        for (url, rpc) in [
            ("https://erp.example", "https://erp.example/acme%2F1/rpc/"),
            (
                "https://erp.example/t/",
                "https://erp.example/t/acme%2F1/rpc/",
            ),
        ] {
            let config = Config::read(&json!({"url": url, "database": "acme/1"})).unwrap();
            assert_eq!(config.rpc().as_str(), rpc);
            assert_eq!(config.lag_ms, 120_000);
        }
    }

    #[test]
    fn a_form_that_names_no_server_is_refused() {
        for form in [
            json!({}),
            json!({"url": "ftp://x", "database": "d"}),
            json!({"url": "erp", "database": "d"}),
            json!({"url": "https://x", "database": " "}),
        ] {
            assert!(Config::read(&form).is_err(), "{form}");
        }
        for (form, missing) in [
            (json!({}), "address of the server"),
            (json!({"url": "https://x"}), "name of the database"),
        ] {
            let why = Config::read(&form).unwrap_err().to_string();
            assert!(why.contains(missing) && !why.contains("field"), "{why}");
        }
    }
}
