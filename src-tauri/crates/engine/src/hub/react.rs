//! Reactions: given, and taken back exactly.
//!
//! A reaction sits under a handle of its own, and taking it back redacts that one.
//! One that has not left yet is withdrawn, so that the source never hears of either.

use rapport_model::{Command, CommandId, Handle, ItemId, ItemRef, PatchKind, State};
use rapport_store::table::item::Place;

use super::{Hub, Placed};
use crate::error::HubError;

impl Hub {
    /// Reacts to a message.
    ///
    /// # Errors
    /// See [`Hub::queue`].
    pub fn react(&self, message: ItemId, key: String) -> Result<Placed, HubError> {
        let (account, message, conversation) = self.message(message)?;
        self.queue(
            &account,
            Command::React {
                message,
                conversation,
                key,
            },
            None,
        )
    }

    /// Takes the user's own reaction of that kind back.
    ///
    /// # Errors
    /// There is none, or see [`Hub::queue`].
    pub fn unreact(&self, message: ItemId, key: &str) -> Result<Placed, HubError> {
        let (account, at, conversation) = self.message(message)?;
        let session = self.core.session(&account)?;
        let place = Place {
            account: &account,
            collection: &at.collection,
        };
        // Several devices may have given the same one: all of them go.
        let own: Vec<Handle> = self.read(|it| {
            let me = session.me(it)?.address.value;
            let all = it.patches_of(&place, &at.handle)?;
            Ok(all
                .into_iter()
                .filter(|it| matches!(&it.what, PatchKind::React(given) if given == key))
                .filter(|it| it.from.address.value.eq_ignore_ascii_case(&me))
                .map(|it| it.handle)
                .collect())
        })?;
        let mut placed = None;
        for handle in own {
            let made_here = CommandId(handle.0.clone());
            let giving = self.read(|it| it.entry(&made_here))?;
            let now = match giving.map(|it| it.state) {
                Some(State::Queued | State::Parked) => {
                    self.withdraw(&made_here)?;
                    Placed {
                        command: made_here,
                        item: Some(message),
                    }
                }
                on_its_way => {
                    let target = ItemRef {
                        collection: at.collection.clone(),
                        handle,
                    };
                    let redact = Command::Redact {
                        message: target,
                        conversation: conversation.clone(),
                        reason: None,
                    };
                    self.queue(&account, redact, on_its_way.map(|_state| made_here))?
                }
            };
            placed.get_or_insert(now);
        }
        placed.ok_or_else(|| HubError::NotFound("own reaction of that kind".to_owned()))
    }
}
