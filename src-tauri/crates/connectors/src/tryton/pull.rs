//! One page of a collection: its own changed rows, then the rows whose parts
//! changed.

use std::collections::{BTreeMap, BTreeSet};

use rapport_model::change::Poison;
use rapport_model::{Change, Coverage, Cursor, Fault, Handle, Item, Page};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::listing::{Listed, Source, Which};
use super::map::{self, Lore};
use super::rpc::Call;
use super::spec::{Child, Spec};
use super::wire::{self, Row};
use crate::common::digest64;
use crate::common::time_cursor::TimeCursor;

/// The form of [`Bookmark`], and what it stands for: before 2, parts that had been
/// switched off were not followed, and what they left behind is read again.
const VERSION: u16 = 2;

/// Changed rows in a page.
const PAGE: usize = 200;

/// Longest raw form that is kept of a row that cannot be mapped.
const RAW: usize = 20_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Bookmark {
    /// Which fields were read: with other rights everything is read again.
    shape: u64,
    rows: TimeCursor,
    /// By child model.
    children: BTreeMap<String, TimeCursor>,
}

/// What rows became.
#[derive(Debug, Default)]
pub(super) struct Mapped {
    pub(super) items: Vec<Item>,
    /// Switched off at the source.
    pub(super) off: Vec<Handle>,
    pub(super) poison: Vec<Poison>,
}

impl Source<'_> {
    pub(super) async fn pull(
        &self,
        spec: &'static Spec,
        lore: &Lore,
        cursor: Option<&Cursor>,
    ) -> Result<Page, Fault> {
        let paths = self.schema.paths(self.rpc, spec).await?;
        let shape = digest64(paths.iter().map(|path| path.as_bytes()));
        let mut bookmark = match cursor {
            Some(cursor) => read_bookmark(cursor, shape)?,
            None => self.first_bookmark(spec, shape).await?,
        };
        let lag = self.rpc.config.lag_ms;
        let listed = self.list(spec, &bookmark.rows).await?;
        let taken = bookmark.rows.take(&listed.listing, PAGE, lag);
        let mut page = Page::new(
            Vec::new(),
            Coverage::Delta,
            cursor_of(&bookmark)?,
            taken.more,
        );
        self.add(spec, lore, &paths, &taken.ids, &mut page).await?;
        if !taken.more {
            let own: BTreeSet<i64> = taken.ids.iter().copied().collect();
            let (touched, more) = self.children(spec, &mut bookmark).await?;
            let parents: Vec<i64> = touched.difference(&own).copied().collect();
            for lot in parents.chunks(PAGE) {
                let rows = self.read(spec, lot, &paths).await?;
                let mapped = self.map(spec, lore, rows).await?;
                fill(&mut page, mapped);
            }
            page.more = more;
        }
        if !page.more {
            page.source_count = self.count(spec).await?;
        }
        page.cursor = cursor_of(&bookmark)?;
        Ok(page)
    }

    async fn add(
        &self,
        spec: &'static Spec,
        lore: &Lore,
        paths: &[&str],
        ids: &[i64],
        page: &mut Page,
    ) -> Result<(), Fault> {
        if ids.is_empty() {
            return Ok(());
        }
        let rows = self.read(spec, ids, paths).await?;
        let there: BTreeSet<i64> = rows.iter().filter_map(|row| wire::id(row, "id")).collect();
        let mapped = self.map(spec, lore, rows).await?;
        fill(page, mapped);
        // Listed a moment ago, and not there any more.
        let gone = ids.iter().filter(|id| !there.contains(id));
        page.changes
            .extend(gone.map(|id| Change::Gone(Handle::new(id.to_string()))));
        Ok(())
    }

    /// Rows whose parts changed, and whether there are more such parts.
    async fn children(
        &self,
        spec: &Spec,
        bookmark: &mut Bookmark,
    ) -> Result<(BTreeSet<i64>, bool), Fault> {
        let (mut touched, mut any_more) = (BTreeSet::new(), false);
        for child in self.readable_children(spec) {
            let cursor = bookmark.children.entry(child.model.to_owned()).or_default();
            let Listed { listing, parents } = self.list_child(spec, child, cursor).await?;
            let taken = cursor.take(&listing, PAGE, self.rpc.config.lag_ms);
            any_more |= taken.more;
            let parents = taken.ids.iter().filter_map(|id| parents.get(id));
            let parents: BTreeSet<i64> = parents.flatten().copied().collect();
            touched.extend(match child.above {
                Some(field) => self.with_those_above(spec, field, parents).await?,
                None => parents,
            });
        }
        Ok((touched, any_more))
    }

    /// These rows, and all that lie above them.
    async fn with_those_above(
        &self,
        spec: &Spec,
        field: &str,
        rows: BTreeSet<i64>,
    ) -> Result<BTreeSet<i64>, Fault> {
        let (mut all, mut next) = (rows.clone(), rows);
        while !next.is_empty() {
            let domain = json!([["id", "in", next]]);
            let params = vec![domain, json!(0), json!(null), json!(null), json!([field])];
            let call = Call::read(spec.model, "search_read", params);
            let above = self.rpc.rows(call).await?;
            let above = above.iter().filter_map(|row| wire::id(row, field));
            // A row that is known already was gone up from.
            next = above.filter(|id| all.insert(*id)).collect();
        }
        Ok(all)
    }

    fn readable_children<'s>(&self, spec: &'s Spec) -> impl Iterator<Item = &'s Child> {
        spec.children
            .iter()
            .filter(|child| child.models().all(|model| self.schema.readable(model)))
    }

    /// Children are followed from now on: their rows are read as part of the
    /// first listing, which begins after this.
    async fn first_bookmark(&self, spec: &Spec, shape: u64) -> Result<Bookmark, Fault> {
        let mut bookmark = Bookmark {
            shape,
            ..Bookmark::default()
        };
        for child in self.readable_children(spec) {
            let newest = if child.view {
                None
            } else {
                self.newest(Which::Child(spec, child)).await?
            };
            let mut cursor = newest.map_or_else(TimeCursor::default, TimeCursor::starting_at);
            loop {
                let listed = self.list_child(spec, child, &cursor).await?;
                if !cursor
                    .take(&listed.listing, usize::MAX, self.rpc.config.lag_ms)
                    .more
                {
                    break;
                }
            }
            bookmark.children.insert(child.model.to_owned(), cursor);
        }
        Ok(bookmark)
    }

    /// Maps rows, with what is known of the people in them.
    pub(super) async fn map(
        &self,
        spec: &'static Spec,
        lore: &Lore,
        rows: Vec<Row>,
    ) -> Result<Mapped, Fault> {
        let mut lore = lore.clone();
        if spec.model == "party.party"
            && !rows.is_empty()
            && self.schema.readable("company.employee")
        {
            let ids: Vec<i64> = rows.iter().filter_map(|row| wire::id(row, "id")).collect();
            let domain = json!([["party", "in", ids], ["active", "in", [true, false]]]);
            let params = vec![domain, json!(0), json!(null), json!(null), json!(["party"])];
            let employees = self
                .rpc
                .rows(Call::read("company.employee", "search_read", params))
                .await?;
            lore.staff = employees
                .iter()
                .filter_map(|row| wire::id(row, "party"))
                .collect();
        }
        let mut mapped = Mapped::default();
        for row in rows {
            let id = wire::id(&row, "id").map(|id| Handle::new(id.to_string()));
            let Some(handle) = id else {
                continue;
            };
            if wire::flag(&row, "active") == Some(false) {
                mapped.off.push(handle);
                continue;
            }
            match map::item(spec.model, &row, &lore) {
                Ok(item) => mapped.items.push(item),
                Err(reason) => mapped.poison.push(Poison {
                    handle,
                    reason,
                    raw: serde_json::to_string(&row)
                        .ok()
                        .map(|raw| wire::cut(&raw, RAW)),
                }),
            }
        }
        Ok(mapped)
    }

    async fn count(&self, spec: &Spec) -> Result<Option<u64>, Fault> {
        let one = async |domain| {
            let found = self
                .rpc
                .call(Call::read(spec.model, "search_count", vec![domain]))
                .await?;
            Ok::<u64, Fault>(found.as_u64().unwrap_or(0))
        };
        if spec.resource && !self.administrator {
            let mut count = 0;
            for names in self.resources().await? {
                count += one(json!([["resource", "in", names]])).await?;
            }
            return Ok(Some(count));
        }
        one(json!(spec.filter())).await.map(Some)
    }

    /// Every row with its revision, for the reconcile.
    pub(super) async fn ids(&self, spec: &Spec) -> Result<Vec<(i64, Option<String>)>, Fault> {
        const LOT: usize = 5_000;
        let fields = json!(["_timestamp"]);
        let entry = |row: &Row| Some((wire::id(row, "id")?, wire::text(row, "_timestamp")));
        let mut out: Vec<(i64, Option<String>)> = Vec::new();
        if spec.resource && !self.administrator {
            for names in self.resources().await? {
                let domain = json!([["resource", "in", names]]);
                let params = vec![domain, json!(0), json!(null), json!(null), fields.clone()];
                let rows = self
                    .rpc
                    .rows(Call::read(spec.model, "search_read", params))
                    .await?;
                out.extend(rows.iter().filter_map(entry));
            }
            return Ok(out);
        }
        loop {
            let mut domain = spec.filter();
            if let Some((last, _)) = out.last() {
                domain.push(json!(["id", ">", last]));
            }
            let order = json!([["id", "ASC"]]);
            let params = vec![json!(domain), json!(0), json!(LOT), order, fields.clone()];
            let rows = self
                .rpc
                .rows(Call::read(spec.model, "search_read", params))
                .await?;
            out.extend(rows.iter().filter_map(entry));
            if rows.len() < LOT {
                return Ok(out);
            }
        }
    }

    /// Rows by id, for a fetch.
    pub(super) async fn fetch(
        &self,
        spec: &'static Spec,
        lore: &Lore,
        ids: &[i64],
    ) -> Result<Vec<Item>, Fault> {
        let paths = self.schema.paths(self.rpc, spec).await?;
        let mut items = Vec::new();
        for lot in ids.chunks(PAGE) {
            let rows = self.read(spec, lot, &paths).await?;
            items.extend(self.map(spec, lore, rows).await?.items);
        }
        Ok(items)
    }
}

fn fill(page: &mut Page, mapped: Mapped) {
    page.changes.extend(
        mapped
            .items
            .into_iter()
            .map(|item| Change::Upsert(Box::new(item))),
    );
    page.changes
        .extend(mapped.off.into_iter().map(Change::Gone));
    page.poison.extend(mapped.poison);
}

fn cursor_of(bookmark: &Bookmark) -> Result<Cursor, Fault> {
    let data = serde_json::to_value(bookmark)
        .map_err(|error| Fault::Rejected(format!("the bookmark cannot be kept: {error}")))?;
    Ok(Cursor {
        version: VERSION,
        data,
    })
}

fn read_bookmark(cursor: &Cursor, shape: u64) -> Result<Bookmark, Fault> {
    let unknown = || Fault::CursorExpired("the bookmark is of another version".to_owned());
    if cursor.version != VERSION {
        return Err(unknown());
    }
    let bookmark: Bookmark =
        serde_json::from_value(cursor.data.clone()).map_err(|_other_form| unknown())?;
    if bookmark.shape != shape {
        return Err(Fault::CursorExpired(
            "what this user may see at Tryton has changed".to_owned(),
        ));
    }
    Ok(bookmark)
}
