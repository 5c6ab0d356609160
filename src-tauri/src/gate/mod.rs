//! The door before the profile is open: where it stands, and the few things
//! that can be wished for there.

mod attempt;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rapport_api::{Api, ApiError, Code};
use rapport_session::Session;
use rapport_store::Profile;
use rapport_store::key::Passphrase;
use serde::Deserialize;
use tauri::{AppHandle, Emitter as _, Manager as _};

use self::attempt::{Ground, Wish, attempt, facts};
pub(crate) use self::state::GateState;
use self::state::{Facts, Step};
use crate::door::MAIN;
use crate::life;
use crate::place::Place;

/// What the page can ask for.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Knock {
    /// Only how it stands.
    Look,
    /// Make a profile.
    Create {
        /// Wraps its key for recovery.
        passphrase: Option<String>,
        /// Keep the key in the keychain.
        #[serde(default)]
        keychain: bool,
    },
    /// Open with the passphrase.
    Unlock {
        /// As typed.
        passphrase: String,
        /// Put the key into the keychain, so that it need not be typed again.
        #[serde(default)]
        remember: bool,
    },
    /// Look for the key again.
    Retry,
    /// Try the sample workspace.
    Sample,
}

#[derive(Debug)]
struct Inside {
    place: Place,
    state: GateState,
    session: Option<Session>,
}

/// The profile of this process, open or not.
#[derive(Debug)]
pub(crate) struct Gate {
    inside: Mutex<Inside>,
    no_keychain: bool,
}

impl Gate {
    pub(crate) fn new(place: Place, no_keychain: bool) -> Self {
        let state = known(&place).opening(None);
        Self {
            inside: Mutex::new(Inside {
                place,
                state,
                session: None,
            }),
            no_keychain,
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it stands.
    pub(crate) fn state(&self) -> GateState {
        self.inside().state.clone()
    }

    /// Whether an attempt may begin; if so it has begun, and a second one would
    /// only find the profile in use by the first.
    fn free(&self) -> bool {
        let mut inside = self.inside();
        let free = !matches!(inside.state.state, Step::Open | Step::Opening);
        if free {
            inside.state.state = Step::Opening;
        }
        free
    }

    /// Which profile it is.
    pub(crate) fn place(&self) -> Place {
        self.inside().place.clone()
    }

    /// The calls, once the profile is open.
    pub(crate) fn api(&self) -> Result<Arc<Api>, ApiError> {
        self.inside()
            .session
            .as_ref()
            .map(|session| Arc::clone(&session.api))
            .ok_or_else(|| {
                ApiError::new(
                    Code::Refused,
                    "The profile is not open yet. Unlock it first; nothing was lost.",
                )
            })
    }

    /// Lets the profile go, for who comes after.
    pub(crate) fn close(&self) {
        self.inside().session = None;
    }
}

/// What is known before anything was looked at.
fn known(place: &Place) -> Facts {
    Facts {
        sample: place.sample,
        ..Facts::default()
    }
}

/// Tells the page.
fn show(app: &AppHandle, state: &GateState) {
    if let Err(error) = app.emit_to(MAIN, "gate", state) {
        tracing::warn!(%error, "the page was not told how the gate stands");
    }
}

/// Opens what can be opened without asking, while the page still loads.
pub(crate) fn begin(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let sample = app.state::<Gate>().place().sample;
        let wish = if sample {
            Ok(Wish::Sample)
        } else {
            from_environment()
        };
        pass(&app, wish).await;
    });
}

fn from_environment() -> Result<Wish, rapport_session::SessionError> {
    rapport_session::passphrase().map(Wish::Open)
}

/// Does what the page asks and answers how it stands then.
pub(crate) async fn knock(app: &AppHandle, knock: Knock) -> GateState {
    let gate = app.state::<Gate>();
    if matches!(knock, Knock::Look) || !gate.free() {
        return gate.state();
    }
    let wish = match knock {
        Knock::Look => return gate.state(),
        Knock::Create {
            passphrase,
            keychain,
        } => Ok(Wish::Make {
            passphrase: passphrase.filter(|it| !it.is_empty()).map(Passphrase::new),
            keychain,
        }),
        Knock::Unlock {
            passphrase,
            remember: true,
        } => Ok(Wish::Repair(Passphrase::new(passphrase))),
        Knock::Unlock { passphrase, .. } => Ok(Wish::Open(Some(Passphrase::new(passphrase)))),
        Knock::Retry if gate.place().sample => Ok(Wish::Sample),
        Knock::Retry => from_environment(),
        Knock::Sample => {
            let mut inside = gate.inside();
            if !inside.place.sample {
                inside.place = inside.place.beside();
            }
            Ok(Wish::Sample)
        }
    };
    pass(app, wish).await;
    gate.state()
}

/// One attempt, off the threads that draw and answer.
async fn pass(app: &AppHandle, wish: Result<Wish, rapport_session::SessionError>) {
    let work = {
        let app = app.clone();
        move || passed(&app, wish)
    };
    if let Err(error) = tauri::async_runtime::spawn_blocking(work).await {
        let gate = app.state::<Gate>();
        let place = gate.place();
        let failed = facts(&Profile::at(&place.home), known(&place)).failed(
            &rapport_session::SessionError::Place(format!(
                "Opening the profile failed in a way it should not ({error}). Nothing was \
                 changed; a report lies in its folder."
            )),
        );
        gate.inside().state = failed.clone();
        show(app, &failed);
    }
}

fn passed(app: &AppHandle, wish: Result<Wish, rapport_session::SessionError>) {
    let gate = app.state::<Gate>();
    let place = gate.place();
    let profile = Profile::at(&place.home);
    let keychain = if gate.no_keychain {
        None
    } else {
        rapport_session::keychain().ok()
    };
    let known = Facts {
        keychain: keychain.is_some(),
        ..known(&place)
    };
    let begun = facts(&profile, known);
    let tell = |state: GateState| {
        gate.inside().state = state.clone();
        show(app, &state);
    };
    tell(begun.opening(None));
    let ground = Ground {
        profile: &profile,
        keychain,
        progress: &|it| tell(begun.opening(Some(it))),
    };
    let outcome = wish.and_then(|wish| attempt(&ground, wish));
    match outcome {
        Ok(session) => {
            let api = Arc::clone(&session.api);
            gate.inside().session = Some(session);
            tell(facts(&profile, known).open());
            life::opened(app, &api);
        }
        Err(error) => {
            tracing::info!(%error, "the profile is not open");
            tell(facts(&profile, known).failed(&error));
        }
    }
}
