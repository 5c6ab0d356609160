//! Mail threads between the people of a customer and Velmora.

use std::collections::BTreeMap;

use super::Setting;
use crate::SampleError;
use crate::post::{Address, Attachment, Body, Mail, Origin};
use crate::rng::Rng;
use crate::text::mail::{Part, Turn, letter, sentences};
use crate::text::slots::Facts;
use crate::text::{THEIRS, topic, topics};
use crate::when::Day;
use crate::world::{Customer, ME, Person, people_of, person};

mod others;

/// Threads kept alive per customer.
const LIVE: usize = 8;
/// References a mail carries at most.
const REFERENCES: usize = 6;
/// Days after which a thread is over.
const STALE: Day = 25;

#[derive(Debug)]
struct Thread {
    subject: String,
    topic: usize,
    contact: &'static Person,
    ours: &'static Person,
    references: Vec<String>,
    last_line: String,
    theirs_last: bool,
    facts: Facts,
    /// Which question of the topic was asked; the answers stand in the same order.
    question: usize,
    day: Day,
    left: u64,
}

/// Makes mails one after the other.
#[derive(Debug)]
pub(crate) struct MailTalk<'a> {
    setting: Setting<'a>,
    rng: Rng,
    live: BTreeMap<&'static str, Vec<Thread>>,
    serial: u64,
    topics: usize,
}

impl<'a> MailTalk<'a> {
    /// No threads yet.
    pub(crate) fn new(setting: Setting<'a>) -> Self {
        let rng = Rng::new(setting.seed, "mail words");
        Self {
            setting,
            rng,
            live: BTreeMap::new(),
            serial: 0,
            topics: topics().count(),
        }
    }

    /// The next ordinary mail.
    pub(crate) fn next(&mut self, day: Day, second: u32) -> Result<Mail, SampleError> {
        match self.rng.below(100) {
            0..5 => self.noise(day, second),
            5..14 => self.inside(day, second),
            _ => self.thread(day, second),
        }
    }

    fn id(&mut self, domain: &str) -> String {
        self.serial += 1;
        format!("{}@{domain}", self.setting.id(1, self.serial))
    }

    fn thread(&mut self, day: Day, second: u32) -> Result<Mail, SampleError> {
        let customer = Setting::customer(&mut self.rng);
        let pool = self.live.entry(customer.key).or_default();
        pool.retain(|t| t.left > 0 && day - t.day <= STALE);
        let mut thread = if !pool.is_empty() && (pool.len() >= LIVE || self.rng.chance(64)) {
            pool.swap_remove(self.rng.index(pool.len()))
        } else {
            self.open(customer, day)?
        };
        let mail = self.go_on(&mut thread, customer, (day, second))?;
        self.live.entry(customer.key).or_default().push(thread);
        Ok(mail)
    }

    fn open(&mut self, customer: &'static Customer, day: Day) -> Result<Thread, SampleError> {
        let people: Vec<&'static Person> = people_of(customer.key).collect();
        let contact = people
            .get(self.rng.weighted([8, 4, 2, 2].into_iter()))
            .or(people.first());
        let contact = *contact.ok_or(SampleError::World("a customer without people"))?;
        let ours = if self.rng.chance(70) {
            Some(ME)
        } else {
            Some(
                self.rng
                    .word(&["jonas", "priya", "mateo", "dario", "lucie"]),
            )
        };
        let ours = ours
            .and_then(person)
            .ok_or(SampleError::World("nobody at home"))?;
        let ours_first = self.rng.chance(20);
        let topic_at = if ours_first {
            THEIRS + self.rng.index(self.topics - THEIRS)
        } else {
            self.rng.index(THEIRS)
        };
        let mut subject = String::new();
        let about = self.setting.about(customer, day, &mut self.rng);
        about.fill(
            self.rng.word(topic(topic_at).subjects),
            &mut self.rng,
            &mut subject,
        );
        // Half of the threads end after one or two mails, a few go on for long.
        let mut left = 1;
        while left < 14 && self.rng.chance(66) {
            left += 1;
        }
        Ok(Thread {
            subject,
            topic: topic_at,
            contact,
            ours,
            references: Vec::new(),
            last_line: String::new(),
            theirs_last: ours_first,
            facts: about.facts,
            question: self.rng.index(12),
            day,
            left,
        })
    }

    fn go_on(
        &mut self,
        thread: &mut Thread,
        customer: &'static Customer,
        at: (Day, u32),
    ) -> Result<Mail, SampleError> {
        let (day, second) = at;
        let theirs = !thread.theirs_last;
        let opener_writes = theirs == (thread.topic < THEIRS);
        let part = match (opener_writes, thread.references.is_empty()) {
            (true, true) => Part::Ask,
            (true, false) => Part::Follow,
            (false, _) => Part::Answer,
        };
        let goes_on = part == Part::Follow && thread.left > 1;
        let turn = Turn {
            part,
            theirs,
            question: thread.question,
            next: goes_on.then(|| self.rng.index(12)),
        };
        thread.question = turn.next.unwrap_or(thread.question);
        let (writer, reader) = if theirs {
            (thread.contact, thread.ours)
        } else {
            (thread.ours, thread.contact)
        };
        let mut about = self.setting.about(customer, day, &mut self.rng);
        about.reader = Some(reader);
        about.facts = thread.facts;
        let words = sentences(&about, topic(thread.topic), turn, &mut self.rng);
        let quoted = (!thread.last_line.is_empty() && self.rng.chance(25))
            .then_some(thread.last_line.as_str());
        let text = letter(&about, writer, &words, quoted, &mut self.rng);
        let id = self.id(writer.domain());
        let mut cc: Vec<Address> = Vec::new();
        if thread.ours.key != ME
            && let Some(me) = person(ME)
        {
            cc.push(me.into());
        }
        if self.rng.chance(18)
            && let Some(other) = people_of(customer.key).nth(self.rng.index(4))
            && other.key != writer.key
            && other.key != reader.key
        {
            cc.push(other.into());
        }
        let subject = if thread.references.is_empty() {
            thread.subject.clone()
        } else {
            format!("Re: {}", thread.subject)
        };
        let mail = Mail {
            id: id.clone(),
            at: self.setting.calendar.at(day, second)?,
            from: writer.into(),
            to: vec![reader.into()],
            cc,
            subject,
            references: thread.references.clone(),
            body: self.dress(text),
            attachment: self.maybe_file(customer),
            origin: Origin::Person,
        };
        words
            .lines()
            .next()
            .unwrap_or("")
            .clone_into(&mut thread.last_line);
        thread.references.push(id);
        if thread.references.len() > REFERENCES {
            // The first one names the thread, so the second goes.
            thread.references.remove(1);
        }
        thread.theirs_last = theirs;
        thread.day = day;
        thread.left -= 1;
        Ok(mail)
    }

    /// Some programs send HTML beside the text.
    fn dress(&mut self, text: String) -> Body {
        if self.rng.chance(22) {
            let html = to_html(&text);
            Body::Both(text, html)
        } else {
            Body::Text(text)
        }
    }

    fn maybe_file(&mut self, customer: &Customer) -> Option<Attachment> {
        if !self.rng.chance(4) {
            return None;
        }
        let stem = self.rng.word(&[
            "cycle-log",
            "stock-list",
            "measuring-points",
            "open-items",
            "zero-check",
            "Messstellen",
            "följesedel",
        ]);
        let name = format!("{stem}-{}-{}.csv", customer.key, self.rng.below(90) + 10);
        Some(Attachment {
            name,
            kind: "text/csv",
            content: log(&mut self.rng, 8),
        })
    }
}

/// The text as simple HTML.
fn to_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 120);
    out.push_str("<html><body>");
    for paragraph in text.split("\n\n") {
        out.push_str("<p>");
        for c in paragraph.chars() {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '\n' => out.push_str("<br>\n"),
                other => out.push(other),
            }
        }
        out.push_str("</p>\n");
    }
    out.push_str("</body></html>");
    out
}

/// A log of readings.
fn log(rng: &mut Rng, lines: u32) -> Vec<u8> {
    let mut out = String::from("time;flow_l_min;temperature_c;state;serial\n");
    let mut flow = 4_200;
    for at in 0..lines {
        flow += rng.between(-40, 40);
        let temperature = 200 + rng.between(0, 640);
        // One reading every three seconds since half past three.
        let clock = 12_600 + at * 3;
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        out.push_str(&format!(
            "{hour:02}:{minute:02}:{second:02};{}.{};{}.{};{};41-7786\n",
            flow / 10,
            (flow % 10).abs(),
            temperature / 10,
            temperature % 10,
            rng.word(&["run", "run", "run", "clean", "hold"]),
        ));
    }
    out.into_bytes()
}
