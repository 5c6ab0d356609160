//! The user, pins, notes, one task, dates as typed, meetings, completions.

#![expect(
    clippy::unused_async,
    reason = "every call has one form; one that only reads today may ask a source tomorrow"
)]

use rapport_model::plan::{TaskStatus, WikiPage};
use rapport_model::{AccountId, Body, CollectionId, FieldValue, ItemRef, Kind, OrgId};
use rapport_store::table::item::{CLOSED, UNREAD};
use rapport_store::view;

use super::Api;
use crate::dto::{
    AddNote, Done, DueParsed, DueText, Me, Nothing, OneConversation, OneEvent, OneItem,
    OneNotification, PinCustomer, Queued, RecentSearch, SearchWords, SetFields, SnoozeNotification,
    SomeNotifications, TaskStatusSet,
};
use crate::error::ApiError;

/// Recent searches kept.
const RECENT: usize = 20;
/// The setting that holds them, newest first.
const RECENT_KEY: &str = "search.recent";
/// Alerts shown at once; the rest follows with the next question.
const AT_ONCE: usize = 20;

impl Api {
    /// The user and the workspace.
    pub async fn me(&self, _nothing: Nothing) -> Result<Me, ApiError> {
        let found = self.read(|db| db.whose())?;
        let sample = self.hub.db().profile().home().join("sample");
        let is_sample = self.read(|db| db.accounts())?.iter().any(|it| {
            it.config
                .get("folder")
                .and_then(serde_json::Value::as_str)
                .is_some_and(|folder| std::path::Path::new(folder).starts_with(&sample))
        });
        Ok(Me {
            initials: initials(&found.name),
            name: found.name,
            addresses: found.addresses,
            workspace: found.company.unwrap_or_default(),
            sample: is_sample,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    /// Keeps a customer in the sidebar, or no longer.
    pub async fn customer_pin(&self, which: PinCustomer) -> Result<Done, ApiError> {
        let now = self.now();
        self.hub
            .db()
            .write(|tx| tx.set_pinned(which.customer, which.pinned, now))?;
        Ok(Done {})
    }

    /// Writes a note on a customer.
    pub async fn note_add(&self, note: AddNote) -> Result<Queued, ApiError> {
        let text = note.text.trim();
        if text.is_empty() {
            return Err(ApiError::not_so("note_text", "A note needs a text."));
        }
        let (account, collection) = self.local_list(Kind::Page).await?;
        let about = self.about(note.customer, Some(&account))?;
        let title: String = text
            .lines()
            .next()
            .unwrap_or(text)
            .chars()
            .take(120)
            .collect();
        let body = WikiPage {
            title,
            text: text.to_owned(),
            about: Some(about),
            ..WikiPage::default()
        };
        Ok(self
            .hub
            .create(&account, &collection, Body::Page(body), None)?
            .into())
    }

    /// Sets where a task stands.
    pub async fn task_status(&self, wanted: TaskStatusSet) -> Result<Queued, ApiError> {
        if TaskStatus::from_word(&wanted.status).is_none() {
            return Err(ApiError::bad_request(
                "A task is open, started, done or cancelled.",
            ));
        }
        let fields = [("status".to_owned(), FieldValue::Text(wanted.status))]
            .into_iter()
            .collect();
        self.set_fields(SetFields {
            item: wanted.task,
            fields,
        })
        .await
    }

    /// One task with everything.
    pub async fn task(&self, which: OneItem) -> Result<view::TaskPage, ApiError> {
        let (now, zone) = (self.now(), self.zone());
        self.read(|db| db.task_page(which.item, now, &zone))
    }

    /// Reads a line as typed into quick add.
    pub async fn due_parse(&self, line: DueText) -> Result<DueParsed, ApiError> {
        let read = crate::natural::read(&line.text, self.clock_here(), &self.zone());
        Ok(DueParsed {
            due: read.due,
            words: read.words,
            rest: read.rest,
        })
    }

    /// One calendar entry.
    pub async fn event(&self, which: OneEvent) -> Result<view::EventPage, ApiError> {
        let (now, zone) = (self.now(), self.zone());
        self.read(|db| db.event_page(which.event, which.start, now, &zone))
    }

    /// What to know before a meeting.
    pub async fn brief(&self, which: OneEvent) -> Result<view::Brief, ApiError> {
        let (now, zone) = (self.now(), self.zone());
        self.read(|db| db.brief(which.event, which.start, now, &zone))
    }

    /// Ways to go on with a half-typed query.
    pub async fn search_words(&self, begun: SearchWords) -> Result<view::Completions, ApiError> {
        let most = begun.limit.unwrap_or(8).min(50);
        self.read(|db| db.completions(&begun.text, begun.cursor, most))
    }

    /// Recent searches.
    pub async fn recent_searches(&self, _nothing: Nothing) -> Result<Vec<String>, ApiError> {
        Ok(self
            .read(|db| db.setting::<Vec<String>>(RECENT_KEY))?
            .unwrap_or_default())
    }

    /// Keeps a search.
    pub async fn recent_add(&self, search: RecentSearch) -> Result<Done, ApiError> {
        let text = search.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return Ok(Done {});
        }
        self.hub.db().write(|tx| {
            let mut recent: Vec<String> = tx.setting(RECENT_KEY)?.unwrap_or_default();
            recent.retain(|it| !it.eq_ignore_ascii_case(&text));
            recent.insert(0, text);
            recent.truncate(RECENT);
            tx.set_setting(RECENT_KEY, &recent)
        })?;
        Ok(Done {})
    }

    /// Puts a notification off.
    pub async fn notification_snooze(&self, which: SnoozeNotification) -> Result<Done, ApiError> {
        let known = self
            .hub
            .db()
            .write(|tx| tx.snooze_notification(which.id, which.until))?;
        known.then_some(Done {}).ok_or_else(|| unknown(which.id))
    }

    /// The user is done with a notification.
    pub async fn notification_done(&self, which: OneNotification) -> Result<Done, ApiError> {
        let now = self.now();
        let known = self
            .hub
            .db()
            .write(|tx| tx.finish_notification(which.id, now))?;
        known.then_some(Done {}).ok_or_else(|| unknown(which.id))
    }

    /// What is to be shown on the desktop now.
    pub async fn due_notifications(
        &self,
        _nothing: Nothing,
    ) -> Result<Vec<view::DueNotification>, ApiError> {
        let local = self.clock_here();
        let rules = self.read(crate::quiet::Rules::load)?;
        let now = self.now();
        if rules.quiet(now, local) {
            // They keep: what came while it was quiet is shown when it ends.
            return Ok(Vec::new());
        }
        let mut due = Vec::new();
        // What was seen to meanwhile takes no place of what still waits.
        while due.len() < AT_ONCE && self.read(|db| db.is_notification_due(now))? {
            let most = u32::try_from(AT_ONCE.saturating_sub(due.len())).unwrap_or(1);
            let taken = self.hub.db().write(|tx| {
                tx.take_due_notifications(now, most, |it| {
                    rules.wants(it.key.split(':').next().unwrap_or_default())
                })
            })?;
            for it in taken {
                let row = self.read(|db| view::notification_row(db, it))?;
                if self.still_waits(&row).await? {
                    due.push(view::DueNotification {
                        row,
                        preview: rules.preview,
                    });
                }
            }
        }
        Ok(due)
    }

    /// Which of these still wait for the user.
    pub async fn notifications_stand(
        &self,
        which: SomeNotifications,
    ) -> Result<Vec<i64>, ApiError> {
        let mut stand = Vec::new();
        for id in which.ids {
            let row = self.read(|db| {
                let row = db.notifications(false, Some(id.saturating_add(1)), 1)?;
                let row = row.into_iter().find(|it| it.id == id);
                row.map(|it| view::notification_row(db, it)).transpose()
            })?;
            if let Some(row) = row
                && self.still_waits(&row).await?
            {
                stand.push(id);
            }
        }
        Ok(stand)
    }

    /// Nobody has seen to it yet. A word is over when it is read, or when its
    /// conversation was dealt with or put off; a due date, when the thing is done. One
    /// that the user put off comes back whatever became of it meanwhile.
    async fn still_waits(&self, row: &view::NotificationRow) -> Result<bool, ApiError> {
        if row.seen || row.done {
            return Ok(false);
        }
        let Some(item) = row.item else {
            return Ok(true);
        };
        let Some(stored) = self.read(|db| db.stored(item))? else {
            return Ok(false);
        };
        if row.snoozed_until.is_some() {
            return Ok(true);
        }
        if stored.links.flags & CLOSED != 0 {
            return Ok(false);
        }
        let Some(conversation) = row.conversation.filter(|it| *it != item) else {
            return Ok(true);
        };
        if stored.links.flags & UNREAD == 0 {
            return Ok(false);
        }
        let about = self.conversation(OneConversation { conversation }).await?;
        Ok(!about.done && about.snoozed_until.is_none_or(|until| until <= self.now()))
    }

    /// The user's own clock.
    pub(crate) fn clock_here(&self) -> jiff::civil::DateTime {
        jiff::Timestamp::from_millisecond(self.now().0)
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(self.zone())
            .datetime()
    }

    /// How something in an account names a customer: by the account's own row of
    /// it; on this device, where there is none, by any system's.
    pub(crate) fn about(
        &self,
        customer: OrgId,
        account: Option<&AccountId>,
    ) -> Result<ItemRef, ApiError> {
        self.read(|db| {
            if let Some((collection, handle)) = view::organisation_row(db, customer, account)? {
                return Ok(Some(ItemRef { collection, handle }));
            }
            view::node_reference(db, customer)
        })?
        .ok_or_else(|| ApiError::not_found(format_args!("customer {customer}")))
    }

    /// The list of this device that holds items of a kind.
    pub(crate) async fn local_list(
        &self,
        kind: Kind,
    ) -> Result<(AccountId, CollectionId), ApiError> {
        let account = self.local_account()?;
        let mut collections = self.read(|db| db.collections(&account))?;
        if collections.is_empty() {
            // Before its first turn a source's lists are not known; this one can
            // be asked without a network.
            collections = self.hub.check(&account).await?;
        }
        collections
            .into_iter()
            .find(|it| it.kinds.contains(&kind))
            .map(|it| (account, it.id))
            .ok_or_else(|| ApiError::not_found(format_args!("list of {}s here", kind.word())))
    }
}

fn unknown(id: i64) -> ApiError {
    ApiError::not_found(format_args!("notification {id}"))
}

/// The first letters of the first and the last name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let letter = |word: &str| {
        word.chars()
            .find(|it| it.is_alphanumeric())
            .map(|it| it.to_uppercase().to_string())
    };
    let first = words.next().and_then(letter);
    let last = words.next_back().and_then(letter);
    first.into_iter().chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_those_of_the_first_and_the_last_name() {
        assert_eq!(initials("Ines Maria Halvorsen"), "IH");
        assert_eq!(initials("élan"), "É");
        assert_eq!(initials("  "), "");
    }
}
