//! Drafts, saved within the call with their history, and what reaches the user.

use rapport_model::command::Outgoing;
use rapport_model::{Command, CommandId, ItemId, State};
use rapport_store::table::draft::Draft;

use super::{Hub, Placed};
use crate::error::{HubError, Refusal};
use crate::outbox::{Op, operate};
use crate::people::Rules;
use crate::sync::raise_overdue;

impl Hub {
    /// Saves what is being written under a key. Answers its version.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save_draft(
        &self,
        key: &str,
        conversation: Option<ItemId>,
        content: Outgoing,
    ) -> Result<i64, HubError> {
        let draft = Draft {
            key: key.to_owned(),
            conversation,
            content,
            version: 0,
            saved: self.core.now(),
        };
        Ok(self.core.write(|tx| tx.save_draft(&draft))?)
    }

    /// The draft under a key.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn draft(&self, key: &str) -> Result<Option<Draft>, HubError> {
        self.read(|it| it.draft(key))
    }

    /// Discards a draft; its history stays.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn discard_draft(&self, key: &str) -> Result<bool, HubError> {
        Ok(self.core.write(|tx| tx.discard_draft(key))?)
    }

    /// Takes what was said back into the draft of its conversation, whole: words,
    /// addressees, what it answers, files. What was begun there since stands behind
    /// it. What has been withdrawn already comes back as well. Answers the
    /// conversation.
    ///
    /// # Errors
    /// It has left, or is nothing that was said in a conversation.
    pub fn take_back(&self, id: &CommandId) -> Result<ItemId, HubError> {
        let entry = self.entry(id)?;
        let (Command::Send { message, .. }, Some(conversation)) =
            (entry.command, entry.conversation)
        else {
            return Err(HubError::Refused(Refusal::NotSaid));
        };
        let (now, key) = (self.core.now(), Draft::key_of(conversation));
        // One transaction: the words are in the outbox or in the draft, never in neither.
        self.core.change(|tx| {
            let gone = tx.entry(id)?.is_some_and(|it| it.state == State::Withdrawn);
            if !gone {
                let rules = Rules::load(tx, &entry.account)?;
                operate(tx, &rules, now, id, &Op::Withdraw)?;
            }
            let since = tx.draft(&key)?.map(|it| it.content).unwrap_or_default();
            let content = joined(message.clone(), since);
            tx.save_draft(&Draft::in_conversation(conversation, content, now))?;
            Ok(())
        })?;
        self.wake(&entry.account)?;
        Ok(conversation)
    }

    /// Sends what the draft of a conversation says, and discards it.
    ///
    /// # Errors
    /// There is no draft, or see [`Hub::queue`].
    pub fn send_draft(&self, conversation: ItemId) -> Result<Placed, HubError> {
        let key = Draft::key_of(conversation);
        let draft = self
            .draft(&key)?
            .ok_or_else(|| HubError::NotFound("draft in this conversation".to_owned()))?;
        self.send_written(conversation, draft.content, None)
    }

    /// Raises an alert for everything that is past due, each due date once. Answers
    /// how many are new. The hub does it by itself at its start, every hour, and at
    /// the end of [`Hub::sync_once`].
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn raise_overdue(&self, zone: &jiff::tz::TimeZone) -> Result<u32, HubError> {
        Ok(raise_overdue(&self.core, zone)?)
    }

    /// The user saw these notifications.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn mark_seen(&self, notifications: &[i64]) -> Result<(), HubError> {
        let now = self.core.now();
        Ok(self.core.write(|tx| tx.mark_seen(notifications, now))?)
    }
}

/// What came back, and behind it what was begun since. Nothing of either is lost, and
/// what is in both is there once.
fn joined(back: Outgoing, since: Outgoing) -> Outgoing {
    let text = if back.text.is_empty() || since.text.starts_with(&back.text) {
        since.text
    } else if since.text.is_empty() {
        back.text
    } else {
        format!("{}\n\n{}", back.text, since.text)
    };
    let chosen = !since.to.is_empty() || !since.cc.is_empty();
    let (to, cc) = if chosen {
        (since.to, since.cc)
    } else {
        (back.to, back.cc)
    };
    Outgoing {
        text,
        subject: since.subject.or(back.subject),
        to,
        cc,
        reply_to: since.reply_to.or(back.reply_to),
        thread: since.thread.or(back.thread),
        mentions: once(back.mentions, since.mentions),
        files: once(back.files, since.files),
    }
}

fn once(mut first: Vec<String>, second: Vec<String>) -> Vec<String> {
    for one in second {
        if !first.contains(&one) {
            first.push(one);
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(text: &str, files: &[&str]) -> Outgoing {
        Outgoing {
            text: text.to_owned(),
            files: files.iter().map(|&it| it.to_owned()).collect(),
            ..Outgoing::default()
        }
    }

    #[test]
    fn what_comes_back_stands_before_what_was_begun_since() {
        let mut back = out("Too early", &["/a"]);
        back.reply_to = Some("$q".into());
        assert_eq!(joined(back.clone(), Outgoing::default()), back);
        let both = joined(back.clone(), out("Next", &["/b", "/a"]));
        assert_eq!(both.text, "Too early\n\nNext");
        assert_eq!(both.files, ["/a", "/b"]);
        assert_eq!(both.reply_to, Some("$q".into()));
        // Taken back twice, it is there once.
        assert_eq!(joined(back, both.clone()), both);
    }
}
