//! The command line program in the packages for Linux: `rapport` itself, its manual page and
//! what shells complete it with, laid beside the window; and a look into what came out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::fail::Failure;
use crate::shell::{program, say, succeeds};

/// The program's name where it is built and where it is installed.
const NAME: &str = "rapport";

/// A file beside the program: the words that print it, and where a .deb and a .rpm put it.
const PRINTED: &[(&[&str], [&str; 2])] = &[
    (&["man"], ["/usr/share/man/man1/rapport.1"; 2]),
    (
        &["completions", "bash"],
        ["/usr/share/bash-completion/completions/rapport"; 2],
    ),
    (
        &["completions", "zsh"],
        [
            "/usr/share/zsh/vendor-completions/_rapport",
            "/usr/share/zsh/site-functions/_rapport",
        ],
    ),
    (
        &["completions", "fish"],
        ["/usr/share/fish/vendor_completions.d/rapport.fish"; 2],
    ),
];

/// The kinds of package, in the order of the places above.
const KINDS: [&str; 2] = ["deb", "rpm"];

/// One file of the packages.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Laid {
    at: [String; 2],
    from: PathBuf,
}

/// The command line program as it was built in `built`, with its files printed beside it, as
/// settings for Tauri's command.
pub(crate) fn settings(built: &Path) -> Result<String, Failure> {
    let command = built.join(NAME);
    let beside = built.join("bundle").join("beside");
    fs::create_dir_all(&beside).map_err(Failure::io(format!("create {}", beside.display())))?;
    let mut all = vec![Laid {
        at: [format!("/usr/bin/{NAME}"), format!("/usr/bin/{NAME}")],
        from: command.clone(),
    }];
    for (words, at) in PRINTED {
        let from = beside.join(words.join("-"));
        fs::write(&from, printed(&command, words)?)
            .map_err(Failure::io(format!("write {}", from.display())))?;
        all.push(Laid {
            at: at.map(str::to_owned),
            from,
        });
    }
    Ok(json(&all))
}

fn printed(command: &Path, words: &[&str]) -> Result<Vec<u8>, Failure> {
    let output = program(command).args(words).stdin(Stdio::null()).output();
    let output = output.map_err(Failure::io(format!("start {}", command.display())))?;
    if output.status.success() && !output.stdout.is_empty() {
        return Ok(output.stdout);
    }
    Err(Failure::Program {
        line: format!("{NAME} {}", words.join(" ")),
        status: output.status.to_string(),
    })
}

fn json(all: &[Laid]) -> String {
    let mut kinds = Vec::new();
    for (kind, name) in KINDS.iter().enumerate() {
        let files: Vec<String> = all
            .iter()
            .filter_map(|it| Some((it.at.get(kind)?, it.from.to_string_lossy())))
            .map(|(at, from)| format!("{}:{}", quoted(at), quoted(&from)))
            .collect();
        kinds.push(format!(r#""{name}":{{"files":{{{}}}}}"#, files.join(",")));
    }
    format!(r#"{{"bundle":{{"linux":{{{}}}}}}}"#, kinds.join(","))
}

fn quoted(text: &str) -> String {
    format!(r#""{}""#, text.replace('\\', r"\\").replace('"', r#"\""#))
}

/// Looks into a package for Linux: the window and the command line program must be in it.
/// Where this machine has no program to look with, it says so.
pub(crate) fn check(package: &Path) -> Result<(), Failure> {
    let path = package.display().to_string();
    let kind = package.extension().and_then(|it| it.to_str());
    let Some(kind) = KINDS.iter().position(|it| kind == Some(*it)) else {
        return Ok(());
    };
    let (reader, words) = match kind {
        0 => ("dpkg-deb", ["--contents", &path]),
        _ => ("rpm", ["-qlp", &path]),
    };
    if !succeeds(&[reader, "--version"]) {
        say(&format!(
            "{path}: not looked into, as {reader} is not here."
        ));
        return Ok(());
    }
    let listed = program(reader).args(words).output();
    let listed = listed.map_err(Failure::io(format!("start {reader}")))?;
    let missing = missing(&String::from_utf8_lossy(&listed.stdout), kind);
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::Plain(format!(
        "{path} lacks {}.",
        missing.join(", ")
    )))
}

/// What a list of a package's files, one at the end of each line, lacks.
fn missing(list: &str, kind: usize) -> Vec<&'static str> {
    let has = |at: &str| {
        let tail = at.trim_start_matches('/');
        let mut lines = list.lines().filter_map(|line| line.split(' ').next_back());
        lines.any(|file| file.trim_start_matches(['.', '/']) == tail)
    };
    let programs = ["/usr/bin/rapport-desktop", "/usr/bin/rapport"];
    let printed = PRINTED.iter().filter_map(|(_, at)| at.get(kind).copied());
    programs
        .into_iter()
        .chain(printed)
        .filter(|at| !has(at))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_package_is_told_its_files() {
        let all = [Laid {
            at: ["/deb/_rapport".to_owned(), "/rpm/_rapport".to_owned()],
            from: PathBuf::from("/a \"b\"/rapport"),
        }];
        let deb = r#""deb":{"files":{"/deb/_rapport":"/a \"b\"/rapport"}}"#;
        let rpm = r#""rpm":{"files":{"/rpm/_rapport":"/a \"b\"/rapport"}}"#;
        let whole = format!(r#"{{"bundle":{{"linux":{{{deb},{rpm}}}}}}}"#);
        assert_eq!(json(&all), whole);
    }

    #[test]
    fn a_package_without_the_command_line_program_is_noticed() {
        let printed: Vec<&str> = PRINTED.iter().map(|(_, at)| at[0]).collect();
        let window = "-rwxr-xr-x 0/0 150 2026-11-27 09:43 usr/bin/rapport-desktop\n";
        let deb = format!("{window}{}", printed.join("\n"));
        assert_eq!(missing(&deb, 0), ["/usr/bin/rapport"]);
        let command = "-rwxr-xr-x 0/0 133 2026-11-27 09:43 ./usr/bin/rapport\n";
        let deb = format!("{command}{deb}");
        assert!(missing(&deb, 0).is_empty());
        assert_eq!(missing(&deb, 1), ["/usr/share/zsh/site-functions/_rapport"]);
    }
}
