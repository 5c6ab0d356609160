//! The words of an ordinary mail.

use super::mood::{CALM, CLOSINGS, CROSS, DETAILS, GLAD, GREETINGS, OUR_GREETINGS};
use super::slots::About;
use super::{Topic, mood};
use crate::rng::Rng;
use crate::world::Person;

/// Which part of a conversation a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// One side opens.
    Ask,
    /// The other answers.
    Answer,
    /// The first one goes on.
    Follow,
    /// Velmora to Velmora.
    Inside,
}

/// A mail within its conversation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// Which part it is.
    pub(crate) part: Part,
    /// Whether the customer writes it.
    pub(crate) theirs: bool,
    /// Which question of the topic it asks, answers or comes back to.
    pub(crate) question: usize,
    /// The next question, when the conversation goes on.
    pub(crate) next: Option<usize>,
}

fn nth(words: &[&'static str], at: usize) -> &'static str {
    words.get(at % words.len().max(1)).copied().unwrap_or("")
}

/// The sentences of a mail, without greeting and signature.
pub(crate) fn sentences(about: &About<'_>, topic: &Topic, turn: Turn, rng: &mut Rng) -> String {
    let mut out = String::with_capacity(420);
    let lead = match turn.part {
        Part::Ask => topic.asks,
        Part::Answer => topic.answers,
        Part::Follow => topic.follows,
        Part::Inside => mood::INSIDE,
    };
    about.fill(nth(lead, turn.question), rng, &mut out);
    if let Some(question) = turn.next {
        out.push(' ');
        about.fill(nth(topic.asks, question), rng, &mut out);
    }
    // One after the other from a random place, so that none is said twice.
    let first = rng.index(DETAILS.len());
    let step = *rng.pick(&[1, 7, 11, 13]).unwrap_or(&1);
    let more = DETAILS.iter().cycle().skip(first).step_by(step);
    for detail in more.take(1 + rng.index(4)) {
        out.push(if rng.chance(20) { '\n' } else { ' ' });
        about.fill(detail, rng, &mut out);
    }
    if let Some(words) = mood_of(about.tone(), turn.theirs, rng) {
        out.push_str("\n\n");
        about.fill(rng.word(words), rng, &mut out);
    }
    out
}

/// A tone of -0.50 makes six in ten mails of the customer cross, +0.40 half of
/// them glad; Velmora itself stays friendly.
fn mood_of(tone: i32, theirs: bool, rng: &mut Rng) -> Option<&'static [&'static str]> {
    let (cross, glad) = if theirs {
        ((8 - tone).clamp(2, 60), (10 + tone).clamp(3, 60))
    } else {
        (0, 10)
    };
    let draw = rng.between(0, 99);
    if draw < cross {
        Some(CROSS)
    } else if draw < cross + glad {
        Some(GLAD)
    } else if draw < cross + glad + 35 {
        Some(CALM)
    } else {
        None
    }
}

/// A whole mail around its sentences.
pub(crate) fn letter(
    about: &About<'_>,
    writer: &Person,
    body: &str,
    quoted: Option<&str>,
    rng: &mut Rng,
) -> String {
    let mut out = String::with_capacity(body.len() + 160);
    let customer = about.customer;
    let local = !writer.is_staff() && rng.chance(35);
    let greeting = match (writer.is_staff(), local) {
        (true, _) => rng.word(OUR_GREETINGS),
        (false, true) => rng.word(customer.greetings),
        (false, false) => rng.word(GREETINGS),
    };
    about.fill(greeting, rng, &mut out);
    out.push_str("\n\n");
    if let Some(line) = quoted {
        out.push_str("> ");
        out.push_str(line);
        out.push_str("\n\n");
    }
    out.push_str(body);
    out.push_str("\n\n");
    out.push_str(if local {
        rng.word(customer.closings)
    } else {
        rng.word(CLOSINGS)
    });
    out.push('\n');
    if rng.chance(60) {
        out.push_str(writer.name);
        out.push('\n');
        out.push_str(writer.title);
    } else {
        out.push_str(writer.first());
    }
    out
}
