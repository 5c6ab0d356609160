//! Records: lists by kind, customer and state, and one with everything.

use jiff::civil::Date;
use rapport_model::field::fields_of;
use rapport_model::{AccountId, Body, FieldName, FieldValue, ItemId, Millis, OrgId, Phase, Record};
use rusqlite::types::Value;
use rusqlite::{params, params_from_iter};

use super::common::{JOINS, NARROW, Names, Narrow, body_at, limit};
use super::rows::{FieldRow, NamedItem, RecordPage, RecordRow};
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::item::{CLOSED, PENDING, Place};

/// Which records.
#[derive(Clone, Debug, Default)]
pub struct RecordsWanted {
    /// Of this kind.
    pub kind: Option<String>,
    /// Of this customer.
    pub org: Option<OrgId>,
    /// Of this account.
    pub account: Option<AccountId>,
    /// Only draft and open ones.
    pub open: bool,
    /// Only open ones due before this day.
    pub overdue_on: Option<Date>,
    /// Of overdue ones those first that fell due last.
    pub latest: bool,
    /// At most this many.
    pub limit: Option<u32>,
    /// Go on after this many.
    pub offset: u32,
}

impl Reader<'_> {
    /// Records, newest first; overdue ones by due day.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn records(
        &self,
        wanted: &RecordsWanted,
        today: Date,
    ) -> Result<Vec<RecordRow>, StoreError> {
        let mut sql = format!(
            "SELECT {NARROW}, r.body FROM record r CROSS JOIN item i ON i.id = r.item {JOINS} WHERE 1"
        );
        let mut values: Vec<Value> = Vec::new();
        if let Some(kind) = &wanted.kind {
            sql.push_str(" AND r.kind = ?");
            values.push(kind.clone().into());
        }
        if let Some(org) = wanted.org {
            sql.push_str(" AND r.org = ?");
            values.push(org.0.into());
        }
        if let Some(account) = &wanted.account {
            sql.push_str(" AND a.name = ?");
            values.push(account.0.clone().into());
        }
        if wanted.open || wanted.overdue_on.is_some() {
            sql.push_str(" AND r.phase IN ('draft', 'open')");
        }
        if let Some(day) = wanted.overdue_on {
            sql.push_str(" AND r.phase = 'open' AND r.due < ?");
            values.push(day.to_string().into());
        }
        sql.push_str(match (wanted.overdue_on, wanted.latest) {
            (Some(_), true) => " ORDER BY r.due DESC, r.item DESC",
            (Some(_), false) => " ORDER BY r.due, r.item",
            (None, _) => " ORDER BY r.item DESC",
        });
        sql.push_str(" LIMIT ? OFFSET ?");
        values.push(limit(wanted.limit, 200).into());
        values.push(wanted.offset.into());
        let names = Names::new(self);
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let body: Record = body_at(row, 8)?;
            out.push(record_row(&names, Narrow::read(row)?, &body, today)?);
        }
        Ok(out)
    }

    /// One record with everything.
    ///
    /// # Errors
    /// There is no such record, or the database cannot be read.
    pub fn record(&self, id: ItemId, today: Date) -> Result<RecordPage, StoreError> {
        let names = Names::new(self);
        let (narrow, body) = self.narrow_record(id)?;
        let lines = body.lines.clone();
        let attachments = body.attachments.clone();
        let actions = body.actions.clone();
        let record = record_row(&names, narrow, &body, today)?;
        let mut outbox = self.outbox_rows(None, false)?;
        outbox.retain(|row| row.item == Some(id));
        Ok(RecordPage {
            record,
            fields: self.field_rows(id)?,
            lines,
            attachments,
            actions,
            children: self.children(id, today)?,
            outbox,
            journal: self.journal_of_item(id, 50)?,
        })
    }

    fn narrow_record(&self, id: ItemId) -> Result<(Narrow, Record), StoreError> {
        let sql = format!(
            "SELECT {NARROW}, r.body FROM item i {JOINS} JOIN record r ON r.item = i.id WHERE i.id = ?1"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![id.0])?;
        let row = rows
            .next()?
            .ok_or_else(|| StoreError::missing(format!("record {id}")))?;
        let body = body_at(row, 8)?;
        Ok((Narrow::read(row)?, body))
    }

    /// All tracked fields of an item, with the source's value where a local
    /// edit waits and the moment each last changed.
    ///
    /// # Errors
    /// There is no such item, or the database cannot be read.
    pub fn field_rows(&self, id: ItemId) -> Result<Vec<FieldRow>, StoreError> {
        let stored = self
            .stored(id)?
            .ok_or_else(|| StoreError::missing(format!("item {id}")))?;
        let here = fields_of(&stored.item.body);
        let there = self.remote_body(id)?.map(|body| fields_of(&body));
        let mut changed: std::collections::BTreeMap<String, i64> =
            std::collections::BTreeMap::new();
        for line in self.journal_of_item(id, 500)? {
            changed.entry(line.field).or_insert(line.at.0);
        }
        let mut names: std::collections::BTreeSet<FieldName> = here.keys().cloned().collect();
        names.extend(there.iter().flatten().map(|(name, _)| name.clone()));
        names
            .into_iter()
            .map(|name| {
                let value = here.get(&name).cloned().unwrap_or_default();
                let shown = self.shown(&stored.account, &value)?;
                let at_source = there
                    .as_ref()
                    .map(|fields| fields.get(&name).cloned().unwrap_or(FieldValue::Empty))
                    .filter(|theirs| *theirs != value);
                let changed = changed.get(&name.0).copied().map(Millis);
                Ok(FieldRow {
                    field: name.0,
                    value,
                    shown,
                    at_source,
                    changed,
                })
            })
            .collect()
    }

    /// A value for people: a reference reads as the title of what it names.
    pub(crate) fn shown(
        &self,
        account: &AccountId,
        value: &FieldValue,
    ) -> Result<String, StoreError> {
        if let FieldValue::Ref(to) = value {
            if to.collection.as_str() == super::customers::NODES {
                let node = self.node_by_key(to.handle.as_str())?;
                return Ok(node.map(|it| it.name).unwrap_or_default());
            }
            let place = Place {
                account,
                collection: &to.collection,
            };
            let mut found = self.find(&place, &to.handle)?;
            if found.is_none()
                && let Some(beside) = self.beside(account)?
            {
                let place = Place {
                    account: &beside,
                    collection: &to.collection,
                };
                found = self.find(&place, &to.handle)?;
            }
            if let Some(id) = found
                && let Some(stored) = self.stored(id)?
            {
                return Ok(stored.item.body.title().to_owned());
            }
        }
        Ok(value.to_string())
    }

    /// Records that hang on this one: lines of thought from an order to its
    /// invoices, notes and files.
    fn children(&self, id: ItemId, today: Date) -> Result<Vec<RecordRow>, StoreError> {
        let names = Names::new(self);
        let mut out = Vec::new();
        for child in self.hanging_on(id)? {
            let Some(stored) = self.stored(child)? else {
                continue;
            };
            let Body::Record(body) = &stored.item.body else {
                continue;
            };
            let narrow = Narrow {
                id: child,
                account: stored.account.clone(),
                collection: stored.collection.clone(),
                handle: stored.item.handle.clone(),
                link: stored.item.link.clone(),
                at: stored.item.at,
                org: stored.links.org,
                flags: stored.flags,
            };
            out.push(record_row(&names, narrow, body, today)?);
        }
        Ok(out)
    }

    /// The items that name this one as their parent, newest first.
    fn hanging_on(&self, id: ItemId) -> Result<Vec<ItemId>, StoreError> {
        let stored = self
            .stored(id)?
            .ok_or_else(|| StoreError::missing(format!("item {id}")))?;
        let to = rapport_model::ItemRef {
            collection: stored.collection,
            handle: stored.item.handle,
        };
        let found = self.refs_to(&stored.account, &to)?;
        Ok(found
            .into_iter()
            .filter(|(_, role)| role == "parent")
            .map(|(item, _)| item)
            .take(100)
            .collect())
    }

    /// Records and tasks whose code is, or whose code or title begins with or
    /// contains, this text; exact codes first, then newest.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn named_items(&self, text: &str, most: u32) -> Result<Vec<NamedItem>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT i.id, i.kind, coalesce(r.number, i.title) FROM item i \
             LEFT JOIN record r ON r.item = i.id \
             WHERE i.kind IN (3, 6) AND (r.number = ?1 OR i.title LIKE ?2 ESCAPE '\\') \
             ORDER BY r.number = ?1 DESC, i.id DESC LIMIT ?3",
        )?;
        let exact: Vec<NamedItem> = self
            .conn
            .prepare_cached(
                "SELECT item, 6, number FROM record WHERE number = ?1 ORDER BY item DESC LIMIT ?2",
            )?
            .query_map(params![text, most], named)?
            .collect::<Result<_, _>>()?;
        if !exact.is_empty() {
            return Ok(exact);
        }
        let found = statement
            .query_map(params![text, super::common::contains(text), most], named)?
            .collect::<Result<_, _>>()?;
        Ok(found)
    }
}

fn named(row: &rusqlite::Row<'_>) -> rusqlite::Result<NamedItem> {
    let kind = crate::table::item::kind_at(row, 1)?;
    Ok(NamedItem {
        id: ItemId(row.get(0)?),
        kind: kind.word().to_owned(),
        title: row.get(2)?,
    })
}

/// Puts a record's row together.
pub(crate) fn record_row(
    names: &Names<'_>,
    narrow: Narrow,
    body: &Record,
    today: Date,
) -> Result<RecordRow, StoreError> {
    let open = narrow.flags & CLOSED == 0 && body.phase == Phase::Open;
    let overdue_days = body
        .due
        .filter(|_| open)
        .and_then(|due| due.until(today).ok())
        .map(|span| i64::from(span.get_days()))
        .filter(|days| *days > 0);
    Ok(RecordRow {
        id: narrow.id,
        kind: body.kind.word().to_owned(),
        number: body.number.clone(),
        title: body.title.clone(),
        state: body.state.clone(),
        phase: body.phase.word().to_owned(),
        amount: body.amount.clone(),
        outstanding: body.outstanding.clone(),
        date: body.date.map(|day| day.to_string()),
        due: body.due.map(|day| day.to_string()),
        overdue_days,
        customer: narrow.org,
        customer_name: names.org(narrow.org)?,
        pending: narrow.flags & PENDING != 0,
        from: names.source(&narrow.account, &narrow.collection)?,
    })
}
