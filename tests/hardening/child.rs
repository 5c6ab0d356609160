//! Tests that need a second process: this test binary again.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Where the child works; set only in the child.
pub(crate) const HOME: &str = "RAPPORT_HARD_HOME";
/// What the child says begins with this.
pub(crate) const SAYS: &str = "the child says: ";

/// The ignored test `name` of this module in a process of its own, by way of a
/// shell line that ends in the process itself when `limits` is given.
#[expect(
    clippy::disallowed_methods,
    reason = "a second process is what is tested, and it is this test again"
)]
pub(crate) fn start(name: &str, home: &Path, limits: Option<&str>) -> Child {
    let this = std::env::current_exe().unwrap();
    let mut command = match limits {
        Some(limits) => {
            let mut shell = Command::new("sh");
            shell
                .arg("-c")
                .arg(format!("{limits} exec \"$0\" \"$@\""))
                .arg(this);
            shell
        }
        None => Command::new(this),
    };
    command
        .args([
            "--exact",
            &format!("hardening::{name}"),
            "--ignored",
            "--nocapture",
        ])
        .env(HOME, home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What it said, when it is over. It must have ended well.
pub(crate) fn said(child: Child) -> Vec<String> {
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "the child ended with {}", out.status);
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    text.lines()
        .filter_map(|it| it.strip_prefix(SAYS))
        .map(str::to_owned)
        .collect()
}
