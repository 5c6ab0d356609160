//! Tasks, calendar, pages, records, the outbox.

#![expect(
    clippy::unused_async,
    reason = "every call has one form; one that only reads today may ask a source tomorrow"
)]

use std::collections::BTreeMap;

use rapport_engine::{Choice, NewAccount};
use rapport_model::account::LOCAL;
use rapport_model::field::fields_of;
use rapport_model::{
    AccountId, Body, CollectionId, FieldName, FieldValue, ItemId, ItemRef, Kind, OrgId, Task,
};
use rapport_store::view::{self, RecordsWanted, TaskOrder, TasksWanted};

use super::Api;
use crate::dto::{
    Act, AddTask, Done, EditCommand, EventRange, HowMany, Named, Nothing, OneCommand, OneItem,
    OutboxFilter, Queued, RecordFilter, Resolve, Said, SetFields, TaskFilter,
};
use crate::error::{ApiError, Code};

impl Api {
    /// Tasks of every source.
    pub async fn tasks(&self, filter: TaskFilter) -> Result<Vec<view::TaskRow>, ApiError> {
        let (now, zone) = (self.now(), self.zone());
        let wanted = self.tasks_wanted(filter)?;
        self.read(|db| db.tasks(&wanted, now, &zone))
    }

    /// How many tasks there are of those that would be listed without a limit.
    pub async fn tasks_count(&self, filter: TaskFilter) -> Result<HowMany, ApiError> {
        let zone = self.zone();
        let wanted = self.tasks_wanted(filter)?;
        let count = self.read(|db| db.tasks_count(&wanted, &zone))?;
        Ok(HowMany { count })
    }

    /// The ids of a list of tasks.
    pub(crate) fn task_ids(&self, filter: TaskFilter) -> Result<Vec<ItemId>, ApiError> {
        let zone = self.zone();
        let wanted = self.tasks_wanted(filter)?;
        self.read(|db| db.task_ids(&wanted, &zone))
    }

    fn tasks_wanted(&self, filter: TaskFilter) -> Result<TasksWanted, ApiError> {
        let order = match filter.order.as_deref() {
            None | Some("due" | "") => TaskOrder::Due,
            Some("customer") => TaskOrder::Customer,
            Some("source") => TaskOrder::Source,
            Some("finished") => TaskOrder::Finished,
            Some(other) => {
                return Err(ApiError::bad_request(format_args!(
                    "Tasks are ordered by due, customer, source or finished, not \"{other}\"."
                )));
            }
        };
        let mine = filter
            .assignee_me
            .then(|| self.read(|db| db.whose()))
            .transpose()?;
        Ok(TasksWanted {
            account: filter.account,
            org: filter.customer,
            done: filter.done,
            due_before: filter.due_before,
            search: filter.search.filter(|it| !it.trim().is_empty()),
            status: filter.status,
            assignees: mine.map(|it| it.addresses),
            order,
            limit: filter.limit,
            offset: filter.offset.unwrap_or(0),
        })
    }

    /// Makes a task.
    pub async fn task_add(&self, task: AddTask) -> Result<Queued, ApiError> {
        if task.title.trim().is_empty() {
            return Err(ApiError::not_so("task_title", "A task needs a title."));
        }
        let (now, zone) = (self.clock_here(), self.zone());
        let due = task
            .due
            .as_deref()
            .map(|text| crate::due::read(text, now, &zone))
            .transpose()?;
        let message = task.message;
        let cause = self.read(move |db| {
            Ok(match message {
                Some(id) => db.stored(id)?.map(|it| {
                    it.item
                        .link
                        .unwrap_or(rapport_model::LinkId(it.item.handle.0))
                }),
                None => None,
            })
        })?;
        let (account, collection) = self.task_list(task.account).await?;
        let about = match task.customer {
            Some(customer) => self.about_in(customer, &account)?,
            None => None,
        };
        let body = Task {
            title: task.title.trim().to_owned(),
            notes: task.notes,
            due,
            priority: task.priority,
            cause,
            about,
            ..Task::default()
        };
        Ok(self
            .hub
            .create(&account, &collection, Body::Task(body), None)?
            .into())
    }

    /// Sets a task to done.
    pub async fn task_done(&self, which: OneItem) -> Result<Queued, ApiError> {
        // A deal that is done is not a task that is done: each source has words of its own.
        let row = self.read(|db| db.stored(which.item))?;
        if row.is_some_and(|row| row.item.body.kind() != Kind::Task) {
            return Err(ApiError::not_so("not_a_task", "This works on tasks."));
        }
        let fields = [("status".to_owned(), FieldValue::Text("done".to_owned()))]
            .into_iter()
            .collect();
        self.set_fields(SetFields {
            item: which.item,
            fields,
        })
        .await
    }

    /// Calendar entries between two moments.
    pub async fn events(&self, range: EventRange) -> Result<Vec<view::EventRow>, ApiError> {
        let zone = self.zone();
        self.read(|db| db.events(range.from, range.until, &zone))
    }

    /// Wiki pages and notes.
    pub async fn pages(&self, wanted: Named) -> Result<Vec<view::PageRow>, ApiError> {
        self.read(|db| {
            db.pages(
                wanted.name.as_deref(),
                None,
                wanted.limit,
                wanted.offset.unwrap_or(0),
            )
        })
    }

    /// One wiki page.
    pub async fn page(&self, which: OneItem) -> Result<view::PageText, ApiError> {
        self.read(|db| db.page(which.item))
    }

    /// Records of every source.
    pub async fn records(&self, filter: RecordFilter) -> Result<Vec<view::RecordRow>, ApiError> {
        let today = self.today_is();
        let wanted = RecordsWanted {
            kind: filter.kind,
            org: filter.customer,
            account: filter.account,
            open: filter.open,
            overdue_on: filter.overdue.then_some(today),
            latest: false,
            limit: filter.limit,
            offset: filter.offset.unwrap_or(0),
        };
        self.read(|db| db.records(&wanted, today))
    }

    /// One record.
    pub async fn record(&self, which: OneItem) -> Result<view::RecordPage, ApiError> {
        let today = self.today_is();
        self.read(|db| db.record(which.item, today))
    }

    /// Records and tasks by code or title.
    pub async fn named_items(&self, wanted: Named) -> Result<Vec<view::NamedItem>, ApiError> {
        let name = wanted.name.unwrap_or_default();
        self.read(|db| db.named_items(&name, wanted.limit.unwrap_or(20)))
    }

    /// All tracked fields of an item.
    pub async fn fields(&self, which: OneItem) -> Result<Vec<view::FieldRow>, ApiError> {
        self.read(|db| db.field_rows(which.item))
    }

    /// Sets fields of an item.
    pub async fn set_fields(&self, wanted: SetFields) -> Result<Queued, ApiError> {
        let fields = self.changed(wanted.item, wanted.fields)?;
        Ok(self.hub.set_fields(wanted.item, fields)?.into())
    }

    /// Presses a button.
    pub async fn act(&self, act: Act) -> Result<Queued, ApiError> {
        Ok(self.hub.act(act.item, &act.action)?.into())
    }

    /// What waits.
    pub async fn outbox(&self, filter: OutboxFilter) -> Result<Vec<view::OutboxRow>, ApiError> {
        self.read(|db| db.outbox_rows(filter.account.as_ref(), filter.all))
    }

    /// Takes a waiting command back.
    pub async fn outbox_undo(&self, which: OneCommand) -> Result<Done, ApiError> {
        self.hub.withdraw(&which.command)?;
        Ok(Done {})
    }

    /// Tries a parked command again.
    pub async fn outbox_retry(&self, which: OneCommand) -> Result<Done, ApiError> {
        self.hub.retry(&which.command)?;
        Ok(Done {})
    }

    /// Changes what a command wants.
    pub async fn outbox_edit(&self, edit: EditCommand) -> Result<Done, ApiError> {
        let entry = self.hub.entry(&edit.command)?;
        let command = crate::rewish::changed(entry.command, edit.text, edit.fields, edit.drop)?;
        self.hub.edit_entry(&edit.command, command)?;
        Ok(Done {})
    }

    /// Gives a parked command up.
    pub async fn outbox_discard(&self, which: OneCommand) -> Result<Done, ApiError> {
        self.hub.withdraw(&which.command)?;
        Ok(Done {})
    }

    /// Decides a conflict.
    pub async fn outbox_resolve(&self, resolve: Resolve) -> Result<Done, ApiError> {
        let conflict = self
            .hub
            .entry(&resolve.command)?
            .conflict
            .unwrap_or_default();
        if let Some(unknown) = resolve
            .keep_mine
            .iter()
            .find(|name| !conflict.iter().any(|it| it.field.0 == **name))
        {
            return Err(ApiError::bad_request(format_args!(
                "The field \"{unknown}\" is not in conflict."
            )));
        }
        let choices = conflict
            .into_iter()
            .map(|it| {
                let mine = resolve.keep_mine.contains(&it.field.0);
                (it.field, if mine { Choice::Mine } else { Choice::Theirs })
            })
            .collect();
        self.hub.resolve(&resolve.command, &choices)?;
        Ok(Done {})
    }

    /// What needs the user.
    pub async fn today(&self, _nothing: Nothing) -> Result<view::Today, ApiError> {
        let (now, zone) = (self.now(), self.zone());
        self.read(|db| db.today_view(now, &zone))
    }

    /// Where new tasks go: the tasks of the account named, or of the local one,
    /// which is added when it is first wanted.
    async fn task_list(
        &self,
        account: Option<AccountId>,
    ) -> Result<(AccountId, CollectionId), ApiError> {
        let Some(account) = account else {
            return self.local_list(Kind::Task).await;
        };
        let tasks = self
            .read(|db| db.collections(&account))?
            .into_iter()
            .find(|it| it.kinds.contains(&Kind::Task));
        match tasks {
            Some(collection) => Ok((account, collection.id)),
            None => Err(ApiError::told(
                Code::Refused,
                Said::new(
                    "no_task_list",
                    format!(
                        "The account {account} has no list of tasks, or has not been synced yet."
                    ),
                ),
            )),
        }
    }

    /// The account of this device, added when it is first wanted.
    pub(crate) fn local_account(&self) -> Result<AccountId, ApiError> {
        let known = self.read(|db| db.accounts())?;
        if let Some(local) = known.into_iter().find(|it| it.connector == LOCAL) {
            return Ok(local.id);
        }
        let new = self.hub.add_account(NewAccount {
            id: Some(AccountId::new(LOCAL)),
            connector: LOCAL.to_owned(),
            label: "On this device".to_owned(),
            config: serde_json::json!({}),
        })?;
        Ok(new.id)
    }

    /// How a task of an account names a customer; not at all when that account
    /// does not know it.
    fn about_in(&self, customer: OrgId, account: &AccountId) -> Result<Option<ItemRef>, ApiError> {
        let local = self
            .read(|db| db.account(account))?
            .is_some_and(|it| it.connector == LOCAL);
        if local {
            return self.about(customer, Some(account)).map(Some);
        }
        self.read(|db| {
            Ok(view::organisation_row(db, customer, Some(account))?
                .map(|(collection, handle)| ItemRef { collection, handle }))
        })
    }

    /// The wanted values that are not already so.
    fn changed(
        &self,
        item: ItemId,
        wanted: BTreeMap<String, FieldValue>,
    ) -> Result<Vec<(FieldName, FieldValue)>, ApiError> {
        let stored = self
            .read(|db| db.stored(item))?
            .ok_or_else(|| ApiError::not_found(format_args!("item {item}")))?;
        let now = fields_of(&stored.item.body);
        let changed: Vec<(FieldName, FieldValue)> = wanted
            .into_iter()
            .map(|(name, value)| (FieldName(name), value))
            .filter(|(field, mine)| now.get(field).cloned().unwrap_or_default() != *mine)
            .collect();
        if changed.is_empty() {
            return Err(ApiError::told(
                Code::Refused,
                Said::new(
                    "already_so",
                    "Everything is already so; there is nothing to change.",
                ),
            ));
        }
        Ok(changed)
    }
}
