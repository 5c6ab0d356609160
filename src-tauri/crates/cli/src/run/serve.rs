//! The loopback host.

use std::sync::Arc;

use rapport_api::{Api, host};
use serde::Serialize;

use crate::args::ServeArgs;
use crate::failure::Failure;
use crate::out::Out;

/// What a test or tool needs to connect.
#[derive(Debug, Serialize)]
struct Opened {
    url: String,
    token: String,
}

pub(crate) async fn run(api: Arc<Api>, out: Out, args: ServeArgs) -> Result<(), Failure> {
    let (host, serving) = host::open(Arc::clone(&api), args.port, args.origin).await?;
    let opened = Opened {
        url: format!("http://{}", host.address()),
        token: host.token().to_owned(),
    };
    out.show(&opened, |opened| {
        format!(
            "Serving on {}\nAuthorization: Bearer {}\nCtrl C ends it.",
            opened.url, opened.token
        )
    })?;
    if args.watch {
        api.hub().start().map_err(rapport_api::ApiError::from)?;
    }
    tokio::select! {
        ended = serving => {
            ended.map_err(|error| Failure::internal(format!("The host ended: {error}.")))?;
        }
        _stopped = tokio::signal::ctrl_c() => host.stop(),
    }
    api.hub().stop().await;
    Ok(())
}
