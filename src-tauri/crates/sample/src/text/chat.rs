//! The words of an ordinary chat message.

use super::Topic;
use super::slots::About;
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
    "danke dir",
    "tack!",
    "vale",
    "prima",
    "👍",
    "🙏",
    "😅",
    "🎉",
    "☕?",
    "👀",
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
];
const TONGUES: &[&str] = &[
    "kommt am {wd}",
    "habe {n} Stück eingepackt",
    "ring mig efter {hm}",
    "vi ses på {wd}",
    "llega el paquete, {n} cajas",
    "mañana a las {hm}",
    "tot {wd}!",
    "komt goed 🙂",
    "好的,谢谢",
    "明天 {hm} 开会",
    "仪表 {sn} 已校准",
    "了解です",
    "確認します、少々お待ちください",
    "ありがとう!",
    "спасибо, получили",
    "буду в {hm}",
    "τα λέμε το απόγευμα",
    "شكرا جزيلا",
    "na {wd} pasuje",
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
    "lunch at {hm}?",
    "happy birthday {col}! 🎂",
    "printer on the second floor is out of order",
    "nice photo from {city} 📷",
    "have a good weekend",
];

/// One line of chat.
pub(crate) fn line(
    about: &About<'_>,
    topic: &Topic,
    writer: &Person,
    inside: bool,
    rng: &mut Rng,
) -> String {
    let mut out = String::with_capacity(96);
    let tone = about.tone();
    let words: &[&'static str] = match rng.below(100) {
        0..8 if !writer.is_staff() && tone < -5 => CROSS,
        0..8 if !writer.is_staff() && tone > 15 => GLAD,
        0..52 => topic.chats,
        52..70 => ACKS,
        70..80 => QUESTIONS,
        80..88 => TONGUES,
        88..94 if inside => SMALL,
        _ => super::mood::DETAILS,
    };
    about.fill(rng.word(words), rng, &mut out);
    if rng.chance(22) {
        out.push_str(rng.word(&[". ", ", ", " – ", "\n"]));
        let second = if rng.chance(50) {
            topic.chats
        } else {
            QUESTIONS
        };
        about.fill(rng.word(second), rng, &mut out);
    }
    out
}

/// Small talk of a room that is about nobody.
pub(crate) fn small_talk(about: &About<'_>, rng: &mut Rng) -> String {
    let mut out = String::with_capacity(64);
    let words = if rng.chance(70) { SMALL } else { TONGUES };
    about.fill(rng.word(words), rng, &mut out);
    out
}
