//! Profiles whose key lies in the desktop's own keychain, as a user's does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rapport_engine::SystemClock;
use rapport_store::Profile;
use rapport_store::key::{OsKeychain, remember};
use rapport_testkit::desktop::Desktop;
use serde_json::Value;

use super::crowd::Crowd;
use crate::args::Case;
use crate::connector::{BenchFactory, Making};
use crate::failure::Failure;
use crate::home::{Home, key};

/// The programs that are measured.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    pub(super) window: PathBuf,
    pub(super) empty: PathBuf,
    pub(super) command: PathBuf,
    own: PathBuf,
}

impl Programs {
    /// Those that cargo put beside this one.
    pub(super) fn find() -> Result<Self, Failure> {
        let own = std::env::current_exe()?;
        let beside = |name: &str| {
            let path = own.with_file_name(name);
            if path.is_file() {
                return Ok(path);
            }
            Err(Failure::Wrong(format!(
                "{} is missing; cargo xtask bench --window builds it",
                path.display()
            )))
        };
        Ok(Self {
            window: beside("rapport-desktop")?,
            empty: beside("examples/empty-window")?,
            command: beside("rapport")?,
            own,
        })
    }
}

/// A profile that the window opens.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub(super) home: PathBuf,
}

impl Opened {
    /// The sample workspace as it comes.
    pub(super) fn sample(desktop: &Desktop, programs: &Programs) -> Result<Self, Failure> {
        let out = Self {
            home: desktop.folder().join("sample"),
        };
        out.rapport(desktop, programs, &["init"])?;
        out.rapport(desktop, programs, &["sample"])?;
        out.rapport(desktop, programs, &["sync"])?;
        Ok(out)
    }

    /// A copy of a profile that a case of this program made.
    pub(super) fn copy(
        desktop: &Desktop,
        programs: &Programs,
        from: &Path,
        name: &str,
    ) -> Result<Self, Failure> {
        let out = Self {
            home: desktop.folder().join(name),
        };
        std::fs::create_dir_all(&out.home)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                std::fs::copy(entry.path(), out.home.join(entry.file_name()))?;
            }
        }
        // A process of its own, because the keychain is on the desktop's bus.
        let home = out.home.display().to_string();
        let words = ["--case", Case::Adopt.word(), "--folder", &home];
        desktop.run(&programs.own, &words, &[])?;
        Ok(out)
    }

    /// The sample company beside what is there: something that is synced.
    pub(super) fn with_sample(
        self,
        desktop: &Desktop,
        programs: &Programs,
    ) -> Result<Self, Failure> {
        let account = self.json(desktop, programs, &["sample"])?;
        let id = account
            .pointer("/account/id")
            .or_else(|| account.pointer("/account"))
            .and_then(Value::as_str)
            .ok_or_else(|| Failure::Wrong(format!("the sample has no account: {account}")))?
            .to_owned();
        self.rapport(desktop, programs, &["sync", "--account", &id])?;
        Ok(self)
    }

    /// The command line on this profile; only while no window has it open.
    pub(super) fn rapport(
        &self,
        desktop: &Desktop,
        programs: &Programs,
        words: &[&str],
    ) -> Result<String, Failure> {
        self.rapport_with(desktop, programs, words, &[])
    }

    pub(super) fn rapport_with(
        &self,
        desktop: &Desktop,
        programs: &Programs,
        words: &[&str],
        more: &[(&str, &str)],
    ) -> Result<String, Failure> {
        let home = self.home.display().to_string();
        let mut environment = vec![("RAPPORT_HOME", home.as_str())];
        environment.extend(more);
        Ok(desktop.run(&programs.command, words, &environment)?)
    }

    pub(super) fn json(
        &self,
        desktop: &Desktop,
        programs: &Programs,
        words: &[&str],
    ) -> Result<Value, Failure> {
        let mut all = vec!["--json"];
        all.extend(words);
        Ok(serde_json::from_str(
            &self.rapport(desktop, programs, &all)?,
        )?)
    }

    /// The id of a conversation: the newest, or the newest of that title.
    pub(super) fn conversation(
        &self,
        desktop: &Desktop,
        programs: &Programs,
        title: Option<&str>,
    ) -> Result<String, Failure> {
        let rows = self.json(
            desktop,
            programs,
            &["conversations", "list", "--limit", "500"],
        )?;
        let wanted = |row: &&Value| {
            title.is_none_or(|title| row.get("title").and_then(Value::as_str) == Some(title))
        };
        rows.as_array()
            .and_then(|rows| rows.iter().find(wanted))
            .and_then(|row| row.get("id")?.as_str())
            .map(str::to_owned)
            .ok_or_else(|| Failure::Wrong("there is no such conversation".to_owned()))
    }
}

/// Puts the benchmark's key into the keychain that answers, for this profile.
pub(crate) fn adopt(folder: &Path) -> Result<(), Failure> {
    remember(&Profile::at(folder), &OsKeychain::default(), &key())
        .map_err(|error| Failure::Wrong(error.to_string()))
}

/// Writes the crowd of a size into a profile: a fifth as many messages in its room as there are
/// conversations.
pub(crate) async fn crowd(threads: u64, folder: &Path) -> Result<(), Failure> {
    let factory = BenchFactory {
        items: Arc::new(Crowd {
            threads,
            messages: threads / 5,
        }),
        making: Making::default(),
    };
    let home = Home::open(
        &folder.join("home"),
        vec![Arc::new(factory)],
        Arc::new(SystemClock),
    )?;
    home.hub.add_own_domain("velmora.example")?;
    home.add("bench", Value::Null)?;
    home.turn(&|_| {}).await?;
    home.hub.db().checkpoint()?;
    Ok(())
}
