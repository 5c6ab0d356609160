//! A real ERP: Tryton on SQLite, one clone of a seeded database per test.
//!
//! The database is Velmora Instruments with its eight customers (`tryton_seed.py` says who
//! and what). Making it costs about a minute of processor time, copying it a moment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use super::command::{program, run, tail_of};
use super::process::{Launch, PORT_TRIES, ServerProcess, free_port, lost_the_port};
use super::venv::Venv;
use super::wait::blocking;
use super::web::{Ask, Body, Web};
use super::{HarnessError, TrytonUser, cache, password_of};

const REQUIREMENTS: &str = include_str!("../../servers/tryton.txt");
const SEED: &str = include_str!("../../servers/tryton_seed.py");
const DATABASE: &str = "tryton";
const ADMIN: &str = "admin";
const COUNTS: &str = "counts.json";
/// Part of the template's name: raise it when the steps below change.
const TEMPLATE_REVISION: &str = "1";

/// How many of each thing the seed made, by the names it prints (`opportunities`, ...).
pub type SeedCounts = BTreeMap<String, u64>;

/// A running ERP. Sign-ins: `ines`, `jonas`, `priya` may do everything; `temp` sees
/// opportunities and no invoices; `admin` administers. Passwords: [`password_of`].
#[derive(Debug)]
pub struct Tryton {
    venv: Venv,
    data: PathBuf,
    port: u16,
    detached: bool,
    process: Option<ServerProcess>,
    /// Deletes the data; declared last, so that the process ends first.
    _temporary: Option<TempDir>,
}

impl Tryton {
    /// Starts an ERP of its own for this test.
    ///
    /// # Errors
    /// When it cannot be installed, seeded or started; the message shows the log's end.
    pub async fn start() -> Result<Self, HarnessError> {
        let (venv, template) = template().await?;
        let made = tempfile::Builder::new()
            .prefix("rapport-tryton-")
            .tempdir()
            .map_err(HarnessError::io("make a temporary folder"))?;
        let data = made.path().to_path_buf();
        Self::clone_of(venv, &template, data, Some(made)).await
    }

    /// Starts an ERP that keeps its data at `data` and outlives this process.
    pub(super) async fn start_detached(data: PathBuf) -> Result<Self, HarnessError> {
        let (venv, template) = template().await?;
        Self::clone_of(venv, &template, data, None).await
    }

    async fn clone_of(
        venv: Venv,
        template: &Path,
        data: PathBuf,
        temporary: Option<TempDir>,
    ) -> Result<Self, HarnessError> {
        cache::clone_dir(template, &data)?;
        let detached = temporary.is_none();
        let mut server = Self {
            venv,
            data,
            port: 0,
            detached,
            process: None,
            _temporary: temporary,
        };
        let mut tries = 1;
        loop {
            server.port = free_port()?;
            match server.start_again().await {
                Err(error) if lost_the_port(&error) && tries < PORT_TRIES => tries += 1,
                other => return other.map(|()| server),
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
        let config = self.data.join("trytond.conf");
        cache::write(&config, &configuration(&self.data, self.port))?;
        let launch = Launch {
            name: "Tryton",
            venv: self.venv.clone(),
            entry: "trytond.cli:main",
            arguments: ["-c", &config.display().to_string(), "-d", DATABASE]
                .map(str::to_owned)
                .to_vec(),
            environment: Vec::new(),
            log: self.log(),
            detached: self.detached,
        };
        let web = Web::to(&self.base_url())?;
        let process =
            ServerProcess::start(&launch, async || serves_the_database(&web).await).await?;
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

    /// Ends the server as a power cut would, and keeps what is on its disk.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// `http://127.0.0.1:PORT`, without the database's name.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Host and port, for a proxy in front.
    #[must_use]
    pub fn address(&self) -> std::net::SocketAddr {
        (std::net::Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// The database's name, the first part of every path.
    #[must_use]
    pub fn database(&self) -> &'static str {
        DATABASE
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

    /// Signs in as the independent second client.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn rpc(&self, user: &str) -> Result<TrytonUser, HarnessError> {
        TrytonUser::login(&self.base_url(), DATABASE, user, &password_of(user)).await
    }

    /// Ends every session of a user, as an administrator can: their tokens stop working.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn sign_out_everywhere(&self, user: &str) -> Result<(), HarnessError> {
        let admin = self.rpc(ADMIN).await?;
        let found = admin
            .search("res.user", &json!([["login", "=", user]]))
            .await?;
        // Writing a password, even the same one, clears the user's sessions.
        admin
            .write("res.user", &found, &json!({"password": password_of(user)}))
            .await
    }

    /// How many of each thing the seed made.
    ///
    /// # Errors
    /// When the template is damaged.
    pub fn seeded(&self) -> Result<SeedCounts, HarnessError> {
        let path = self.data.join(COUNTS);
        let text = std::fs::read_to_string(&path)
            .map_err(HarnessError::io(format!("read {}", path.display())))?;
        serde_json::from_str(&text).map_err(|_not_counts| HarnessError::Damaged(path))
    }
}

/// Up means: it answers, and it has the tables of the database in memory.
async fn serves_the_database(web: &Web) -> bool {
    let body = json!({"id": 0, "method": "common.db.list", "params": []});
    let ask = Ask {
        method: reqwest::Method::POST,
        path: "/rpc/",
        authorization: None,
        body: Body::Json(&body),
    };
    web.ask(ask).await.is_ok_and(|answer| answer.status == 200)
}

fn configuration(data: &Path, port: u16) -> String {
    format!(
        "[database]
uri = sqlite://
path = {}
default_name = {DATABASE}
language = en
list = True
[web]
listen = 127.0.0.1:{port}
hostname = 127.0.0.1:{port}
[session]
max_age = 2592000
timeout = 86400
max_attempt = 1000
[password]
length = 4
entropy = 0
[email]
uri = smtp://127.0.0.1:9
from = erp@velmora.example
[request]
timeout = 0
",
        data.display()
    )
}

/// The environment and the seeded database, made now if they are not there yet.
pub(super) async fn template() -> Result<(Venv, PathBuf), HarnessError> {
    blocking(|| {
        let venv = Venv::ready("tryton", REQUIREMENTS)?;
        let name = cache::fingerprint(&[&venv.fingerprint, TEMPLATE_REVISION, SEED]);
        let template = cache::once("template", &format!("tryton-{name}"), |at| {
            make_database(&venv, at)
        })?;
        Ok((venv, template))
    })
    .await
}

fn make_database(venv: &Venv, at: &Path) -> Result<(), HarnessError> {
    let config = at.join("trytond.conf");
    cache::write(&config, &configuration(at, 0))?;
    // Tryton takes an empty file for a database that is still to be made.
    cache::write(&at.join(format!("{DATABASE}.sqlite")), "")?;
    let password = at.join("password");
    cache::write(&password, &password_of(ADMIN))?;
    let mut create = program(venv.python());
    create
        .args(["-c", "from trytond.cli.admin import main; main()", "-c"])
        .arg(&config)
        .args(["-d", DATABASE, "--all", "--email", "admin@velmora.example"])
        .args(["--activate-dependencies", "-u"])
        .args(modules())
        .env("TRYTONPASSFILE", &password);
    run(create, "Tryton's database creation")?;
    let script = cache::script("tryton_seed.py", SEED)?;
    let mut seed = program(venv.python());
    seed.arg(script).arg(&config).arg(DATABASE);
    let printed = run(seed, "the seed of the Tryton database")?;
    let counts = printed.lines().last().unwrap_or_default();
    cache::write(&at.join(COUNTS), counts)
}

/// The modules to activate are those the requirement list installs.
fn modules() -> Vec<&'static str> {
    REQUIREMENTS
        .lines()
        .filter_map(|line| line.strip_prefix("trytond_"))
        .filter_map(|rest| rest.split_once("==").map(|(module, _)| module))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_installed_module_is_activated() {
        let modules = modules();
        assert!(modules.contains(&"sale_opportunity") && modules.contains(&"party_relationship"));
        assert_eq!(modules.len(), REQUIREMENTS.matches("\ntrytond_").count());
    }

    #[test]
    fn the_server_listens_on_the_loopback_interface_only() {
        let text = configuration(Path::new("/tmp/data"), 4711);
        assert!(text.contains("listen = 127.0.0.1:4711"));
        assert_eq!(text.matches("listen").count(), 1);
    }
}
