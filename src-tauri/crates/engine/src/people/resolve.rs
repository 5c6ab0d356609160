//! Which organisation and person an item belongs to.

use std::collections::BTreeSet;

use rapport_model::conversation::ConversationKind;
use rapport_model::{
    AccountId, Body, Conversation, Handle, ItemId, ItemRef, Mailbox, Message, OrgId, PersonId,
    Record,
};
use rapport_store::StoreError;
use rapport_store::db::Tx;
use rapport_store::table::item::Place;
use rapport_store::table::people::Side;
use rapport_store::view::NODES;

use super::{People, Rules, address_key, item_key};
use crate::ingest::Known;

/// Rooms have thousands of members; the first few say whose room it is.
const ASKED: usize = 20;

/// An organisation and a person, where known.
pub(crate) type Belongs = (Option<OrgId>, Option<PersonId>);

impl People {
    /// Where a message belongs: the conversation's customer before the sender's.
    pub(crate) fn of_message(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        it: &Message,
        known: &Known,
    ) -> Result<Belongs, StoreError> {
        let mine = it.mine || rules.is_me(&it.from.address);
        let (org, person) = if mine {
            let others: Vec<&Mailbox> = it.to.iter().chain(&it.cc).collect();
            let (org, person) = self.first_of(tx, rules, &others)?;
            (org, person.or(known.links.person))
        } else {
            self.address(tx, rules, &it.from)?
        };
        Ok((known.links.org.or(org), person))
    }

    /// Where anything else belongs.
    pub(crate) fn of_body(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        place: &Place<'_>,
        handle: &Handle,
        body: &Body,
    ) -> Result<Belongs, StoreError> {
        match body {
            Body::Contact(it) => {
                let node = self.item_node(tx, place, handle, Side::Person, &it.name)?;
                Ok((node.org.filter(|_| node.side == Side::Person), node.person))
            }
            Body::Organisation(it) => {
                let node = self.item_node(tx, place, handle, Side::Organisation, &it.name)?;
                Ok((node.org, None))
            }
            Body::Record(it) => of_record(tx, place.account, it),
            Body::Conversation(it) => self.of_conversation(tx, rules, place.account, it),
            Body::Task(it) => of_ref(tx, place.account, it.about.as_ref()),
            Body::Page(it) => of_ref(tx, place.account, it.about.as_ref()),
            Body::Event(it) => {
                let about = of_ref(tx, place.account, it.about.as_ref())?;
                if about != (None, None) {
                    return Ok(about);
                }
                let asked: Vec<&Mailbox> = it.attendees.iter().chain(&it.organizer).collect();
                self.first_of(tx, rules, &asked)
            }
            Body::Message(_) => Ok((None, None)),
        }
    }

    fn of_conversation(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        account: &AccountId,
        it: &Conversation,
    ) -> Result<Belongs, StoreError> {
        let about = of_ref(tx, account, it.about.as_ref())?;
        let members: Vec<&Mailbox> = it.members.iter().collect();
        let (org, person) = self.first_of(tx, rules, &members)?;
        let person = person.filter(|_| it.kind == ConversationKind::Direct);
        Ok((about.0.or(org), about.1.or(person)))
    }

    /// A conversation without a customer waits for those whose company would give
    /// it one.
    pub(crate) fn waits(
        &self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        id: ItemId,
        it: &Conversation,
        org: Option<OrgId>,
    ) -> Result<(), StoreError> {
        let mut nodes = BTreeSet::new();
        if org.is_none() {
            for member in it
                .members
                .iter()
                .filter(|it| !rules.is_me(&it.address))
                .take(ASKED)
            {
                let Some(key) = address_key(&member.address, rules.region.as_deref()) else {
                    continue;
                };
                nodes.extend(tx.node_by_key(&key)?.map(|it| it.id));
            }
        }
        tx.wait_for(id, &nodes)
    }

    /// The first customer among some addresses, the user's own left out, and the
    /// person there; without a customer, the first person.
    fn first_of(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        all: &[&Mailbox],
    ) -> Result<Belongs, StoreError> {
        let mut somebody = (None, None);
        for it in all
            .iter()
            .filter(|it| !rules.is_me(&it.address))
            .take(ASKED)
        {
            let found = self.address(tx, rules, it)?;
            if found.0.is_some() {
                return Ok(found);
            }
            if somebody.1.is_none() {
                somebody = found;
            }
        }
        Ok(somebody)
    }
}

fn of_record(tx: &Tx<'_>, account: &AccountId, it: &Record) -> Result<Belongs, StoreError> {
    let customer = of_ref(tx, account, it.customer.as_ref())?;
    let person = of_ref(tx, account, it.person.as_ref())?;
    let (org, who) = (customer.0.or(person.0), person.1.or(customer.1));
    if org.is_some() {
        return Ok((org, who));
    }
    let parent = of_ref(tx, account, it.parent.as_ref())?;
    Ok((parent.0, who.or(parent.1)))
}

/// What a reference leads to; nothing when it has not arrived.
fn of_ref(tx: &Tx<'_>, account: &AccountId, to: Option<&ItemRef>) -> Result<Belongs, StoreError> {
    let Some(to) = to else {
        return Ok((None, None));
    };
    if let Some(found) = meant(tx, account, to)? {
        return Ok(found);
    }
    // What is not in the account itself may be in the one beside it.
    match tx.beside(account)? {
        Some(beside) => Ok(meant(tx, &beside, to)?.unwrap_or_default()),
        None => Ok((None, None)),
    }
}

/// What a reference means in one account, if it is there.
fn meant(tx: &Tx<'_>, account: &AccountId, to: &ItemRef) -> Result<Option<Belongs>, StoreError> {
    let key = if to.collection.as_str() == NODES {
        to.handle.as_str().to_owned()
    } else {
        item_key(account, to)
    };
    if let Some(node) = tx.node_by_key(&key)? {
        return Ok(Some(match node.side {
            Side::Organisation => (node.org, None),
            Side::Person => (node.org, node.person),
        }));
    }
    let place = Place {
        account,
        collection: &to.collection,
    };
    Ok(tx
        .stored_at(&place, &to.handle)?
        .map(|it| (it.links.org, it.links.person)))
}
