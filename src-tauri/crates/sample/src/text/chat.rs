//! The words of an ordinary chat message.

use super::Topic;
use super::slots::About;
use super::tongue::tongue;
use crate::rng::Rng;
use crate::world::Person;

const ACKS: &[&str] = &[
    "ok",
    "will do",
    "thanks!",
    "on it",
    "yes",
    "no, sorry",
    "seen",
    "in a minute",
    "good point",
    "I'll check",
    "done ✅",
    "got it",
    "let me ask {col}",
    "fine for me",
    "agreed",
    "👍",
    "🙏",
    "😅",
    "🎉",
    "☕?",
    "👀",
    "both, please",
    "not yet",
    "tomorrow morning",
    "half done",
];
const QUESTIONS: &[&str] = &[
    "who is on {wd}?",
    "is {so} urgent?",
    "what did {col} say?",
    "do we have a date for {place}?",
    "can I call you at {hm}?",
    "did {c} answer about {q}?",
    "is {hm} still good?",
    "any idea why {place} stopped?",
    "what is the status of {t}?",
    "who has the key for {place}?",
    "does it fit DN {dn}?",
    "how long does it take, {n} days?",
];
const PLAIN: &[&str] = &[
    "{place} runs three shifts until {dm}",
    "serial is {sn}",
    "{n} pieces in use, two on the shelf",
    "line is free on {wd} from {hm}",
    "reference is {so}",
    "{col} has the photos",
    "we clean at {temp} °C, twice a week",
    "bring a ladder for {place}",
    "spare is in {city}",
    "{t} has the history",
    "it is about {place} only",
    "on the phone with {col}, back at {hm}",
    "sent it by mail",
    "the drawing is wrong, the flange is DN {dn}",
    "I am in {city} on {wd}",
];
const GLAD: &[&str] = &[
    "works like a charm",
    "great, thanks to {col}",
    "numbers look really good 🎯",
    "our people are happy with it",
    "that was fast, thank you!",
];
const CROSS: &[&str] = &[
    "this is not funny any more",
    "still no date…",
    "again?",
    "we lost half a shift",
    "nobody called me back",
    "please, a date, not a reason",
];
const SMALL: &[&str] = &[
    "rain in {city}, of course",
    "cake in the kitchen 🍰",
    "who took the long ladder?",
    "train is late, start without me",
    "the coffee machine reads {pct} % low",
    "lunch at half past twelve?",
    "happy birthday {col}! 🎂",
    "printer on the second floor is out of order",
    "nice photo from {city} 📷",
    "nice evening everyone",
    "someone left a bike at the gate",
    "{n} people for the relay run so far",
    "the plant in the meeting room needs water 🌱",
];

/// One line of chat.
pub(crate) fn line(
    about: &About<'_>,
    topic: &Topic,
    writer: &Person,
    small: bool,
    rng: &mut Rng,
) -> String {
    let mut out = String::with_capacity(96);
    let tone = about.tone();
    let theirs = !writer.is_staff();
    let words: &[&'static str] = match rng.below(100) {
        0..70 if small => SMALL,
        0..8 if theirs && tone < -5 => CROSS,
        0..8 if theirs && tone > 15 => GLAD,
        0..52 => topic.chats,
        52..67 => ACKS,
        67..77 => QUESTIONS,
        77..85 => tongue(writer),
        _ => PLAIN,
    };
    let first = rng.word(words);
    about.fill(first, rng, &mut out);
    if !small && rng.chance(22) {
        let second = if rng.chance(50) {
            topic.chats
        } else {
            QUESTIONS
        };
        let second = rng.word(second);
        if second != first {
            let joins: &[&'static str] = if out.ends_with(char::is_alphanumeric) {
                &[". ", ", ", "\n", " – "]
            } else {
                &[" ", "\n"]
            };
            out.push_str(rng.word(joins));
            about.fill(second, rng, &mut out);
        }
    }
    out
}

/// What someone makes of their last message when they change it.
pub(crate) fn corrected(text: &str, rng: &mut Rng) -> String {
    let end = rng.word(&[
        "!",
        " (typo fixed)",
        ", sorry",
        " – not urgent",
        " ✏️",
        ", please",
    ]);
    format!("{}{end}", text.trim_end_matches(['.', '!', '?']))
}
