//! Searching, the journal, notifications, settings, export, erasing, examining,
//! the sample.

#![expect(
    clippy::unused_async,
    reason = "every call has one form; one that only reads today may ask a source tomorrow"
)]

use std::path::PathBuf;

use rapport_engine::NewAccount;
use rapport_model::{AccountId, Cause};
use rapport_sample::Progress as Written;
use rapport_store::Scope;
use rapport_store::search::{Filter, Query, SearchContext, What};
use rapport_store::table::journal::JournalQuery;
use rapport_store::view;

use super::Api;
use crate::dto::{
    DoctorReport, Done, Export, Exported, Forget, JournalFilter, Loss, MadeSample, MakeSample,
    Nothing, SampleNeedle, SearchFor, Setting, SettingName,
};
use crate::error::{ApiError, Code};

/// Characters of a query that are looked at.
const LONGEST_QUERY: usize = 256;

/// The sample's user, Ines Halvorsen, in mail and in chat.
const SAMPLE_USER: &str = "ines@velmora.example, @ines:velmora.example";

impl Api {
    /// Finds items.
    pub async fn search(&self, wanted: SearchFor) -> Result<view::SearchPage, ApiError> {
        let context = SearchContext {
            today: self.today_is(),
            zone: self.zone(),
        };
        let text = cut(&wanted.text);
        let query = if wanted.as_you_type {
            Query::typing(text, &context)
        } else {
            Query::parse(text, &context)
        };
        let only = |mut query: Query| {
            if let Some(conversation) = wanted.conversation {
                query.filters.push(Filter {
                    negated: false,
                    what: What::In(format!("#{conversation}")),
                });
            }
            query
        };
        let query = only(query);
        let (limit, offset) = (wanted.limit.unwrap_or(50), wanted.offset.unwrap_or(0));
        let found = self.read(|db| db.search_page(&query, limit, offset))?;
        if found.hits.is_empty() && offset == 0 && !wanted.as_you_type {
            // No whole word fits: the last one may be the beginning of a word.
            let beginning = only(Query::typing(text, &context));
            return self.read(|db| db.search_page(&beginning, limit, offset));
        }
        Ok(found)
    }

    /// How far back each source can be searched.
    pub async fn coverage(&self, _nothing: Nothing) -> Result<Vec<view::CoverageRow>, ApiError> {
        self.read(|db| db.coverage_rows())
    }

    /// What changed.
    pub async fn journal(&self, filter: JournalFilter) -> Result<Vec<view::JournalLine>, ApiError> {
        if let Some(cause) = &filter.cause
            && ![Cause::Remote.word(), "me", "rule"].contains(&cause.as_str())
        {
            return Err(ApiError::bad_request("A cause is remote, me or rule."));
        }
        let query = JournalQuery {
            org: filter.customer,
            item: filter.item,
            since: filter.since,
            until: filter.until,
            cause: filter.cause,
            limit: filter.limit.unwrap_or(200),
            ..JournalQuery::default()
        };
        self.read(|db| db.journal_lines(&query))
    }

    /// Notifications.
    pub async fn notifications(
        &self,
        _nothing: Nothing,
    ) -> Result<Vec<view::NotificationRow>, ApiError> {
        self.read(|db| view::notifications(db, 200))
    }

    /// The user has seen every notification.
    pub async fn notifications_seen(&self, _nothing: Nothing) -> Result<Done, ApiError> {
        let now = self.now();
        self.hub
            .db()
            .write(|tx| {
                let ids: Vec<i64> = tx
                    .notifications(true, None, 10_000)?
                    .into_iter()
                    .map(|it| it.id)
                    .collect();
                tx.mark_seen(&ids, now)
            })
            .map_err(ApiError::from)?;
        Ok(Done {})
    }

    /// A setting.
    pub async fn setting(&self, which: SettingName) -> Result<Setting, ApiError> {
        let key = which.key.clone();
        let value = self.read(|db| db.setting::<serde_json::Value>(&key))?;
        Ok(Setting {
            key: which.key,
            value: value.unwrap_or_default(),
        })
    }

    /// Changes a setting.
    pub async fn setting_set(&self, setting: Setting) -> Result<Done, ApiError> {
        self.hub
            .db()
            .write(|tx| tx.set_setting(&setting.key, &setting.value))?;
        Ok(Done {})
    }

    /// Writes open formats.
    pub async fn export(&self, wanted: Export) -> Result<Exported, ApiError> {
        let db = self.hub.db().clone();
        let scope = wanted.customer.map_or(Scope::All, Scope::Org);
        tokio::task::spawn_blocking(move || {
            crate::export::write(&db, &PathBuf::from(wanted.to), &scope)
        })
        .await
        .map_err(|error| ApiError::new(Code::Internal, error.to_string()))?
    }

    /// What erasing would lose.
    pub async fn forget_loss(&self, which: Forget) -> Result<Loss, ApiError> {
        match (which.account, which.person) {
            (Some(account), None) => Ok(self.hub.loss_of_account(&account)?.into()),
            (None, Some(person)) => Ok(self.hub.loss_of_person(person)?.into()),
            _ => Err(ApiError::bad_request(
                "Name exactly one: an account or a person.",
            )),
        }
    }

    /// Erases everything of an account or person.
    pub async fn forget(&self, which: Forget) -> Result<Loss, ApiError> {
        match (which.account, which.person) {
            (Some(account), None) => Ok(self.hub.remove_account(&account).await?.into()),
            (None, Some(person)) => Ok(self.hub.forget_person(person)?.into()),
            _ => Err(ApiError::bad_request(
                "Name exactly one: an account or a person.",
            )),
        }
    }

    /// Examines everything.
    pub async fn doctor(&self, _nothing: Nothing) -> Result<DoctorReport, ApiError> {
        crate::doctor::examine(self).await
    }

    /// Creates the sample workspace.
    pub async fn sample(&self, wanted: MakeSample) -> Result<MadeSample, ApiError> {
        self.sample_with(wanted, |_written| {}).await
    }

    /// Creates the sample workspace, saying how many items are written.
    ///
    /// # Errors
    /// The day is not one, or the folder cannot be written.
    pub async fn sample_with(
        &self,
        wanted: MakeSample,
        progress: impl FnMut(u64) + Send,
    ) -> Result<MadeSample, ApiError> {
        let zone = self.zone();
        let today = match &wanted.today {
            Some(text) => text.parse().map_err(|error| {
                ApiError::bad_request(format_args!("\"{text}\" is no day: {error}"))
            })?,
            None => view::today(self.now(), &zone),
        };
        let folder = self.hub.db().profile().home().join("sample");
        let options = rapport_sample::Options {
            seed: wanted.seed,
            today,
            zone,
            messages: wanted.messages,
            needles: wanted.needles,
        };
        let summary = made(&options, &folder, progress)?;
        let account = if wanted.files_only {
            None
        } else {
            let config = serde_json::json!({ "folder": folder, "own": SAMPLE_USER });
            let known = self.read(|db| db.accounts())?;
            // Making the sample again refreshes the account it already has.
            match known
                .into_iter()
                .find(|it| it.connector == "files" && it.config == config)
            {
                Some(account) => Some(account.id),
                None => Some(
                    self.hub
                        .add_account(NewAccount {
                            id: Some(AccountId::new("sample")),
                            connector: "files".to_owned(),
                            label: "Velmora Instruments".to_owned(),
                            config,
                        })?
                        .id,
                ),
            }
        };
        Ok(MadeSample {
            folder: folder.display().to_string(),
            account,
            counts: counts(&summary),
            needles: summary
                .needles
                .into_iter()
                .map(|it| SampleNeedle {
                    query: it.query,
                    expect: it.expect,
                    why: it.why,
                })
                .collect(),
        })
    }
}

/// The beginning of a query that is longer than anybody types: each word costs
/// a look at every hit.
fn cut(text: &str) -> &str {
    text.char_indices()
        .nth(LONGEST_QUERY)
        .map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

fn made(
    options: &rapport_sample::Options,
    folder: &std::path::Path,
    mut progress: impl FnMut(u64),
) -> Result<rapport_sample::Summary, ApiError> {
    rapport_sample::generate(options, folder, &mut |step: Written| {
        progress(step.done);
        std::ops::ControlFlow::Continue(())
    })
    .map_err(|error| ApiError::new(Code::Refused, error.to_string()))
}

/// What was made, by kind.
fn counts(summary: &rapport_sample::Summary) -> Vec<(String, u64)> {
    let mut counts: Vec<(String, u64)> = [
        ("contacts", summary.contacts),
        ("calendar entries", summary.events),
        ("tasks", summary.tasks),
        ("mails", summary.mails),
        ("chat rooms", summary.rooms),
        ("chat messages", summary.chats),
        ("wiki pages", summary.pages),
    ]
    .map(|(kind, count)| (kind.to_owned(), count))
    .to_vec();
    counts.extend(
        summary
            .records
            .iter()
            .map(|(kind, count)| (kind.clone(), *count)),
    );
    counts
}
