//! The items of a benchmark: a pure function of how many there are and which one is asked for.
//!
//! Eight large customers own four fifths of everything, as in a company with a few key
//! accounts: at a million items each of them has about a hundred thousand. Mail comes in the
//! order of its time, chat room by room, so that the file meets both ways of growing.

use jiff::civil::Date;
use rapport_model::conversation::ConversationKind;
use rapport_model::record::{Line, Record, RecordKind};
use rapport_model::{
    Address, Body, Contact, Conversation, Handle, Item, ItemRef, LinkId, Mailbox, Message, Millis,
    Money, Organisation, Phase, Revision, Task, TaskStatus, WikiPage,
};
use rust_decimal::Decimal;
use serde_json::json;

use crate::connector::Items;
use crate::text::{Dice, name, prose, spell, word};

/// The present of every benchmark: 2026-11-21T12:00:00Z.
pub(crate) const NOW: Millis = Millis(1_795_262_400_000);
/// History goes back two years.
const SPAN: u64 = 2 * 365 * 86_400_000;
/// Customers that own most of everything.
pub(crate) const LARGE: u64 = 8;
/// The user.
const ME: &str = "ines@velmora.example";

/// What is pulled as a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Contacts,
    Records,
    Plans,
    Mail,
    Chat,
}

impl Part {
    pub(crate) const ALL: [Self; 5] = [
        Self::Contacts,
        Self::Records,
        Self::Plans,
        Self::Mail,
        Self::Chat,
    ];

    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Records => "records",
            Self::Plans => "plans",
            Self::Mail => "mail",
            Self::Chat => "chat",
        }
    }

    pub(crate) fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.id() == id)
    }
}

impl Items for World {
    fn parts(&self) -> &'static [&'static str] {
        &["contacts", "records", "plans", "mail", "chat"]
    }

    fn count(&self, part: &str) -> u64 {
        Part::of(part).map_or(0, |part| Self::count(*self, part))
    }

    fn item(&self, part: &str, at: u64) -> Option<Item> {
        Part::of(part).map(|part| Self::item(*self, part, at))
    }
}

/// So many items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct World {
    items: u64,
}

/// A part of `of` in the span of history, newest last.
pub(crate) fn moment(at: u64, of: u64) -> Millis {
    let wide = u128::from(SPAN) * u128::from(at) / u128::from(of.max(1));
    let ago = SPAN - u64::try_from(wide).unwrap_or(0);
    Millis(NOW.0 - i64::try_from(ago).unwrap_or(0) - 3_600_000)
}

pub(crate) fn item(handle: String, at: Millis, body: Body) -> Item {
    Item {
        handle: Handle::new(handle),
        link: None,
        revision: Some(Revision::new("1")),
        at,
        body,
        raw: None,
    }
}

/// The mails of one stretch share this many threads.
const THREADS: u64 = 25;
/// And there are so many mails in it.
const STRETCH: u64 = 475;

impl World {
    pub(crate) const fn new(items: u64) -> Self {
        Self { items }
    }

    fn organisations(self) -> u64 {
        (self.items / 2_000).max(LARGE + 4)
    }

    fn people(self) -> u64 {
        (self.items / 100).max(40)
    }

    fn rooms(self) -> u64 {
        (self.items / 1_000).max(8)
    }

    /// How many items a part has.
    pub(crate) fn count(self, part: Part) -> u64 {
        let some = |percent: u64| self.items * percent / 100;
        match part {
            Part::Contacts => self.organisations() + self.people(),
            Part::Records => some(10),
            Part::Plans => some(3),
            Part::Chat => some(35),
            Part::Mail => self
                .items
                .saturating_sub(self.count(Part::Contacts) + some(10) + some(3) + some(35)),
        }
    }

    /// An item of a part.
    pub(crate) fn item(self, part: Part, at: u64) -> Item {
        match part {
            Part::Contacts if at < self.organisations() => organisation(at),
            Part::Contacts => self.contact(at - self.organisations()),
            Part::Records => self.record(at),
            Part::Plans => self.plan(at),
            Part::Mail => self.mail(at),
            Part::Chat => self.chat(at),
        }
    }

    /// The customer that something numbered so belongs to.
    fn customer(self, number: u64) -> u64 {
        let small = self.organisations() - LARGE;
        if number % 5 < 4 {
            (number / 5 * 4 + number % 5) % LARGE
        } else {
            LARGE + number / 5 % small
        }
    }

    fn contact(self, at: u64) -> Item {
        let org = self.customer(at);
        let who = person(at, org);
        let mut contact = Contact {
            name: who.name.clone().unwrap_or_default(),
            organisation: Some(org_ref(org)),
            role: Some(word(60 + at % 40)),
            ..Contact::default()
        };
        contact.addresses = vec![
            who.address,
            Address::matrix(chat_id(at)),
            Address::phone(format!("+49 7531 {:07}", 1_000_000 + at)),
        ];
        item(
            format!("person-{at}"),
            moment(at, self.people()),
            Body::Contact(Box::new(contact)),
        )
    }

    /// Somebody who writes often, or sometimes somebody who does not.
    fn writer(self, dice: &mut Dice) -> u64 {
        let most = self.people();
        dice.roll(most).min(dice.roll(most))
    }

    fn mail(self, at: u64) -> Item {
        let (stretch, place) = (at / (STRETCH + THREADS), at % (STRETCH + THREADS));
        let all = self.count(Part::Mail);
        let thread = |number: u64| format!("thread-{stretch}-{number}");
        let subject = |number: u64| {
            let mut dice = Dice::of(11, stretch * THREADS + number);
            let words = 3 + dice.roll(5);
            let mut text = prose(&mut dice, words);
            if number.is_multiple_of(5) {
                text.push_str(&format!(" INV-2026-{:06}", stretch * THREADS + number));
            }
            text
        };
        if place < THREADS {
            let body = Conversation::new(ConversationKind::MailThread, subject(place));
            return item(thread(place), moment(at, all), Body::Conversation(body));
        }
        let mut dice = Dice::of(12, at);
        let number = dice.roll(THREADS);
        let writer = self.writer(&mut dice);
        let them = person(writer, self.customer(writer));
        let me = Mailbox {
            name: Some("Ines Falk".to_owned()),
            address: Address::email(ME),
        };
        let mine = dice.chance(35);
        let (from, to) = if mine { (me, them) } else { (them, me) };
        let words = 20 + dice.roll(50);
        let mut mail = Message::plain(Handle::new(thread(number)), from, prose(&mut dice, words));
        mail.subject = Some(subject(number));
        mail.to = vec![to];
        mail.mine = mine;
        // Only the last days are unread.
        mail.unread = !mine && at > all - all.min(400);
        let id = format!("<{at:08x}.{:06x}@mail.velmora.example>", dice.roll(1 << 24));
        let mut out = item(id.clone(), moment(at, all), Body::Message(mail));
        out.link = Some(LinkId::new(id));
        out
    }

    fn chat(self, at: u64) -> Item {
        let each = (self.count(Part::Chat) / self.rooms()).max(2);
        let (room, place) = (at / each, at % each);
        let mut dice = Dice::of(13, at);
        let handle = format!("!{}{room}:velmora.example", spell(room));
        let org = self.customer(room);
        if place == 0 {
            let mut body = Conversation::new(
                ConversationKind::Room,
                format!("{} {}", company(org), word(35 + room % 60)),
            );
            body.about = Some(org_ref(org));
            return item(handle, moment(0, 1), Body::Conversation(body));
        }
        let writer = self.writer(&mut dice);
        let mine = dice.chance(30);
        let id = if mine {
            "@ines:velmora.example".to_owned()
        } else {
            chat_id(writer)
        };
        let from = Mailbox {
            name: None,
            address: Address::matrix(id.clone()),
        };
        let words = 4 + dice.roll(36);
        let mut message = Message::plain(Handle::new(handle), from, prose(&mut dice, words));
        message.mine = mine;
        let when = moment(place, each).plus(i64::try_from(room % 3_000_000).unwrap_or(0));
        let event = format!("${}{at:x}{:08x}", spell(at), dice.roll(1 << 32));
        let raw = json!({
            "type": "m.room.message", "event_id": event, "sender": id,
            "origin_server_ts": when.0,
            "content": {"msgtype": "m.text", "body": message.text},
        });
        let mut out = item(event, when, Body::Message(message));
        out.raw = Some(raw.to_string());
        out
    }

    fn record(self, at: u64) -> Item {
        let all = self.count(Part::Records);
        let mut dice = Dice::of(14, at);
        let (kind, code) = match dice.roll(100) {
            0..35 => (RecordKind::Invoice, "INV"),
            35..55 => (RecordKind::Order, "SO"),
            55..65 => (RecordKind::Quote, "QU"),
            65..80 => (RecordKind::Opportunity, "OPP"),
            80..90 => (RecordKind::Payment, "PAY"),
            _ => (RecordKind::Ticket, "TIC"),
        };
        let open = match kind {
            RecordKind::Opportunity => dice.chance(20),
            RecordKind::Invoice | RecordKind::Ticket => dice.chance(5),
            _ => dice.chance(10),
        };
        let words = 3 + dice.roll(5);
        let mut record = Record::new(kind, prose(&mut dice, words));
        let when = moment(at, all);
        record.number = Some(format!("{code}-2026-{at:06}"));
        record.state = Some(if open { "confirmed" } else { "done" }.to_owned());
        record.phase = if open { Phase::Open } else { Phase::Done };
        record.customer = Some(org_ref(self.customer(at)));
        record.date = day(when);
        record.due = day(when.plus(30 * 86_400_000));
        let cents = i64::try_from(10_000 + dice.roll(5_000_000)).unwrap_or(1);
        let money = Money::new(Decimal::new(cents, 2), "EUR");
        record.outstanding = open.then(|| money.clone());
        let words = 8 + dice.roll(16);
        record.text = Some(prose(&mut dice, words));
        record.lines = vec![Line {
            text: prose(&mut dice, 4),
            quantity: Decimal::from(1 + dice.roll(20)),
            unit: Some("pcs".to_owned()),
            price: None,
            amount: Some(money.clone()),
        }];
        record.amount = Some(money);
        let raw = json!({
            "id": at, "code": record.number, "party": self.customer(at), "state": record.state,
            "description": record.title, "comment": record.text, "total": cents,
            "create_date": when.0, "write_date": when.0, "currency": "EUR",
        });
        let mut out = item(format!("record-{at}"), when, Body::Record(Box::new(record)));
        out.raw = Some(raw.to_string());
        out
    }

    fn plan(self, at: u64) -> Item {
        let all = self.count(Part::Plans);
        let mut dice = Dice::of(15, at);
        let about = Some(org_ref(self.customer(at)));
        let when = moment(at, all);
        let title = prose(&mut dice, 6);
        let body = if at % 6 == 5 {
            let words = 100 + dice.roll(100);
            Body::Page(WikiPage {
                title,
                text: prose(&mut dice, words),
                path: vec!["Wiki".to_owned(), word(40 + at % 50)],
                about,
                ..WikiPage::default()
            })
        } else {
            let words = 5 + dice.roll(25);
            Body::Task(Task {
                title,
                notes: Some(prose(&mut dice, words)),
                status: if dice.chance(8) {
                    TaskStatus::Open
                } else {
                    TaskStatus::Done
                },
                due: day(when.plus(7 * 86_400_000)).map(rapport_model::plan::Due::Day),
                about,
                ..Task::default()
            })
        };
        item(format!("plan-{at}"), when, body)
    }
}

fn day(at: Millis) -> Option<Date> {
    let at = jiff::Timestamp::from_millisecond(at.0).ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).date())
}

fn org_ref(org: u64) -> ItemRef {
    ItemRef::new("contacts", format!("company-{org}"))
}

/// A company's name; no two share one.
pub(crate) fn company(org: u64) -> String {
    format!("{} Utilities", name(70_000 + org))
}

/// A company's domain.
pub(crate) fn domain(org: u64) -> String {
    format!("{}.example", spell(70_000 + org))
}

fn organisation(org: u64) -> Item {
    let body = Organisation {
        name: company(org),
        number: Some(format!("C-{org:05}")),
        addresses: vec![Address::email(format!("office@{}", domain(org)))],
        ..Organisation::default()
    };
    item(
        format!("company-{org}"),
        moment(0, 1),
        Body::Organisation(Box::new(body)),
    )
}

/// The family name of a contact.
pub(crate) fn family(at: u64) -> String {
    name(40_000 + at)
}

pub(crate) fn person(at: u64, org: u64) -> Mailbox {
    Mailbox {
        name: Some(format!("{} {}", name(5_000 + at % 300), family(at))),
        address: Address::email(format!("{}@{}", spell(40_000 + at), domain(org))),
    }
}

pub(crate) fn chat_id(at: u64) -> String {
    format!("@{}:chat.example", spell(40_000 + at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_add_up_and_every_item_has_a_handle_of_its_own() {
        let world = World::new(10_000);
        let total: u64 = Part::ALL.iter().map(|part| world.count(*part)).sum();
        assert_eq!(total, 10_000);
        for part in Part::ALL {
            let mut handles: Vec<String> = (0..world.count(part))
                .map(|at| world.item(part, at).handle.0)
                .collect();
            let all = handles.len();
            handles.sort();
            handles.dedup();
            assert_eq!(handles.len(), all, "{part:?}");
        }
    }

    #[test]
    fn every_part_is_pulled() {
        let pulled: Vec<&str> = World::new(1_000).parts().to_vec();
        let all: Vec<&str> = Part::ALL.iter().map(|part| part.id()).collect();
        assert_eq!(pulled, all);
    }

    #[test]
    fn eight_customers_own_four_fifths() {
        let world = World::new(100_000);
        let large = (0..1_000).filter(|at| world.customer(*at) < LARGE).count();
        assert_eq!(large, 800);
    }
}
