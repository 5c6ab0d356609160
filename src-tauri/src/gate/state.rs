//! What the page shows before the profile is open: one state, what to say, and
//! what the user can do about it. Pure, so that every way in is table-tested.
//!
//! No state leads to a wipe, and none makes a new key where a database is.

use rapport_session::SessionError;
use rapport_store::OpenError;
use rapport_store::key::UnlockError;
use serde::Serialize;

/// Where the profile stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// There is no database yet.
    NoProfile,
    /// It is being opened or made.
    Opening,
    /// The key is in a keychain, and none answers.
    KeychainMissing,
    /// The keychain is locked, or acts as if.
    KeychainLocked,
    /// Only the recovery passphrase can open it now.
    PassphraseNeeded,
    /// That was not the passphrase.
    WrongPassphrase,
    /// A file is damaged; nothing was changed.
    Damaged,
    /// Another process has the profile.
    InUse,
    /// The calls are there.
    Open,
    /// Something else, said in the message.
    Error,
}

/// What the user can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Can {
    /// Make a profile.
    Create,
    /// Give the passphrase.
    Unlock,
    /// Look again.
    Retry,
    /// Try the sample workspace.
    Sample,
}

/// How far making the sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Progress {
    /// `write` or `read`.
    pub(crate) step: &'static str,
    /// Items done.
    pub(crate) done: u64,
    /// Items in all, where known.
    pub(crate) total: Option<u64>,
}

/// What the page is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct GateState {
    /// Where it stands.
    pub(crate) state: Step,
    /// What happened, what is safe, what to do.
    pub(crate) message: String,
    /// What makes sense now.
    pub(crate) can: Vec<Can>,
    /// A keychain answers on this computer.
    pub(crate) keychain: bool,
    /// It is the sample workspace.
    pub(crate) sample: bool,
    /// How far it is, while something long is done.
    pub(crate) progress: Option<Progress>,
    /// Counts what was told: an answer and an event reach the page by different ways, so an older
    /// one may come later, and the page keeps the newest.
    pub(crate) number: u64,
}

/// What is known without a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// There is a database.
    pub(crate) database: bool,
    /// A keychain answers.
    pub(crate) keychain: bool,
    /// A recovery passphrase is set.
    pub(crate) passphrase: bool,
    /// It is the sample workspace.
    pub(crate) sample: bool,
}

impl Facts {
    fn say(self, state: Step, message: impl Into<String>, can: &[Can]) -> GateState {
        GateState {
            state,
            message: message.into(),
            can: can.to_vec(),
            keychain: self.keychain,
            sample: self.sample,
            progress: None,
            number: 0,
        }
    }

    /// Nothing is there yet.
    pub(crate) fn nothing_yet(self) -> GateState {
        let message = if self.keychain {
            "There is no profile yet. Its key will be kept in this computer's keychain; a recovery \
             passphrase opens it elsewhere."
        } else {
            "There is no profile yet, and no keychain answers on this computer. Choose a \
             passphrase; it will be asked for at every start."
        };
        let ways: &[Can] = if self.sample {
            &[Can::Sample]
        } else {
            &[Can::Create, Can::Sample]
        };
        self.say(Step::NoProfile, message, ways)
    }

    /// Work is under way.
    pub(crate) fn opening(self, progress: Option<Progress>) -> GateState {
        GateState {
            progress,
            ..self.say(Step::Opening, "", &[])
        }
    }

    /// The calls are there.
    pub(crate) fn open(self) -> GateState {
        self.say(Step::Open, "", &[])
    }

    /// It did not open, and what that means for the user.
    pub(crate) fn failed(self, error: &SessionError) -> GateState {
        let state = self.state_of(error);
        let unlock_too: &[Can] = if self.passphrase {
            &[Can::Unlock, Can::Retry]
        } else {
            &[Can::Retry]
        };
        let can = match state {
            Step::NoProfile if matches!(error, SessionError::Unlock(UnlockError::NoDatabase)) => {
                return self.nothing_yet();
            }
            // What went wrong while making one.
            Step::NoProfile => {
                return GateState {
                    message: error.to_string(),
                    ..self.nothing_yet()
                };
            }
            Step::PassphraseNeeded | Step::WrongPassphrase => &[Can::Unlock, Can::Retry],
            Step::KeychainMissing | Step::KeychainLocked => unlock_too,
            Step::Opening | Step::Damaged | Step::InUse | Step::Open | Step::Error => &[Can::Retry],
        };
        self.say(state, error.to_string(), can)
    }

    fn state_of(self, error: &SessionError) -> Step {
        let with_passphrase = |otherwise: Step| {
            if self.passphrase {
                Step::PassphraseNeeded
            } else {
                otherwise
            }
        };
        match error {
            SessionError::Unlock(error) => match error {
                UnlockError::NoDatabase => Step::NoProfile,
                // Said while making a profile: choose again.
                UnlockError::NowhereToKeep | UnlockError::EmptyPassphrase if !self.database => {
                    Step::NoProfile
                }
                UnlockError::KeychainMissing(_) => with_passphrase(Step::KeychainMissing),
                UnlockError::KeychainLocked(_) | UnlockError::KeychainFailed(_)
                    if !self.database =>
                {
                    Step::NoProfile
                }
                // Waiting for the keychain is the usual remedy, the passphrase the other.
                UnlockError::KeychainLocked(_)
                | UnlockError::KeychainFailed(_)
                | UnlockError::NoEntryButDatabaseExists => Step::KeychainLocked,
                UnlockError::WrongPassphrase | UnlockError::EmptyPassphrase => {
                    Step::WrongPassphrase
                }
                UnlockError::WrongKey => with_passphrase(Step::Error),
                UnlockError::Damaged { .. } => Step::Damaged,
                UnlockError::NoRecovery
                | UnlockError::NowhereToKeep
                | UnlockError::DatabaseExists
                | UnlockError::Io(_) => Step::Error,
            },
            SessionError::Open(error) => match error {
                OpenError::WrongKey => with_passphrase(Step::Error),
                OpenError::Corrupt { .. } => Step::Damaged,
                OpenError::Locked(_) => Step::InUse,
                _ => Step::Error,
            },
            SessionError::Place(_) | SessionError::PassphraseNotText | SessionError::Api(_) => {
                Step::Error
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Facts = Facts {
        database: true,
        keychain: true,
        passphrase: true,
        sample: false,
    };

    fn after(facts: Facts, error: UnlockError) -> (Step, Vec<Can>) {
        let state = facts.failed(&SessionError::Unlock(error));
        (state.state, state.can)
    }

    fn text() -> String {
        "dbus".to_owned()
    }

    #[test]
    fn every_failure_has_a_state_and_a_way_out_and_none_offers_a_new_profile() {
        use UnlockError as U;
        let bare = Facts {
            passphrase: false,
            ..OLD
        };
        let both = vec![Can::Unlock, Can::Retry];
        let retry = vec![Can::Retry];
        for (error, with, without) in [
            (
                U::KeychainMissing(text()),
                Step::PassphraseNeeded,
                Step::KeychainMissing,
            ),
            (
                U::KeychainLocked(text()),
                Step::KeychainLocked,
                Step::KeychainLocked,
            ),
            (
                U::KeychainFailed(text()),
                Step::KeychainLocked,
                Step::KeychainLocked,
            ),
            (
                U::NoEntryButDatabaseExists,
                Step::KeychainLocked,
                Step::KeychainLocked,
            ),
            (U::WrongKey, Step::PassphraseNeeded, Step::Error),
        ] {
            assert_eq!(after(OLD, error.clone()), (with, both.clone()), "{error}");
            assert_eq!(after(bare, error), (without, retry.clone()));
        }
        assert_eq!(
            after(OLD, U::WrongPassphrase),
            (Step::WrongPassphrase, both)
        );
        let damaged = U::Damaged {
            what: text(),
            advice: text(),
        };
        assert_eq!(after(OLD, damaged), (Step::Damaged, retry.clone()));
        assert_eq!(after(OLD, U::Io(text())), (Step::Error, retry.clone()));
        let held = SessionError::Open(OpenError::Locked("17".to_owned()));
        assert_eq!(OLD.failed(&held).state, Step::InUse);
        let other = SessionError::Open(OpenError::WrongKey);
        assert_eq!(OLD.failed(&other).state, Step::PassphraseNeeded);
    }

    #[test]
    fn a_first_start_offers_a_profile_or_the_sample_with_and_without_a_keychain() {
        let fresh = Facts::default();
        assert_eq!(fresh.nothing_yet().can, [Can::Create, Can::Sample]);
        assert!(
            fresh
                .nothing_yet()
                .message
                .contains("passphrase; it will be asked")
        );
        // What went wrong while making one leaves the user there, with the reason.
        let refused = fresh.failed(&SessionError::Unlock(UnlockError::NowhereToKeep));
        assert_eq!(refused.state, Step::NoProfile);
        assert!(refused.message.contains("Give one of them"));
        assert_eq!(
            after(fresh, UnlockError::KeychainLocked(text())).0,
            Step::NoProfile
        );
    }

    #[test]
    fn the_page_reads_words() {
        let shown = serde_json::to_value(Facts::default().nothing_yet()).unwrap();
        assert_eq!(shown["state"], "no_profile");
        assert_eq!(shown["can"], serde_json::json!(["create", "sample"]));
    }
}
