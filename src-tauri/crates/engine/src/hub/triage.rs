//! What the user decides about conversations here, and who else is in them.

use std::collections::BTreeSet;

use rapport_model::{Address, AddressKind, Body, ItemId, Millis, PersonId};
use rapport_store::table::item::{MUTED, Place, Stored};
use rapport_store::view::{Receipt, SomeoneRow};
use rapport_store::{Reader, StoreError};

use super::Hub;
use crate::core::lock;
use crate::error::{HubError, Refusal};
use crate::people::address_key;
use crate::sync::wake_snoozed;

/// Messages of a conversation whose senders are looked at.
const SENDERS_AMONG: u32 = 500;

impl Hub {
    /// Marks conversations as dealt with, or takes the mark away: all of them or
    /// none. A new message of somebody else takes the mark away too.
    ///
    /// # Errors
    /// One of them is not there.
    pub fn set_all_done(&self, conversations: &[ItemId], done: bool) -> Result<(), HubError> {
        self.core.write(|tx| {
            conversations
                .iter()
                .try_for_each(|it| tx.set_done(*it, done))
        })?;
        Ok(())
    }

    /// Puts conversations off until a moment, or brings them back: all of them or
    /// none. They come back by themselves at that moment, and when somebody writes.
    ///
    /// # Errors
    /// One of them is not there, or the moment has passed.
    pub fn snooze(&self, conversations: &[ItemId], until: Option<Millis>) -> Result<(), HubError> {
        if until.is_some_and(|at| at <= self.core.now()) {
            return Err(HubError::Refused(Refusal::Past));
        }
        self.core.write(|tx| {
            conversations
                .iter()
                .try_for_each(|it| tx.snooze(*it, until))
        })?;
        self.core.put_off.notify_one();
        Ok(())
    }

    /// Brings back what was put off until now. The hub does it by itself while it
    /// runs. Answers when the next is due.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn wake_snoozed(&self) -> Result<Option<Millis>, HubError> {
        Ok(wake_snoozed(&self.core)?)
    }

    /// Marks a conversation as unread, here only, until it is read again.
    ///
    /// # Errors
    /// There is no such conversation.
    pub fn mark_unread(&self, conversation: ItemId) -> Result<(), HubError> {
        self.conversation(conversation)?;
        self.core.write(|tx| tx.mark_unread(conversation, true))?;
        Ok(())
    }

    /// Mutes a conversation here, or takes that back. One that its source mutes
    /// stays muted.
    ///
    /// # Errors
    /// There is no such conversation.
    pub fn mute(&self, conversation: ItemId, muted: bool) -> Result<(), HubError> {
        let at = self.conversation(conversation)?;
        if !muted && matches!(&at.item.body, Body::Conversation(it) if it.muted) {
            return Err(HubError::Refused(Refusal::MutedThere));
        }
        let (set, clear) = if muted { (MUTED, 0) } else { (0, MUTED) };
        self.core
            .write(|tx| tx.set_flags(conversation, set, clear))?;
        Ok(())
    }

    /// Those who type in a conversation now, as its source says.
    ///
    /// # Errors
    /// There is no such conversation.
    pub fn typists(&self, conversation: ItemId) -> Result<Vec<SomeoneRow>, HubError> {
        let at = self.conversation(conversation)?;
        let place = Place {
            account: &at.account,
            collection: &at.collection,
        };
        let who = lock(&self.core.presence).typing(&place, &at.item.handle, self.core.now());
        self.read(|it| who.iter().map(|one| someone(it, &at, one)).collect())
    }

    /// How far others have read in a conversation, as far as was heard.
    ///
    /// # Errors
    /// There is no such conversation.
    pub fn receipts(&self, conversation: ItemId) -> Result<Vec<Receipt>, HubError> {
        let at = self.conversation(conversation)?;
        let place = Place {
            account: &at.account,
            collection: &at.collection,
        };
        let seen = lock(&self.core.presence).seen(&place, &at.item.handle);
        self.read(|it| {
            let mut out = Vec::new();
            for (who, message) in &seen {
                if let Some(message) = it.find(&place, message)? {
                    let who = someone(it, &at, who)?;
                    out.push(Receipt {
                        name: who.name,
                        person: who.person,
                        message,
                    });
                }
            }
            Ok(out)
        })
    }

    /// The people of a conversation: its members, and who wrote lately.
    ///
    /// # Errors
    /// There is no such conversation.
    pub fn people_in(&self, conversation: ItemId) -> Result<Vec<PersonId>, HubError> {
        let at = self.conversation(conversation)?;
        self.read(|it| {
            let mut seen = BTreeSet::new();
            let mut out = Vec::new();
            let mut add = |person: Option<PersonId>| {
                if let Some(person) = person
                    && seen.insert(person)
                {
                    out.push(person);
                }
            };
            for person in it.people_of_conversation(conversation, SENDERS_AMONG)? {
                add(Some(person));
            }
            if let Body::Conversation(body) = &at.item.body {
                for member in &body.members {
                    add(person_at(it, &member.address)?.map(|(person, _)| person));
                }
            }
            Ok(out)
        })
    }

    fn conversation(&self, id: ItemId) -> Result<Stored, HubError> {
        self.read(|it| it.stored(id))?
            .filter(|it| matches!(it.item.body, Body::Conversation(_)))
            .ok_or_else(|| HubError::NotFound(format!("conversation {id}")))
    }
}

/// The person behind an address, with their name.
fn person_at(
    reader: &Reader<'_>,
    address: &Address,
) -> Result<Option<(PersonId, String)>, StoreError> {
    let Some(key) = address_key(address, None) else {
        return Ok(None);
    };
    let Some(person) = reader.node_by_key(&key)?.and_then(|it| it.person) else {
        return Ok(None);
    };
    Ok(reader.person(person)?.map(|it| (person, it.name)))
}

/// Somebody by the address a source gives: by the name people know, else the one
/// the room has, else the address.
fn someone(reader: &Reader<'_>, at: &Stored, who: &str) -> Result<SomeoneRow, StoreError> {
    let kind = if who.starts_with('@') {
        AddressKind::Matrix
    } else if who.contains('@') {
        AddressKind::Email
    } else {
        AddressKind::Other
    };
    let address = Address {
        kind,
        value: who.to_owned(),
    };
    let known = person_at(reader, &address)?;
    let member = match &at.item.body {
        Body::Conversation(it) => it
            .members
            .iter()
            .find(|it| it.address.value == who)
            .and_then(|it| it.name.clone()),
        _ => None,
    };
    let (person, name) = known.unzip();
    Ok(SomeoneRow {
        name: name
            .filter(|it| !it.is_empty())
            .or(member)
            .unwrap_or_else(|| who.to_owned()),
        address: who.to_owned(),
        person,
    })
}
