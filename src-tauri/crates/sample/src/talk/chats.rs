//! Chat in rooms and between two people.

use std::collections::{BTreeMap, VecDeque};

use jiff::Zoned;

use super::{Setting, needle};
use crate::SampleError;
use crate::post::{ChatLine, Reaction};
use crate::rng::Rng;
use crate::text::chat::{corrected, line};
use crate::text::slots::Facts;
use crate::text::{topic, topics};
use crate::when::Day;
use crate::world::rooms::{ROOMS, Room};
use crate::world::scene_chats::{CHATS, SceneChat};
use crate::world::{Customer, ME, Person, customer, person};

/// Messages a room remembers to be replied to.
const REMEMBERED: usize = 8;

#[derive(Debug)]
struct Talk {
    customer: &'static Customer,
    topic: usize,
    facts: Facts,
    left: u64,
    /// Ids of the last messages, oldest first.
    recent: VecDeque<String>,
}

/// A message its writer is about to change.
#[derive(Debug)]
struct Regret {
    room: &'static Room,
    writer: &'static Person,
    day: Day,
    id: String,
    text: String,
}

/// Makes chat messages one after the other.
#[derive(Debug)]
pub(crate) struct ChatTalk<'a> {
    setting: Setting<'a>,
    rng: Rng,
    rooms: BTreeMap<&'static str, Talk>,
    regret: Option<Regret>,
    serial: u64,
    topics: usize,
}

/// When, as the files say it.
fn stamp(at: &Zoned) -> String {
    at.timestamp().to_string()
}

impl<'a> ChatTalk<'a> {
    /// Silent rooms.
    pub(crate) fn new(setting: Setting<'a>) -> Self {
        let rng = Rng::new(setting.seed, "chat words");
        Self {
            setting,
            rng,
            rooms: BTreeMap::new(),
            regret: None,
            serial: 0,
            topics: topics().count(),
        }
    }

    fn id(&mut self) -> String {
        self.serial += 1;
        format!("${}", self.setting.id(2, self.serial))
    }

    /// A room, the busy ones more often.
    fn room(&mut self) -> Result<&'static Room, SampleError> {
        let at = self.rng.weighted(ROOMS.iter().map(|r| r.weight));
        ROOMS.get(at).ok_or(SampleError::World("no rooms"))
    }

    fn member(&mut self, room: &Room) -> Result<&'static Person, SampleError> {
        let key = self.rng.word(room.members);
        person(key).ok_or(SampleError::World("a room without people"))
    }

    /// The next ordinary message and the room it is in.
    pub(crate) fn next(
        &mut self,
        day: Day,
        second: u32,
    ) -> Result<(&'static Room, ChatLine), SampleError> {
        if let Some(regret) = self.regret.take().filter(|r| r.day == day) {
            return self.edit(&regret, second);
        }
        let room = self.room()?;
        let writer = self.member(room)?;
        let at = self.setting.calendar.at(day, second)?;
        let id = self.id();
        let talk = self.talk_in(room, day);
        let (customer, topic_at, facts) = (talk.customer, talk.topic, talk.facts);
        let mut about = self.setting.about(customer, day, &mut self.rng);
        about.facts = facts;
        let small = room.key == "coffee-corner";
        let text = line(&about, topic(topic_at), writer, small, &mut self.rng);
        let mut message = bare(id, &at, writer, text);
        self.mention(room, writer, &mut message);
        self.relate(room, &mut message);
        if self.rng.chance(8)
            && let Some(other) = person(self.rng.word(room.members))
        {
            message.reactions.push(Reaction {
                key: self.rng.word(&["👍", "🎉", "😅", "❤️", "👀", "✅"]),
                from: other.matrix(),
            });
        }
        if self.rng.chance(3) {
            let (id, text) = (message.id.clone(), message.text.clone());
            self.regret = Some(Regret {
                room,
                writer,
                day,
                id,
                text,
            });
        }
        Ok((room, message))
    }

    /// What the room talks about; now and then it turns to something else.
    fn talk_in(&mut self, room: &'static Room, day: Day) -> &Talk {
        let fresh = |rng: &mut Rng, topics| Talk {
            customer: room
                .customer
                .and_then(customer)
                .unwrap_or_else(|| Setting::customer(rng)),
            topic: rng.index(topics),
            facts: Facts {
                seed: rng.next(),
                since: day,
            },
            left: 2 + rng.below(12),
            recent: VecDeque::new(),
        };
        let talk = self
            .rooms
            .entry(room.key)
            .or_insert_with(|| fresh(&mut self.rng, self.topics));
        if talk.left == 0 {
            let recent = std::mem::take(&mut talk.recent);
            *talk = Talk {
                recent,
                ..fresh(&mut self.rng, self.topics)
            };
        }
        talk.left -= 1;
        talk
    }

    fn mention(&mut self, room: &Room, writer: &Person, message: &mut ChatLine) {
        if room.members.len() < 3 || !self.rng.chance(7) {
            return;
        }
        if let Some(named) = person(self.rng.word(room.members)).filter(|p| p.key != writer.key) {
            message.text.insert_str(0, &format!("@{} ", named.first()));
            message.mentions.push(named.matrix());
        }
    }

    /// Replies and threads point at one of the last messages of the room.
    fn relate(&mut self, room: &Room, message: &mut ChatLine) {
        let Some(talk) = self.rooms.get_mut(room.key) else {
            return;
        };
        if self.rng.chance(15) {
            message.reply_to = self.rng.pick(talk.recent.make_contiguous()).cloned();
        } else if self.rng.chance(5) {
            message.thread = talk.recent.front().cloned();
        }
        talk.recent.push_back(message.id.clone());
        if talk.recent.len() > REMEMBERED {
            talk.recent.pop_front();
        }
    }

    fn edit(
        &mut self,
        regret: &Regret,
        second: u32,
    ) -> Result<(&'static Room, ChatLine), SampleError> {
        let at = self.setting.calendar.at(regret.day, second)?;
        let text = corrected(&regret.text, &mut self.rng);
        let mut message = bare(self.id(), &at, regret.writer, text);
        message.edits = Some(regret.id.clone());
        Ok((regret.room, message))
    }

    /// A message that hides a needle.
    pub(crate) fn needle(
        &mut self,
        at: usize,
        day: Day,
        second: u32,
    ) -> Result<(&'static Room, ChatLine), SampleError> {
        let spec = needle(at)?;
        let room = self.room()?;
        let writer = self.member(room)?;
        let id = self.id();
        let at = self.setting.calendar.at(day, second)?;
        Ok((room, bare(id, &at, writer, spec.text.to_owned())))
    }

    /// A message of the scenes.
    pub(crate) fn scene(
        &mut self,
        place: usize,
        scene: &'static SceneChat,
    ) -> Result<(&'static Room, ChatLine), SampleError> {
        let room = ROOMS
            .iter()
            .find(|r| r.key == scene.room)
            .ok_or(SampleError::World("a scene without its room"))?;
        let writer = person(scene.from).ok_or(SampleError::World("a scene without its people"))?;
        let at = self.setting.calendar.at(scene.day, scene.second)?;
        let text = self.setting.calendar.fill(scene.text);
        let mut line = bare(crate::scenes::chat_id(place), &at, writer, text);
        line.reply_to =
            crate::scenes::chat(scene.reply_to).map(|(at, _)| crate::scenes::chat_id(at));
        line.mentions = scene
            .mentions
            .iter()
            .filter_map(|m| person(m))
            .map(Person::matrix)
            .collect();
        line.unread = unread(place, scene);
        Ok((room, line))
    }
}

/// What was said today and not answered by the user since is still to be read.
fn unread(place: usize, scene: &SceneChat) -> bool {
    let answered = CHATS
        .iter()
        .skip(place)
        .any(|later| later.room == scene.room && later.from == ME);
    scene.day == 0 && !answered
}

fn bare(id: String, at: &Zoned, writer: &Person, text: String) -> ChatLine {
    ChatLine {
        id,
        at: stamp(at),
        from: writer.matrix(),
        text,
        reply_to: None,
        thread: None,
        edits: None,
        reactions: Vec::new(),
        mentions: Vec::new(),
        unread: false,
    }
}
