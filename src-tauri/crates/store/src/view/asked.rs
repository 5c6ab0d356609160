//! Questions: which sentence of a message asks, which ones are still open, and
//! with them what needs the user today.

use jiff::tz::TimeZone;
use rapport_model::{ItemId, Message, Millis, OrgId, PersonId};
use rusqlite::params;

use super::common::{Names, beginning, body_at};
use super::inbox::{ConversationFilter, RECENT};
use super::plan::today;
use super::records::RecordsWanted;
use super::rows::{Asked, EventRow, OpenQuestion, RecordRow, TaskRow, Today};
use super::tasks::{TaskOrder, TasksWanted};
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::item::MINE;

/// Conversations looked at for open questions.
const QUESTIONS_AMONG: u32 = 200;
/// Lines of each section of today.
const PER_SECTION: usize = 25;
/// The same, for those who count.
pub(super) const MOST_LISTED: u32 = 25;
/// How far ahead the next meeting is looked for.
const AHEAD_DAYS: i64 = 7;
/// A meeting that has just begun is still the next one.
const BEGUN_MS: i64 = 10 * 60_000;
/// So much of a message is shown around its question.
const SHOWN: usize = 400;

/// The last sentence of a text that asks something. Quoted lines, addresses of
/// pages and everything below a signature do not ask.
#[must_use]
pub(crate) fn question_in(text: &str) -> Option<String> {
    let mut asked = None;
    for line in text.lines() {
        let line = line.trim();
        if line == "--" || line.starts_with("-----Original") {
            break;
        }
        if line.starts_with(['>', '|']) {
            continue;
        }
        let mut sentence = String::new();
        for word in line.split_whitespace() {
            if !sentence.is_empty() {
                sentence.push(' ');
            }
            sentence.push_str(word);
            if word.contains("://") {
                continue;
            }
            let bare = word.trim_end_matches(['"', '\'', ')', ']', '”', '’', '»', '“', '*', '_']);
            if bare.ends_with(['?', '？', '؟']) && bare.chars().any(char::is_alphanumeric) {
                asked = Some(std::mem::take(&mut sentence));
            } else if bare.ends_with(['.', '!', '…', ':', ';']) && !short(bare) {
                sentence.clear();
            }
        }
    }
    asked.map(|it| beginning(&it, 300))
}

/// A word whose full stop ends no sentence: "z.", "e.g.", "3.".
fn short(word: &str) -> bool {
    word.ends_with('.') && (word.chars().count() <= 2 || word.matches('.').count() > 1)
}

/// A conversation's last word that asks.
struct Open {
    conversation: ItemId,
    message: ItemId,
    sentence: String,
    body: Message,
    person: Option<PersonId>,
}

impl Reader<'_> {
    /// Conversations whose last word is a customer's question, newest first.
    fn open(&self, org: Option<OrgId>, most: usize) -> Result<Vec<Open>, StoreError> {
        // A conversation that calls the user by name is listed for that already.
        let anybody = format!(
            "v.org IS NOT NULL AND ?1 IS NULL AND {RECENT} AND NOT (v.unread > 0 AND v.mentions > 0)"
        );
        let whose = org.map_or(anybody.as_str(), |_| "v.org = ?1");
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT v.item, v.last_item, m.person, b.body FROM conversation v \
             CROSS JOIN item m ON m.id = v.last_item CROSS JOIN message b ON b.item = m.id \
             WHERE {whose} AND v.done = 0 AND v.snoozed IS NULL AND v.membership <> 'left' \
             AND m.flags & ?2 = 0 ORDER BY v.last_item DESC LIMIT ?3"
        ))?;
        let mut rows = statement.query(params![org.map(|it| it.0), MINE, QUESTIONS_AMONG])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            if out.len() >= most {
                break;
            }
            let body: Message = body_at(row, 3)?;
            let Some(sentence) = question_in(&body.text) else {
                continue;
            };
            let person = row.get::<_, Option<i64>>(2)?.map(PersonId);
            // A colleague's question waits for the customer, not for the user.
            if let Some(person) = person
                && self.is_staff(person)?
            {
                continue;
            }
            out.push(Open {
                conversation: ItemId(row.get(0)?),
                message: ItemId(row.get(1)?),
                sentence,
                body,
                person,
            });
        }
        Ok(out)
    }

    /// A customer's questions nobody has answered, newest first.
    pub(crate) fn open_questions_of(
        &self,
        org: OrgId,
        most: usize,
    ) -> Result<Vec<OpenQuestion>, StoreError> {
        let names = Names::new(self);
        let mut out = Vec::new();
        for open in self.open(Some(org), most)? {
            let Some(stored) = self.stored(open.message)? else {
                continue;
            };
            let from = open.body.from;
            out.push(OpenQuestion {
                who: from.name.unwrap_or(from.address.value),
                person: open.person,
                text: open.sentence,
                at: stored.item.at,
                conversation: open.conversation,
                message: open.message,
                from: names.source(&stored.account, &stored.collection)?,
            });
        }
        Ok(out)
    }

    /// How many questions today's screen lists.
    pub(super) fn questions_today(&self) -> Result<usize, StoreError> {
        Ok(self.open(None, PER_SECTION)?.len())
    }

    /// What needs the user.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn today_view(&self, now: Millis, zone: &TimeZone) -> Result<Today, StoreError> {
        let day = today(now, zone);
        let midnight = |days: i64| {
            jiff::Span::new()
                .try_days(days)
                .and_then(|span| day.checked_add(span))
                .and_then(|day| day.to_zoned(zone.clone()))
                .map_or(now, |at| Millis::from(at.timestamp()))
        };
        let of = |wanted: ConversationFilter| {
            self.inbox(&ConversationFilter {
                limit: u32::try_from(PER_SECTION).ok(),
                ..wanted
            })
        };
        let mut questions = Vec::new();
        for open in self.open(None, PER_SECTION)? {
            questions.push(Asked {
                row: self.conversation(open.conversation)?,
                sentence: open.sentence,
                text: beginning(&open.body.text, SHOWN),
                message: open.message,
                at: Millis(open.message.0 >> 20),
            });
        }
        Ok(Today {
            mentions: of(ConversationFilter {
                mentions: true,
                ..ConversationFilter::default()
            })?,
            questions,
            overdue: self.records(
                &RecordsWanted {
                    kind: Some("invoice".to_owned()),
                    overdue_on: Some(day),
                    limit: Some(25),
                    ..RecordsWanted::default()
                },
                day,
            )?,
            tasks: self.tasks(
                &TasksWanted {
                    due_before: Some(midnight(1)),
                    limit: Some(50),
                    ..TasksWanted::default()
                },
                now,
                zone,
            )?,
            tasks_due: self.tasks_due_before(midnight(1), zone)?,
            events: self.events(now, midnight(1), zone)?,
            back: of(ConversationFilter {
                back: true,
                ..ConversationFilter::default()
            })?,
            next: self.next_meeting(now, zone)?,
        })
    }

    /// What fell due last: at most `most` invoices and as many tasks, the newest of however
    /// many lie behind them, in the order of their dates.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn past_due(
        &self,
        now: Millis,
        zone: &TimeZone,
        most: u32,
    ) -> Result<(Vec<RecordRow>, Vec<TaskRow>), StoreError> {
        let day = today(now, zone);
        let invoices = RecordsWanted {
            kind: Some("invoice".to_owned()),
            overdue_on: Some(day),
            latest: true,
            limit: Some(most),
            ..RecordsWanted::default()
        };
        let tasks = TasksWanted {
            due_before: Some(now),
            order: TaskOrder::Latest,
            limit: Some(most),
            ..TasksWanted::default()
        };
        let mut tasks = self.tasks(&tasks, now, zone)?;
        tasks.reverse();
        let mut invoices = self.records(&invoices, day)?;
        invoices.reverse();
        Ok((invoices, tasks))
    }

    /// The next entry with somebody else in it. Whole days are no meetings.
    fn next_meeting(&self, now: Millis, zone: &TimeZone) -> Result<Option<EventRow>, StoreError> {
        let from = now.plus(-BEGUN_MS);
        let until = now.plus(AHEAD_DAYS * 86_400_000);
        Ok(self
            .events(from, until, zone)?
            .into_iter()
            .filter(|it| !it.all_day && it.start >= from)
            .find(|it| it.customer.is_some() || it.attendees.len() > 1))
    }
}

#[cfg(test)]
mod tests {
    use super::question_in;

    fn asks(text: &str) -> Option<String> {
        question_in(text)
    }

    #[test]
    fn the_sentence_that_asks_is_shown_and_not_the_whole_letter() {
        assert_eq!(
            asks("Hello Ines,\nthank you. Is there a VF-500 data sheet in stainless? Best, Fiona"),
            Some("Is there a VF-500 data sheet in stainless?".to_owned())
        );
        assert_eq!(
            asks("It is z. B. unclear. Kommt die Lieferung am 3. März?"),
            Some("Kommt die Lieferung am 3. März?".to_owned())
        );
        assert_eq!(
            asks("Any news (at all?)"),
            Some("Any news (at all?)".to_owned())
        );
    }

    #[test]
    fn quotes_links_and_signatures_do_not_ask() {
        for text in [
            "Thanks!\n> can you call me?",
            "See https://example.org/a?b",
            "See https://example.org/what?",
            "All done.\n--\nAny questions? Call us.",
            "?",
            "",
        ] {
            assert_eq!(asks(text), None, "{text}");
        }
    }

    #[test]
    fn of_several_questions_the_last_one_counts() {
        assert_eq!(
            asks("How are you? And the quote?"),
            Some("And the quote?".to_owned())
        );
    }
}
