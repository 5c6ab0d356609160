//! Customers: the list, and where a row of one is.

mod activity;
mod newest;
mod page;

use jiff::civil::Date;
use rapport_model::{
    AccountId, AddressKind, Body, CollectionId, FieldName, FieldValue, Handle, ItemId, ItemRef,
    Millis, OrgId,
};
use rusqlite::params;

use self::newest::newest;
use super::common::{contains, limit};
use super::rows::CustomerRow;
use crate::db::Reader;
use crate::error::StoreError;

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
                 CROSS JOIN node n ON n.item = o.item \
                 WHERE o.number IS NOT NULL AND o.number LIKE ?1 ESCAPE '\\'))",
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
        // Once for all: the user's own company is one of very few.
        from.push_str(
            " AND g.id NOT IN (SELECT n.org FROM organisation o CROSS JOIN node n \
             ON n.item = o.item AND n.side = 1 WHERE o.own = 1 AND n.org IS NOT NULL)",
        );
        let name = wanted.name.as_deref().map(contains);
        let (most, today_is) = (limit(wanted.limit, 200), today.to_string());
        let mut found = None;
        if name.is_some() && !wanted.overdue && wanted.order == CustomerOrder::Last {
            let mut statement = self.conn.prepare_cached(&format!(
                "SELECT g.id FROM org g WHERE (?1 IS NULL OR 1) AND (?2 IS NULL OR 1){from}"
            ))?;
            let rows = statement.query_map(params![name, today_is], |row| row.get(0))?;
            let among = rows.collect::<Result<_, _>>()?;
            let size = |it: u32| usize::try_from(it).unwrap_or(usize::MAX);
            let (passed, shown) = (size(wanted.offset), size(most));
            found = newest(self.conn, &among, passed.saturating_add(shown))?
                .map(|all| all.into_iter().skip(passed).collect());
        }
        let found: Vec<(OrgId, i64)> = match found {
            Some(found) => found,
            None => self
                .conn
                .prepare_cached(&format!(
                    "SELECT g.id, max(\
                     coalesce((SELECT max(i.id) FROM item i WHERE i.org = g.id AND i.kind = 2), 0), \
                     coalesce((SELECT max(i.id) FROM item i WHERE i.org = g.id AND i.kind = 6), 0)) \
                     AS last FROM org g WHERE (?1 IS NULL OR 1) AND (?2 IS NULL OR 1){from} \
                     ORDER BY {order} LIMIT ?3 OFFSET ?4"
                ))?
                .query_map(params![name, today_is, most, wanted.offset], |row| {
                    Ok((OrgId(row.get(0)?), row.get(1)?))
                })?
                .collect::<Result<_, _>>()?,
        };
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

    /// The organisation rows behind a customer.
    pub(crate) fn organisation_nodes(&self, org: OrgId) -> Result<Vec<ItemId>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT item FROM node WHERE org = ?1 AND side = 1 AND item IS NOT NULL ORDER BY id",
        )?;
        let rows = statement.query_map([org.0], |row| Ok(ItemId(row.get(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
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
