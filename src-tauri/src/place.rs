//! Which profile this process is for, and the name under which a second start
//! finds the first.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;

use rapport_session::{SessionError, home, home_of_sample};

use crate::arguments::Arguments;

/// The name under which the usual profile's window is found.
const NAME: &str = "app.rapport.desktop";

/// A profile's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The folder.
    pub(crate) home: PathBuf,
    /// It holds the sample workspace and nothing of the user's.
    pub(crate) sample: bool,
    usual: bool,
}

impl Place {
    /// A bus name of its own for every profile but the usual one: two profiles
    /// may be open side by side, one profile never twice.
    pub(crate) fn name(&self) -> String {
        if self.usual {
            return NAME.to_owned();
        }
        let mut hasher = DefaultHasher::new();
        self.home.hash(&mut hasher);
        format!("{NAME}.p{:016x}", hasher.finish())
    }

    /// The sample workspace beside this profile.
    pub(crate) fn beside(&self) -> Self {
        Self {
            home: home_of_sample(&self.home),
            sample: true,
            usual: false,
        }
    }
}

/// The place the arguments mean. A folder that is named together with
/// `--sample` is the sample's own.
pub(crate) fn of(arguments: &Arguments) -> Result<Place, SessionError> {
    let named = arguments.home.as_deref();
    let own = Place {
        home: home(named)?,
        sample: arguments.sample,
        usual: named.is_none() && !arguments.sample,
    };
    if arguments.sample && named.is_none() {
        return Ok(own.beside());
    }
    Ok(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(home: &str) -> Place {
        Place {
            home: PathBuf::from(home),
            sample: false,
            usual: false,
        }
    }

    #[test]
    fn two_profiles_have_two_names_and_one_has_always_the_same() {
        assert_eq!(place("/a").name(), place("/a").name());
        assert_ne!(place("/a").name(), place("/b").name());
        let usual = Place {
            usual: true,
            ..place("/a")
        };
        assert_eq!(usual.name(), NAME);
    }
}
