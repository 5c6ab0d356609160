//! What the user wants done: each call queues one command and shows it at once.

use rapport_model::command::{Edit, Outgoing};
use rapport_model::field::fields_of;
use rapport_model::{
    AccountId, Body, Cause, CollectionId, Command, CommandId, FieldName, FieldValue, Handle,
    ItemId, ItemRef, Kind, LinkId, Millis,
};
use rapport_store::StoreError;
use rapport_store::db::Reader;
use rapport_store::table::draft::Draft;
use rapport_store::table::item::{MINE, Place, Stored};

use super::Hub;
use crate::error::{HubError, Refusal};
use crate::ingest::{Ingest, add_local};
use crate::outbox::{Wish, queue};
use crate::people::Rules;

/// The setting with the length of the undo window in milliseconds.
pub(super) const UNDO: &str = "outbox.undo_ms";
/// The same in seconds, as the settings page has it; it goes first.
pub(super) const UNDO_SECONDS: &str = "outbox.undo_seconds";
/// Long enough to see the slip of the finger, short enough not to be noticed.
const UNDO_DEFAULT: i64 = 10_000;
/// Nobody takes back for longer than this what was not scheduled.
const UNDO_MOST: i64 = 3_600_000;

/// How long what the user says can be taken back, in milliseconds.
pub(super) fn undo_window(reader: &Reader<'_>) -> Result<i64, StoreError> {
    let ms = match reader.setting::<u32>(UNDO_SECONDS)? {
        Some(seconds) => i64::from(seconds) * 1000,
        None => reader.setting(UNDO)?.unwrap_or(UNDO_DEFAULT),
    };
    Ok(ms.clamp(0, UNDO_MOST))
}

/// A field and the value it shall have.
pub type SetField = (FieldName, FieldValue);

/// What goes with a command, besides what it says.
#[derive(Default)]
struct Terms<'a> {
    /// It waits for this one.
    after: Option<CommandId>,
    /// It leaves no earlier.
    at: Option<Millis>,
    /// The draft it was.
    draft: Option<&'a str>,
}

/// Where a wish stands after it was queued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its entry in the outbox; an earlier one when it melted into that.
    pub command: CommandId,
    /// The row that shows it.
    pub item: Option<ItemId>,
}

impl Hub {
    fn stored(&self, id: ItemId) -> Result<Stored, HubError> {
        self.read(|it| it.stored(id))?
            .ok_or_else(|| HubError::NotFound(format!("item {id}")))
    }

    /// Queues any command. The calls below are this with less to fill in.
    ///
    /// # Errors
    /// The source is known not to take it, the item is not there, a field cannot
    /// take its value, or the file cannot be written.
    pub fn queue(
        &self,
        account: &AccountId,
        command: Command,
        after: Option<CommandId>,
    ) -> Result<Placed, HubError> {
        let terms = Terms {
            after,
            ..Terms::default()
        };
        self.queue_on(account, command, terms)
    }

    fn queue_on(
        &self,
        account: &AccountId,
        command: Command,
        terms: Terms<'_>,
    ) -> Result<Placed, HubError> {
        let session = self.core.session(account)?;
        self.must_be_taken(&session, &command)?;
        let (id, now) = (self.core.command_id(), self.core.now());
        let queued = self.core.change(|tx| {
            let rules = Rules::load(tx, account)?;
            let undo = undo_window(tx)?;
            let me = session.me(tx)?;
            if let Some(draft) = terms.draft {
                tx.discard_draft(draft)?;
            }
            queue(
                tx,
                &rules,
                now,
                Wish {
                    account,
                    id,
                    command,
                    after: terms.after,
                    undo,
                    at: terms.at,
                    me,
                },
            )
        })?;
        rapport_store::fail::point("engine.outbox.queued");
        session.nudge();
        Ok(Placed {
            command: queued.id,
            item: queued.item,
        })
    }

    /// Says something in a conversation.
    ///
    /// # Errors
    /// See [`Hub::queue`].
    pub fn send(&self, conversation: ItemId, message: Outgoing) -> Result<Placed, HubError> {
        self.send_at(conversation, message, None)
    }

    /// Says something in a conversation, not before a moment. Until then it can be
    /// taken back, and holds up nothing that is said meanwhile.
    ///
    /// # Errors
    /// See [`Hub::queue`].
    pub fn send_at(
        &self,
        conversation: ItemId,
        message: Outgoing,
        when: Option<Millis>,
    ) -> Result<Placed, HubError> {
        let terms = Terms {
            at: when,
            ..Terms::default()
        };
        self.send_on(conversation, message, terms)
    }

    /// The same for what was being written there: in one transaction it is in the outbox and no
    /// draft any more, so that after a crash nobody finds it in both and says it twice.
    ///
    /// # Errors
    /// See [`Hub::queue`].
    pub fn send_written(
        &self,
        conversation: ItemId,
        message: Outgoing,
        when: Option<Millis>,
    ) -> Result<Placed, HubError> {
        let draft = Draft::key_of(conversation);
        let terms = Terms {
            at: when,
            draft: Some(&draft),
            ..Terms::default()
        };
        self.send_on(conversation, message, terms)
    }

    fn send_on(
        &self,
        conversation: ItemId,
        message: Outgoing,
        terms: Terms<'_>,
    ) -> Result<Placed, HubError> {
        let at = self.stored(conversation)?;
        if !matches!(at.item.body, Body::Conversation(_)) {
            return Err(HubError::Refused(Refusal::NotConversation));
        }
        let conversation = ItemRef {
            collection: at.collection,
            handle: at.item.handle,
        };
        self.queue_on(
            &at.account,
            Command::Send {
                conversation,
                message,
            },
            terms,
        )
    }

    /// Changes the text of an own message. What others said is not ours to change: a homeserver
    /// takes such an edit, and every client leaves it out.
    ///
    /// # Errors
    /// See [`Hub::queue`].
    pub fn edit_message(&self, message: ItemId, text: String) -> Result<Placed, HubError> {
        let said = self.stored(message)?;
        if matches!(&said.item.body, Body::Message(it) if !it.mine) && said.flags & MINE == 0 {
            return Err(HubError::Refused(Refusal::NotYours));
        }
        let (account, message, conversation) = said_in(said)?;
        self.queue(
            &account,
            Command::EditMessage {
                message,
                conversation,
                text,
            },
            None,
        )
    }

    /// Takes a message back.
    ///
    /// # Errors
    /// See [`Hub::queue`].
    pub fn redact(&self, message: ItemId, reason: Option<String>) -> Result<Placed, HubError> {
        let (account, message, conversation) = self.message(message)?;
        self.queue(
            &account,
            Command::Redact {
                message,
                conversation,
                reason,
            },
            None,
        )
    }

    pub(super) fn message(&self, id: ItemId) -> Result<(AccountId, ItemRef, Handle), HubError> {
        said_in(self.stored(id)?)
    }

    /// Moves the read position to a message, or to the newest one. Without any
    /// message there is nothing to do.
    ///
    /// # Errors
    /// See [`Hub::queue`].
    pub fn mark_read(
        &self,
        conversation: ItemId,
        up_to: Option<ItemId>,
    ) -> Result<Option<Placed>, HubError> {
        let at = self.stored(conversation)?;
        let newest = match up_to {
            Some(id) => Some(id),
            None => self
                .read(|it| it.items_of_conversation(conversation, None, 20))?
                .into_iter()
                .find(|id| {
                    self.stored(*id)
                        .is_ok_and(|it| it.flags & rapport_store::table::item::LOCAL_ONLY == 0)
                }),
        };
        let Some(newest) = newest else {
            self.core.write(|tx| tx.mark_unread(conversation, false))?;
            return Ok(None);
        };
        let up_to = self.stored(newest)?.item.handle;
        let conversation = ItemRef {
            collection: at.collection,
            handle: at.item.handle,
        };
        let command = Command::MarkRead {
            conversation,
            up_to,
        };
        let session = self.core.session(&at.account)?;
        let manifest = session.connector.manifest();
        if manifest.takes(command.word(), Some(Kind::Conversation)) {
            return self.queue(&at.account, command, None).map(Some);
        }
        self.keep_here(&at.account, &command)?;
        Ok(None)
    }

    /// A position that a source has no place for is kept here alone: there is
    /// nothing to send, and nothing that could be refused later.
    fn keep_here(&self, account: &AccountId, command: &Command) -> Result<(), HubError> {
        let session = self.core.session(account)?;
        let (id, now) = (self.core.command_id(), self.core.now());
        self.core.change(|tx| {
            let rules = Rules::load(tx, account)?;
            let me = session.me(tx)?;
            let collection = command.collection().clone();
            let place = Place {
                account,
                collection: &collection,
            };
            let mut ingest = Ingest::new(place, &rules, now, Cause::Me(id.clone()));
            add_local(&mut ingest, tx, &id, command, &me)?;
            ingest.people.settle(tx, &rules)?;
            Ok(())
        })
    }

    /// Makes a new item.
    ///
    /// # Errors
    /// See [`Hub::queue`].
    pub fn create(
        &self,
        account: &AccountId,
        collection: &CollectionId,
        body: Body,
        link: Option<LinkId>,
    ) -> Result<Placed, HubError> {
        let body = Box::new(body);
        let command = Command::Create {
            collection: collection.clone(),
            body,
            link,
        };
        self.queue(account, command, None)
    }

    /// Sets fields of an item. What the user saw is what the row shows now.
    ///
    /// # Errors
    /// A field cannot take its value, or see [`Hub::queue`].
    pub fn set_fields(&self, item: ItemId, fields: Vec<SetField>) -> Result<Placed, HubError> {
        let at = self.stored(item)?;
        let shown = fields_of(&at.item.body);
        let edits = fields
            .into_iter()
            .map(|(field, mine)| Edit {
                base: shown.get(&field).cloned().unwrap_or_default(),
                field,
                mine,
            })
            .collect();
        let command = Command::SetFields {
            target: ItemRef {
                collection: at.collection,
                handle: at.item.handle,
            },
            kind: at.item.body.kind(),
            edits,
            base: at.item.revision,
        };
        self.queue(&at.account, command, None)
    }

    /// Presses a button the source offers.
    ///
    /// # Errors
    /// See [`Hub::queue`].
    pub fn act(&self, item: ItemId, action: &str) -> Result<Placed, HubError> {
        let at = self.stored(item)?;
        let command = Command::Act {
            target: ItemRef {
                collection: at.collection,
                handle: at.item.handle,
            },
            action: action.to_owned(),
            base: at.item.revision,
        };
        self.queue(&at.account, command, None)
    }

    /// Removes an item at its source.
    ///
    /// # Errors
    /// See [`Hub::queue`].
    pub fn delete(&self, item: ItemId) -> Result<Placed, HubError> {
        let at = self.stored(item)?;
        let command = Command::Delete {
            target: ItemRef {
                collection: at.collection,
                handle: at.item.handle,
            },
            base: at.item.revision,
        };
        self.queue(&at.account, command, None)
    }

    /// Marks a conversation as dealt with, or not, here only. A new message takes
    /// the mark away.
    ///
    /// # Errors
    /// There is no such item.
    pub fn set_done(&self, conversation: ItemId, done: bool) -> Result<(), HubError> {
        self.set_all_done(&[conversation], done)
    }
}

/// Where a message sits, and in which conversation.
fn said_in(at: Stored) -> Result<(AccountId, ItemRef, Handle), HubError> {
    match at.item.body {
        Body::Message(it) => {
            let to = ItemRef {
                collection: at.collection,
                handle: at.item.handle,
            };
            Ok((at.account, to, it.conversation))
        }
        _ => Err(HubError::Refused(Refusal::NotMessage)),
    }
}
