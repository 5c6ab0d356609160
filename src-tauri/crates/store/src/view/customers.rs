//! Customers: the list, one with everything, and its history over all systems.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rapport_model::field::fields_of;
use rapport_model::{
    AccountId, Body, CollectionId, FieldValue, Handle, ItemId, Millis, Money, OrgId,
};
use rusqlite::params;

use super::common::{JOINS, NARROW, Names, Narrow, beginning, contains, limit};
use super::plan::{TasksWanted, today};
use super::records::RecordsWanted;
use super::rows::{CustomerPage, CustomerRow, Fact, FactValue, RecordRow, Sum, TimelineRow};
use super::talk::ConversationsWanted;
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::body;
use crate::table::item::kind_at;
use crate::table::journal::JournalQuery;

/// Days of activity on a customer's page.
const ACTIVITY_DAYS: i64 = 90;
/// Records of one kind on a customer's page.
const PER_KIND: u32 = 25;
const DAY_MS: i64 = 86_400_000;

/// The setting that holds when the user last looked at a customer.
#[must_use]
pub fn looked_key(org: OrgId) -> String {
    format!("looked.customer.{org}")
}

impl Reader<'_> {
    /// The shown name of an organisation.
    pub(crate) fn org_name(&self, org: OrgId) -> Result<Option<String>, StoreError> {
        use rusqlite::OptionalExtension as _;
        Ok(self
            .conn
            .prepare_cached("SELECT name FROM org WHERE id = ?1")?
            .query_row([org.0], |row| row.get(0))
            .optional()?)
    }

    /// Customers by latest contact; the user's own company is not one. A company
    /// that no source has a row of, only a mail domain, is listed when asked for by
    /// name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn customers(
        &self,
        name: Option<&str>,
        today: Date,
        most: Option<u32>,
        offset: u32,
    ) -> Result<Vec<CustomerRow>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT g.id, g.name, \
             (SELECT o.number FROM node n JOIN organisation o ON o.item = n.item \
               WHERE n.org = g.id AND n.side = 1 AND o.number IS NOT NULL LIMIT 1), \
             max(coalesce((SELECT max(i.id) FROM item i WHERE i.org = g.id AND i.kind = 2), 0), \
                 coalesce((SELECT max(i.id) FROM item i WHERE i.org = g.id AND i.kind = 6), 0)) AS last, \
             (SELECT count(*) FROM person p WHERE p.org = g.id), \
             (SELECT count(*) FROM record r WHERE r.org = g.id \
               AND r.kind = 'opportunity' AND r.phase IN ('draft', 'open')), \
             (SELECT count(*) FROM record r WHERE r.org = g.id AND r.kind = 'invoice' \
               AND r.phase IN ('draft', 'open') AND r.phase = 'open' AND r.due < ?2) \
             FROM org g WHERE (?1 IS NULL OR g.name LIKE ?1 ESCAPE '\\') \
             AND NOT EXISTS (SELECT 1 FROM node n JOIN organisation o ON o.item = n.item \
               WHERE n.org = g.id AND n.side = 1 AND o.own = 1) \
             AND (?1 IS NOT NULL OR EXISTS (SELECT 1 FROM node n \
               WHERE n.org = g.id AND n.side = 1 AND n.item IS NOT NULL)) \
             ORDER BY last DESC, g.name LIMIT ?3 OFFSET ?4",
        )?;
        let rows = statement.query_map(
            params![
                name.map(contains),
                today.to_string(),
                limit(most, 200),
                offset
            ],
            |row| {
                let last: i64 = row.get(3)?;
                Ok(CustomerRow {
                    id: OrgId(row.get(0)?),
                    name: row.get(1)?,
                    number: row.get(2)?,
                    last_at: (last > 0).then_some(Millis(last >> 20)),
                    people: row.get(4)?,
                    open_opportunities: row.get(5)?,
                    overdue_invoices: row.get(6)?,
                })
            },
        )?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Everything the sources know of one customer. `since` asks what changed
    /// from that moment; without it, from when the user last looked.
    ///
    /// # Errors
    /// There is no such customer, or the database cannot be read.
    pub fn customer_page(
        &self,
        org: OrgId,
        since: Option<Millis>,
        now: Millis,
        zone: &TimeZone,
    ) -> Result<CustomerPage, StoreError> {
        let name = self
            .org_name(org)?
            .ok_or_else(|| StoreError::missing(format!("customer {org}")))?;
        let day = today(now, zone);
        let of = |kind: &str| {
            let wanted = RecordsWanted {
                kind: Some(kind.to_owned()),
                org: Some(org),
                limit: Some(PER_KIND),
                ..RecordsWanted::default()
            };
            self.records(&wanted, day)
        };
        let open_first = |mut rows: Vec<RecordRow>| {
            rows.sort_by_key(|row| !matches!(row.phase.as_str(), "draft" | "open"));
            rows
        };
        let mut orders = of("order")?;
        orders.extend(of("quote")?);
        orders.sort_by_key(|row| std::cmp::Reverse(row.id));
        let looked = self.setting::<i64>(&looked_key(org))?.map(Millis);
        let changes = match since.or(looked) {
            Some(since) => self.journal_lines(&JournalQuery {
                org: Some(org),
                since: Some(since),
                limit: 200,
                ..JournalQuery::default()
            })?,
            None => Vec::new(),
        };
        let tasks = TasksWanted {
            org: Some(org),
            limit: Some(PER_KIND),
            ..TasksWanted::default()
        };
        let talk = ConversationsWanted {
            org: Some(org),
            done: true,
            limit: Some(PER_KIND),
            ..ConversationsWanted::default()
        };
        Ok(CustomerPage {
            id: org,
            name,
            facts: self.facts(org)?,
            people: self.people(None, Some(org), Some(PER_KIND), 0)?,
            sums: self.sums(org, day)?,
            opportunities: open_first(of("opportunity")?),
            orders,
            invoices: open_first(of("invoice")?),
            tickets: open_first(of("ticket")?),
            tasks: self.tasks(&tasks, now, zone)?,
            pages: self.pages(None, Some(org), Some(PER_KIND), 0)?,
            conversations: self.inbox(&talk)?,
            activity: self.activity(org, now)?,
            looked,
            changes,
        })
    }

    /// Facts of the organisation rows behind a customer, side by side.
    fn facts(&self, org: OrgId) -> Result<Vec<Fact>, StoreError> {
        let names = Names::new(self);
        let mut facts: BTreeMap<String, Vec<FactValue>> = BTreeMap::new();
        for node in self.organisation_nodes(org)? {
            let Some(stored) = self.stored(node)? else {
                continue;
            };
            let from = names.source(&stored.account, &stored.collection)?;
            for (field, value) in fields_of(&stored.item.body) {
                let shown = self.shown(&stored.account, &value)?;
                let value = FactValue {
                    item: node,
                    value,
                    shown,
                    from: from.clone(),
                };
                facts.entry(field.0).or_default().push(value);
            }
        }
        Ok(facts
            .into_iter()
            .map(|(field, values)| {
                let differs = values
                    .first()
                    .is_some_and(|first| values.iter().any(|it| !alike(&it.value, &first.value)));
                Fact {
                    field,
                    values,
                    differs,
                }
            })
            .collect())
    }

    /// The organisation rows behind a customer.
    pub(crate) fn organisation_nodes(&self, org: OrgId) -> Result<Vec<ItemId>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT item FROM node WHERE org = ?1 AND side = 1 AND item IS NOT NULL ORDER BY id",
        )?;
        let rows = statement.query_map([org.0], |row| Ok(ItemId(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Exact sums over open records, one line a kind and currency.
    fn sums(&self, org: OrgId, day: Date) -> Result<Vec<Sum>, StoreError> {
        let mut sums: BTreeMap<(&str, String), (u64, rust_decimal::Decimal)> = BTreeMap::new();
        let mut add = |what: &'static str, money: &Money| {
            let sum = sums.entry((what, money.currency.0.clone())).or_default();
            sum.0 = sum.0.saturating_add(1);
            sum.1 = sum.1.saturating_add(money.amount);
        };
        let mut statement = self.conn.prepare_cached(
            "SELECT r.kind, r.due, r.body FROM record r WHERE r.org = ?1 \
             AND r.phase IN ('draft', 'open') AND r.kind IN ('opportunity', 'invoice', 'order')",
        )?;
        let mut rows = statement.query([org.0])?;
        while let Some(row) = rows.next()? {
            let kind: String = row.get(0)?;
            let due: Option<String> = row.get(1)?;
            let record: rapport_model::Record = super::common::body_at(row, 2)?;
            match kind.as_str() {
                "opportunity" => {
                    if let Some(money) = &record.amount {
                        add("open_opportunities", money);
                    }
                }
                "order" => {
                    if let Some(money) = &record.amount {
                        add("open_orders", money);
                    }
                }
                _ if record.phase == rapport_model::Phase::Open => {
                    if let Some(money) = record.outstanding.as_ref().or(record.amount.as_ref()) {
                        add("unpaid", money);
                        if due.is_some_and(|due| due < day.to_string()) {
                            add("overdue", money);
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(sums
            .into_iter()
            .map(|((what, currency), (count, amount))| Sum {
                what: what.to_owned(),
                count,
                amount: Money::new(amount, currency),
            })
            .collect())
    }

    /// Items a day over the last ninety days, oldest first.
    fn activity(&self, org: OrgId, now: Millis) -> Result<Vec<u32>, StoreError> {
        let first = now.0 - ACTIVITY_DAYS * DAY_MS;
        let mut days = vec![0_u32; usize::try_from(ACTIVITY_DAYS).unwrap_or(90)];
        let mut statement = self.conn.prepare_cached(
            "SELECT id >> 20 FROM item WHERE org = ?1 AND kind IN (2, 5, 6) AND id >= ?2 AND id < ?3",
        )?;
        let mut rows = statement.query(params![org.0, first << 20, now.0 << 20])?;
        while let Some(row) = rows.next()? {
            let at: i64 = row.get(0)?;
            let day = usize::try_from((at - first) / DAY_MS).unwrap_or(usize::MAX);
            if let Some(count) = days.get_mut(day) {
                *count = count.saturating_add(1);
            }
        }
        Ok(days)
    }

    /// A customer's history over all systems, newest first.
    ///
    /// # Errors
    /// A kind is unknown, or the database cannot be read.
    pub fn customer_timeline(
        &self,
        org: OrgId,
        kinds: &[String],
        before: Option<Millis>,
        most: Option<u32>,
    ) -> Result<Vec<TimelineRow>, StoreError> {
        let mut codes = Vec::new();
        for word in kinds {
            let kind = rapport_model::Kind::ALL
                .into_iter()
                .find(|kind| kind.word() == word)
                .ok_or_else(|| {
                    StoreError::Refused(format!("There is no kind of item \"{word}\"."))
                })?;
            codes.push(kind.code());
        }
        // Rooms and address rows are places and people, not happenings.
        if codes.is_empty() {
            codes = vec![2, 3, 4, 5, 6];
        }
        let most = limit(most, 50);
        let mut found: Vec<ItemId> = Vec::new();
        // One walk down the index a kind; the newest of all are kept.
        for code in codes {
            let mut statement = self.conn.prepare_cached(
                "SELECT id FROM item WHERE org = ?1 AND kind = ?2 AND id < ?3 ORDER BY id DESC LIMIT ?4",
            )?;
            let before = before.map_or(i64::MAX, |at| at.0 << 20);
            let rows = statement.query_map(params![org.0, code, before, most], |row| row.get(0))?;
            for id in rows {
                found.push(ItemId(id?));
            }
        }
        found.sort_by_key(|id| std::cmp::Reverse(*id));
        found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        self.timeline_rows(&found)
    }

    /// The rows of a timeline for these items.
    pub(crate) fn timeline_rows(&self, ids: &[ItemId]) -> Result<Vec<TimelineRow>, StoreError> {
        let names = Names::new(self);
        let sql = format!("SELECT {NARROW}, i.kind, i.title FROM item i {JOINS} WHERE i.id = ?1");
        let mut out = Vec::new();
        for id in ids {
            let mut statement = self.conn.prepare_cached(&sql)?;
            let mut rows = statement.query([id.0])?;
            let Some(row) = rows.next()? else { continue };
            let (narrow, kind) = (Narrow::read(row)?, kind_at(row, 8)?);
            let title: String = row.get(9)?;
            let text: Option<String> = {
                use rusqlite::OptionalExtension as _;
                self.conn
                    .prepare_cached(body::select(kind))?
                    .query_row([id.0], |row| row.get(0))
                    .optional()?
            };
            let Some(text) = text else { continue };
            let (record_kind, text, who) = says(&body::decode(kind, &text)?);
            out.push(TimelineRow {
                id: *id,
                kind: kind.word().to_owned(),
                record_kind,
                at: narrow.at,
                title,
                text,
                who,
                from: names.source(&narrow.account, &narrow.collection)?,
            });
        }
        Ok(out)
    }
}

/// Two values are the same to a person: case and white space aside.
fn alike(a: &FieldValue, b: &FieldValue) -> bool {
    let plain = |value: &FieldValue| {
        value
            .to_string()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase()
    };
    a == b || plain(a) == plain(b)
}

/// What a timeline shows of a body: record kind, beginning of the text, who.
fn says(body: &Body) -> (Option<String>, String, Option<String>) {
    let short = |text: &str| beginning(text, 200);
    match body {
        Body::Message(it) => {
            let who = it
                .from
                .name
                .clone()
                .unwrap_or_else(|| it.from.address.value.clone());
            (None, short(&it.text), Some(who))
        }
        Body::Record(it) => {
            let mut text = it.number.clone().unwrap_or_default();
            let amount = it.amount.as_ref().map(ToString::to_string);
            for part in [it.state.clone(), amount, it.text.clone()]
                .into_iter()
                .flatten()
            {
                text.push(' ');
                text.push_str(&part);
            }
            (Some(it.kind.word().to_owned()), short(&text), None)
        }
        Body::Task(it) => (
            None,
            short(it.notes.as_deref().unwrap_or_default()),
            it.assignee.as_ref().map(|who| who.address.value.clone()),
        ),
        Body::Event(it) => (
            None,
            short(it.location.as_deref().unwrap_or_default()),
            it.organizer.as_ref().map(|who| who.address.value.clone()),
        ),
        Body::Page(it) => (
            None,
            short(&it.text),
            it.author.as_ref().map(|who| who.address.value.clone()),
        ),
        Body::Conversation(_) | Body::Contact(_) | Body::Organisation(_) => {
            (None, String::new(), None)
        }
    }
}

/// Where an account knows a customer: its collection and handle there.
///
/// # Errors
/// The database cannot be read.
pub fn organisation_row(
    reader: &Reader<'_>,
    org: OrgId,
    account: Option<&AccountId>,
) -> Result<Option<(CollectionId, Handle)>, StoreError> {
    for id in reader.organisation_nodes(org)? {
        if let Some(stored) = reader.stored(id)?
            && account.is_none_or(|account| *account == stored.account)
        {
            return Ok(Some((stored.collection, stored.item.handle)));
        }
    }
    Ok(None)
}
