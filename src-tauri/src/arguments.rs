//! What may stand behind the program's name.

use std::path::PathBuf;

use clap::Parser;

/// Conversations, tasks and customers out of every system, in one window.
#[derive(Debug, Clone, Parser)]
#[command(name = "rapport-desktop", version)]
pub(crate) struct Arguments {
    /// The profile's folder.
    #[arg(long, env = "RAPPORT_HOME", value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Open the sample workspace, which has a folder of its own.
    #[arg(long)]
    pub(crate) sample: bool,
    /// Start in the tray, without showing the window.
    #[arg(long, alias = "minimized")]
    pub(crate) minimised: bool,
    /// Do without the system's keychain; the passphrase opens the profile.
    #[arg(long, env = "RAPPORT_NO_KEYCHAIN", value_parser = clap::builder::BoolishValueParser::new())]
    pub(crate) no_keychain: bool,
    /// Where to go: `rapport://conversation/ID`, `customer`, `task` or `record`.
    #[arg(value_name = "LINK")]
    pub(crate) link: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_may_stand_beside_the_flags() {
        let given = ["x", "--minimised", "--home", "/p", "rapport://task/7"];
        let read = Arguments::try_parse_from(given).unwrap();
        assert!(read.minimised && !read.sample);
        assert_eq!(read.link.as_deref(), Some("rapport://task/7"));
        assert!(
            Arguments::try_parse_from(["x", "--minimized"])
                .unwrap()
                .minimised
        );
    }
}
