//! A start that found the profile's window alive, told it what is wanted, and saw it die over it:
//! nobody is there any more, so this start opens the window.

use tauri::Error;

/// In the environment of the one try after that.
const MARK: &str = "RAPPORT_AFTER_A_DEAD_WINDOW";

/// Whether a start ended because the window it spoke to went away, for the first time.
pub(crate) fn inherits(error: &Error) -> bool {
    let spoke =
        matches!(error, Error::PluginInitialization(plugin, _) if plugin == "single-instance");
    spoke && std::env::var_os(MARK).is_none()
}

/// The same program with the same words in the place of this one. Returns only when it cannot be
/// started.
#[cfg(unix)]
pub(crate) fn start_over() -> std::io::Error {
    use std::os::unix::process::CommandExt as _;

    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "the program starts itself anew, with nothing of a shell"
    )]
    std::process::Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(MARK, "1")
        .exec()
}

/// Elsewhere a window that died cannot have been found: its mutex goes with it.
#[cfg(not(unix))]
pub(crate) fn start_over() -> std::io::Error {
    std::io::Error::other("the window that was found is gone; start Rapport again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_window_that_went_away_is_inherited_from() {
        let of = |plugin: &str| Error::PluginInitialization(plugin.to_owned(), "gone".to_owned());
        assert!(inherits(&of("single-instance")));
        assert!(!inherits(&of("updater")));
        assert!(!inherits(&Error::WindowNotFound));
    }
}
