//! One customer with everything the sources know.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use rapport_model::field::fields_of;
use rapport_model::{Millis, OrgId};

use super::looked_key;
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::journal::{JournalQuery, What};
use crate::view::care::line;
use crate::view::common::Names;
use crate::view::inbox::ConversationFilter;
use crate::view::plan::today;
use crate::view::records::RecordsWanted;
use crate::view::rows::{CustomerPage, Fact, FactValue, JournalLine, RecordRow, TimelineRow};
use crate::view::tasks::TasksWanted;
use crate::view::timeline::TimelineWanted;

/// Records of one kind on a customer's page.
const PER_KIND: u32 = 25;
/// Changed fields since the user last looked, and as much that came and went.
const CHANGES: u32 = 200;

impl Reader<'_> {
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
        let talk = ConversationFilter {
            customer: Some(org),
            done: true,
            limit: Some(PER_KIND),
            ..ConversationFilter::default()
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
    /// hide the one field that changed before them. Of what came and went, the newest
    /// have their titles; the others are there to be counted.
    fn changes_since(&self, org: OrgId, since: Millis) -> Result<Vec<JournalLine>, StoreError> {
        let mut wanted = JournalQuery {
            org: Some(org),
            since: Some(since),
            fields: true,
            limit: CHANGES,
            ..JournalQuery::default()
        };
        let mut lines = self.journal_lines(&wanted)?;
        wanted.fields = false;
        wanted.limit = PER_KIND;
        let mut others = self.journal(&wanted)?;
        if let Some(oldest) = others.last() {
            wanted.before = Some(oldest.seq);
            wanted.untitled = true;
            wanted.limit = CHANGES.saturating_sub(PER_KIND);
            others.extend(self.journal(&wanted)?);
        }
        let others = others.into_iter().filter(|one| one.what != What::Changed);
        lines.extend(others.map(line));
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
