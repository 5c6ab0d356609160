//! What the index keeps of an item: a pure reading of its body.

use std::borrow::Cow;

use rapport_model::conversation::{Conversation, Message};
use rapport_model::{
    Address, AddressKind, Attachment, Body, Contact, Event, FieldValue, Fields, Mailbox,
    Organisation, Postal, Record, Task, WikiPage,
};

use super::facet::{Has, facet_kind};
use super::token::fold_parts;
use super::visible::{MOST_VISIBLE, cut_at, visible_text};

/// Members of a room beyond this number are not indexed with it.
const MOST_PEOPLE: usize = 200;
/// Short fields of one item together are cut here.
const MOST_SHORT: usize = 8 * 1024;
/// A tracked text longer than this is prose, not a code.
const LONGEST_CODE: usize = 64;

/// The texts of one item, by their role in a search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indexed<'a> {
    /// Subject, title, name.
    pub title: Cow<'a, str>,
    /// Who wrote or organises it.
    pub sender: String,
    /// Whom it is for.
    pub recipient: String,
    /// Other short fields.
    pub names: String,
    /// The visible text.
    pub body: Cow<'a, str>,
    /// What it is and has.
    pub facet: String,
    /// The short fields that part-words find, folded.
    pub part: String,
}

impl<'a> Indexed<'a> {
    /// Reads a body.
    #[must_use]
    pub fn of(body: &'a Body) -> Self {
        let mut out = Self {
            title: Cow::Borrowed(cut_at(body.title(), MOST_SHORT)),
            ..Self::default()
        };
        facet_kind(body, &mut out.facet);
        let title = out.title.clone();
        out.part(&title);
        match body {
            Body::Conversation(it) => out.conversation(it),
            Body::Message(it) => out.message(it),
            Body::Task(it) => out.task(it),
            Body::Event(it) => out.event(it),
            Body::Page(it) => out.page(it),
            Body::Record(it) => out.record(it),
            Body::Contact(it) => out.contact(it),
            Body::Organisation(it) => out.organisation(it),
        }
        let Self { body, names, .. } = &mut out;
        super::numbers::grouped(body, |digits| push(names, digits));
        if Has::link_in(&out.body) {
            out.has(Has::Link);
        }
        out
    }

    /// The same, on its own.
    pub(crate) fn into_owned(self) -> Indexed<'static> {
        Indexed {
            title: Cow::Owned(self.title.into_owned()),
            sender: self.sender,
            recipient: self.recipient,
            names: self.names,
            body: Cow::Owned(self.body.into_owned()),
            facet: self.facet,
            part: self.part,
        }
    }

    /// How much text it is.
    pub(crate) fn bytes(&self) -> usize {
        let short = [&self.sender, &self.recipient, &self.names, &self.facet];
        let short: usize = short.iter().map(|it| it.len()).sum();
        short + self.part.len() + self.title.len() + self.body.len()
    }

    fn conversation(&mut self, it: &'a Conversation) {
        self.body = prose(it.topic.as_deref());
        for member in it.members.iter().take(MOST_PEOPLE) {
            mailbox(&mut self.names, member);
            if let Some(name) = &member.name {
                self.part(name);
            }
        }
    }

    fn message(&mut self, it: &'a Message) {
        self.body = match &it.html {
            Some(html) => {
                if html.contains("href=") {
                    self.has(Has::Link);
                }
                let text = visible_text(html);
                if text.is_empty() {
                    prose(Some(&it.text))
                } else {
                    Cow::Owned(text)
                }
            }
            None => prose(Some(&it.text)),
        };
        mailbox(&mut self.sender, &it.from);
        for to in it.to.iter().chain(&it.cc).take(MOST_PEOPLE) {
            mailbox(&mut self.recipient, to);
        }
        self.files(&it.attachments);
    }

    fn task(&mut self, it: &'a Task) {
        self.body = prose(it.notes.as_deref());
        if let Some(assignee) = &it.assignee {
            mailbox(&mut self.recipient, assignee);
        }
        self.short(it.project.as_deref());
        self.tags(&it.tags);
        self.fields(&it.fields);
        if it.due.is_some() {
            self.has(Has::Due);
        }
    }

    fn event(&mut self, it: &'a Event) {
        self.body = prose(it.notes.as_deref());
        if let Some(organizer) = &it.organizer {
            mailbox(&mut self.sender, organizer);
        }
        for guest in it.attendees.iter().take(MOST_PEOPLE) {
            mailbox(&mut self.recipient, guest);
        }
        self.short(it.location.as_deref());
    }

    fn page(&mut self, it: &'a WikiPage) {
        self.body = prose(Some(&it.text));
        if let Some(author) = &it.author {
            mailbox(&mut self.sender, author);
        }
        for step in &it.path {
            self.short(Some(step));
        }
        self.tags(&it.tags);
    }

    fn record(&mut self, it: &'a Record) {
        self.code(it.number.as_deref());
        push(&mut self.names, it.state.as_deref().unwrap_or_default());
        self.files(&it.attachments);
        self.fields(&it.fields);
        let mut body = String::new();
        push(&mut body, it.text.as_deref().unwrap_or_default());
        for line in &it.lines {
            push(&mut body, &line.text);
        }
        for money in it.amount.iter().chain(&it.outstanding) {
            push(&mut body, &money.to_string());
            self.has(Has::Amount);
        }
        if it.due.is_some() {
            self.has(Has::Due);
        }
        body.truncate(cut_at(&body, MOST_VISIBLE).len());
        self.body = Cow::Owned(body);
    }

    fn contact(&mut self, it: &'a Contact) {
        self.addresses(&it.addresses);
        self.short(it.organisation_name.as_deref());
        self.short(it.role.as_deref());
        self.postal(&it.postal);
        self.fields(&it.fields);
        self.body = prose(it.notes.as_deref());
    }

    fn organisation(&mut self, it: &'a Organisation) {
        self.code(it.number.as_deref());
        self.code(it.tax_id.as_deref());
        self.addresses(&it.addresses);
        self.postal(&it.postal);
        self.fields(&it.fields);
        self.body = prose(it.notes.as_deref());
    }

    /// Adds a short field to both indexes.
    fn short(&mut self, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            let text = cut_at(text, MOST_SHORT);
            push(&mut self.names, text);
            self.part(text);
        }
    }

    /// Adds a short field to the part-word index only.
    fn part(&mut self, text: &str) {
        if self.part.len() < MOST_SHORT && !text.trim().is_empty() {
            push(&mut self.part, &fold_parts(cut_at(text, MOST_SHORT)));
        }
    }

    /// Adds a document code, also without its separators.
    fn code(&mut self, text: Option<&str>) {
        self.short(text);
        if let Some(text) = text {
            let bare: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
            if bare.len() < text.len() && bare.len() <= LONGEST_CODE {
                self.short(Some(&bare));
            }
        }
    }

    fn addresses(&mut self, addresses: &[Address]) {
        for address in addresses.iter().take(MOST_PEOPLE) {
            self.short(Some(&address.value));
            if address.kind == AddressKind::Phone {
                let digits: String = address
                    .value
                    .chars()
                    .filter(char::is_ascii_digit)
                    .take(LONGEST_CODE)
                    .collect();
                self.short(Some(&digits));
            }
        }
    }

    fn postal(&mut self, postal: &[Postal]) {
        for address in postal {
            for line in [
                &address.street,
                &address.code,
                &address.city,
                &address.country,
            ] {
                push(&mut self.names, line);
            }
        }
    }

    fn tags(&mut self, tags: &[String]) {
        for tag in tags {
            self.short(Some(tag));
        }
    }

    fn files(&mut self, files: &[Attachment]) {
        for file in files {
            self.short(Some(&file.name));
            if file.mime.starts_with("image/") {
                self.has(Has::Image);
            }
        }
        if !files.is_empty() {
            self.has(Has::File);
        }
    }

    fn fields(&mut self, fields: &Fields) {
        for value in fields.values() {
            match value {
                FieldValue::Text(text) if text.len() <= LONGEST_CODE => self.short(Some(text)),
                FieldValue::Text(text) => push(&mut self.names, cut_at(text, MOST_SHORT)),
                FieldValue::List(items) => {
                    for item in items.iter().take(MOST_PEOPLE) {
                        push(&mut self.names, cut_at(item, MOST_SHORT));
                    }
                }
                FieldValue::Number(number) => push(&mut self.names, &number.to_string()),
                FieldValue::Money(money) => push(&mut self.names, &money.to_string()),
                FieldValue::Empty
                | FieldValue::Day(_)
                | FieldValue::At(_)
                | FieldValue::Flag(_)
                | FieldValue::Ref(_) => {}
            }
        }
    }

    fn has(&mut self, what: Has) {
        if !self.facet.split(' ').any(|it| it == what.token()) {
            push(&mut self.facet, what.token());
        }
    }
}

fn prose(text: Option<&str>) -> Cow<'_, str> {
    Cow::Borrowed(cut_at(text.unwrap_or_default(), MOST_VISIBLE))
}

fn mailbox(out: &mut String, mailbox: &Mailbox) {
    push(out, mailbox.name.as_deref().unwrap_or_default());
    push(out, &mailbox.address.value);
}

/// Adds a line; fields never run into each other.
fn push(out: &mut String, text: &str) {
    if !text.is_empty() && out.len() < MOST_VISIBLE {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(text);
    }
}
