//! What the machine needs: looked for by use, installed where apt can, told where it cannot.
//!
//! A need is judged by whether the thing works, not by a package's name, so that people with
//! their own Python or compiler are left alone.

use std::path::Path;

use crate::fail::Failure;
use crate::shell::{program, run, say, succeeds};

/// Something the machine must be able to do.
#[derive(Debug)]
struct Need {
    /// What it is, for people.
    what: &'static str,
    /// A command that succeeds when the need is met.
    probe: &'static [&'static str],
    /// The Debian packages that meet it.
    debian: &'static [&'static str],
    /// What meets it on macOS; nothing where it comes with the system.
    macos: Option<&'static str>,
    /// What meets it on Windows; nothing where it is not needed there.
    windows: Option<&'static str>,
}

/// Newer than what Debian has, so only told; the same on every system.
const NODE: &str = "Node.js 20.19 or newer with npm: https://nodejs.org";

/// What a Linux desktop needs beyond the others.
const fn desktop(
    what: &'static str,
    probe: &'static [&'static str],
    debian: &'static [&'static str],
) -> Need {
    Need {
        what,
        probe,
        debian,
        macos: None,
        windows: None,
    }
}

const NEEDS: &[Need] = &[
    Need {
        what: "a C compiler",
        probe: &["cc", "--version"],
        debian: &["build-essential"],
        macos: Some("xcode-select --install"),
        // Without Microsoft's build tools this program would not have been linked.
        windows: None,
    },
    Need {
        what: "pkg-config and OpenSSL's headers",
        probe: &["pkg-config", "--exists", "openssl"],
        debian: &["pkg-config", "libssl-dev"],
        // SQLCipher uses the system's own cryptography there.
        macos: None,
        windows: None,
    },
    Need {
        what: "Python 3 with venv",
        probe: &["python3", "-c", "import venv, ensurepip"],
        debian: &["python3", "python3-venv"],
        macos: Some("brew install python3"),
        // The real servers do not run there, so nothing asks for Python.
        windows: None,
    },
    Need {
        what: "Node.js 20.19 or newer",
        probe: &[
            "node",
            "-e",
            "const [a, b] = process.versions.node.split('.'); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)",
        ],
        debian: &[],
        macos: Some(NODE),
        windows: Some(NODE),
    },
    desktop("ps and kill", &["ps", "-p", "1"], &["procps"]),
    desktop(
        "WebKitGTK's headers",
        &[
            "pkg-config",
            "--exists",
            "webkit2gtk-4.1",
            "libsoup-3.0",
            "gtk+-3.0",
            "librsvg-2.0",
        ],
        &[
            "libwebkit2gtk-4.1-dev",
            "libsoup-3.0-dev",
            "libgtk-3-dev",
            "librsvg2-dev",
        ],
    ),
    desktop(
        "the tray's library",
        &["pkg-config", "--exists", "ayatana-appindicator3-0.1"],
        &["libayatana-appindicator3-dev"],
    ),
    desktop(
        "the web view's driver",
        &["sh", "-c", "command -v WebKitWebDriver"],
        &["webkit2gtk-driver"],
    ),
    desktop(
        "a display in memory",
        &["sh", "-c", "command -v Xvfb"],
        &["xvfb", "xauth"],
    ),
    desktop(
        "a browser for the page's tests",
        &[
            "sh",
            "-c",
            "command -v chromium || command -v google-chrome",
        ],
        &["chromium"],
    ),
    desktop(
        "a process that ends with its parent",
        &["sh", "-c", "command -v setpriv"],
        &["util-linux"],
    ),
    desktop(
        "a private message bus",
        &["dbus-daemon", "--version"],
        &["dbus", "dbus-x11"],
    ),
    desktop(
        "keys and clicks for tests",
        &["sh", "-c", "command -v xdotool"],
        &["xdotool"],
    ),
    desktop(
        "pictures of a display",
        &["import", "-version"],
        &["imagemagick"],
    ),
    desktop(
        "a font with emoji",
        &["sh", "-c", "fc-list :lang=und-zsye | grep -q ."],
        &["fontconfig", "fonts-noto-color-emoji"],
    ),
    desktop(
        "a notification daemon for tests",
        &["sh", "-c", "command -v dunst && command -v notify-send"],
        &["dunst", "libnotify-bin"],
    ),
    desktop(
        "a keychain for tests",
        &[
            "sh",
            "-c",
            "command -v gnome-keyring-daemon && command -v secret-tool",
        ],
        &["gnome-keyring", "libsecret-tools"],
    ),
    desktop(
        "what checks desktop entries and opens links",
        &[
            "sh",
            "-c",
            "command -v desktop-file-validate && command -v xdg-open",
        ],
        &["desktop-file-utils", "xdg-utils"],
    ),
];

/// The kind of machine, as far as installing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    Debian,
    Mac,
    Windows,
    Other,
}

/// Installs what is missing, or says exactly what to install.
pub(crate) fn ready() -> Result<(), Failure> {
    let system = this_system();
    let missing: Vec<&Need> = NEEDS
        .iter()
        .filter(|need| concerns(need, system) && !succeeds(need.probe))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let needs: Vec<String> = missing.iter().map(|need| need.what.to_owned()).collect();
    let remedy = remedy(&missing, system);
    if system != System::Debian {
        return Err(Failure::Missing { needs, remedy });
    }
    let prefix: &[&str] = if is_root() {
        &[]
    } else if succeeds(&["sudo", "--version"]) {
        &["sudo"]
    } else {
        return Err(Failure::Missing { needs, remedy });
    };
    say(&format!("Installing {}.", needs.join(", ")));
    // A list that is too old names packages that are gone; a fresh one costs seconds.
    apt(prefix, &["update", "--quiet"])?;
    let packages = packages(&missing);
    if !packages.is_empty() {
        let mut words = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
        words.extend(&packages);
        apt(prefix, &words)?;
    }
    let still: Vec<String> = missing
        .iter()
        .filter(|need| !succeeds(need.probe))
        .map(|need| need.what.to_owned())
        .collect();
    if still.is_empty() {
        Ok(())
    } else {
        Err(Failure::Missing {
            needs: still,
            remedy,
        })
    }
}

fn apt(prefix: &[&str], words: &[&str]) -> Result<(), Failure> {
    let mut line = prefix.to_vec();
    // Through env: sudo passes no variables on.
    line.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    line.extend(words);
    match line.split_first() {
        Some((name, arguments)) => run(program(name).args(arguments)),
        None => Ok(()),
    }
}

fn this_system() -> System {
    match std::env::consts::OS {
        "macos" => System::Mac,
        "windows" => System::Windows,
        "linux" if Path::new("/usr/bin/apt-get").exists() => System::Debian,
        _ => System::Other,
    }
}

fn concerns(need: &Need, system: System) -> bool {
    match system {
        System::Debian | System::Other => true,
        System::Mac => need.macos.is_some(),
        System::Windows => need.windows.is_some(),
    }
}

fn is_root() -> bool {
    succeeds(&["sh", "-c", "test \"$(id -u)\" = 0"])
}

fn packages(missing: &[&Need]) -> Vec<&'static str> {
    missing
        .iter()
        .flat_map(|need| need.debian)
        .copied()
        .collect()
}

/// What to type, or what to look for where we do not know the words.
fn remedy(missing: &[&Need], system: System) -> String {
    match system {
        System::Debian => by_hand(
            format!("Run: sudo apt-get install {}", packages(missing).join(" ")),
            missing,
        ),
        System::Mac => told(
            "Run or install:",
            missing.iter().filter_map(|need| need.macos),
        ),
        System::Windows => told("Install:", missing.iter().filter_map(|need| need.windows)),
        System::Other => by_hand(
            format!(
                "Install what your system calls these Debian packages: {}",
                packages(missing).join(" ")
            ),
            missing,
        ),
    }
}

/// Adds what no package brings.
fn by_hand(packaged: String, missing: &[&Need]) -> String {
    let told = missing.iter().filter(|need| need.debian.is_empty());
    let lines: Vec<String> = std::iter::once(packaged)
        .filter(|_| missing.iter().any(|need| !need.debian.is_empty()))
        .chain(
            told.filter_map(|need| need.macos)
                .map(|what| format!("Install {what}")),
        )
        .collect();
    lines.join("\n")
}

fn told(verb: &'static str, lines: impl Iterator<Item = &'static str>) -> String {
    std::iter::once(verb)
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_is_told_exactly_what_to_type() {
        let missing: Vec<&Need> = NEEDS.iter().collect();
        let debian = remedy(&missing, System::Debian);
        assert!(
            debian.starts_with("Run: sudo apt-get install build-essential pkg-config libssl-dev")
        );
        assert!(debian.contains("python3-venv") && debian.contains("procps"));
        assert_eq!(
            remedy(&missing, System::Mac),
            "Run or install:\n  xcode-select --install\n  brew install python3\n  Node.js 20.19 or newer with npm: https://nodejs.org"
        );
        assert!(debian.contains("libwebkit2gtk-4.1-dev") && debian.contains("\nInstall Node.js"));
        let only_node: Vec<&Need> = NEEDS.iter().filter(|need| need.debian.is_empty()).collect();
        assert!(remedy(&only_node, System::Debian).starts_with("Install Node.js"));
        assert!(remedy(&missing, System::Other).contains("libssl-dev"));
    }

    #[test]
    fn a_system_is_not_asked_for_what_it_does_not_need() {
        assert!(NEEDS.iter().all(|need| concerns(need, System::Debian)));
        let asked = |system: System| NEEDS.iter().filter(|need| concerns(need, system)).count();
        assert_eq!(asked(System::Windows), 1);
        assert_eq!(asked(System::Mac), 3);
    }
}
