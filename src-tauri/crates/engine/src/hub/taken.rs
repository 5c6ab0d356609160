//! Whether a source takes what is wanted of it, told when it is wanted: what a source never
//! takes must not wait in the outbox until nobody thinks of it any more. What only the source
//! knows is left to it.

use rapport_model::connector::{Offer, wish};
use rapport_model::{AccountId, Command, CommandId, Handle, Kind};
use rapport_store::table::item::Place;

use super::Hub;
use crate::core::Session;
use crate::error::{HubError, Refusal};
use crate::outbox::OPEN;

impl Hub {
    /// Refuses what the account's source is known not to take.
    ///
    /// # Errors
    /// It is not taken, or the file cannot be read.
    pub(super) fn must_be_taken(
        &self,
        session: &Session,
        command: &Command,
    ) -> Result<(), HubError> {
        let manifest = session.connector.manifest();
        let kind = self.kind_of(&session.account, command)?;
        let what = || wish(command.word(), kind.unwrap_or(Kind::Record));
        let refused = |why| Err(HubError::Refused(why));
        if !manifest.takes(command.word(), kind) {
            return refused(Refusal::NotTaken {
                source_title: manifest.title,
                does: command.word(),
                kind: kind.unwrap_or(Kind::Record),
                what: what(),
                takes: manifest.taken(),
            });
        }
        let names = names_of(command);
        let (missing, takes) = match session.connector.offers(command) {
            Offer::Nothing => {
                return refused(Refusal::OnlyRead {
                    source_title: manifest.title,
                    what: what(),
                    place: command.collection().to_string(),
                });
            }
            Offer::Only(takes) => {
                let missing = names.iter().find(|it| !takes.iter().any(|one| one == *it));
                (missing, takes.join(", "))
            }
            Offer::Unsaid => {
                let fixed = names.iter().find(|it| manifest.fixed.contains(it));
                (fixed, String::new())
            }
        };
        match missing {
            // It melts into the making of the item, which has places of its own.
            Some(_) if self.is_being_made(command)? => Ok(()),
            Some(name) => refused(Refusal::NotOffered {
                source_title: manifest.title,
                name: (*name).to_owned(),
                takes,
            }),
            None => Ok(()),
        }
    }

    /// The kind of item a command aims at; `None` when that is not here.
    fn kind_of(&self, account: &AccountId, command: &Command) -> Result<Option<Kind>, HubError> {
        let target = match command {
            Command::Send { .. }
            | Command::EditMessage { .. }
            | Command::Redact { .. }
            | Command::React { .. } => return Ok(Some(Kind::Message)),
            Command::MarkRead { .. } => return Ok(Some(Kind::Conversation)),
            Command::Create { body, .. } => return Ok(Some(body.kind())),
            Command::SetFields { kind, .. } => return Ok(Some(*kind)),
            Command::Act { target, .. } | Command::Delete { target, .. } => target,
        };
        let place = Place {
            account,
            collection: &target.collection,
        };
        let stored = self.read(|it| it.stored_at(&place, &target.handle))?;
        Ok(stored.map(|it| it.item.body.kind()))
    }

    /// Whether the item is still on its way to its source.
    fn is_being_made(&self, command: &Command) -> Result<bool, HubError> {
        let made_by = |handle: &Handle| self.read(|it| it.entry(&CommandId(handle.0.clone())));
        let entry = match command {
            Command::SetFields { target, .. } => made_by(&target.handle)?,
            _ => None,
        };
        Ok(entry.is_some_and(|it| {
            matches!(it.command, Command::Create { .. }) && OPEN.contains(&it.state)
        }))
    }
}

/// The fields or the button that a command names.
fn names_of(command: &Command) -> Vec<&str> {
    match command {
        Command::SetFields { edits, .. } => edits.iter().map(|it| it.field.0.as_str()).collect(),
        Command::Act { action, .. } => vec![action],
        _ => Vec::new(),
    }
}
