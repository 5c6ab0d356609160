//! The door before the profile is open: where it stands, and the few things
//! that can be wished for there.

mod attempt;
mod patience;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rapport_api::{Api, ApiError, Code};
use rapport_model::connector::Vault;
use rapport_session::{Session, SessionError};
use rapport_store::Profile;
use rapport_store::key::{Passphrase, UnlockError};
use serde::Deserialize;
use tauri::{AppHandle, Emitter as _, Manager as _};

use self::attempt::{Ground, Wish, attempt, facts};
use self::patience::{Waiting, Watched};
pub(crate) use self::state::GateState;
use self::state::{Facts, Step};
use crate::door::MAIN;
use crate::life;
use crate::place::Place;

/// A keychain that knows the answer gives it sooner; one that takes longer asks
/// its user.
const PATIENCE: Duration = Duration::from_secs(3);

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
    /// Counts attempts: one that was overtaken says nothing any more.
    turn: u64,
}

/// The profile of this process, open or not.
#[derive(Debug)]
pub(crate) struct Gate {
    inside: Mutex<Inside>,
    no_keychain: bool,
}

impl Inside {
    /// How it stands from now on, numbered.
    fn stands(&mut self, state: GateState) -> GateState {
        self.state = GateState {
            number: self.state.number + 1,
            ..state
        };
        self.state.clone()
    }
}

impl Gate {
    pub(crate) fn new(place: Place, no_keychain: bool) -> Self {
        let state = known(&place).opening(None);
        Self {
            inside: Mutex::new(Inside {
                place,
                state,
                session: None,
                turn: 0,
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
            let opening = GateState {
                state: Step::Opening,
                ..inside.state.clone()
            };
            inside.stands(opening);
        }
        free
    }

    /// A new attempt begins; earlier ones have nothing to say any more.
    fn next(&self) -> u64 {
        let mut inside = self.inside();
        inside.turn += 1;
        inside.turn
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

fn from_environment() -> Result<Wish, SessionError> {
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

/// One attempt, off the threads that draw and answer. Comes back when it has
/// ended, or when the keychain lets us wait; then it goes on by itself.
async fn pass(app: &AppHandle, wish: Result<Wish, SessionError>) {
    let gate = app.state::<Gate>();
    let place = gate.place();
    let keychain = if gate.no_keychain {
        None
    } else {
        rapport_session::keychain().ok()
    };
    let turn = Turn {
        app: app.clone(),
        number: gate.next(),
        known: Facts {
            keychain: keychain.is_some(),
            ..known(&place)
        },
        profile: Profile::at(&place.home),
    };
    turn.tell(turn.facts().opening(None));
    let waiting = Waiting::default();
    let keychain = keychain.map(|it| Watched::over(it, waiting.clone()));
    let worker = turn.clone();
    let mut work = tauri::async_runtime::spawn(async move {
        let blocking = worker.clone();
        let ended =
            tauri::async_runtime::spawn_blocking(move || blocking.take(keychain, wish)).await;
        if let Err(error) = ended {
            worker.failed(&SessionError::Place(format!(
                "Opening the profile failed in a way it should not ({error}). Nothing was \
                 changed; a report lies in its folder."
            )));
        }
    });
    tokio::select! {
        // It has told what became of it.
        _ended = &mut work => return,
        () = tokio::time::sleep(PATIENCE) => {}
    }
    if waiting.now() {
        let asks = "it asks for its password in a dialog of its own";
        turn.failed(&UnlockError::KeychainLocked(asks.to_owned()).into());
    } else if let Err(error) = work.await {
        tracing::error!(%error, "the attempt did not end");
    }
}

/// One attempt and what it may still say.
#[derive(Clone)]
struct Turn {
    app: AppHandle,
    number: u64,
    known: Facts,
    profile: Profile,
}

impl Turn {
    fn facts(&self) -> Facts {
        facts(&self.profile, self.known)
    }

    /// Says how it stands, unless a later attempt has the word.
    fn tell(&self, state: GateState) {
        let gate = self.app.state::<Gate>();
        let told = {
            let mut inside = gate.inside();
            (inside.turn == self.number).then(|| inside.stands(state))
        };
        if let Some(state) = told {
            show(&self.app, &state);
        }
    }

    fn failed(&self, error: &SessionError) {
        tracing::info!(%error, "the profile is not open");
        self.tell(self.facts().failed(error));
    }

    fn take(&self, keychain: Option<Arc<dyn Vault>>, wish: Result<Wish, SessionError>) {
        let begun = self.facts();
        let ground = Ground {
            profile: &self.profile,
            keychain,
            progress: &|it| self.tell(begun.opening(Some(it))),
        };
        match wish.and_then(|wish| attempt(&ground, wish)) {
            Ok(session) => {
                let api = Arc::clone(&session.api);
                let gate = self.app.state::<Gate>();
                // Only one attempt can have the profile, so this is it, overtaken or not.
                let number = {
                    let mut inside = gate.inside();
                    inside.session = Some(session);
                    inside.turn += 1;
                    inside.turn
                };
                let open = Self {
                    number,
                    ..self.clone()
                };
                tracing::info!("the profile is open");
                open.tell(open.facts().open());
                life::opened(&self.app, &api);
            }
            Err(error) => self.failed(&error),
        }
    }
}
