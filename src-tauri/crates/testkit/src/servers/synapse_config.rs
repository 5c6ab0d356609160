//! The homeserver's configuration, written anew for every clone because it names folder and port.

use std::path::Path;

/// What a start may vary.
#[derive(Debug, Clone, Default)]
pub(super) struct Varied {
    pub(super) port: u16,
    pub(super) rate_limits: bool,
    pub(super) public_baseurl: Option<String>,
    /// Where people sign in with their browser.
    pub(super) cas: Option<String>,
    /// The service that people sign in at instead of the homeserver, and what it is known by.
    pub(super) auth_service: Option<(String, &'static str)>,
    /// Seconds after which an access token must be renewed.
    pub(super) token_seconds: Option<u32>,
    /// Seconds after which nothing can be renewed any more.
    pub(super) session_seconds: Option<u32>,
}

/// The server's name in user ids; never resolved, as nothing here federates.
pub(super) const SERVER_NAME: &str = "hub.test";
/// The application service that writes back-dated history.
pub(super) const HISTORY_TOKEN: &str = "history-writer-token";
/// Lets `register_new_matrix_user` make the first administrator.
const REGISTRATION_SECRET: &str = "loopback-only";

/// `homeserver.yaml` for a server whose data lies in `data`.
pub(super) fn homeserver(data: &Path, varied: &Varied) -> String {
    let own_address = format!("http://127.0.0.1:{}/", varied.port);
    let baseurl = varied.public_baseurl.as_deref().unwrap_or(&own_address);
    let port = varied.port;
    let at = |name: &str| quoted(&data.join(name).display().to_string());
    let (pid, database, log, media) = (
        at("homeserver.pid"),
        at("homeserver.db"),
        at("log.yaml"),
        at("media"),
    );
    let (signing_key, history) = (at("signing.key"), at("history.yaml"));
    let messages = if varied.rate_limits {
        // Three at once, then one every two seconds: answered 429 within a short test.
        "{per_second: 0.5, burst_count: 3}"
    } else {
        UNLIMITED
    };
    format!(
        r#"server_name: "{SERVER_NAME}"
public_baseurl: {baseurl}
pid_file: {pid}
listeners:
  - port: {port}
    type: http
    tls: false
    x_forwarded: false
    bind_addresses: ["127.0.0.1"]
    resources: [{{names: [client, media], compress: false}}]
database:
  name: sqlite3
  args: {{database: {database}}}
log_config: {log}
media_store_path: {media}
signing_key_path: {signing_key}
app_service_config_files: [{history}]
registration_shared_secret: "{REGISTRATION_SECRET}"
macaroon_secret_key: "{REGISTRATION_SECRET}"
form_secret: "{REGISTRATION_SECRET}"
report_stats: false
trusted_key_servers: []
suppress_key_server_warning: true
federation_domain_whitelist: []
allow_public_rooms_over_federation: false
enable_registration: false
bcrypt_rounds: 4
presence: {{enabled: true}}
max_upload_size: 50M
url_preview_enabled: false
user_directory: {{enabled: true, search_all_users: true, prefer_local_users: true}}
rc_message: {messages}
rc_registration: {UNLIMITED}
rc_registration_token_validity: {UNLIMITED}
rc_login: {{address: {UNLIMITED}, account: {UNLIMITED}, failed_attempts: {UNLIMITED}}}
rc_admin_redaction: {UNLIMITED}
rc_joins: {{local: {UNLIMITED}, remote: {UNLIMITED}}}
rc_joins_per_room: {UNLIMITED}
rc_3pid_validation: {UNLIMITED}
rc_invites: {{per_room: {UNLIMITED}, per_user: {UNLIMITED}, per_issuer: {UNLIMITED}}}
rc_presence: {{per_user: {UNLIMITED}}}
rc_delayed_event_mgmt: {UNLIMITED}
rc_reports: {UNLIMITED}
rc_room_creation: {UNLIMITED}
rc_media_create: {UNLIMITED}
{sign_in}"#,
        baseurl = quoted(baseurl),
        sign_in = sign_in(varied),
    )
}

/// How people sign in, and for how long; nothing for the server's own defaults.
fn sign_in(varied: &Varied) -> String {
    let mut lines = String::new();
    if let Some(address) = &varied.cas {
        let address = quoted(address);
        lines.push_str(&format!(
            "cas_config: {{enabled: true, server_url: {address}}}\n"
        ));
    }
    if let Some((address, secret)) = &varied.auth_service {
        let address = quoted(address);
        lines.push_str(&format!(
            "password_config: {{enabled: false}}\n\
             matrix_authentication_service: {{enabled: true, endpoint: {address}, secret: {secret}}}\n"
        ));
    }
    if let Some(seconds) = varied.token_seconds {
        lines.push_str(&format!("refreshable_access_token_lifetime: {seconds}s\n"));
    }
    if let Some(seconds) = varied.session_seconds {
        lines.push_str(&format!("session_lifetime: {seconds}s\n"));
    }
    lines
}

const UNLIMITED: &str = "{per_second: 10000, burst_count: 10000}";

/// Warnings and worse, to the process's own output.
pub(super) const LOG: &str = r"version: 1
formatters: {plain: {format: '%(asctime)s %(name)s %(levelname)s %(message)s'}}
handlers: {console: {class: logging.StreamHandler, formatter: plain}}
root: {level: WARNING, handlers: [console]}
disable_existing_loggers: false
";

/// The application service allowed to speak for any user at any time.
pub(super) fn history() -> String {
    format!(
        r"id: history
url: null
as_token: {HISTORY_TOKEN}
hs_token: {HISTORY_TOKEN}-back
sender_localpart: history
rate_limited: false
namespaces:
  users: [{{exclusive: false, regex: '@.*:{}'}}]
  rooms: []
  aliases: []
",
        SERVER_NAME.replace('.', r"\.")
    )
}

/// A YAML string that survives any path.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_listens_on_the_loopback_interface_only() {
        let varied = Varied {
            port: 4711,
            ..Varied::default()
        };
        let text = homeserver(Path::new("/tmp/it's here"), &varied);
        assert!(text.contains("bind_addresses: [\"127.0.0.1\"]"));
        assert!(text.contains("'/tmp/it''s here/homeserver.db'"));
        assert_eq!(text.matches("bind_addresses").count(), 1);
    }

    #[test]
    fn only_a_server_with_rate_limits_has_a_tight_one() {
        let tight = "rc_message: {per_second: 0.5";
        let free = homeserver(Path::new("/d"), &Varied::default());
        let limited = homeserver(
            Path::new("/d"),
            &Varied {
                rate_limits: true,
                ..Varied::default()
            },
        );
        assert!(!free.contains(tight) && limited.contains(tight));
    }
}
