// Written by `cargo xtask gen` from the calls list of the api crate. Do not edit.
import type { AccountRow } from './AccountRow';
import type { Act } from './Act';
import type { AddAccount } from './AddAccount';
import type { AddNote } from './AddNote';
import type { AddTask } from './AddTask';
import type { AttachmentData } from './AttachmentData';
import type { AttachmentWanted } from './AttachmentWanted';
import type { Backfilled } from './Backfilled';
import type { Belongs } from './Belongs';
import type { Brief } from './Brief';
import type { CheckReport } from './CheckReport';
import type { Completions } from './Completions';
import type { ConversationFilter } from './ConversationFilter';
import type { ConversationRow } from './ConversationRow';
import type { Counts } from './Counts';
import type { CoverageRow } from './CoverageRow';
import type { CustomerFilter } from './CustomerFilter';
import type { CustomerPage } from './CustomerPage';
import type { CustomerRow } from './CustomerRow';
import type { DoctorReport } from './DoctorReport';
import type { Done } from './Done';
import type { Download } from './Download';
import type { Downloaded } from './Downloaded';
import type { DraftRow } from './DraftRow';
import type { DueNotification } from './DueNotification';
import type { DueParsed } from './DueParsed';
import type { DueText } from './DueText';
import type { EditCommand } from './EditCommand';
import type { EditMessage } from './EditMessage';
import type { EventPage } from './EventPage';
import type { EventRange } from './EventRange';
import type { EventRow } from './EventRow';
import type { Export } from './Export';
import type { Exported } from './Exported';
import type { FieldRow } from './FieldRow';
import type { FillTemplate } from './FillTemplate';
import type { FilledTemplate } from './FilledTemplate';
import type { Forget } from './Forget';
import type { HowMany } from './HowMany';
import type { JournalFilter } from './JournalFilter';
import type { JournalLine } from './JournalLine';
import type { KeptDraft } from './KeptDraft';
import type { LedgerLine } from './LedgerLine';
import type { LookUp } from './LookUp';
import type { LookedUp } from './LookedUp';
import type { Loss } from './Loss';
import type { MadeSample } from './MadeSample';
import type { MakeSample } from './MakeSample';
import type { Manifest } from './Manifest';
import type { Me } from './Me';
import type { MessageHtml } from './MessageHtml';
import type { MessagePage } from './MessagePage';
import type { MessageRow } from './MessageRow';
import type { MessageView } from './MessageView';
import type { MessagesOf } from './MessagesOf';
import type { Mute } from './Mute';
import type { Named } from './Named';
import type { NamedItem } from './NamedItem';
import type { Nothing } from './Nothing';
import type { NotificationRow } from './NotificationRow';
import type { OneAccount } from './OneAccount';
import type { OneCommand } from './OneCommand';
import type { OneConversation } from './OneConversation';
import type { OneCustomer } from './OneCustomer';
import type { OneEvent } from './OneEvent';
import type { OneItem } from './OneItem';
import type { OneMessage } from './OneMessage';
import type { OneNotification } from './OneNotification';
import type { OnePerson } from './OnePerson';
import type { OneTemplate } from './OneTemplate';
import type { OutboxFilter } from './OutboxFilter';
import type { OutboxRow } from './OutboxRow';
import type { PageRow } from './PageRow';
import type { PageText } from './PageText';
import type { PauseAccount } from './PauseAccount';
import type { PeoplePair } from './PeoplePair';
import type { PersonPage } from './PersonPage';
import type { PersonRow } from './PersonRow';
import type { PinCustomer } from './PinCustomer';
import type { Queued } from './Queued';
import type { React } from './React';
import type { RecentSearch } from './RecentSearch';
import type { ReconcileReport } from './ReconcileReport';
import type { RecordFilter } from './RecordFilter';
import type { RecordPage } from './RecordPage';
import type { RecordRow } from './RecordRow';
import type { Redact } from './Redact';
import type { Reschedule } from './Reschedule';
import type { Resolve } from './Resolve';
import type { Retention } from './Retention';
import type { SaidWords } from './SaidWords';
import type { SaveDraft } from './SaveDraft';
import type { SaveTemplate } from './SaveTemplate';
import type { Say } from './Say';
import type { SearchFor } from './SearchFor';
import type { SearchPage } from './SearchPage';
import type { SearchWords } from './SearchWords';
import type { SearchableRow } from './SearchableRow';
import type { Security } from './Security';
import type { SecurityAnswer } from './SecurityAnswer';
import type { Sent } from './Sent';
import type { SetDone } from './SetDone';
import type { SetFields } from './SetFields';
import type { Setting } from './Setting';
import type { SettingName } from './SettingName';
import type { SignIn } from './SignIn';
import type { SignedIn } from './SignedIn';
import type { Snooze } from './Snooze';
import type { SnoozeNotification } from './SnoozeNotification';
import type { SomeAccounts } from './SomeAccounts';
import type { SomeNotifications } from './SomeNotifications';
import type { SomeoneRow } from './SomeoneRow';
import type { StageFile } from './StageFile';
import type { StagedFile } from './StagedFile';
import type { SuggestionRow } from './SuggestionRow';
import type { SyncReport } from './SyncReport';
import type { TaskFilter } from './TaskFilter';
import type { TaskPage } from './TaskPage';
import type { TaskRow } from './TaskRow';
import type { TaskStatusSet } from './TaskStatusSet';
import type { TemplateRow } from './TemplateRow';
import type { TheseCommands } from './TheseCommands';
import type { TheseItems } from './TheseItems';
import type { TimelineOf } from './TimelineOf';
import type { TimelineRow } from './TimelineRow';
import type { Today } from './Today';
import type { Typing } from './Typing';
import type { Unlink } from './Unlink';
import type { ViewMessage } from './ViewMessage';

/** Every call: what it takes and what it gives. */
export interface Calls {
  /** The kinds of system Rapport speaks to, with their sign-in forms. */
  sources: { request: Nothing; response: Array<Manifest> };
  /** Every account with its health. */
  accounts: { request: Nothing; response: Array<AccountRow> };
  /** Adds an account; nothing is asked of the source yet. */
  account_add: { request: AddAccount; response: AccountRow };
  /** Stops or resumes an account's syncing. */
  account_pause: { request: PauseAccount; response: Done };
  /** One step of signing in. */
  account_sign_in: { request: SignIn; response: SignedIn };
  /** Begins a sign-in in the browser: opens a page here for it to come back to and answers where it is to be opened. One that was begun before for this account ends. */
  browser_begin: { request: OneAccount; response: SignedIn };
  /** Waits for the browser of that sign-in and finishes it; ends with an error when it is given up or nobody comes. */
  browser_wait: { request: OneAccount; response: SignedIn };
  /** Gives a sign-in in the browser up and closes its page. Nothing to give up is fine. */
  browser_give_up: { request: OneAccount; response: Done };
  /** Asks the source now whether the account works, collection by collection. */
  account_check: { request: OneAccount; response: CheckReport };
  /** What removing an account would lose. */
  account_loss: { request: OneAccount; response: Loss };
  /** Removes an account with everything that came from it. */
  account_remove: { request: OneAccount; response: Loss };
  /** A question about end-to-end encryption. */
  account_security: { request: Security; response: SecurityAnswer };
  /** One turn now: sends what waits, pulls what is new. */
  sync_once: { request: SomeAccounts; response: Array<SyncReport> };
  /** What is here and what is at the source, collection by collection. */
  ledger: { request: SomeAccounts; response: Array<LedgerLine> };
  /** Compares id by id and mends the difference. */
  reconcile: { request: SomeAccounts; response: Array<ReconcileReport> };
  /** Finds items by words, part-words and operators. */
  search: { request: SearchFor; response: SearchPage };
  /** Ways to go on with a half-typed query, out of what is here. */
  search_words: { request: SearchWords; response: Completions };
  /** Both, and customers and people of that name, in one answer. */
  look_up: { request: LookUp; response: LookedUp };
  /** Recent searches, newest first. */
  recent_searches: { request: Nothing; response: Array<string> };
  /** Keeps a search among the recent ones. */
  recent_add: { request: RecentSearch; response: Done };
  /** How far back each source can be searched. */
  coverage: { request: Nothing; response: Array<CoverageRow> };
  /** How much can be searched. */
  searchable: { request: Nothing; response: SearchableRow };
  /** Customers, by latest contact. */
  customers: { request: CustomerFilter; response: Array<CustomerRow> };
  /** Keeps a customer in the sidebar, or no longer. */
  customer_pin: { request: PinCustomer; response: Done };
  /** Writes a note on a customer, kept on this device. */
  note_add: { request: AddNote; response: Queued };
  /** Everything the sources know of one customer. */
  customer: { request: OneCustomer; response: CustomerPage };
  /** A customer's history over all systems, newest first. */
  customer_timeline: { request: TimelineOf; response: Array<TimelineRow> };
  /** The user has looked at this customer now. */
  customer_looked: { request: OneCustomer; response: Done };
  /** People, by latest contact. */
  people: { request: Named; response: Array<PersonRow> };
  /** One person with every handle and the evidence that joins them. */
  person: { request: OnePerson; response: PersonPage };
  /** Whose page shows a contact or company row. */
  belongs: { request: OneItem; response: Belongs };
  /** These two are the same person. Answers what takes it back. */
  person_link: { request: PeoplePair; response: SaidWords };
  /** This handle is not that person's. Answers what takes it back. */
  person_unlink: { request: Unlink; response: SaidWords };
  /** These two are never the same person. Answers what takes it back. */
  person_keep_apart: { request: PeoplePair; response: SaidWords };
  /** Says again what was said of people before: undoes a link, unlink or keeping apart. */
  people_say: { request: SaidWords; response: Done };
  /** Pairs that may be the same person, with the reason. */
  person_suggestions: { request: Named; response: Array<SuggestionRow> };
  /** Conversations of every source, newest activity first. */
  conversations: { request: ConversationFilter; response: Array<ConversationRow> };
  /** One conversation. */
  conversation: { request: OneConversation; response: ConversationRow };
  /** Rows of these conversations, in the order named. */
  conversations_by_id: { request: TheseItems; response: Array<ConversationRow> };
  /** Marks conversations as dealt with, or takes the mark away. A new message of somebody else takes it away too. */
  conversation_done: { request: SetDone; response: Done };
  /** Puts conversations off until a moment or a new message, or brings them back. */
  snooze: { request: Snooze; response: Done };
  /** Marks a conversation as unread, here only. */
  mark_unread: { request: OneConversation; response: Done };
  /** Mutes a conversation, here only. */
  conversation_mute: { request: Mute; response: Done };
  /** The people of a conversation: who wrote lately, then the other members. */
  conversation_people: { request: OneConversation; response: Array<PersonRow> };
  /** Those who type in a conversation now; to be asked when the topic says so. */
  conversation_typing: { request: OneConversation; response: Array<SomeoneRow> };
  /** How many there are, for the marks beside the window's lists. */
  counts: { request: Nothing; response: Counts };
  /** Rows of these messages, in the order named. */
  messages_by_id: { request: TheseItems; response: Array<MessageRow> };
  /** The HTML form of a message, made harmless, to be framed without scripts. */
  message_view: { request: ViewMessage; response: MessageView };
  /** Keeps a pasted or dropped file, piece by piece, until it is sent. */
  stage_file: { request: StageFile; response: StagedFile };
  /** The bytes of a file that came with an item, to be shown. */
  attachment_data: { request: AttachmentWanted; response: AttachmentData };
  /** Texts to be used again, by name. */
  templates: { request: Nothing; response: Array<TemplateRow> };
  /** Keeps a template. */
  template_save: { request: SaveTemplate; response: TemplateRow };
  /** Removes a template. */
  template_remove: { request: OneTemplate; response: Done };
  /** A template with its fields filled for a conversation. */
  template_fill: { request: FillTemplate; response: FilledTemplate };
  /** Rows of these tasks, in the order named. */
  tasks_by_id: { request: TheseItems; response: Array<TaskRow> };
  /** Rows of these records, in the order named. */
  records_by_id: { request: TheseItems; response: Array<RecordRow> };
  /** Rows of these outbox entries, in the order named. */
  outbox_by_id: { request: TheseCommands; response: Array<OutboxRow> };
  /** Chooses another moment for a message that goes later. */
  outbox_reschedule: { request: Reschedule; response: Done };
  /** Messages of a conversation, newest first, with the known gaps. */
  messages: { request: MessagesOf; response: MessagePage };
  /** Says something; it waits in the outbox for its undo window. */
  send: { request: Say; response: Sent };
  /** Changes the text of an own message. */
  edit_message: { request: EditMessage; response: Queued };
  /** Takes a message back. */
  redact: { request: Redact; response: Queued };
  /** Reacts to a message. */
  react: { request: React; response: Queued };
  /** Takes the user's own reaction of that kind back. */
  unreact: { request: React; response: Queued };
  /** Marks a conversation as read up to its newest message. */
  mark_read: { request: OneConversation; response: Done };
  /** Fetches older history into the newest gap of a conversation. */
  backfill: { request: OneConversation; response: Backfilled };
  /** Tells others that the user is typing. */
  typing: { request: Typing; response: Done };
  /** Fetches a file that came with an item. */
  download: { request: Download; response: Downloaded };
  /** Drafts, newest first. */
  drafts: { request: Nothing; response: Array<DraftRow> };
  /** The draft of a conversation with what it answers and its files. */
  draft: { request: OneConversation; response: KeptDraft };
  /** Keeps what the user is writing, as a new version. */
  draft_save: { request: SaveDraft; response: Done };
  /** Earlier versions of a draft, newest first. */
  draft_history: { request: OneConversation; response: Array<DraftRow> };
  /** Throws a draft away, by the user's explicit wish. */
  draft_discard: { request: OneConversation; response: Done };
  /** Tasks of every source, by due date. */
  tasks: { request: TaskFilter; response: Array<TaskRow> };
  /** How many tasks there are of those that would be listed without a limit. */
  tasks_count: { request: TaskFilter; response: HowMany };
  /** Makes a task. */
  task_add: { request: AddTask; response: Queued };
  /** Sets a task to done. */
  task_done: { request: OneItem; response: Queued };
  /** Sets where a task stands. */
  task_status: { request: TaskStatusSet; response: Queued };
  /** One task with everything, the message it was made from included. */
  task: { request: OneItem; response: TaskPage };
  /** Reads when something is due out of a line as typed, in English or German. */
  due_parse: { request: DueText; response: DueParsed };
  /** One calendar entry with everything. */
  event: { request: OneEvent; response: EventPage };
  /** What to know before a meeting. */
  brief: { request: OneEvent; response: Brief };
  /** Calendar entries between two moments, recurrences spread out. */
  events: { request: EventRange; response: Array<EventRow> };
  /** Wiki pages and notes. */
  pages: { request: Named; response: Array<PageRow> };
  /** One wiki page with its text. */
  page: { request: OneItem; response: PageText };
  /** Records of every source. */
  records: { request: RecordFilter; response: Array<RecordRow> };
  /** One record with all its fields, where each came from and how old it is. */
  record: { request: OneItem; response: RecordPage };
  /** Sets fields of a record, task, contact or event, through the outbox. */
  set_fields: { request: SetFields; response: Queued };
  /** Presses a button the server offers. */
  act: { request: Act; response: Queued };
  /** What waits, is unsure or parked, in the order it will go. */
  outbox: { request: OutboxFilter; response: Array<OutboxRow> };
  /** Takes a waiting command back. */
  outbox_undo: { request: OneCommand; response: Done };
  /** Takes what was said back into the draft of its conversation, as long as it has not left. */
  take_back: { request: OneCommand; response: KeptDraft };
  /** Tries a parked command again. */
  outbox_retry: { request: OneCommand; response: Done };
  /** Changes what a waiting or parked command wants. */
  outbox_edit: { request: EditCommand; response: Done };
  /** Gives a parked command up; the source's values stand. */
  outbox_discard: { request: OneCommand; response: Done };
  /** Decides a conflict field by field. */
  outbox_resolve: { request: Resolve; response: Done };
  /** What changed, who or what caused it. */
  journal: { request: JournalFilter; response: Array<JournalLine> };
  /** Notifications, newest first. */
  notifications: { request: Nothing; response: Array<NotificationRow> };
  /** The user has seen every notification so far. */
  notifications_seen: { request: Nothing; response: Done };
  /** Puts a notification off; it is shown again then. */
  notification_snooze: { request: SnoozeNotification; response: Done };
  /** The user is done with a notification. */
  notification_done: { request: OneNotification; response: Done };
  /** What the desktop is to show now, each exactly once: it counts as shown before it is given out. */
  due_notifications: { request: Nothing; response: Array<DueNotification> };
  /** Which of these notifications still wait for the user; the others were read, dealt with or put off, here or elsewhere. */
  notifications_stand: { request: SomeNotifications; response: Array<number> };
  /** What needs the user: unread mentions, open questions, overdue invoices, due tasks. */
  today: { request: Nothing; response: Today };
  /** A setting. */
  setting: { request: SettingName; response: Setting };
  /** Every setting that was set. */
  settings: { request: Nothing; response: Array<Setting> };
  /** Changes a setting. */
  setting_set: { request: Setting; response: Done };
  /** Writes what is here into open formats. */
  export: { request: Export; response: Exported };
  /** What erasing an account or person would lose. */
  forget_loss: { request: Forget; response: Loss };
  /** Erases everything of an account or person here; sources are not touched. */
  forget: { request: Forget; response: Loss };
  /** Creates the sample workspace, a fictional company, as a source. */
  sample: { request: MakeSample; response: MadeSample };
  /** Records and tasks whose code or title begins so, newest first. */
  named_items: { request: Named; response: Array<NamedItem> };
  /** All tracked fields of an item, with the source's value while an edit waits. */
  fields: { request: OneItem; response: Array<FieldRow> };
  /** The HTML form of a message, as received: foreign text, to be sanitised and framed. */
  message_html: { request: OneMessage; response: MessageHtml };
  /** The user and the workspace. */
  me: { request: Nothing; response: Me };
  /** Erases an account's messages that are older than so many days here, now and from now on, and does not fetch them again. */
  account_retention: { request: Retention; response: AccountRow };
  /** Examines keychain, database, disk, clock and accounts. */
  doctor: { request: Nothing; response: DoctorReport };
}
