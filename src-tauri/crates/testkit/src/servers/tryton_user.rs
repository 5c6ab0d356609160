//! A second Tryton client that shares no code with ours: plain JSON-RPC.
//!
//! It keeps no state but its session, so that what it reports is what the server holds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::HarnessError;
use super::web::{Ask, Body, Web};

/// A signed-in user of the independent client.
#[derive(Debug)]
pub struct TrytonUser {
    web: Web,
    path: String,
    header: String,
    context: Map<String, Value>,
}

/// A decimal, as the wire wants it.
#[must_use]
pub fn decimal(digits: &str) -> Value {
    json!({"__class__": "Decimal", "decimal": digits})
}

/// A date, as the wire wants it.
#[must_use]
pub fn date(year: i16, month: i8, day: i8) -> Value {
    json!({"__class__": "date", "year": year, "month": month, "day": day})
}

/// A moment in UTC, as the wire wants it.
#[must_use]
pub fn datetime(at: jiff::Timestamp) -> Value {
    let at = at.to_zoned(jiff::tz::TimeZone::UTC);
    json!({
        "__class__": "datetime",
        "year": at.year(), "month": at.month(), "day": at.day(),
        "hour": at.hour(), "minute": at.minute(), "second": at.second(),
        "microsecond": at.subsec_nanosecond() / 1000,
    })
}

impl TrytonUser {
    /// Signs in with a password.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn login(
        base: &str,
        database: &str,
        user: &str,
        password: &str,
    ) -> Result<Self, HarnessError> {
        let mut client = Self {
            web: Web::to(base)?,
            path: format!("/{database}/rpc/"),
            header: String::new(),
            context: Map::new(),
        };
        let session = client
            .post(
                "common.db.login",
                json!([user, {"password": password}, "en"]),
                None,
            )
            .await?;
        let (Some(id), Some(token)) = (session.get(0), session.get(1).and_then(Value::as_str))
        else {
            return Err(client.malformed("common.db.login", "session", &session));
        };
        client.header = format!(
            "Session {}",
            STANDARD.encode(format!("{user}:{id}:{token}"))
        );
        let preferences = client
            .call("model.res.user.get_preferences", json!([true]))
            .await?;
        if let Value::Object(context) = preferences {
            client.context = context;
        }
        Ok(client)
    }

    /// Calls a method with these arguments and the user's own context.
    ///
    /// # Errors
    /// When the server refuses; the error's text is the server's own answer.
    pub async fn call(&self, method: &str, arguments: Value) -> Result<Value, HarnessError> {
        self.call_in(method, arguments, &json!({})).await
    }

    /// Calls a method with something added to the context, such as `_timestamp`.
    ///
    /// # Errors
    /// When the server refuses; the error's text is the server's own answer.
    pub async fn call_in(
        &self,
        method: &str,
        arguments: Value,
        added: &Value,
    ) -> Result<Value, HarnessError> {
        let mut context = self.context.clone();
        if let Value::Object(added) = added {
            context.extend(added.clone());
        }
        self.post(method, arguments, Some(Value::Object(context)))
            .await
    }

    async fn post(
        &self,
        method: &str,
        arguments: Value,
        context: Option<Value>,
    ) -> Result<Value, HarnessError> {
        let mut params = match arguments {
            Value::Array(list) => list,
            other => vec![other],
        };
        params.extend(context);
        let body = json!({"id": 1, "method": method, "params": params});
        let authorization = (!self.header.is_empty()).then_some(self.header.as_str());
        let ask = Ask {
            method: Method::POST,
            path: &self.path,
            authorization,
            body: Body::Json(&body),
        };
        let mut answer = self.web.ask(ask).await?;
        answer.request = method.to_owned();
        let mut value = answer.json()?;
        if let Some(error) = value.get("error") {
            return Err(HarnessError::Refused {
                request: method.to_owned(),
                status: answer.status,
                body: error.to_string(),
            });
        }
        match value.get_mut("result") {
            Some(result) => Ok(result.take()),
            None => Err(answer.lacks("result")),
        }
    }

    /// The ids of the records a domain selects.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn search(&self, model: &str, domain: &Value) -> Result<Vec<i64>, HarnessError> {
        let order = json!([["id", "ASC"]]);
        let found = self
            .call(
                &format!("model.{model}.search"),
                json!([domain, 0, null, order]),
            )
            .await?;
        serde_json::from_value(found.clone())
            .map_err(|_not_ids| self.malformed("search", "ids", &found))
    }

    /// Fields of the records a domain selects, oldest id first.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn search_read(
        &self,
        model: &str,
        domain: &Value,
        fields: &[&str],
    ) -> Result<Vec<Value>, HarnessError> {
        let order = json!([["id", "ASC"]]);
        let method = format!("model.{model}.search_read");
        let found = self
            .call(&method, json!([domain, 0, null, order, fields]))
            .await?;
        self.rows(&method, found)
    }

    /// Fields of records by id.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn read(
        &self,
        model: &str,
        ids: &[i64],
        fields: &[&str],
    ) -> Result<Vec<Value>, HarnessError> {
        let method = format!("model.{model}.read");
        let found = self.call(&method, json!([ids, fields])).await?;
        self.rows(&method, found)
    }

    /// How many records a domain selects.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn count(&self, model: &str, domain: &Value) -> Result<u64, HarnessError> {
        let method = format!("model.{model}.search_count");
        let found = self.call(&method, json!([domain])).await?;
        found
            .as_u64()
            .ok_or_else(|| self.malformed(&method, "count", &found))
    }

    /// Makes records; gives their ids.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn create(&self, model: &str, rows: &Value) -> Result<Vec<i64>, HarnessError> {
        let method = format!("model.{model}.create");
        let made = self.call(&method, json!([rows])).await?;
        serde_json::from_value(made.clone())
            .map_err(|_not_ids| self.malformed(&method, "ids", &made))
    }

    /// Writes fields, whatever anyone else wrote meanwhile.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn write(
        &self,
        model: &str,
        ids: &[i64],
        values: &Value,
    ) -> Result<(), HarnessError> {
        self.call(&format!("model.{model}.write"), json!([ids, values]))
            .await
            .map(drop)
    }

    /// Writes fields only if the record's `_timestamp` is still the given one.
    ///
    /// # Errors
    /// When somebody else wrote meanwhile, or the server refuses.
    pub async fn write_checked(
        &self,
        model: &str,
        id: i64,
        timestamp: &str,
        values: &Value,
    ) -> Result<(), HarnessError> {
        let context = json!({"_timestamp": {format!("{model},{id}"): timestamp}});
        self.call_in(
            &format!("model.{model}.write"),
            json!([[id], values]),
            &context,
        )
        .await
        .map(drop)
    }

    /// The record's `_timestamp`, as the server spells it.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn timestamp(&self, model: &str, id: i64) -> Result<String, HarnessError> {
        let rows = self.read(model, &[id], &["_timestamp"]).await?;
        let found = rows
            .first()
            .and_then(|row| row.get("_timestamp"))
            .and_then(Value::as_str);
        found
            .map(str::to_owned)
            .ok_or_else(|| self.malformed("read", "_timestamp", &Value::Array(rows.clone())))
    }

    /// Deletes records.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn delete(&self, model: &str, ids: &[i64]) -> Result<(), HarnessError> {
        self.call(&format!("model.{model}.delete"), json!([ids]))
            .await
            .map(drop)
    }

    /// Presses a button, such as `lost` on `sale.opportunity`.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn button(
        &self,
        model: &str,
        name: &str,
        ids: &[i64],
    ) -> Result<Value, HarnessError> {
        self.call(&format!("model.{model}.{name}"), json!([ids]))
            .await
    }

    /// Ends this session.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn logout(&self) -> Result<(), HarnessError> {
        self.post("common.db.logout", json!([]), None)
            .await
            .map(drop)
    }

    fn rows(&self, method: &str, found: Value) -> Result<Vec<Value>, HarnessError> {
        match found {
            Value::Array(rows) => Ok(rows),
            other => Err(self.malformed(method, "rows", &other)),
        }
    }

    fn malformed(&self, request: &str, field: &str, body: &Value) -> HarnessError {
        HarnessError::Malformed {
            request: format!("{} {request}", self.path),
            field: field.to_owned(),
            body: body.to_string().chars().take(600).collect(),
        }
    }
}
