//! Customers: the list, one with everything, and its history over all systems.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rapport_model::field::fields_of;
use rapport_model::{
    AccountId, AddressKind, Body, CollectionId, FieldName, FieldValue, Handle, ItemId, ItemRef,
    Millis, OrgId,
};
use rusqlite::params;

use super::common::{Names, contains, limit};
use super::inbox::ConversationsWanted;
use super::plan::{TasksWanted, today};
use super::records::RecordsWanted;
use super::rows::{
    ActivityKind, CustomerPage, CustomerRow, Fact, FactValue, JournalLine, RecordRow, TimelineRow,
};
use super::timeline::{Channel, TimelineWanted};
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::daily::{DAY_MS, Said};
use crate::table::journal::JournalQuery;

/// Days of activity on a customer's page.
const ACTIVITY_DAYS: i64 = 90;
/// Records of one kind on a customer's page.
const PER_KIND: u32 = 25;

/// Which customers, and in which order.
#[derive(Clone, Debug, Default)]
pub struct CustomersWanted {
    /// Part of the name or number.
    pub name: Option<String>,
    /// Only pinned ones.
    pub pinned: bool,
    /// Only those with an invoice past due.
    pub overdue: bool,
    /// The order.
    pub order: CustomerOrder,
    /// At most this many.
    pub limit: Option<u32>,
    /// Go on after this many.
    pub offset: u32,
}

/// The order of a list of customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CustomerOrder {
    /// Latest contact first.
    #[default]
    Last,
    /// By name.
    Name,
    /// Most to be paid first.
    Open,
    /// Most past due first.
    Overdue,
}

/// What a customer's organisation rows say in one word each.
#[derive(Debug, Default)]
struct About {
    number: Option<String>,
    city: Option<String>,
    country: Option<String>,
    owner: Option<String>,
    since: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    website: Option<String>,
}

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

    /// Customers; the user's own company is not one. A company that no source has a
    /// row of, only a mail domain, is listed when asked for by name or pinned.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn customers(
        &self,
        wanted: &CustomersWanted,
        today: Date,
    ) -> Result<Vec<CustomerRow>, StoreError> {
        // What is asked for decides which question the database gets, so that each
        // is answered from the index made for it.
        let mut from = String::new();
        if wanted.name.is_some() {
            from.push_str(
                " AND (g.name LIKE ?1 ESCAPE '\\' OR g.id IN (SELECT n.org FROM organisation o \
                 JOIN node n ON n.item = o.item WHERE o.number LIKE ?1 ESCAPE '\\'))",
            );
        } else if !wanted.pinned {
            from.push_str(
                " AND EXISTS (SELECT 1 FROM node n \
                 WHERE n.org = g.id AND n.side = 1 AND n.item IS NOT NULL)",
            );
        }
        if wanted.pinned {
            from.push_str(
                " AND g.id IN (SELECT n.org FROM pin p CROSS JOIN node n ON n.id = p.node)",
            );
        }
        if wanted.overdue {
            from.push_str(
                " AND EXISTS (SELECT 1 FROM record r WHERE r.org = g.id AND r.kind = 'invoice' \
                 AND r.phase IN ('draft', 'open') AND r.phase = 'open' AND r.due < ?2)",
            );
        }
        let unpaid = "SELECT total(coalesce(r.outstanding, r.amount)) FROM record r \
             WHERE r.org = g.id AND r.kind = 'invoice' \
             AND r.phase IN ('draft', 'open') AND r.phase = 'open'";
        let order = match wanted.order {
            CustomerOrder::Last => "last DESC, g.name".to_owned(),
            CustomerOrder::Name => "g.name COLLATE NOCASE, g.id".to_owned(),
            CustomerOrder::Open => format!("({unpaid}) DESC, g.name"),
            CustomerOrder::Overdue => format!("({unpaid} AND r.due < ?2) DESC, g.name"),
        };
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT g.id, \
             max(coalesce((SELECT max(i.id) FROM item i WHERE i.org = g.id AND i.kind = 2), 0), \
                 coalesce((SELECT max(i.id) FROM item i WHERE i.org = g.id AND i.kind = 6), 0)) AS last \
             FROM org g WHERE (?1 IS NULL OR 1) AND (?2 IS NULL OR 1){from} \
             AND NOT EXISTS (SELECT 1 FROM node n JOIN organisation o ON o.item = n.item \
               WHERE n.org = g.id AND n.side = 1 AND o.own = 1) \
             ORDER BY {order} LIMIT ?3 OFFSET ?4"
        ))?;
        let found = statement
            .query_map(
                params![
                    wanted.name.as_deref().map(contains),
                    today.to_string(),
                    limit(wanted.limit, 200),
                    wanted.offset
                ],
                |row| Ok((OrgId(row.get(0)?), row.get::<_, i64>(1)?)),
            )?
            .collect::<Result<Vec<_>, _>>()?;
        let pinned = self.pinned()?;
        found
            .into_iter()
            .map(|(org, last)| self.customer_row_with(org, last, pinned.contains(&org), today))
            .collect()
    }

    /// One customer as a list shows it.
    ///
    /// # Errors
    /// There is no such customer, or the database cannot be read.
    pub fn customer_row(&self, org: OrgId, today: Date) -> Result<CustomerRow, StoreError> {
        let last: i64 = self
            .conn
            .prepare_cached(
                "SELECT max(coalesce((SELECT max(id) FROM item WHERE org = ?1 AND kind = 2), 0), \
                 coalesce((SELECT max(id) FROM item WHERE org = ?1 AND kind = 6), 0))",
            )?
            .query_row([org.0], |row| row.get(0))?;
        self.customer_row_with(org, last, self.is_pinned(org)?, today)
    }

    fn customer_row_with(
        &self,
        org: OrgId,
        last: i64,
        pinned: bool,
        today: Date,
    ) -> Result<CustomerRow, StoreError> {
        let name = self
            .org_name(org)?
            .ok_or_else(|| StoreError::missing(format!("customer {org}")))?;
        let about = self.about(org)?;
        let amounts = self.amounts(org, today)?;
        let people: i64 = self
            .conn
            .prepare_cached("SELECT count(*) FROM person WHERE org = ?1")?
            .query_row([org.0], |row| row.get(0))?;
        let of = |sql: &str| -> Result<u64, StoreError> {
            let count: i64 = self
                .conn
                .prepare_cached(sql)?
                .query_row(params![org.0, today.to_string()], |row| row.get(0))?;
            Ok(u64::try_from(count).unwrap_or(0))
        };
        Ok(CustomerRow {
            id: org,
            name,
            number: about.number,
            last_at: (last > 0).then_some(Millis(last >> 20)),
            people: u64::try_from(people).unwrap_or(0),
            // Those without an amount count as well.
            open_opportunities: of(
                "SELECT count(*) FROM record WHERE org = ?1 AND kind = 'opportunity' \
                 AND phase IN ('draft', 'open') AND ?2 = ?2",
            )?,
            overdue_invoices: of(
                "SELECT count(*) FROM record WHERE org = ?1 AND kind = 'invoice' \
                 AND phase IN ('draft', 'open') AND phase = 'open' AND due < ?2",
            )?,
            pinned,
            city: about.city,
            country: about.country,
            owner: about.owner,
            open_amount: amounts.unpaid,
            overdue_amount: amounts.overdue,
            opportunity_amount: amounts.opportunities,
        })
    }

    /// What the organisation rows behind a customer say in one word each: of
    /// several, the first that says anything.
    fn about(&self, org: OrgId) -> Result<About, StoreError> {
        let mut out = About::default();
        for node in self.organisation_nodes(org)? {
            let Some(stored) = self.stored(node)? else {
                continue;
            };
            let Body::Organisation(it) = &stored.item.body else {
                continue;
            };
            let said = |text: &str| Some(text.trim().to_owned()).filter(|it| !it.is_empty());
            out.number = out.number.or_else(|| it.number.clone());
            for postal in &it.postal {
                out.city = out.city.or_else(|| said(&postal.city));
                out.country = out.country.or_else(|| said(&postal.country));
            }
            let way = |kind: AddressKind| {
                it.addresses
                    .iter()
                    .find(|it| it.kind == kind)
                    .and_then(|it| said(&it.value))
            };
            out.phone = out.phone.or_else(|| way(AddressKind::Phone));
            out.email = out.email.or_else(|| way(AddressKind::Email));
            out.website = out.website.or_else(|| way(AddressKind::Url));
            let field = |name: &str| it.fields.get(&FieldName::from(name));
            if out.owner.is_none()
                && let Some(value) = field("owner")
            {
                out.owner = said(&self.who(&stored.account, value)?);
            }
            if out.since.is_none()
                && let Some(value) = field("since")
            {
                out.since = said(&value.to_string());
            }
        }
        Ok(out)
    }

    /// A value that stands for somebody, by name: a reference by its title, an
    /// address by the person behind it.
    fn who(&self, account: &AccountId, value: &FieldValue) -> Result<String, StoreError> {
        let shown = self.shown(account, value)?;
        if shown.contains('@')
            && !shown.contains(char::is_whitespace)
            && let Some(node) = self.node_by_key(&format!("email:{}", shown.to_lowercase()))?
            && let Some(person) = node.person
            && let Some(person) = self.person(person)?
        {
            return Ok(person.name);
        }
        Ok(shown)
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
            Some(since) => self.changes_since(org, since)?,
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
        let about = self.about(org)?;
        let (pages, notes) = self.pages_and_notes(org, PER_KIND)?;
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
            pages,
            conversations: self.inbox(&talk)?,
            activity: self.activity(org, now)?,
            looked,
            changes,
            pinned: self.is_pinned(org)?,
            number: about.number,
            owner: about.owner,
            city: about.city,
            country: about.country,
            since: about.since,
            phone: about.phone,
            email: about.email,
            website: about.website,
            months: self.months(org, day)?,
            activity_kinds: self.activity_kinds(org, now)?,
            timeline_counts: self.timeline_counts(org)?,
            notes,
            last: self.last_happening(org, now)?,
        })
    }

    /// What changed at a customer, the newest first. A hundred new messages must not
    /// hide the one field that changed before them.
    fn changes_since(&self, org: OrgId, since: Millis) -> Result<Vec<JournalLine>, StoreError> {
        let mut wanted = JournalQuery {
            org: Some(org),
            since: Some(since),
            fields: true,
            limit: 200,
            ..JournalQuery::default()
        };
        let mut lines = self.journal_lines(&wanted)?;
        wanted.fields = false;
        let others = self.journal_lines(&wanted)?;
        lines.extend(
            others
                .into_iter()
                .filter(|one| matches!(one.field.as_str(), "created" | "gone")),
        );
        lines.sort_by_key(|one| std::cmp::Reverse(one.at));
        Ok(lines)
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
                let shown = self.who(&stored.account, &value)?;
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
                    .is_some_and(|first| values.iter().any(|it| !alike(it, first)));
                Fact {
                    field,
                    values,
                    differs,
                }
            })
            .collect())
    }

    /// The newest happening up to now.
    fn last_happening(&self, org: OrgId, now: Millis) -> Result<Option<TimelineRow>, StoreError> {
        let wanted = TimelineWanted {
            kinds: ["mail", "chat", "ticket", "record"]
                .map(String::from)
                .to_vec(),
            before: Some(Millis(now.0.saturating_add(1))),
            limit: Some(1),
            ..TimelineWanted::default()
        };
        Ok(self.customer_timeline(org, &wanted)?.into_iter().next())
    }

    /// The organisation rows behind a customer.
    pub(crate) fn organisation_nodes(&self, org: OrgId) -> Result<Vec<ItemId>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT item FROM node WHERE org = ?1 AND side = 1 AND item IS NOT NULL ORDER BY id",
        )?;
        let rows = statement.query_map([org.0], |row| Ok(ItemId(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Items a day over the last ninety days, oldest first.
    fn activity(&self, org: OrgId, now: Millis) -> Result<Vec<u32>, StoreError> {
        let mut days = Days::until(now);
        days.add_said(self, org, Said::ToThem)?;
        days.add_moments(
            self,
            org,
            "SELECT id >> 20 FROM item WHERE org = ?1 AND kind IN (5, 6) AND id >= ?2 AND id < ?3",
        )?;
        Ok(days.counts)
    }

    /// The same by channel.
    fn activity_kinds(&self, org: OrgId, now: Millis) -> Result<Vec<ActivityKind>, StoreError> {
        let mut out = Vec::new();
        for channel in [
            Channel::Mail,
            Channel::Chat,
            Channel::Ticket,
            Channel::Record,
        ] {
            let mut days = Days::until(now);
            if let Some(said) = channel.counted() {
                days.add_said(self, org, said)?;
            }
            match channel {
                Channel::Ticket => days.add_moments(
                    self,
                    org,
                    "SELECT item >> 20 FROM record \
                     WHERE org = ?1 AND kind = 'ticket' AND item >= ?2 AND item < ?3",
                )?,
                // Both from an index alone: looking whether a record is a ticket costs a
                // page each.
                Channel::Record => days.add_moments(
                    self,
                    org,
                    "SELECT id >> 20 FROM (\
                     SELECT id FROM item WHERE org = ?1 AND kind = 6 AND id >= ?2 AND id < ?3 \
                     EXCEPT SELECT item FROM record \
                     WHERE org = ?1 AND kind = 'ticket' AND item >= ?2 AND item < ?3)",
                )?,
                _ => {}
            }
            out.push(ActivityKind {
                kind: channel.word().to_owned(),
                days: days.counts,
            });
        }
        Ok(out)
    }
}

/// Counts of the last ninety days, of which today is one, oldest first. A day is one
/// of UTC, because that is how messages are counted ([`crate::table::daily`]).
struct Days {
    first: i64,
    counts: Vec<u32>,
}

impl Days {
    fn until(now: Millis) -> Self {
        Self {
            first: now.0.div_euclid(DAY_MS) - ACTIVITY_DAYS + 1,
            counts: vec![0; usize::try_from(ACTIVITY_DAYS).unwrap_or(90)],
        }
    }

    fn add(&mut self, day: i64, items: u32) {
        let place = usize::try_from(day - self.first).unwrap_or(usize::MAX);
        if let Some(count) = self.counts.get_mut(place) {
            *count = count.saturating_add(items);
        }
    }

    fn add_said(&mut self, from: &Reader<'_>, org: OrgId, what: Said) -> Result<(), StoreError> {
        let last = self.first + ACTIVITY_DAYS - 1;
        for (day, items) in from.said_on(org, what, (self.first, last))? {
            self.add(day, items);
        }
        Ok(())
    }

    /// One for each moment a query finds between two ids.
    fn add_moments(&mut self, from: &Reader<'_>, org: OrgId, sql: &str) -> Result<(), StoreError> {
        let mut statement = from.conn.prepare_cached(sql)?;
        let id = |day: i64| (day * DAY_MS) << 20;
        let mut rows = statement.query(params![
            org.0,
            id(self.first),
            id(self.first + ACTIVITY_DAYS)
        ])?;
        while let Some(row) = rows.next()? {
            let at: i64 = row.get(0)?;
            self.add(at / DAY_MS, 1);
        }
        Ok(())
    }
}

/// Two values are the same to a person: case and white space aside, and a person
/// is the same by a reference and by a mail address.
fn alike(a: &FactValue, b: &FactValue) -> bool {
    let plain = |text: &str| {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase()
    };
    a.value == b.value || plain(&a.shown) == plain(&b.shown)
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

/// The collection of a reference that names a node of an organisation or person
/// by its key, and not a row of the same account. Only things kept on this device
/// hold such references: no source understands them.
pub const NODES: &str = "@node";

/// A reference to a customer that is good in every account of this device.
///
/// # Errors
/// The database cannot be read.
pub fn node_reference(reader: &Reader<'_>, org: OrgId) -> Result<Option<ItemRef>, StoreError> {
    let nodes = reader.nodes_of_org(org)?;
    let best = nodes
        .iter()
        .filter(|it| it.side == crate::table::people::Side::Organisation)
        .min_by_key(|it| (it.item.is_none(), it.id.0));
    Ok(best.map(|node| ItemRef {
        collection: CollectionId::new(NODES),
        handle: Handle::new(node.key.clone()),
    }))
}
