//! Waiting for a condition, never for a length of time.

use std::time::Duration;

use super::HarnessError;

/// How often a condition is looked at.
const GLANCE: Duration = Duration::from_millis(25);

/// Asks `condition` again and again until it gives something, or the deadline passes.
///
/// # Errors
/// [`HarnessError::TooLate`] at the deadline; any error of the condition at once.
pub async fn eventually<T>(
    what: &str,
    deadline: Duration,
    mut condition: impl AsyncFnMut() -> Result<Option<T>, HarnessError>,
) -> Result<T, HarnessError> {
    let end = tokio::time::Instant::now() + deadline;
    loop {
        if let Some(found) = condition().await? {
            return Ok(found);
        }
        if tokio::time::Instant::now() >= end {
            return Err(HarnessError::TooLate {
                what: what.to_owned(),
                seconds: deadline.as_secs(),
                tail: String::new(),
            });
        }
        tokio::time::sleep(GLANCE).await;
    }
}

/// Runs work that blocks (installing, seeding) where it holds up no other task.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HarnessError> + Send + 'static,
) -> Result<T, HarnessError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(died) => Err(HarnessError::Failed {
            program: "a step of the harness".to_owned(),
            status: "panicked".to_owned(),
            tail: died.to_string(),
        }),
    }
}
