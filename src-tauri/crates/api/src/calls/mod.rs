//! Every call there is.

mod accounts;
mod care;
mod facts;
mod look_up;
mod people;
mod sign_in;
mod talk;
mod triage;
mod work;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::{FutureExt as _, Stream};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rapport_engine::Hub;
use rapport_model::connector::{SecurityAnswer, SignedIn, Vault};
use rapport_model::ledger::LedgerLine;
use rapport_model::{Manifest, Millis};
use rapport_store::{Reader, StoreError, Topic, view};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::dto::{
    AccountRow, Act, AddAccount, AddNote, AddTask, AttachmentData, AttachmentWanted, Backfilled,
    CheckReport, ConversationFilter, CustomerFilter, DoctorReport, Done, Download, Downloaded,
    DueParsed, DueText, EditCommand, EditMessage, EventRange, Export, Exported, FillTemplate,
    FilledTemplate, Forget, HowMany, JournalFilter, KeptDraft, LookUp, LookedUp, Loss, MadeSample,
    MakeSample, Me, MessageHtml, MessageView, MessagesOf, Mute, Named, Nothing, OneAccount,
    OneCommand, OneConversation, OneCustomer, OneEvent, OneItem, OneMessage, OneNotification,
    OnePerson, OneTemplate, OutboxFilter, PauseAccount, PeoplePair, PinCustomer, Queued, React,
    RecentSearch, ReconcileReport, RecordFilter, Redact, Reschedule, Resolve, Retention, SaidWords,
    SaveDraft, SaveTemplate, Say, SearchFor, SearchWords, Security, Sent, SetDone, SetFields,
    Setting, SettingName, SignIn, Snooze, SnoozeNotification, SomeAccounts, SomeNotifications,
    StageFile, StagedFile, SyncReport, TaskFilter, TaskStatusSet, TheseCommands, TheseItems,
    TimelineOf, Typing, Unlink, ViewMessage,
};
use crate::error::{ApiError, Code};
use crate::router::calls;

/// Everything a caller can ask. Shared through an [`Arc`].
#[derive(Debug)]
pub struct Api {
    pub(crate) hub: Hub,
    pub(crate) vault: Arc<dyn Vault>,
    zone: TimeZone,
    pub(crate) browsers: sign_in::Browsers,
}

impl Api {
    /// Puts the calls on a hub. `vault` is the one the hub was made with, for
    /// the doctor; `zone` is where the user is.
    #[must_use]
    pub fn new(hub: Hub, vault: Arc<dyn Vault>, zone: TimeZone) -> Self {
        // What is past due is decided where the user is, not where the process runs.
        hub.set_zone(zone.clone());
        Self {
            hub,
            vault,
            zone,
            browsers: sign_in::Browsers::default(),
        }
    }

    /// The hub below, for the process that owns it.
    #[must_use]
    pub const fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Millis {
        self.hub.clock().now()
    }

    /// Where the user is.
    pub(crate) fn zone(&self) -> TimeZone {
        self.zone.clone()
    }

    /// The day it is, on the user's own clock.
    pub(crate) fn today_is(&self) -> Date {
        view::today(self.now(), &self.zone)
    }

    /// Asks the database. Short: a screen's query is answered from an index.
    pub(crate) fn read<T>(
        &self,
        ask: impl FnOnce(&Reader<'_>) -> Result<T, StoreError>,
    ) -> Result<T, ApiError> {
        Ok(self.hub.db().read(ask)?)
    }

    /// What changed, after each commit. A caller that falls too far behind is
    /// told to read everything again.
    pub fn topics(&self) -> impl Stream<Item = Arc<Vec<Topic>>> + Send + use<> {
        let receiver = self.hub.db().subscribe();
        futures_util::stream::unfold(receiver, |mut receiver| async move {
            use tokio::sync::broadcast::error::RecvError;
            match receiver.recv().await {
                Ok(topics) => Some((topics, receiver)),
                Err(RecvError::Lagged(_)) => Some((Arc::new(vec![Topic::Everything]), receiver)),
                Err(RecvError::Closed) => None,
            }
        })
    }
}

calls! {
    /// The kinds of system Rapport speaks to, with their sign-in forms.
    sources(Nothing) -> Vec<Manifest>;
    /// Every account with its health.
    accounts(Nothing) -> Vec<AccountRow>;
    /// Adds an account; nothing is asked of the source yet.
    account_add(AddAccount) -> AccountRow;
    /// Stops or resumes an account's syncing.
    account_pause(PauseAccount) -> Done;
    /// One step of signing in.
    account_sign_in(SignIn) -> SignedIn;
    /// Begins a sign-in in the browser: opens a page here for it to come back to and answers where it is to be opened. One that was begun before for this account ends.
    browser_begin(OneAccount) -> SignedIn;
    /// Waits for the browser of that sign-in and finishes it; ends with an error when it is given up or nobody comes.
    browser_wait(OneAccount) -> SignedIn;
    /// Gives a sign-in in the browser up and closes its page. Nothing to give up is fine.
    browser_give_up(OneAccount) -> Done;
    /// Asks the source now whether the account works, collection by collection.
    account_check(OneAccount) -> CheckReport;
    /// What removing an account would lose.
    account_loss(OneAccount) -> Loss;
    /// Removes an account with everything that came from it.
    account_remove(OneAccount) -> Loss;
    /// A question about end-to-end encryption.
    account_security(Security) -> SecurityAnswer;
    /// One turn now: sends what waits, pulls what is new.
    sync_once(SomeAccounts) -> Vec<SyncReport>;
    /// What is here and what is at the source, collection by collection.
    ledger(SomeAccounts) -> Vec<LedgerLine>;
    /// Compares id by id and mends the difference.
    reconcile(SomeAccounts) -> Vec<ReconcileReport>;
    /// Finds items by words, part-words and operators.
    search(SearchFor) -> view::SearchPage;
    /// Ways to go on with a half-typed query, out of what is here.
    search_words(SearchWords) -> view::Completions;
    /// Both, and customers and people of that name, in one answer.
    look_up(LookUp) -> LookedUp;
    /// Recent searches, newest first.
    recent_searches(Nothing) -> Vec<String>;
    /// Keeps a search among the recent ones.
    recent_add(RecentSearch) -> Done;
    /// How far back each source can be searched.
    coverage(Nothing) -> Vec<view::CoverageRow>;
    /// How much can be searched.
    searchable(Nothing) -> view::SearchableRow;
    /// Customers, by latest contact.
    customers(CustomerFilter) -> Vec<view::CustomerRow>;
    /// Keeps a customer in the sidebar, or no longer.
    customer_pin(PinCustomer) -> Done;
    /// Writes a note on a customer, kept on this device.
    note_add(AddNote) -> Queued;
    /// Everything the sources know of one customer.
    customer(OneCustomer) -> view::CustomerPage;
    /// A customer's history over all systems, newest first.
    customer_timeline(TimelineOf) -> Vec<view::TimelineRow>;
    /// The user has looked at this customer now.
    customer_looked(OneCustomer) -> Done;
    /// People, by latest contact.
    people(Named) -> Vec<view::PersonRow>;
    /// One person with every handle and the evidence that joins them.
    person(OnePerson) -> view::PersonPage;
    /// Whose page shows a contact or company row.
    belongs(OneItem) -> view::Belongs;
    /// These two are the same person. Answers what takes it back.
    person_link(PeoplePair) -> SaidWords;
    /// This handle is not that person's. Answers what takes it back.
    person_unlink(Unlink) -> SaidWords;
    /// These two are never the same person. Answers what takes it back.
    person_keep_apart(PeoplePair) -> SaidWords;
    /// Says again what was said of people before: undoes a link, unlink or keeping apart.
    people_say(SaidWords) -> Done;
    /// Pairs that may be the same person, with the reason.
    person_suggestions(Named) -> Vec<view::SuggestionRow>;
    /// Conversations of every source, newest activity first.
    conversations(ConversationFilter) -> Vec<view::ConversationRow>;
    /// One conversation.
    conversation(OneConversation) -> view::ConversationRow;
    /// Rows of these conversations, in the order named.
    conversations_by_id(TheseItems) -> Vec<view::ConversationRow>;
    /// Marks conversations as dealt with, or takes the mark away. A new message of somebody else takes it away too.
    conversation_done(SetDone) -> Done;
    /// Puts conversations off until a moment or a new message, or brings them back.
    snooze(Snooze) -> Done;
    /// Marks a conversation as unread, here only.
    mark_unread(OneConversation) -> Done;
    /// Mutes a conversation, here only.
    conversation_mute(Mute) -> Done;
    /// The people of a conversation: who wrote lately, then the other members.
    conversation_people(OneConversation) -> Vec<view::PersonRow>;
    /// Those who type in a conversation now; to be asked when the topic says so.
    conversation_typing(OneConversation) -> Vec<view::SomeoneRow>;
    /// How many there are, for the marks beside the window's lists.
    counts(Nothing) -> view::Counts;
    /// Rows of these messages, in the order named.
    messages_by_id(TheseItems) -> Vec<view::MessageRow>;
    /// The HTML form of a message, made harmless, to be framed without scripts.
    message_view(ViewMessage) -> MessageView;
    /// Keeps a pasted or dropped file, piece by piece, until it is sent.
    stage_file(StageFile) -> StagedFile;
    /// The bytes of a file that came with an item, to be shown.
    attachment_data(AttachmentWanted) -> AttachmentData;
    /// Texts to be used again, by name.
    templates(Nothing) -> Vec<view::TemplateRow>;
    /// Keeps a template.
    template_save(SaveTemplate) -> view::TemplateRow;
    /// Removes a template.
    template_remove(OneTemplate) -> Done;
    /// A template with its fields filled for a conversation.
    template_fill(FillTemplate) -> FilledTemplate;
    /// Rows of these tasks, in the order named.
    tasks_by_id(TheseItems) -> Vec<view::TaskRow>;
    /// Rows of these records, in the order named.
    records_by_id(TheseItems) -> Vec<view::RecordRow>;
    /// Rows of these outbox entries, in the order named.
    outbox_by_id(TheseCommands) -> Vec<view::OutboxRow>;
    /// Chooses another moment for a message that goes later.
    outbox_reschedule(Reschedule) -> Done;
    /// Messages of a conversation, newest first, with the known gaps.
    messages(MessagesOf) -> view::MessagePage;
    /// Says something; it waits in the outbox for its undo window.
    send(Say) -> Sent;
    /// Changes the text of an own message.
    edit_message(EditMessage) -> Queued;
    /// Takes a message back.
    redact(Redact) -> Queued;
    /// Reacts to a message.
    react(React) -> Queued;
    /// Takes the user's own reaction of that kind back.
    unreact(React) -> Queued;
    /// Marks a conversation as read up to its newest message.
    mark_read(OneConversation) -> Done;
    /// Fetches older history into the newest gap of a conversation.
    backfill(OneConversation) -> Backfilled;
    /// Tells others that the user is typing.
    typing(Typing) -> Done;
    /// Fetches a file that came with an item.
    download(Download) -> Downloaded;
    /// Drafts, newest first.
    drafts(Nothing) -> Vec<view::DraftRow>;
    /// The draft of a conversation with what it answers and its files.
    draft(OneConversation) -> KeptDraft;
    /// Keeps what the user is writing, as a new version.
    draft_save(SaveDraft) -> Done;
    /// Earlier versions of a draft, newest first.
    draft_history(OneConversation) -> Vec<view::DraftRow>;
    /// Throws a draft away, by the user's explicit wish.
    draft_discard(OneConversation) -> Done;
    /// Tasks of every source, by due date.
    tasks(TaskFilter) -> Vec<view::TaskRow>;
    /// How many tasks there are of those that would be listed without a limit.
    tasks_count(TaskFilter) -> HowMany;
    /// Makes a task.
    task_add(AddTask) -> Queued;
    /// Sets a task to done.
    task_done(OneItem) -> Queued;
    /// Sets where a task stands.
    task_status(TaskStatusSet) -> Queued;
    /// One task with everything, the message it was made from included.
    task(OneItem) -> view::TaskPage;
    /// Reads when something is due out of a line as typed, in English or German.
    due_parse(DueText) -> DueParsed;
    /// One calendar entry with everything.
    event(OneEvent) -> view::EventPage;
    /// What to know before a meeting.
    brief(OneEvent) -> view::Brief;
    /// Calendar entries between two moments, recurrences spread out.
    events(EventRange) -> Vec<view::EventRow>;
    /// Wiki pages and notes.
    pages(Named) -> Vec<view::PageRow>;
    /// One wiki page with its text.
    page(OneItem) -> view::PageText;
    /// Records of every source.
    records(RecordFilter) -> Vec<view::RecordRow>;
    /// One record with all its fields, where each came from and how old it is.
    record(OneItem) -> view::RecordPage;
    /// Sets fields of a record, task, contact or event, through the outbox.
    set_fields(SetFields) -> Queued;
    /// Presses a button the server offers.
    act(Act) -> Queued;
    /// What waits, is unsure or parked, in the order it will go.
    outbox(OutboxFilter) -> Vec<view::OutboxRow>;
    /// Takes a waiting command back.
    outbox_undo(OneCommand) -> Done;
    /// Takes what was said back into the draft of its conversation, as long as it has not left.
    take_back(OneCommand) -> KeptDraft;
    /// Tries a parked command again.
    outbox_retry(OneCommand) -> Done;
    /// Changes what a waiting or parked command wants.
    outbox_edit(EditCommand) -> Done;
    /// Gives a parked command up; the source's values stand.
    outbox_discard(OneCommand) -> Done;
    /// Decides a conflict field by field.
    outbox_resolve(Resolve) -> Done;
    /// What changed, who or what caused it.
    journal(JournalFilter) -> Vec<view::JournalLine>;
    /// Notifications, newest first.
    notifications(Nothing) -> Vec<view::NotificationRow>;
    /// The user has seen every notification so far.
    notifications_seen(Nothing) -> Done;
    /// Puts a notification off; it is shown again then.
    notification_snooze(SnoozeNotification) -> Done;
    /// The user is done with a notification.
    notification_done(OneNotification) -> Done;
    /// What the desktop is to show now, each exactly once: it counts as shown before it is given out.
    due_notifications(Nothing) -> Vec<view::DueNotification>;
    /// Which of these notifications still wait for the user; the others were read, dealt with or put off, here or elsewhere.
    notifications_stand(SomeNotifications) -> Vec<i64>;
    /// What needs the user: unread mentions, open questions, overdue invoices, due tasks.
    today(Nothing) -> view::Today;
    /// A setting.
    setting(SettingName) -> Setting;
    /// Every setting that was set.
    settings(Nothing) -> Vec<Setting>;
    /// Changes a setting.
    setting_set(Setting) -> Done;
    /// Writes what is here into open formats.
    export(Export) -> Exported;
    /// What erasing an account or person would lose.
    forget_loss(Forget) -> Loss;
    /// Erases everything of an account or person here; sources are not touched.
    forget(Forget) -> Loss;
    /// Creates the sample workspace, a fictional company, as a source.
    sample(MakeSample) -> MadeSample;
    /// Records and tasks whose code or title begins so, newest first.
    named_items(Named) -> Vec<view::NamedItem>;
    /// All tracked fields of an item, with the source's value while an edit waits.
    fields(OneItem) -> Vec<view::FieldRow>;
    /// The HTML form of a message, as received: foreign text, to be sanitised and framed.
    message_html(OneMessage) -> MessageHtml;
    /// The user and the workspace.
    me(Nothing) -> Me;
    /// Erases an account's messages that are older than so many days here, now and from now on, and does not fetch them again.
    account_retention(Retention) -> AccountRow;
    /// Examines keychain, database, disk, clock and accounts.
    doctor(Nothing) -> DoctorReport;
}

/// Reads a request; a missing one reads as an empty object.
fn read<T: DeserializeOwned>(name: &str, request: serde_json::Value) -> Result<T, ApiError> {
    let request = if request.is_null() {
        serde_json::json!({})
    } else {
        request
    };
    serde_json::from_value(request).map_err(|error| {
        ApiError::bad_request(format_args!(
            "The call {name} cannot read its request: {error}."
        ))
    })
}

fn write<T: Serialize>(answer: &T) -> Result<serde_json::Value, ApiError> {
    serde_json::to_value(answer).map_err(|error| ApiError::new(Code::Internal, error.to_string()))
}

/// Turns a panic inside a call into an error, so that one bad call never takes
/// the window or the host down.
async fn guarded<T>(
    name: &str,
    call: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    AssertUnwindSafe(call).catch_unwind().await.unwrap_or_else(|_panic| {
        tracing::error!(call = name, "a call panicked");
        Err(ApiError::told(
            Code::Internal,
            crate::dto::Said::new(
                "panic",
                format!("The call {name} failed in a way it should not. Nothing was half done; you can go on."),
            ),
        ))
    })
}
