//! What is scrolled: very many conversations, and one room that goes back very far.

use rapport_model::conversation::ConversationKind;
use rapport_model::{Address, Body, Conversation, Handle, Item, LinkId, Mailbox, Message};

use crate::connector::Items;
use crate::text::{Dice, prose};
use crate::world::{chat_id, item, moment, person};

const ROOM: &str = "!crowd:velmora.example";
/// The room's name, by which it is found again.
pub(super) const ROOM_TITLE: &str = "The longest room";

/// So many mail threads of one message each, and so many messages in one room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Crowd {
    pub(super) threads: u64,
    pub(super) messages: u64,
}

impl Items for Crowd {
    fn parts(&self) -> &'static [&'static str] {
        &["mail", "room"]
    }

    fn count(&self, part: &str) -> u64 {
        match part {
            "mail" => self.threads,
            "room" => self.messages + 1,
            _ => 0,
        }
    }

    fn item(&self, part: &str, at: u64) -> Option<Item> {
        match part {
            "mail" => Some(self.mail(at)),
            "room" if at == 0 => {
                let body = Conversation::new(ConversationKind::Room, ROOM_TITLE);
                Some(item(
                    ROOM.to_owned(),
                    moment(0, 1),
                    Body::Conversation(body),
                ))
            }
            "room" => Some(self.said(at)),
            _ => None,
        }
    }
}

impl Crowd {
    fn mail(self, at: u64) -> Item {
        let mut dice = Dice::of(41, at);
        let words = 20 + dice.roll(50);
        let from = person(dice.roll(2_000), dice.roll(200));
        let thread = Handle::new(format!("thread-crowd-{at}"));
        let mut mail = Message::plain(thread, from, prose(&mut dice, words));
        let words = 3 + dice.roll(5);
        mail.subject = Some(prose(&mut dice, words));
        mail.unread = dice.chance(10);
        let id = format!("<{at:08x}@crowd.velmora.example>");
        let mut out = item(id.clone(), moment(at, self.threads), Body::Message(mail));
        out.link = Some(LinkId::new(id));
        out
    }

    fn said(self, at: u64) -> Item {
        let mut dice = Dice::of(42, at);
        let from = Mailbox {
            name: None,
            address: Address::matrix(chat_id(dice.roll(12))),
        };
        // Most are a line, some a page: heights are not known beforehand.
        let words = if dice.chance(10) {
            120
        } else {
            4 + dice.roll(36)
        };
        let message = Message::plain(Handle::new(ROOM), from, prose(&mut dice, words));
        item(
            format!("$crowd-{at:x}"),
            moment(at, self.messages + 1),
            Body::Message(message),
        )
    }
}
