//! Signing in and out: with a password, with single sign-on, with OAuth 2.
//!
//! Every sign-in is a new device with files of its own, except after a "soft" sign-out,
//! where the server keeps the device and the keys stay good. The client of a browser
//! sign-in waits in memory between its two steps, because it holds the proof (PKCE, state)
//! that the answer belongs to the question.

use matrix_sdk::authentication::oauth::error::OAuthAuthorizationCodeError;
use matrix_sdk::authentication::oauth::registration::{
    ApplicationType, ClientMetadata, Localized, OAuthGrantType,
};
use matrix_sdk::authentication::oauth::{ClientRegistrationData, OAuthError};
use matrix_sdk::ruma::api::client::session::get_login_types::v3::LoginType;
use matrix_sdk::ruma::api::error::ErrorKind;
use matrix_sdk::ruma::serde::Raw;
use matrix_sdk::ruma::{OwnedDeviceId, OwnedUserId, UserId};
use matrix_sdk::utils::UrlOrQuery;
use matrix_sdk::{Client, HttpError};
use matrix_sdk_crypto::CryptoStoreError;
use rapport_model::Fault;
use rapport_model::connector::{SignInStep, SignedIn};
use url::Url;

use super::fault::{self, Asked};
use super::session::{DEVICE_NAME, Session};

/// Where people read who wrote this client; shown on the sign-in page.
const HOME_PAGE: &str = "https://github.com/rapport-hub/rapport";

/// A browser sign-in between its two steps.
pub(super) struct Pending {
    client: Client,
    folder: String,
    /// Whose device is signed in again; none for a new one.
    again: Option<Again>,
    way: Way,
}

struct Again {
    user: OwnedUserId,
    device: OwnedDeviceId,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    SingleSignOn,
    OAuth,
}

/// Takes one step.
pub(super) async fn sign_in(session: &Session, step: SignInStep) -> Result<SignedIn, Fault> {
    match step {
        SignInStep::Password { user, password } => with_password(session, &user, &password).await,
        SignInStep::Browser { redirect } => with_browser(session, &redirect).await,
        SignInStep::Returned { url } => returned(session, &url).await,
        SignInStep::Token { .. } => Err(Fault::Rejected(
            "sign in with your password or in the browser; a bare token has no encryption keys"
                .to_owned(),
        )),
    }
}

/// Ends the session at the server, then removes its secrets and files. Without a connection
/// nothing is removed, so that it can be tried again.
pub(super) async fn sign_out(session: &Session) -> Result<(), Fault> {
    match session.live().await {
        Ok(live) => match live
            .client
            .logout()
            .await
            .map_err(|e| fault::of(&e, Asked::Reading))
        {
            Ok(()) | Err(Fault::SignIn(_)) => {}
            Err(fault) => return Err(fault),
        },
        Err(Fault::SignIn(_)) => {}
        Err(fault) => return Err(fault),
    }
    session.close().await;
    session.forget()?;
    session.remove_folders_but(None);
    Ok(())
}

async fn with_password(session: &Session, user: &str, password: &str) -> Result<SignedIn, Fault> {
    let user = user.trim();
    let fresh = fresh(session, Some(user)).await?;
    let auth = fresh.client.matrix_auth();
    let mut login = auth
        .login_username(user, password)
        .initial_device_display_name(DEVICE_NAME)
        .request_refresh_token();
    if let Some(again) = &fresh.again {
        login = login.device_id(again.device.as_str());
    }
    login.send().await.map_err(|error| match refused(&error) {
        Fault::SignIn(_) if is_forbidden(&error) => {
            Fault::SignIn("the user name or the password is wrong".to_owned())
        }
        other => other,
    })?;
    let user = session.adopt(fresh.client, &fresh.folder).await?;
    Ok(SignedIn::Done { user })
}

async fn with_browser(session: &Session, redirect: &str) -> Result<SignedIn, Fault> {
    let target = Url::parse(redirect)
        .map_err(|error| Fault::Rejected(format!("the return address is wrong: {error}")))?;
    let mut fresh = fresh(session, None).await?;
    let url = match fresh.client.oauth().server_metadata().await {
        Ok(_) => {
            fresh.way = Way::OAuth;
            let data = registration(&target)?;
            let device = fresh.again.as_ref().map(|it| it.device.clone());
            let oauth = fresh.client.oauth();
            let login = oauth.login(target, device, Some(data), None);
            login
                .build()
                .await
                .map_err(|error| fault::of_chain(&error))?
                .url
                .to_string()
        }
        Err(error) if error.is_not_supported() => single_sign_on(&fresh.client, redirect).await?,
        Err(error) => return Err(fault::of_chain(&error)),
    };
    *session.pending.lock().await = Some(fresh);
    Ok(SignedIn::Open { url })
}

async fn single_sign_on(client: &Client, redirect: &str) -> Result<String, Fault> {
    let auth = client.matrix_auth();
    let ways = auth
        .get_login_types()
        .await
        .map_err(|e| fault::of_http(&e, Asked::Reading))?;
    if !ways
        .flows
        .iter()
        .any(|flow| matches!(flow, LoginType::Sso(_)))
    {
        return Err(Fault::Rejected(
            "this homeserver has no sign-in in the browser; use your password".to_owned(),
        ));
    }
    auth.get_sso_login_url(redirect, None)
        .await
        .map_err(|e| fault::of(&e, Asked::Reading))
}

async fn returned(session: &Session, url: &str) -> Result<SignedIn, Fault> {
    let url = Url::parse(url)
        .map_err(|error| Fault::Rejected(format!("the browser came back wrongly: {error}")))?;
    let pending = session.pending.lock().await.take().ok_or_else(|| {
        Fault::Rejected("no sign-in is waiting for the browser; start it again".to_owned())
    })?;
    match pending.way {
        Way::OAuth => {
            let oauth = pending.client.oauth();
            oauth
                .finish_login(UrlOrQuery::Url(url))
                .await
                .map_err(|error| pending.refused(&error))?;
        }
        Way::SingleSignOn => {
            let auth = pending.client.matrix_auth();
            let mut login = auth
                .login_with_sso_callback(UrlOrQuery::Url(url))
                .map_err(|_none| {
                    Fault::Rejected("the browser came back without a sign-in".to_owned())
                })?
                .initial_device_display_name(DEVICE_NAME)
                .request_refresh_token();
            if let Some(again) = &pending.again {
                login = login.device_id(again.device.as_str());
            }
            login
                .send()
                .await
                .map_err(|error| pending.refused(&error))?;
        }
    }
    let user = session.adopt(pending.client, &pending.folder).await?;
    Ok(SignedIn::Done { user })
}

impl Pending {
    /// The keys of one user must not be used by another, and the SDK does not. With a password
    /// that is known before; a browser says only afterwards who sat there.
    fn refused(&self, error: &matrix_sdk::Error) -> Fault {
        match (&self.again, error) {
            (Some(again), matrix_sdk::Error::CryptoStoreError(store))
                if matches!(**store, CryptoStoreError::MismatchedAccount { .. }) =>
            {
                Fault::SignIn(format!(
                    "somebody else than {} signed in; to change the user, sign out here first",
                    again.user
                ))
            }
            (_, matrix_sdk::Error::OAuth(oauth)) if is_no(oauth) => {
                Fault::SignIn("the sign-in was cancelled in the browser".to_owned())
            }
            _ => refused(error),
        }
    }
}

/// Somebody said no to it in the browser.
fn is_no(error: &OAuthError) -> bool {
    matches!(
        error,
        OAuthError::AuthorizationCode(OAuthAuthorizationCodeError::Cancelled)
    )
}

/// A client that nobody has signed in on, on new files or on those of a softly ended session
/// (of this user, where the user is known).
async fn fresh(session: &Session, user: Option<&str>) -> Result<Pending, Fault> {
    let passphrase = session.passphrase_or_new()?;
    let reusable = session.reusable().await?;
    let reusable = reusable.filter(|it| user.is_none_or(|user| is(it.auth.user(), user)));
    let (folder, again) = match reusable {
        Some(record) => {
            let again = Again {
                user: record.auth.user().to_owned(),
                device: OwnedDeviceId::from(record.auth.device()),
            };
            // The old client lets go of the files before a new one opens them.
            session.close().await;
            (record.folder, Some(again))
        }
        None => (Session::new_folder()?, None),
    };
    let builder = session.builder(&folder, &passphrase);
    let address = session.config.homeserver.trim();
    // A plain http address is taken as it is (a homeserver on this machine); anything else
    // is looked up, so that a bare domain is enough.
    let builder = if address.starts_with("http://") {
        builder.homeserver_url(address)
    } else {
        builder.server_name_or_homeserver_url(address)
    };
    let client = builder
        .build()
        .await
        .map_err(|error| fault::of_build(&error))?;
    session.keep_tokens(&client, &folder)?;
    // An address taken as it is, or named by the domain, has not been looked at yet.
    let asked = client.fetch_server_versions(None).await;
    asked.map_err(|error| fault::of_first(&error))?;
    Ok(Pending {
        client,
        folder,
        again,
        way: Way::SingleSignOn,
    })
}

/// Whether this is what somebody types who means that user.
fn is(user: &UserId, typed: &str) -> bool {
    typed.eq_ignore_ascii_case(user.as_str())
        || typed
            .trim_start_matches('@')
            .eq_ignore_ascii_case(user.localpart())
}

fn registration(redirect: &Url) -> Result<ClientRegistrationData, Fault> {
    let mut page = redirect.clone();
    // A page of this computer is registered without its port and may then have any: a server
    // that follows the rules refuses one that names it.
    if page.scheme() == "http" && page.set_port(None).is_err() {
        return Err(Fault::Rejected(format!(
            "the return address is wrong: {page}"
        )));
    }
    let home = Url::parse(HOME_PAGE).map_err(|e| Fault::Rejected(e.to_string()))?;
    let grants = vec![OAuthGrantType::AuthorizationCode {
        redirect_uris: vec![page],
    }];
    let mut metadata =
        ClientMetadata::new(ApplicationType::Native, grants, Localized::new(home, None));
    metadata.client_name = Some(Localized::new(DEVICE_NAME.to_owned(), None));
    let raw = Raw::new(&metadata).map_err(|error| Fault::Rejected(error.to_string()))?;
    Ok(raw.into())
}

/// What servers answer to a user or a password that they do not know.
fn is_forbidden(error: &matrix_sdk::Error) -> bool {
    matches!(error.client_api_error_kind(), Some(ErrorKind::Forbidden))
}

/// A refused sign-in asks for another try, whatever word the server used.
fn refused(error: &matrix_sdk::Error) -> Fault {
    let fault = match error {
        matrix_sdk::Error::Http(http) => match http.as_ref() {
            HttpError::Reqwest(transport) => fault::of_transport(transport, Asked::Reading),
            other => fault::of_http(other, Asked::Reading),
        },
        other => fault::of(other, Asked::Reading),
    };
    match fault {
        Fault::Denied(why) | Fault::Rejected(why) => {
            Fault::SignIn(format!("the homeserver refused the sign-in: {why}"))
        }
        other => other,
    }
}
