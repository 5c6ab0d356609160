//! Mail threads between the people of a customer and Velmora.

use std::collections::BTreeMap;

use super::{Setting, needle};
use crate::SampleError;
use crate::post::{Address, Attachment, Body, Mail, Origin};
use crate::rng::Rng;
use crate::text::mail::{Part, Turn, letter, sentences};
use crate::text::mood::{INSIDE_SUBJECTS, NOISE};
use crate::text::slots::Facts;
use crate::text::{THEIRS, topic, topics};
use crate::when::Day;
use crate::world::needles::Spot;
use crate::world::scene_mails::SceneMail;
use crate::world::{Customer, HOME, ME, Person, people_of, person, staff};

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

    fn inside(&mut self, day: Day, second: u32) -> Result<Mail, SampleError> {
        let customer = Setting::customer(&mut self.rng);
        let me = person(ME).ok_or(SampleError::World("nobody at home"))?;
        let colleague = staff::STAFF.get(1 + self.rng.index(6)).unwrap_or(me);
        let (writer, reader) = if self.rng.chance(45) {
            (me, colleague)
        } else {
            (colleague, me)
        };
        let mut about = self.setting.about(customer, day, &mut self.rng);
        about.reader = Some(reader);
        let turn = Turn {
            part: Part::Inside,
            theirs: false,
            question: self.rng.index(60),
            next: None,
        };
        let words = sentences(&about, topic(0), turn, &mut self.rng);
        let text = letter(&about, writer, &words, None, &mut self.rng);
        let mut subject = String::new();
        about.fill(self.rng.word(INSIDE_SUBJECTS), &mut self.rng, &mut subject);
        Ok(Mail {
            id: self.id(HOME),
            at: self.setting.calendar.at(day, second)?,
            from: writer.into(),
            to: vec![reader.into()],
            cc: Vec::new(),
            subject,
            references: Vec::new(),
            body: Body::Text(text),
            attachment: None,
            origin: Origin::Person,
        })
    }

    fn noise(&mut self, day: Day, second: u32) -> Result<Mail, SampleError> {
        let customer = Setting::customer(&mut self.rng);
        let me = person(ME).ok_or(SampleError::World("nobody at home"))?;
        let about = self.setting.about(customer, day, &mut self.rng);
        let (mut subject, mut text) = (String::new(), String::new());
        if self.rng.chance(30) {
            let people: Vec<&'static Person> = people_of(customer.key).collect();
            let away = *self
                .rng
                .pick(&people)
                .ok_or(SampleError::World("a customer without people"))?;
            about.fill(
                "Automatic reply: out of office until {wd}",
                &mut self.rng,
                &mut subject,
            );
            about.fill("I am away until {wd}. In urgent cases please call {city}. This is an automatic reply.", &mut self.rng, &mut text);
            return Ok(Mail {
                id: self.id(away.domain()),
                at: self.setting.calendar.at(day, second)?,
                from: away.into(),
                to: vec![me.into()],
                cc: Vec::new(),
                subject,
                references: Vec::new(),
                body: Body::Text(text),
                attachment: None,
                origin: Origin::AutoReply,
            });
        }
        let (name, email, title, words) = self.rng.pick(NOISE).copied().unwrap_or(("", "", "", ""));
        about.fill(title, &mut self.rng, &mut subject);
        about.fill(words, &mut self.rng, &mut text);
        let domain = email.split_once('@').map_or(HOME, |(_, d)| d);
        Ok(Mail {
            id: self.id(domain),
            at: self.setting.calendar.at(day, second)?,
            from: Address {
                name: name.to_owned(),
                email: email.to_owned(),
            },
            to: vec![me.into()],
            cc: Vec::new(),
            subject,
            references: Vec::new(),
            body: Body::Both(text.clone(), to_html(&text)),
            attachment: None,
            origin: Origin::List(format!("news.{domain}")),
        })
    }

    /// A mail that hides a needle; nobody answers it, so nobody quotes it.
    pub(crate) fn needle(&mut self, at: usize, day: Day, second: u32) -> Result<Mail, SampleError> {
        let spec = needle(at)?;
        let customer = Setting::customer(&mut self.rng);
        let mut thread = self.open(customer, day)?;
        thread.theirs_last = false;
        thread.topic %= THEIRS;
        let mut mail = self.go_on(&mut thread, customer, (day, second))?;
        mail.attachment = None;
        let text = match mail.body {
            Body::Text(text) | Body::Both(text, _) | Body::Html(text) => text,
        };
        let (opening, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
        let with = |sentence: &str| format!("{opening}\n\n{sentence}\n{rest}");
        mail.body = match spec.spot {
            Spot::Html => {
                Body::Html(to_html(&text).replacen("</p>", &format!("</p>{}", spec.text), 1))
            }
            Spot::Mail | Spot::Chat => Body::Text(with(spec.text)),
            Spot::Subject | Spot::File => Body::Text(text),
        };
        if spec.spot == Spot::Subject {
            spec.text.clone_into(&mut mail.subject);
        }
        if spec.spot == Spot::File {
            let content = log(&mut self.rng, 8);
            mail.attachment = Some(Attachment {
                name: spec.text.to_owned(),
                kind: "text/csv",
                content,
            });
        }
        Ok(mail)
    }

    /// A mail of the scenes.
    pub(crate) fn scene(&mut self, scene: &'static SceneMail) -> Result<Mail, SampleError> {
        let who = |key: &&'static str| person(key).map(Address::from);
        let from = person(scene.from).ok_or(SampleError::World("a scene without its people"))?;
        let calendar = self.setting.calendar;
        let mut references = Vec::new();
        let mut before = scene.answers;
        while let Some(mail) = before.and_then(crate::scenes::mail) {
            references.push(crate::scenes::mail_id(mail));
            before = mail.answers;
        }
        references.reverse();
        Ok(Mail {
            id: crate::scenes::mail_id(scene),
            at: calendar.at(scene.day, scene.second)?,
            from: from.into(),
            to: scene.to.iter().filter_map(who).collect(),
            cc: scene.cc.iter().filter_map(who).collect(),
            subject: calendar.fill(scene.subject),
            references,
            body: Body::Text(calendar.fill(scene.text)),
            attachment: scene.file.map(|(name, content)| Attachment {
                name: name.to_owned(),
                kind: "text/csv",
                content: if content.is_empty() {
                    log(&mut Rng::new(self.setting.seed, name), 2_600)
                } else {
                    calendar.fill(content).into_bytes()
                },
            }),
            origin: Origin::Person,
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
