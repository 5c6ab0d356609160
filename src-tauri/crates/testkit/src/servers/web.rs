//! JSON over plain HTTP on the loopback interface, for the second clients and nothing else.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use super::HarnessError;

/// A connection to one server.
#[derive(Debug, Clone)]
pub(super) struct Web {
    client: reqwest::Client,
    base: String,
}

/// A request in the making.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    /// The whole `Authorization` header.
    pub(super) authorization: Option<&'a str>,
    pub(super) body: Body<'a>,
}

/// What a request carries.
pub(super) enum Body<'a> {
    Nothing,
    Json(&'a Value),
    Bytes(&'a [u8], &'a str),
}

/// An answer, whatever its status.
pub(super) struct Answer {
    pub(super) request: String,
    pub(super) status: u16,
    pub(super) bytes: Vec<u8>,
}

impl Web {
    pub(super) fn to(base: &str) -> Result<Self, HarnessError> {
        // Not `net::Http`: a second client that shared our code would share our mistakes.
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(90))
            .build()
            .map_err(|error| HarnessError::NoAnswer {
                request: "making a client".to_owned(),
                why: error.to_string(),
            })?;
        Ok(Self {
            client,
            base: base.trim_end_matches('/').to_owned(),
        })
    }

    pub(super) async fn ask(&self, ask: Ask<'_>) -> Result<Answer, HarnessError> {
        let request = format!("{} {}", ask.method, ask.path);
        let mut builder = self
            .client
            .request(ask.method, format!("{}{}", self.base, ask.path));
        if let Some(header) = ask.authorization {
            builder = builder.header("Authorization", header);
        }
        builder = match ask.body {
            Body::Nothing => builder,
            Body::Json(value) => builder.json(value),
            Body::Bytes(bytes, kind) => builder.header("Content-Type", kind).body(bytes.to_vec()),
        };
        let no_answer = |error: reqwest::Error| HarnessError::NoAnswer {
            request: request.clone(),
            why: format!("{error:?}"),
        };
        let response = builder.send().await.map_err(no_answer)?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.map_err(no_answer)?.to_vec();
        Ok(Answer {
            request,
            status,
            bytes,
        })
    }

    /// Whether a plain GET of `path` is answered 200.
    pub(super) async fn answers(&self, path: &str) -> bool {
        let ask = Ask {
            method: Method::GET,
            path,
            authorization: None,
            body: Body::Nothing,
        };
        self.ask(ask).await.is_ok_and(|answer| answer.status == 200)
    }
}

impl Answer {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes)
            .chars()
            .take(600)
            .collect()
    }

    /// The body of a 2xx answer; anything else is a refusal.
    pub(super) fn json(&self) -> Result<Value, HarnessError> {
        self.accepted()?;
        serde_json::from_slice(&self.bytes).map_err(|_not_json| self.lacks("JSON body"))
    }

    pub(super) fn accepted(&self) -> Result<(), HarnessError> {
        if (200..300).contains(&self.status) {
            return Ok(());
        }
        Err(HarnessError::Refused {
            request: self.request.clone(),
            status: self.status,
            body: self.text(),
        })
    }

    pub(super) fn lacks(&self, field: &str) -> HarnessError {
        HarnessError::Malformed {
            request: self.request.clone(),
            field: field.to_owned(),
            body: self.text(),
        }
    }
}

/// A text field an answer must carry.
pub(super) fn text_of(answer: &Value, field: &str, request: &str) -> Result<String, HarnessError> {
    answer
        .get(field)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| HarnessError::Malformed {
            request: request.to_owned(),
            field: field.to_owned(),
            body: answer.to_string(),
        })
}

/// Percent-encodes one path segment or query value.
pub(super) fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn a_room_id_survives_as_one_path_segment() {
        assert_eq!(segment("!a/b:hub.test"), "%21a%2Fb%3Ahub.test");
    }
}
