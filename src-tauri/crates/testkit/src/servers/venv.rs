//! Virtual environments: one per requirement list, installed once, shared by every test process.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::HarnessError;
use super::cache;
use super::command::{program, run};

/// A finished virtual environment.
#[derive(Debug, Clone)]
pub(super) struct Venv {
    root: PathBuf,
    /// Tells two environments of the same name apart; part of every template's name.
    pub(super) fingerprint: String,
}

impl Venv {
    /// The environment `name` with the given requirement list, installed now if need be.
    pub(super) fn ready(name: &str, requirements: &str) -> Result<Self, HarnessError> {
        let python = system_python()?;
        // A new Python invalidates an environment as surely as a new list does.
        let fingerprint = cache::fingerprint(&[requirements, &python.version]);
        let root = cache::once("venv", &format!("{name}-{fingerprint}"), |building| {
            install(&python, building, requirements)
        })?;
        let venv = Self { root, fingerprint };
        if venv.python().exists() {
            Ok(venv)
        } else {
            Err(HarnessError::Damaged(venv.root))
        }
    }

    /// The environment's own Python. Scripts in `bin` are never called: their first line
    /// still names the folder the environment was built in.
    pub(super) fn python(&self) -> PathBuf {
        python_in(&self.root)
    }
}

fn python_in(root: &Path) -> PathBuf {
    if cfg!(windows) {
        root.join("Scripts").join("python.exe")
    } else {
        root.join("bin").join("python")
    }
}

fn install(python: &SystemPython, at: &Path, requirements: &str) -> Result<(), HarnessError> {
    let mut make = program(python.path);
    make.arg("-m").arg("venv").arg(at);
    run(make, "python3 -m venv").map_err(|error| match error {
        HarnessError::Failed { tail, .. } if tail.contains("ensurepip") => HarnessError::Missing {
            what: "Python's venv module".to_owned(),
            remedy: "On Debian and Ubuntu: apt-get install python3-venv.".to_owned(),
        },
        other => other,
    })?;
    let list = at.join("requirements.txt");
    cache::write(&list, requirements)?;
    let mut pip = program(python_in(at));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
    ])
    .arg(&list);
    run(pip, "pip install").map(drop)
}

struct SystemPython {
    path: &'static str,
    version: String,
}

fn system_python() -> Result<SystemPython, HarnessError> {
    let candidates: &[&str] = if cfg!(windows) {
        &["py", "python"]
    } else {
        &["python3"]
    };
    for path in candidates {
        let mut ask = program(path);
        ask.args(["-c", "import sys; print(sys.version_info[:3], sys.prefix)"])
            .stderr(Stdio::null());
        if let Ok(version) = run(ask, path) {
            return Ok(SystemPython {
                path,
                version: version.trim().to_owned(),
            });
        }
    }
    Err(HarnessError::Missing {
        what: "Python 3".to_owned(),
        remedy: "On Debian and Ubuntu: apt-get install python3 python3-venv.".to_owned(),
    })
}
