//! What can be typed. The texts here are the help, the man page and the shell
//! completions.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "rapport",
    version,
    about = "Chat, mail, tasks, calendar, wiki and customer context out of the systems you already have, in one encrypted file.",
    after_help = "Exit codes: 0 done; 1 failed; 2 wrong usage; 3 nothing found; 4 a source needs you to sign in; 5 a source cannot be reached, what you asked waits; 6 the keychain or passphrase; 7 the database file or the disk; 130 cancelled.

With --json an error is one line on standard error, {\"error\": {\"code\": WORD, \"message\": TEXT}}. Words: bad_request, not_found, refused, sign_in, offline, cancelled, internal, unwell (the doctor found something). Of a profile that does not open: no_database, database_exists, empty_passphrase, in_use; with 6: keychain_missing, keychain_locked, keychain_failed, keychain_no_key, wrong_passphrase, wrong_key, no_passphrase_set, nowhere_to_keep, passphrase_unreadable, and keychain, when an account's secrets cannot be had from it; with 7: corrupt, newer_version, edited_migration, disk_full, database_unreadable, key_file_damaged, key_file_unreadable."
)]
pub(crate) struct Cli {
    /// The folder with the database and everything that belongs to it.
    #[arg(long, global = true, env = "RAPPORT_HOME", value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Print JSON with stable field names instead of tables.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Read the recovery passphrase from this open file descriptor.
    #[arg(long, global = true, value_name = "FD")]
    pub(crate) passphrase_fd: Option<i32>,
    /// Do without the system's keychain; the passphrase opens the profile.
    #[arg(long, global = true, env = "RAPPORT_NO_KEYCHAIN", value_parser = clap::builder::BoolishValueParser::new())]
    pub(crate) no_keychain: bool,
    /// Say on standard error what happens (repeat for more).
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new profile: draws the key and creates the encrypted database.
    Init,
    /// Check that the key can be had; with a passphrase, put it back into the keychain.
    Unlock,
    /// Accounts: one sign-in at one remote system each.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Send what waits and pull what is new.
    Sync(SyncArgs),
    /// What is here and what is at the source, collection by collection.
    Ledger(LedgerArgs),
    /// Find anything.
    Search(SearchArgs),
    /// Customers over all systems.
    #[command(subcommand)]
    Customers(CustomersCommand),
    /// People: handles joined by evidence.
    #[command(subcommand)]
    People(PeopleCommand),
    /// Chat rooms, mail threads and tickets.
    #[command(subcommand)]
    Conversations(ConversationsCommand),
    /// Tasks of every source.
    #[command(subcommand)]
    Tasks(TasksCommand),
    /// Opportunities, orders, invoices and every other record.
    #[command(subcommand)]
    Records(RecordsCommand),
    /// What waits to be written back.
    #[command(subcommand)]
    Outbox(OutboxCommand),
    /// What changed, who or what caused it.
    Journal(JournalArgs),
    /// Drafts and their earlier versions.
    Drafts(DraftsArgs),
    /// What needs you today.
    Today,
    /// Create the sample workspace, a fictional company, as a source of this profile.
    Sample(SampleArgs),
    /// Write what is here into open formats: JSON lines, one file for each kind of item, and journal, people, customers, drafts, accounts, settings and templates.
    ///
    /// Each file has one JSON object a line. Items carry the source's own form; journal.jsonl has every change with its cause, people.jsonl and customers.jsonl every handle with the evidence that joins it, drafts.jsonl what was being written with its earlier versions, accounts.jsonl what each account's form was answered with, settings.jsonl and templates.jsonl what was set and kept here. No password, token or key is among them. README.txt beside them says what the fields mean. Of one customer, only what belongs to it is written.
    Export(ExportArgs),
    /// Erase an account or a person here; shows first what would be lost.
    Forget(ForgetArgs),
    /// Examine keychain, database, disk, clock and accounts, in plain words.
    Doctor(DoctorArgs),
    /// Offer the same calls over HTTP on 127.0.0.1, for tests and local tools.
    Serve(ServeArgs),
    /// Run one call by its name with a JSON request.
    Call(CallArgs),
    /// Print shell completions.
    Completions {
        /// bash, zsh, fish, elvish or powershell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Add an account: `account add matrix --label Chat --set homeserver=https://…`.
    Add {
        /// The connector; `account add --help` lists none, `account sources` does.
        connector: String,
        /// What you call it.
        #[arg(long)]
        label: Option<String>,
        /// An answer to the form, `key=value`; repeat.
        #[arg(long = "set", value_name = "KEY=VALUE")]
        set: Vec<String>,
    },
    /// The kinds of system, with their forms.
    Sources,
    /// Accounts with their health.
    List,
    /// Remove an account; lists unsynced work first.
    Remove {
        account: String,
        /// Remove, after having read what is lost.
        #[arg(long)]
        yes: bool,
    },
    /// Sign in. The password is read from standard input or RAPPORT_PASSWORD.
    SignIn {
        account: String,
        /// User name.
        #[arg(long)]
        user: Option<String>,
        /// Sign in with a token, read like a password.
        #[arg(long)]
        token: bool,
        /// Sign in through the browser.
        #[arg(long)]
        browser: bool,
    },
    /// Ask the source now whether the account works.
    Check { account: String },
    /// Stop an account's syncing.
    Pause { account: String },
    /// Let it sync again.
    Resume { account: String },
    /// End-to-end encryption: status, set-up, recover, verify, accept, match, differ.
    Security {
        account: String,
        /// status, set-up, recover, verify, accept, match or differ.
        step: String,
        /// Another person's id, for verify.
        #[arg(long)]
        user: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SyncArgs {
    /// One turn, then end (the default).
    #[arg(long, conflicts_with = "watch")]
    pub(crate) once: bool,
    /// Go on until stopped with Ctrl C.
    #[arg(long)]
    pub(crate) watch: bool,
    /// Only this account.
    #[arg(long)]
    pub(crate) account: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct LedgerArgs {
    /// Compare id by id with the sources first, and mend.
    #[arg(long)]
    pub(crate) reconcile: bool,
    /// Only this account.
    #[arg(long)]
    pub(crate) account: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// Words, "phrases", pre*, -not (quote the query: 'pump -seal'), from: to: in: customer: kind: has: before: after: is:unread.
    pub(crate) query: Vec<String>,
    /// Run every line of this file as a query and print time and hits of each.
    #[arg(long, value_name = "FILE", conflicts_with = "query")]
    pub(crate) from_file: Option<PathBuf>,
    /// At most this many hits.
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: u32,
    /// How far back each source can be searched.
    #[arg(long)]
    pub(crate) coverage: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CustomersCommand {
    /// Customers, by latest contact.
    List {
        /// Part of the name.
        name: Option<String>,
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Everything the sources know of one customer.
    Show {
        /// Its id, or its name or the beginning of it.
        customer: String,
        /// What changed since then: a day, a moment, or `7d`.
        #[arg(long)]
        since: Option<String>,
        /// Also the history over all systems, at most this many lines.
        #[arg(long, value_name = "N")]
        timeline: Option<u32>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PeopleCommand {
    /// People, by latest contact.
    List {
        /// Part of the name.
        name: Option<String>,
        #[arg(long)]
        limit: Option<u32>,
    },
    /// One person with every handle and its evidence.
    Show { person: String },
    /// These two are the same person.
    Link { a: String, b: String },
    /// Take a handle out of a person.
    Unlink {
        person: String,
        /// Its key, as `people show` lists it.
        handle: String,
    },
    /// These two are never the same person.
    KeepApart { a: String, b: String },
    /// Pairs that may be the same person, with the reason.
    Suggest,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConversationsCommand {
    /// Conversations, newest activity first.
    List {
        #[arg(long)]
        unread: bool,
        #[arg(long)]
        account: Option<String>,
        #[arg(long)]
        customer: Option<String>,
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Messages of one conversation.
    Show {
        /// Its id, or its title or the beginning of it.
        conversation: String,
        #[arg(long)]
        limit: Option<u32>,
        /// Fetch older history into the newest gap first.
        #[arg(long)]
        backfill: bool,
    },
    /// Say something. It waits in the outbox for its undo window; `sync` sends it.
    Send {
        conversation: String,
        text: String,
        /// The message it answers.
        #[arg(long, value_name = "MESSAGE")]
        reply_to: Option<String>,
        /// A file to send along; repeat.
        #[arg(long, value_name = "FILE")]
        file: Vec<PathBuf>,
        /// Send with the next sync, without an undo window.
        #[arg(long)]
        now: bool,
    },
    /// React to a message.
    React { message: String, key: String },
    /// Take an own reaction back.
    Unreact { message: String, key: String },
    /// Change the text of an own message.
    Edit { message: String, text: String },
    /// Take a message back.
    Redact {
        message: String,
        #[arg(long)]
        reason: Option<String>,
    },
    /// Mark as read up to the newest message.
    Read { conversation: String },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TasksCommand {
    /// Tasks by due date.
    List {
        /// Done and cancelled ones too.
        #[arg(long)]
        all: bool,
        #[arg(long)]
        customer: Option<String>,
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Make a task.
    Add {
        title: String,
        /// A day, a moment, or today, tomorrow, friday, `3d`.
        #[arg(long)]
        due: Option<String>,
        #[arg(long)]
        notes: Option<String>,
        /// 1 (highest) to 9.
        #[arg(long, value_parser = clap::value_parser!(u8).range(1..=9))]
        priority: Option<u8>,
        #[arg(long)]
        customer: Option<String>,
        /// The message it is made from.
        #[arg(long)]
        message: Option<String>,
        /// Where; the local tasks when absent.
        #[arg(long)]
        account: Option<String>,
    },
    /// Set a task to done.
    Done { task: String },
    /// Change fields: `tasks edit 12 title="…" due=2026-03-12`.
    Edit { task: String, fields: Vec<String> },
}

#[derive(Debug, Subcommand)]
pub(crate) enum RecordsCommand {
    /// Records.
    List {
        /// opportunity, quote, order, invoice, payment, ticket, …
        #[arg(long)]
        kind: Option<String>,
        #[arg(long)]
        customer: Option<String>,
        #[arg(long)]
        account: Option<String>,
        #[arg(long)]
        open: bool,
        #[arg(long)]
        overdue: bool,
        #[arg(long)]
        limit: Option<u32>,
    },
    /// One record with all its fields.
    Show {
        /// Its id or document code.
        record: String,
        /// Its kind, where several have that code.
        #[arg(long)]
        kind: Option<String>,
    },
    /// Set fields: `records set OPP-12 amount="54600 EUR" text="called"`.
    Set {
        /// Its id or document code.
        record: String,
        /// New values, `field=value` each; `field=` empties one.
        fields: Vec<String>,
        /// Its kind, where several have that code.
        #[arg(long)]
        kind: Option<String>,
    },
    /// Press a button the server offers.
    Act {
        /// Its id or document code.
        record: String,
        action: String,
        /// Its kind, where several have that code.
        #[arg(long)]
        kind: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum OutboxCommand {
    /// What waits, is unsure or parked, in the order it will go.
    List {
        /// Finished and withdrawn entries too.
        #[arg(long)]
        all: bool,
    },
    /// Take a waiting entry back.
    Undo { command: String },
    /// Try a parked entry again.
    Retry { command: String },
    /// Change what a waiting or parked entry wants: `outbox edit ID title="…" --drop due`.
    ///
    /// A field the entry does not set is refused by its name, with those it can set. The next sync sends what is left.
    Edit {
        /// The entry, as `rapport outbox list` names it.
        command: String,
        /// Other words, for something said.
        #[arg(long)]
        text: Option<String>,
        /// Other values, `field=value` each; `field=` empties the field at the source.
        fields: Vec<String>,
        /// A field to leave out: the source keeps its value; once for each.
        #[arg(long = "drop", value_name = "FIELD")]
        drop: Vec<String>,
    },
    /// Give a parked entry up; the source's values stand.
    Discard { command: String },
    /// Decide a conflict: your value stays in the fields named, the source's elsewhere.
    Resolve {
        /// The command in conflict, as `rapport outbox list` names it.
        command: String,
        /// A field that keeps your value; once for each. Without it the source's stand everywhere.
        #[arg(long = "mine", value_name = "FIELD")]
        mine: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct JournalArgs {
    #[arg(long)]
    pub(crate) customer: Option<String>,
    #[arg(long)]
    pub(crate) item: Option<String>,
    /// A day, a moment, or `7d`.
    #[arg(long)]
    pub(crate) since: Option<String>,
    /// remote, me or rule.
    #[arg(long)]
    pub(crate) cause: Option<String>,
    #[arg(long)]
    pub(crate) limit: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct DraftsArgs {
    /// The earlier versions for this conversation.
    pub(crate) conversation: Option<String>,
    /// Keep this text as the conversation's draft.
    #[arg(long, requires = "conversation")]
    pub(crate) save: Option<String>,
    /// Throw the conversation's draft away.
    #[arg(long, requires = "conversation", conflicts_with = "save")]
    pub(crate) discard: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// The seed; the same seed gives the same company.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many messages, up to a million; a few thousand items when absent.
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=1_000_000))]
    pub(crate) messages: Option<u64>,
    /// Plant search needles and print them.
    #[arg(long)]
    pub(crate) needles: bool,
    /// The day the sample takes place on, `2026-03-12`; today when absent.
    #[arg(long)]
    pub(crate) today: Option<jiff::civil::Date>,
    /// Only write the folder; do not add it as an account.
    #[arg(long)]
    pub(crate) files_only: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// A new or empty folder.
    pub(crate) to: PathBuf,
    /// Only this customer.
    #[arg(long)]
    pub(crate) customer: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ForgetArgs {
    #[command(flatten)]
    pub(crate) whom: Whom,
    /// Erase, after having read what is lost.
    #[arg(long)]
    pub(crate) yes: bool,
}

// Exactly one of the two. No help text: it would take the place of the command's own.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Whom {
    /// Everything that came from this account.
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// Everything that is known of this person.
    #[arg(long)]
    pub(crate) person: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Save what can be read of a damaged database into this new profile, with the sealed secrets, the accounts' private folders and the attachments of what is not sent yet.
    #[arg(long, value_name = "DIR")]
    pub(crate) recover: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The port; a free one when 0.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// A web origin that may ask; repeat.
    #[arg(long)]
    pub(crate) origin: Vec<String>,
    /// Also keep the accounts in step.
    #[arg(long)]
    pub(crate) watch: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CallArgs {
    /// Its name; all names when absent.
    pub(crate) name: Option<String>,
    /// The request as JSON.
    pub(crate) request: Option<String>,
}
