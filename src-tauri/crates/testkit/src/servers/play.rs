//! Real servers for playing by hand: started in the background, found again, ended.
//!
//! The invariant: `down` ends only the processes `up` started. An id is checked against the
//! folder its command line must name before anything is sent to it, as ids are used again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::command::{program, run};
use super::process::ask_to_end;
use super::wait::eventually;
use super::{HarnessError, PEOPLE, Synapse, Tryton, cache, password_of};

const END_DEADLINE: Duration = Duration::from_secs(20);

/// One server in the background.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Playing {
    /// `Synapse` or `Tryton`.
    pub name: String,
    /// Where it listens.
    pub url: String,
    /// How to sign in, for a person to read.
    pub sign_in: String,
    /// Its process.
    pub process: u32,
    /// Where its data lies; named by its command line.
    pub data: PathBuf,
}

/// Starts what does not run yet in the background, and says where everything is. What runs goes
/// on as it is; one that has ended starts fresh.
///
/// # Errors
/// When one cannot be installed, seeded or started.
pub async fn up() -> Result<Vec<Playing>, HarnessError> {
    let mut playing = status()?;
    let folder = folder();
    cache::create_dir(&folder)?;
    for name in ["Synapse", "Tryton"] {
        if playing.iter().any(|it| it.name == name) {
            continue;
        }
        let data = folder.join(name.to_lowercase());
        clear(&data)?;
        playing.push(match name {
            "Synapse" => synapse(data).await?,
            _ => tryton(data).await?,
        });
        // Written at once: should the other one fail, `down` must know of this.
        remember(&folder, &playing)?;
    }
    playing.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(playing)
}

async fn synapse(data: PathBuf) -> Result<Playing, HarnessError> {
    let synapse = Synapse::options().detached_at(data.clone()).start().await?;
    Ok(Playing {
        name: "Synapse".to_owned(),
        url: synapse.base_url(),
        sign_in: format!(
            "{}, root; password: pw- and the name, as {}",
            PEOPLE.join(", "),
            password_of("ada")
        ),
        process: synapse.process_id().unwrap_or_default(),
        data,
    })
}

async fn tryton(data: PathBuf) -> Result<Playing, HarnessError> {
    let tryton = Tryton::start_detached(data.clone()).await?;
    Ok(Playing {
        name: "Tryton".to_owned(),
        url: format!("{}/{}/", tryton.base_url(), tryton.database()),
        sign_in: format!(
            "ines, jonas, priya, temp (no invoices), admin; password: pw- and the name, as {}",
            password_of("ines")
        ),
        process: tryton.process_id().unwrap_or_default(),
        data,
    })
}

/// The servers of the last [`up`] that still run.
///
/// # Errors
/// When the note of what was started cannot be read.
pub fn status() -> Result<Vec<Playing>, HarnessError> {
    let note = note(&folder());
    if !note.exists() {
        return Ok(Vec::new());
    }
    let text =
        fs::read_to_string(&note).map_err(HarnessError::io(format!("read {}", note.display())))?;
    let started: Vec<Playing> =
        serde_json::from_str(&text).map_err(|_not_ours| HarnessError::Damaged(note))?;
    Ok(started.into_iter().filter(is_running).collect())
}

/// Ends the servers of the last [`up`] and deletes their data; says which it ended.
///
/// # Errors
/// When one does not end.
pub async fn down() -> Result<Vec<Playing>, HarnessError> {
    let running = status()?;
    for server in &running {
        ask_to_end(server.process);
        eventually(
            &format!("the end of {}", server.name),
            END_DEADLINE,
            async || Ok((!is_running(server)).then_some(())),
        )
        .await?;
    }
    clear(&folder())?;
    Ok(running)
}

fn is_running(server: &Playing) -> bool {
    command_line(server.process).contains(&server.data.display().to_string())
}

/// What a process was started with; empty if there is none of that id.
fn command_line(process: u32) -> String {
    let mut ps = program("ps");
    ps.args(["-ww", "-o", "args=", "-p"])
        .arg(process.to_string())
        .stdin(Stdio::null());
    run(ps, "ps").unwrap_or_else(|_no_such_process| {
        // Small systems have no `ps`; Linux has this anyway.
        fs::read(format!("/proc/{process}/cmdline"))
            .map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " "))
            .unwrap_or_default()
    })
}

fn folder() -> PathBuf {
    cache::root().join("play")
}

fn note(folder: &Path) -> PathBuf {
    folder.join("running.json")
}

fn remember(folder: &Path, playing: &[Playing]) -> Result<(), HarnessError> {
    let text = serde_json::to_string_pretty(playing).unwrap_or_default();
    cache::write(&note(folder), &text)
}

fn clear(folder: &Path) -> Result<(), HarnessError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(HarnessError::Io {
            doing: format!("remove {}", folder.display()),
            source: error,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_of_that_id_with_another_command_line_is_not_ours() {
        let stranger = Playing {
            name: "Synapse".to_owned(),
            url: String::new(),
            sign_in: String::new(),
            process: std::process::id(),
            data: PathBuf::from("/no/such/folder/of/ours"),
        };
        assert!(!command_line(stranger.process).is_empty());
        assert!(!is_running(&stranger));
    }
}
