//! A real Matrix homeserver: Synapse on SQLite, one clone of a seeded template per test.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::command::{program, run, tail_of};
use super::process::{Launch, PORT_TRIES, ServerProcess, free_port, lost_the_port};
use super::synapse_config::{HISTORY_TOKEN, LOG, SERVER_NAME, Varied, history, homeserver};
use super::venv::Venv;
use super::wait::blocking;
use super::web::Web;
use super::{AuthService, HarnessError, MatrixUser, cache, password_of};

const REQUIREMENTS: &str = include_str!("../../servers/synapse.txt");
const ADMIN: &str = "root";
/// The users of the template, beside the administrator `root`. Passwords: [`password_of`].
pub const PEOPLE: [&str; 4] = ["ada", "bert", "cleo", "dora"];
/// Part of the template's name: raise it when the steps below change.
const TEMPLATE_REVISION: &str = "1";

/// How a homeserver is to be started.
#[derive(Debug, Clone, Default)]
pub struct SynapseOptions {
    varied: Varied,
    detached_at: Option<PathBuf>,
}

impl SynapseOptions {
    /// Three messages at once, then one every two seconds; more are answered 429.
    #[must_use]
    pub fn with_rate_limits(mut self) -> Self {
        self.varied.rate_limits = true;
        self
    }

    /// The address the server says it has, for clients that must keep to a proxy.
    #[must_use]
    pub fn public_baseurl(mut self, url: impl Into<String>) -> Self {
        self.varied.public_baseurl = Some(url.into());
        self
    }

    /// Lets people sign in with their browser, at a provider like [`Cas`](super::Cas).
    #[must_use]
    pub fn with_browser_sign_in(mut self, provider: impl Into<String>) -> Self {
        self.varied.cas = Some(provider.into());
        self
    }

    /// Leaves signing in to this service. Nobody has a password then: sign in with
    /// [`AuthService::login`], once it [serves](AuthService::serves) the homeserver.
    #[must_use]
    pub fn with_auth_service(mut self, service: &AuthService) -> Self {
        self.varied.auth_service = Some((service.base_url(), AuthService::SECRET));
        self
    }

    /// Access tokens must be renewed after so many seconds.
    #[must_use]
    pub fn tokens_last(mut self, seconds: u32) -> Self {
        self.varied.token_seconds = Some(seconds);
        self
    }

    /// Keeps the data at `folder` and lets the server outlive this process.
    #[must_use]
    pub(super) fn detached_at(mut self, folder: PathBuf) -> Self {
        self.detached_at = Some(folder);
        self
    }

    /// Starts a homeserver of its own for this test.
    ///
    /// # Errors
    /// When it cannot be installed, seeded or started; the message shows the log's end.
    pub async fn start(self) -> Result<Synapse, HarnessError> {
        let (venv, template) = template().await?;
        Synapse::clone_of(venv, &template, self).await
    }

    /// The same on data that `seed` fills once; later starts find it under `name`, which says
    /// all that the data depends on.
    ///
    /// # Errors
    /// As [`start`](Self::start), or the seeding fails; it then begins anew the next time.
    pub async fn start_seeded(
        self,
        name: &str,
        seed: impl AsyncFnOnce(&Synapse) -> Result<(), HarnessError> + Send + 'static,
    ) -> Result<Synapse, HarnessError> {
        let (venv, bare) = template().await?;
        let whole = bare.file_name().map(|it| it.display().to_string());
        let whole = format!("{}-{name}", whole.unwrap_or_default());
        let handle = tokio::runtime::Handle::current();
        let (venv, template) = blocking(move || {
            let template = cache::once("template", &whole, |at| {
                handle.block_on(async {
                    cache::clone_dir(&bare, at)?;
                    let mut server = Synapse::kept_at(venv.clone(), at);
                    server.start_on_a_free_port().await?;
                    seed(&server).await?;
                    server.stop().await
                })
            })?;
            Ok((venv, template))
        })
        .await?;
        Synapse::clone_of(venv, &template, self).await
    }
}

/// A running homeserver with users `ada`, `bert`, `cleo`, `dora` and the administrator `root`.
#[derive(Debug)]
pub struct Synapse {
    venv: Venv,
    data: PathBuf,
    varied: Varied,
    detached: bool,
    process: Option<ServerProcess>,
    /// Deletes the data; declared last, so that the process ends first.
    _temporary: Option<TempDir>,
}

impl Synapse {
    /// Starts a homeserver of its own for this test, without rate limits.
    ///
    /// # Errors
    /// When it cannot be installed, seeded or started; the message shows the log's end.
    pub async fn start() -> Result<Self, HarnessError> {
        Self::options().start().await
    }

    /// A homeserver with other than the usual settings.
    #[must_use]
    pub fn options() -> SynapseOptions {
        SynapseOptions::default()
    }

    /// A server that is not started yet, whose data stays when it ends.
    fn kept_at(venv: Venv, data: &Path) -> Self {
        Self {
            venv,
            data: data.to_path_buf(),
            varied: Varied::default(),
            detached: false,
            process: None,
            _temporary: None,
        }
    }

    async fn clone_of(
        venv: Venv,
        template: &Path,
        options: SynapseOptions,
    ) -> Result<Self, HarnessError> {
        let (data, temporary) = match options.detached_at {
            Some(folder) => (folder, None),
            None => {
                let made = tempfile::Builder::new()
                    .prefix("rapport-synapse-")
                    .tempdir()
                    .map_err(HarnessError::io("make a temporary folder"))?;
                (made.path().to_path_buf(), Some(made))
            }
        };
        cache::clone_dir(template, &data)?;
        let mut server = Self {
            venv,
            data,
            varied: options.varied,
            detached: temporary.is_none(),
            process: None,
            _temporary: temporary,
        };
        server.start_on_a_free_port().await?;
        Ok(server)
    }

    async fn start_on_a_free_port(&mut self) -> Result<(), HarnessError> {
        let mut tries = 1;
        loop {
            self.varied.port = free_port()?;
            match self.start_again().await {
                Err(error) if lost_the_port(&error) && tries < PORT_TRIES => tries += 1,
                other => return other,
            }
        }
    }

    /// Starts the server on the port and with the data it had before [`stop`](Self::stop).
    ///
    /// # Errors
    /// When it does not come up; the message shows the log's end.
    pub async fn start_again(&mut self) -> Result<(), HarnessError> {
        if self.process.is_some() {
            return Ok(());
        }
        let config = self.data.join("homeserver.yaml");
        cache::write(&config, &homeserver(&self.data, &self.varied))?;
        let launch = Launch {
            name: "Synapse",
            venv: self.venv.clone(),
            entry: "synapse.app.homeserver:main",
            arguments: vec!["--config-path".to_owned(), config.display().to_string()],
            environment: Vec::new(),
            log: self.log(),
            detached: self.detached,
        };
        let web = Web::to(&self.base_url())?;
        let process = ServerProcess::start(&launch, async || web.answers("/health").await).await?;
        self.process = Some(process);
        Ok(())
    }

    /// Ends the server in good order and keeps its data and port.
    ///
    /// # Errors
    /// When the process cannot be watched ending.
    pub async fn stop(&mut self) -> Result<(), HarnessError> {
        match self.process.take() {
            Some(process) => process.stop().await,
            None => Ok(()),
        }
    }

    /// From the next start on, new sessions end, softly, so many seconds after the sign-in,
    /// however often they are renewed; those that are there stay as they are. Access tokens
    /// must be renewed after `token` seconds, fewer than that.
    pub fn sessions_last(&mut self, token: u32, session: u32) {
        self.varied.token_seconds = Some(token);
        self.varied.session_seconds = Some(session);
    }

    /// Ends the server as a power cut would, and keeps what is on its disk.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.varied.port)
    }

    /// Host and port, for a proxy in front.
    #[must_use]
    pub fn address(&self) -> std::net::SocketAddr {
        (std::net::Ipv4Addr::LOCALHOST, self.varied.port).into()
    }

    /// The part of user ids after the colon.
    #[must_use]
    pub fn server_name(&self) -> &'static str {
        SERVER_NAME
    }

    /// The full id of a user of this server.
    #[must_use]
    pub fn user_id(&self, name: &str) -> String {
        format!("@{name}:{SERVER_NAME}")
    }

    /// The process id while the server runs.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(ServerProcess::id)
    }

    /// The end of the server's log.
    #[must_use]
    pub fn log_tail(&self) -> String {
        tail_of(&self.log())
    }

    fn log(&self) -> PathBuf {
        self.data.join("server.log")
    }

    /// Signs a user in as the independent second client, on a new device.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn login(&self, name: &str) -> Result<MatrixUser, HarnessError> {
        MatrixUser::login(&self.base_url(), name, &password_of(name)).await
    }

    /// Makes a user with the usual password.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn register(&self, name: &str) -> Result<(), HarnessError> {
        self.change_user(
            name,
            json!({"password": password_of(name), "displayname": capital(name)}),
        )
        .await
    }

    /// Ends every session of a user, as an administrator can: their tokens stop working.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn sign_out_everywhere(&self, name: &str) -> Result<(), HarnessError> {
        self.change_user(
            name,
            json!({"password": password_of(name), "logout_devices": true}),
        )
        .await
    }

    async fn change_user(&self, name: &str, change: Value) -> Result<(), HarnessError> {
        let admin = self.login(ADMIN).await?;
        let path = format!(
            "/_synapse/admin/v2/users/{}",
            super::web::segment(&self.user_id(name))
        );
        admin
            .call(reqwest::Method::PUT, &path, Some(&change))
            .await
            .map(drop)
    }

    /// Writes an event with a date of its own, as a bridge importing history would. The
    /// sender must be in the room.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn history(
        &self,
        room: &str,
        sender: &str,
        at_millis: i64,
        body: &str,
    ) -> Result<String, HarnessError> {
        MatrixUser::with_token(&self.base_url(), &self.user_id(sender), HISTORY_TOKEN)?
            .send_dated(room, at_millis, body)
            .await
    }
}

/// The environment and the seeded data, made now if they are not there yet.
pub(super) async fn template() -> Result<(Venv, PathBuf), HarnessError> {
    let venv = blocking(|| Venv::ready("synapse", REQUIREMENTS)).await?;
    let config = homeserver(Path::new("/"), &Varied::default());
    let name = cache::fingerprint(&[
        &venv.fingerprint,
        TEMPLATE_REVISION,
        &config,
        &PEOPLE.concat(),
    ]);
    let handle = tokio::runtime::Handle::current();
    blocking(move || {
        let template = cache::once("template", &format!("synapse-{name}"), |at| {
            handle.block_on(seed(&venv, at))
        })?;
        Ok((venv, template))
    })
    .await
}

async fn seed(venv: &Venv, at: &Path) -> Result<(), HarnessError> {
    cache::write(&at.join("log.yaml"), LOG)?;
    cache::write(&at.join("history.yaml"), &history())?;
    let config = at.join("homeserver.yaml");
    cache::write(&config, &homeserver(at, &Varied::default()))?;
    let mut keys = program(venv.python());
    keys.args([
        "-m",
        "synapse.app.homeserver",
        "--generate-keys",
        "--config-path",
    ])
    .arg(&config);
    run(keys, "Synapse's key generation")?;
    let mut server = Synapse::kept_at(venv.clone(), at);
    server.start_on_a_free_port().await?;
    let mut admin = program(venv.python());
    admin
        .args([
            "-m",
            "synapse._scripts.register_new_matrix_user",
            "--config",
        ])
        .arg(&config)
        .args([
            "--user",
            ADMIN,
            "--password",
            &password_of(ADMIN),
            "--admin",
        ])
        .arg(server.base_url());
    run(admin, "Synapse's user registration")?;
    for person in PEOPLE {
        server.register(person).await?;
    }
    server.stop().await
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
