//! Mails outside the threads with customers: colleagues, machines, needles, scenes.

use super::{MailTalk, log, to_html};
use crate::SampleError;
use crate::post::{Address, Attachment, Body, Mail, Origin};
use crate::rng::Rng;
use crate::talk::{Setting, needle};
use crate::text::mail::{Part, Turn, letter, sentences};
use crate::text::mood::{INSIDE_SUBJECTS, NOISE};
use crate::text::{THEIRS, topic};
use crate::when::Day;
use crate::world::needles::Spot;
use crate::world::scene_mails::SceneMail;
use crate::world::{HOME, ME, Person, people_of, person, staff};

impl MailTalk<'_> {
    pub(super) fn inside(&mut self, day: Day, second: u32) -> Result<Mail, SampleError> {
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

    pub(super) fn noise(&mut self, day: Day, second: u32) -> Result<Mail, SampleError> {
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
