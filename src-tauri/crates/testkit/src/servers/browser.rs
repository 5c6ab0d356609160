//! What a browser does during a sign-in: follows where it is sent, and presses the one button
//! of the page that asks whether to go on.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;

use super::HarnessError;

/// More than any sign-in takes.
const MOST_STEPS: u32 = 12;

/// Starts at `start` and ends at the first address that begins with `back`, which belongs to
/// the program that opened the browser; if it is a web page, it is fetched too. Gives it.
///
/// # Errors
/// A page says no, or the way leads nowhere.
pub async fn browse(start: &str, back: &str) -> Result<String, HarnessError> {
    let no_answer = |request: &str, error: &dyn std::fmt::Debug| HarnessError::NoAnswer {
        request: request.to_owned(),
        why: format!("{error:?}"),
    };
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .timeout(Duration::from_secs(30))
        .build()
        .map_err(|error| no_answer("making a browser", &error))?;
    let mut at = start.to_owned();
    for _ in 0..MOST_STEPS {
        let there = at.starts_with(back);
        if there && !at.starts_with("http") {
            return Ok(at);
        }
        let response = client.get(&at).send().await;
        let response = response.map_err(|error| no_answer(&at, &error))?;
        if there && response.status().is_success() {
            return Ok(at);
        }
        let status = response.status();
        let sent_on = response.headers().get(LOCATION).cloned();
        let page = response.text().await;
        let page = page.map_err(|error| no_answer(&at, &error))?;
        let next = match sent_on.as_ref().and_then(|to| to.to_str().ok()) {
            Some(to) => Url::parse(&at)
                .and_then(|from| from.join(to))
                .map(String::from)
                .ok(),
            None if status.is_success() => button(&page, back),
            None => None,
        };
        at = next.ok_or_else(|| HarnessError::Refused {
            request: format!("GET {at}"),
            status: status.as_u16(),
            body: page,
        })?;
    }
    Err(HarnessError::TooLate {
        what: format!("the way from {start} to {back}"),
        seconds: 0,
        tail: String::new(),
    })
}

/// Where the program that opened the browser here wants it back.
#[must_use]
pub fn way_back_of(open: &str) -> Option<String> {
    let open = Url::parse(open).ok()?;
    let mut pairs = open.query_pairs();
    pairs
        .find(|(name, _)| name == "redirectUrl" || name == "redirect_uri")
        .map(|(_, value)| value.into_owned())
}

/// The link on the page that leads back to the program.
fn button(page: &str, back: &str) -> Option<String> {
    page.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|link| link.replace("&amp;", "&"))
        .find(|link| link.starts_with(back))
}

#[cfg(test)]
mod tests {
    use super::button;

    #[test]
    fn the_button_is_the_link_that_leads_back() {
        let page = r#"<a href="/terms">Terms</a> <a href="app://in?a=1&amp;b=2">Continue</a>"#;
        assert_eq!(button(page, "app://").as_deref(), Some("app://in?a=1&b=2"));
        assert_eq!(button(page, "other://"), None);
    }
}
