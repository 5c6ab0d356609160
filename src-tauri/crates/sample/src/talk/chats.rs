//! Chat in rooms and between two people.

use std::collections::{BTreeMap, VecDeque};

use jiff::Zoned;

use super::{Setting, needle};
use crate::SampleError;
use crate::post::{ChatLine, Reaction};
use crate::rng::Rng;
use crate::text::chat::{line, small_talk};
use crate::text::slots::Facts;
use crate::text::{topic, topics};
use crate::when::Day;
use crate::world::rooms::{ROOMS, Room};
use crate::world::scene_chats::SceneChat;
use crate::world::{Customer, Person, customer, person};

/// Messages a room remembers to be replied to.
const REMEMBERED: usize = 8;

#[derive(Debug)]
struct Talk {
    customer: &'static Customer,
    topic: usize,
    facts: Facts,
    left: u64,
    recent: VecDeque<(String, &'static str)>,
}

/// Makes chat messages one after the other.
#[derive(Debug)]
pub(crate) struct ChatTalk<'a> {
    setting: Setting<'a>,
    rng: Rng,
    rooms: BTreeMap<&'static str, Talk>,
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
        let room = self.room()?;
        let writer = self.member(room)?;
        let id = self.id();
        let talk = self.rooms.entry(room.key).or_insert_with(|| Talk {
            customer: Setting::customer(&mut self.rng),
            topic: 0,
            facts: Facts {
                seed: 0,
                since: day,
            },
            left: 0,
            recent: VecDeque::new(),
        });
        if talk.left == 0 {
            let about = room.customer.and_then(customer);
            talk.customer = about.unwrap_or_else(|| Setting::customer(&mut self.rng));
            talk.topic = self.rng.index(self.topics);
            talk.facts = Facts {
                seed: self.rng.next(),
                since: day,
            };
            talk.left = 2 + self.rng.below(12);
        }
        talk.left -= 1;
        let inside = room.customer.is_none();
        let mut about = self.setting.about(talk.customer, day, &mut self.rng);
        about.facts = talk.facts;
        let mut text = if room.key == "coffee-corner" {
            small_talk(&about, &mut self.rng)
        } else {
            line(&about, topic(talk.topic), writer, inside, &mut self.rng)
        };
        let at = self.setting.calendar.at(day, second)?;
        let mut mentions = Vec::new();
        if room.members.len() > 2 && self.rng.chance(7) {
            let named = person(self.rng.word(room.members)).filter(|p| p.key != writer.key);
            if let Some(named) = named {
                text.insert_str(0, &format!("@{} ", named.first()));
                mentions.push(named.matrix());
            }
        }
        let reply_to = if self.rng.chance(15) {
            self.rng.index(talk.recent.len())
        } else {
            usize::MAX
        };
        let reply_to = talk.recent.get(reply_to).map(|(id, _)| id.clone());
        // The oldest message remembered heads the thread.
        let thread = if self.rng.chance(4) {
            talk.recent.front().map(|(id, _)| id.clone())
        } else {
            None
        };
        let own_last = talk
            .recent
            .back()
            .filter(|(_, from)| *from == writer.key)
            .map(|(id, _)| id.clone());
        let edits = if own_last.is_some() && self.rng.chance(6) {
            own_last
        } else {
            None
        };
        let mut reactions = Vec::new();
        if self.rng.chance(8)
            && let Some(other) = person(self.rng.word(room.members))
        {
            reactions.push(Reaction {
                key: self.rng.word(&["👍", "🎉", "😅", "❤️", "👀", "✅"]),
                from: other.matrix(),
            });
        }
        if edits.is_none() {
            talk.recent.push_back((id.clone(), writer.key));
            if talk.recent.len() > REMEMBERED {
                talk.recent.pop_front();
            }
        }
        let edited = edits.is_some();
        Ok((
            room,
            ChatLine {
                id,
                at: stamp(&at),
                from: writer.matrix(),
                text,
                reply_to: reply_to.filter(|_| !edited),
                thread: thread.filter(|_| !edited),
                edits,
                reactions,
                mentions,
            },
        ))
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
        Ok((room, line))
    }
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
    }
}
