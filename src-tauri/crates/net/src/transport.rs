//! What a broken line means, by the phase in which it broke.
//!
//! Before a byte of the request was accepted nothing can have happened:
//! [`Fault::Offline`]. After it was written a read may simply be asked again,
//! and a write may have been done: [`Fault::Unknown`].

use std::error::Error;

use rapport_model::Fault;

use crate::request::Effect;

/// The fault behind a transport error. The error's own text is never shown: it
/// quotes addresses, and addresses hold tokens.
pub(crate) fn fault_of_error(error: &reqwest::Error, effect: Effect, host: &str) -> Fault {
    if error.is_builder() {
        return Fault::Rejected(format!(
            "{host} cannot be asked that: the request is malformed"
        ));
    }
    if error.is_connect() || never_left(error) {
        return Fault::Offline(connecting(error, host));
    }
    let what = if error.is_timeout() {
        format!("{host} did not answer in time")
    } else if error.is_decode() || error.is_body() {
        format!("the answer of {host} broke off")
    } else {
        format!("the line to {host} broke")
    };
    match effect {
        Effect::Read => Fault::Transient(what),
        Effect::Write => Fault::Unknown(what),
    }
}

/// Hyper gave the request back: the kept connection had closed before it was
/// written.
fn never_left(error: &reqwest::Error) -> bool {
    chain(error).any(|cause| {
        let text = cause.to_string();
        text == "operation was canceled" || text.contains("connection was not ready")
    })
}

fn connecting(error: &reqwest::Error, host: &str) -> String {
    use std::io::ErrorKind;

    let kind = chain(error)
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .last()
        .map(std::io::Error::kind);
    if error.is_timeout() {
        return format!("{host} does not answer");
    }
    if error.is_dns() {
        return format!("the name {host} cannot be found; is this computer online?");
    }
    if chain(error).any(|cause| cause.to_string().contains("certificate")) {
        return format!("the certificate of {host} is not trusted; nothing was sent");
    }
    match kind {
        Some(ErrorKind::ConnectionRefused) => format!("nothing answers at {host}"),
        Some(ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable) => {
            format!("there is no way to {host}; is this computer online?")
        }
        _ => format!("no connection to {host}"),
    }
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}
