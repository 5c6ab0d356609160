//! What people write when no scene tells them what to: a phrase grammar of our
//! own, filled with the documents of the customer it is about.
//!
//! Invariant: given the same stream of chance and the same books, the same
//! words; a text never names a document younger than itself.

pub(crate) mod chat;
pub(crate) mod commerce;
pub(crate) mod mail;
pub(crate) mod mood;
pub(crate) mod ours;
pub(crate) mod service;
pub(crate) mod slots;
pub(crate) mod tongue;

/// Something customers and Velmora talk about.
#[derive(Debug)]
pub(crate) struct Topic {
    /// Subjects of mails.
    pub(crate) subjects: &'static [&'static str],
    /// What whoever opens it says first.
    pub(crate) asks: &'static [&'static str],
    /// What the other side answers, in the order of the questions.
    pub(crate) answers: &'static [&'static str],
    /// What the first one says to that, in the same order.
    pub(crate) follows: &'static [&'static str],
    /// Short forms for chat.
    pub(crate) chats: &'static [&'static str],
}

/// The topics customers open, then those Velmora opens.
pub(crate) fn topics() -> impl Iterator<Item = &'static Topic> + Clone {
    service::TOPICS
        .iter()
        .chain(commerce::TOPICS)
        .chain(ours::TOPICS)
}

/// How many of the topics customers open.
pub(crate) const THEIRS: usize = service::TOPICS.len() + commerce::TOPICS.len();

/// The topic at that place.
pub(crate) fn topic(at: usize) -> &'static Topic {
    static EMPTY: Topic = Topic {
        subjects: &[],
        asks: &[],
        answers: &[],
        follows: &[],
        chats: &[],
    };
    topics().nth(at).unwrap_or(&EMPTY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_can_open_answer_and_go_on() {
        for topic in topics() {
            assert!(
                topic.subjects.len() >= 3 && topic.asks.len() >= 4,
                "{:?}",
                topic.subjects
            );
            assert!(topic.answers.len() >= 4 && topic.follows.len() >= 3 && topic.chats.len() >= 4);
        }
        assert!(topics().count() >= 12);
    }
}
