//! Searching, the journal, notifications, settings, export, erasing, examining,
//! the sample.

#![expect(
    clippy::unused_async,
    reason = "every call has one form; one that only reads today may ask a source tomorrow"
)]

use std::ops::ControlFlow;
use std::path::PathBuf;

use rapport_engine::NewAccount;
use rapport_model::{AccountId, Cause};
use rapport_sample::Progress as Written;
use rapport_store::search::{Filter, Query, SearchContext, What};
use rapport_store::table::journal::JournalQuery;
use rapport_store::view;

use super::Api;
use crate::dto::{
    ConversationFilter, CustomerFilter, DoctorReport, Done, Export, Exported, Forget,
    JournalFilter, Loss, MadeSample, MakeSample, Nothing, OneCustomer, PinCustomer, SampleNeedle,
    SearchFor, Setting, SettingName, SomeAccounts,
};
use crate::error::{ApiError, Code};

/// Characters of a query that are looked at.
const LONGEST_QUERY: usize = 256;

/// The id of the sample's first account; the others begin with it.
const SAMPLE: &str = "sample";

/// The end of an account's id, what it is called, and which files are its.
type SampleSource = (&'static str, &'static str, &'static [&'static str]);

/// Writes the sample's folder as it is at some hour.
type MakeFolder = fn(
    &rapport_sample::Options,
    &std::path::Path,
    &mut dyn FnMut(Written) -> ControlFlow<()>,
) -> Result<rapport_sample::Summary, rapport_sample::SampleError>;

/// The end of the account's id that has the sample's chat.
const CHAT: &str = "chat";

/// So many of the sample's systems, the first ones, keep records.
const SAMPLE_RECORDS: usize = 3;

/// The systems of the sample: the end of the account's id, what it is called, and
/// which files are its.
const SAMPLE_SOURCES: [SampleSource; 7] = [
    (
        "",
        "ERP",
        &[
            "contacts/",
            "records/customers.csv",
            "records/employees.csv",
            "records/invoice",
            "records/leave.csv",
            "records/order",
            "records/payments.csv",
            "records/products.csv",
        ],
    ),
    (
        "crm",
        "CRM",
        &[
            "records/calls.csv",
            "records/notes.csv",
            "records/opportunities.csv",
            "records/quotes.csv",
            "records/sales_accounts.csv",
        ],
    ),
    ("tickets", "Tickets", &["records/ticket"]),
    ("mail", "Mail", &["mail/"]),
    (CHAT, "Chat", &["chat/"]),
    ("calendar", "Calendar", &["calendar/", "tasks/"]),
    ("wiki", "Wiki", &["wiki/"]),
];

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

    /// How much can be searched, over all sources.
    pub async fn searchable(&self, _nothing: Nothing) -> Result<view::SearchableRow, ApiError> {
        self.read(|db| db.searchable())
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

    /// Every setting that was set.
    pub async fn settings(&self, _nothing: Nothing) -> Result<Vec<Setting>, ApiError> {
        let all = self.read(|db| db.settings())?;
        Ok(all
            .into_iter()
            .map(|(key, value)| Setting { key, value })
            .collect())
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
        let (db, manifests) = (self.hub.db().clone(), self.hub.manifests());
        tokio::task::spawn_blocking(move || {
            let to = PathBuf::from(wanted.to);
            crate::export::write(&db, &manifests, &to, wanted.customer)
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
        let first = self
            .read(|db| db.account(&AccountId::new(SAMPLE)))?
            .is_none();
        if first && !wanted.files_only {
            self.sample_evening(&options, &folder).await?;
        }
        let summary = made(rapport_sample::generate, &options, &folder, progress)?;
        let account = if wanted.files_only {
            None
        } else {
            Some(self.sample_sources(&folder, &SAMPLE_SOURCES)?)
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

impl Api {
    /// The accounts that read the sample's folder, each the part of one system:
    /// so every fact says which one it is from. Making the sample again refreshes
    /// those that are there. Answers the first one, which has the customers.
    fn sample_sources(
        &self,
        folder: &std::path::Path,
        which: &[SampleSource],
    ) -> Result<AccountId, ApiError> {
        let known = self.read(|db| db.accounts())?;
        let first = AccountId::new(SAMPLE);
        for (part, label, only) in which {
            let id = sample_account(part);
            let mut config = serde_json::json!({
                "folder": folder,
                "own": SAMPLE_USER,
                "only": only,
            });
            if id != first
                && let Some(fields) = config.as_object_mut()
            {
                // Customers, orders and colleagues are in the first one's part.
                fields.insert("beside".to_owned(), serde_json::json!(SAMPLE));
            }
            match known.iter().find(|it| it.id == id) {
                Some(account) if account.config == config => {}
                Some(_) => {
                    self.hub
                        .change_account(&id, Some((*label).to_owned()), Some(config))?;
                }
                None => {
                    self.hub.add_account(NewAccount {
                        id: Some(id),
                        connector: "files".to_owned(),
                        label: (*label).to_owned(),
                        config,
                    })?;
                }
            }
        }
        Ok(first)
    }

    /// The evening before: the books, the pipeline and the tickets are read and looked at once.
    /// What the morning changed in them comes with the next turn, as it comes from any source.
    /// One conversation was read, too, and put off until now; a few customers were pinned.
    async fn sample_evening(
        &self,
        options: &rapport_sample::Options,
        folder: &std::path::Path,
    ) -> Result<(), ApiError> {
        made(
            rapport_sample::evening_before,
            options,
            folder,
            |_written| {},
        )?;
        let on_record = SAMPLE_SOURCES.get(..SAMPLE_RECORDS).unwrap_or_default();
        let put_off: SampleSource = (CHAT, "Chat", &[rapport_sample::PUT_OFF]);
        self.sample_sources(folder, on_record)?;
        self.sample_sources(folder, &[put_off])?;
        for (part, ..) in on_record.iter().chain([&put_off]) {
            let account = Some(sample_account(part));
            self.sync_once(SomeAccounts { account }).await?;
        }
        let customers = self.customers(CustomerFilter::default()).await?;
        for customer in &customers {
            let customer = customer.id;
            let since = None;
            self.customer_looked(OneCustomer { customer, since })
                .await?;
        }
        let is_kept = |name: &str| rapport_sample::KEPT.iter().any(|it| name.starts_with(it));
        for customer in customers.iter().filter(|it| is_kept(&it.name)) {
            let customer = customer.id;
            let pinned = true;
            self.customer_pin(PinCustomer { customer, pinned }).await?;
        }
        let talk = ConversationFilter {
            account: Some(sample_account(CHAT)),
            ..ConversationFilter::default()
        };
        let talk = self.read(|db| db.inbox_ids(&talk))?;
        // A short while; a moment would be over before it is looked at.
        self.hub.snooze(&talk, Some(self.now().plus(1_000)))?;
        Ok(())
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
    make: MakeFolder,
    options: &rapport_sample::Options,
    folder: &std::path::Path,
    mut progress: impl FnMut(u64),
) -> Result<rapport_sample::Summary, ApiError> {
    make(options, folder, &mut |step: Written| {
        progress(step.done);
        ControlFlow::Continue(())
    })
    .map_err(|error| ApiError::new(Code::Refused, error.to_string()))
}

/// The account of a part of the sample.
fn sample_account(part: &str) -> AccountId {
    if part.is_empty() {
        AccountId::new(SAMPLE)
    } else {
        AccountId::new(format!("{SAMPLE}-{part}"))
    }
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
