//! Lists rows by their stamps, and reads them.
//!
//! Notes and attachments may be searched only by naming what they hang on, so
//! for everybody but an administrator their listing is put together from what
//! the user can see; the others are one request a page.

use std::collections::BTreeMap;

use rapport_model::Fault;
use serde_json::{Value, json};

use super::rpc::{Call, Rpc};
use super::schema::Schema;
use super::spec::{Child, RESOURCES, Spec};
use super::wire::{self, Row, to_moment};
use crate::common::time_cursor::{Key, Listing, Since, Stamp, TimeCursor};

/// Stamps in one listing.
pub(super) const LISTED: usize = 1_000;

/// Names of rows in one search for what hangs on them.
const NAMED: usize = 500;

/// A listing of parts is believed to be this much older than its end, in
/// milliseconds, or a multiple: coarse, so that it repeats exactly.
const PARTS_TOOK_MS: i64 = 10_000;

const STAMP: &str = "last_modified_at";

/// A connection with what it may see.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'c> {
    pub(super) rpc: &'c Rpc,
    pub(super) schema: &'c Schema,
    /// May search notes without naming what they hang on.
    pub(super) administrator: bool,
}

/// Whose rows are listed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which<'s> {
    /// A collection's own.
    Own(&'s Spec),
    /// Those of a child model of it.
    Child(&'s Spec, &'s Child),
}

impl<'s> Which<'s> {
    fn base(self) -> Vec<Value> {
        match self {
            Self::Own(spec) => base(spec),
            Self::Child(..) => Vec::new(),
        }
    }

    fn search(self, params: Vec<Value>) -> Call {
        match self {
            Self::Own(spec) => Call::read(spec.model, "search_read", params),
            Self::Child(_, child) => Call::read(child.model, "search_read", params).switched_off(),
        }
    }

    /// The model of the parents, and the path to them.
    fn parent(self) -> Option<(&'s str, &'s str)> {
        match self {
            Self::Own(_) => None,
            Self::Child(spec, child) => Some((spec.model, child.parent)),
        }
    }
}

/// A listing, with the parents of each row where it is one of children.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) listing: Listing,
    pub(super) parents: BTreeMap<i64, Vec<i64>>,
}

impl Source<'_> {
    /// The next listing of a collection's own rows.
    pub(super) async fn list(&self, spec: &Spec, cursor: &TimeCursor) -> Result<Listed, Fault> {
        let since = cursor.since(self.rpc.config.lag_ms);
        if spec.resource && !self.administrator {
            return self.list_parts(spec, &since).await;
        }
        self.list_whole(Which::Own(spec), cursor).await
    }

    /// The next listing of the rows of a child model, with those that are
    /// switched off: their parents show them no longer.
    pub(super) async fn list_child(
        &self,
        spec: &Spec,
        child: &Child,
        cursor: &TimeCursor,
    ) -> Result<Listed, Fault> {
        if child.view {
            let since = cursor.since(self.rpc.config.lag_ms);
            return self.list_view(spec, child, &since).await;
        }
        self.list_whole(Which::Child(spec, child), cursor).await
    }

    /// The newest stamp of a model.
    pub(super) async fn newest(&self, which: Which<'_>) -> Result<Option<Stamp>, Fault> {
        let order = json!([[STAMP, "DESC"], ["id", "DESC"]]);
        let params = vec![
            json!(which.base()),
            json!(0),
            json!(1),
            order,
            json!([STAMP]),
        ];
        let rows = self.rpc.rows(which.search(params)).await?;
        Ok(rows.first().and_then(|row| wire::stamp(row, STAMP)))
    }

    async fn list_whole(&self, which: Which<'_>, cursor: &TimeCursor) -> Result<Listed, Fault> {
        let since = cursor.since(self.rpc.config.lag_ms);
        let listed = self.list_page(which, &since).await?;
        if !cursor.needs_newest(listed.listing.full) {
            return Ok(listed);
        }
        let newest = self.newest(which).await?;
        let mut listed = self.list_page(which, &since).await?;
        listed.listing.newest = newest;
        Ok(listed)
    }

    async fn list_page(&self, which: Which<'_>, since: &Since) -> Result<Listed, Fault> {
        let mut domain = which.base();
        domain.extend(since_clause(since));
        let parent = which.parent();
        let fields: Vec<&str> = std::iter::once(STAMP)
            .chain(parent.map(|(_, path)| path))
            .collect();
        let order = json!([[STAMP, "ASC"], ["id", "ASC"]]);
        let params = vec![json!(domain), json!(0), json!(LISTED), order, json!(fields)];
        let rows = self.rpc.rows(which.search(params)).await?;
        let full = rows.len() >= LISTED;
        Ok(listed(&rows, parent, full, |row| wire::stamp(row, STAMP)))
    }

    /// A view has no stamp to sort by: what was changed since is sorted here.
    async fn list_view(&self, spec: &Spec, child: &Child, since: &Since) -> Result<Listed, Fault> {
        let domain = match floor(since) {
            None => json!([]),
            Some(micros) => {
                let from = to_moment(micros);
                json!([[
                    "OR",
                    ["write_date", ">=", from],
                    ["create_date", ">=", from]
                ]])
            }
        };
        let fields = json!(["write_date", "create_date", child.parent]);
        let params = vec![domain, json!(0), json!(null), json!(null), fields];
        let rows = self
            .rpc
            .rows(Call::read(child.model, "search_read", params))
            .await?;
        let parent = Which::Child(spec, child).parent();
        let mut all = listed(&rows, parent, false, |row| {
            wire::stamp(row, "write_date").max(wire::stamp(row, "create_date"))
        });
        in_order(&mut all.listing, since);
        Ok(all)
    }

    /// The rows that hang on anything the user may see.
    async fn list_parts(&self, spec: &Spec, since: &Since) -> Result<Listed, Fault> {
        let clause: Vec<Value> = match floor(since) {
            None => Vec::new(),
            Some(micros) => vec![json!([STAMP, ">=", to_moment(micros)])],
        };
        let began = self.rpc.clock().now();
        let mut rows = Vec::new();
        for names in self.resources().await? {
            let mut domain = vec![json!(["resource", "in", names])];
            domain.extend(clause.iter().cloned());
            let params = vec![
                json!(domain),
                json!(0),
                json!(null),
                json!(null),
                json!([STAMP]),
            ];
            rows.extend(
                self.rpc
                    .rows(Call::read(spec.model, "search_read", params))
                    .await?,
            );
        }
        let took = self.rpc.clock().now().since(began).max(0);
        let mut all = listed(&rows, None, false, |row| wire::stamp(row, STAMP));
        in_order(&mut all.listing, since);
        // What was committed while the parts were read may lie behind the end
        // by as much as the reading took.
        let back = (took / PARTS_TOOK_MS + 1) * PARTS_TOOK_MS;
        all.listing.newest = all
            .listing
            .rows
            .last()
            .and_then(|(stamp, _)| stamp.earlier(back));
        Ok(all)
    }

    /// The names of all rows that something can hang on, in lots.
    pub(super) async fn resources(&self) -> Result<Vec<Vec<String>>, Fault> {
        let mut lots = Vec::new();
        for model in RESOURCES
            .into_iter()
            .filter(|model| self.schema.readable(model))
        {
            let params = vec![json!([]), json!(0), json!(null), json!([["id", "ASC"]])];
            let found = self.rpc.call(Call::read(model, "search", params)).await?;
            let names: Vec<String> = found
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_i64)
                .map(|id| format!("{model},{id}"))
                .collect();
            lots.extend(names.chunks(NAMED).map(<[String]>::to_vec));
        }
        Ok(lots)
    }

    /// Rows with these fields. Rows that are gone, or that this user may no
    /// longer see, are left out.
    pub(super) async fn read(
        &self,
        spec: &Spec,
        ids: &[i64],
        paths: &[&str],
    ) -> Result<Vec<Row>, Fault> {
        let mut rows = Vec::with_capacity(ids.len());
        // One row that cannot be read fails the whole request: halve it until
        // the row stands alone.
        let mut lots = vec![ids.to_vec()];
        while let Some(lot) = lots.pop() {
            if lot.is_empty() {
                continue;
            }
            match self.read_lot(spec, &lot, paths).await {
                Ok(read) => rows.extend(read),
                Err(Fault::Denied(_) | Fault::Rejected(_)) if lot.len() > 1 => {
                    let (first, second) = lot.split_at(lot.len() / 2);
                    lots.push(second.to_vec());
                    lots.push(first.to_vec());
                }
                Err(Fault::Denied(_) | Fault::Rejected(_)) => {
                    // What it points at may be what cannot be seen.
                    let plain: Vec<&str> = paths
                        .iter()
                        .copied()
                        .filter(|path| !path.contains('.'))
                        .collect();
                    match self.read_lot(spec, &lot, &plain).await {
                        Ok(read) => rows.extend(read),
                        Err(Fault::Denied(_) | Fault::Rejected(_)) => {}
                        Err(fault) => return Err(fault),
                    }
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(rows)
    }

    async fn read_lot(&self, spec: &Spec, ids: &[i64], paths: &[&str]) -> Result<Vec<Row>, Fault> {
        let call = if spec.resource {
            // A search by id alone is refused for them, reading is not.
            Call::read(spec.model, "read", vec![json!(ids), json!(paths)])
        } else {
            let mut domain = base(spec);
            domain.push(json!(["id", "in", ids]));
            let params = vec![
                json!(domain),
                json!(0),
                json!(null),
                json!(null),
                json!(paths),
            ];
            Call::read(spec.model, "search_read", params)
        };
        self.rpc.rows(call).await
    }
}

/// The domain of a collection, with what is switched off.
pub(super) fn base(spec: &Spec) -> Vec<Value> {
    let mut domain = spec.filter();
    if spec.archives {
        domain.push(json!(["active", "in", [true, false]]));
    }
    domain
}

fn since_clause(since: &Since) -> Option<Value> {
    match since {
        Since::Start => None,
        Since::From(micros) => Some(json!([STAMP, ">=", to_moment(*micros)])),
        Since::After((stamp, id)) => {
            let at = to_moment(stamp.micros());
            Some(json!([
                "OR",
                [STAMP, ">", at],
                [[STAMP, "=", at], ["id", ">", id]]
            ]))
        }
    }
}

fn floor(since: &Since) -> Option<i64> {
    match since {
        Since::Start => None,
        Since::From(micros) => Some(*micros),
        Since::After((stamp, _)) => Some(stamp.micros()),
    }
}

fn listed(
    rows: &[Row],
    parent: Option<(&str, &str)>,
    full: bool,
    stamp: impl Fn(&Row) -> Option<Stamp>,
) -> Listed {
    let mut keys = Vec::with_capacity(rows.len());
    let mut parents = BTreeMap::new();
    for row in rows {
        let Some(id) = wire::id(row, "id") else {
            continue;
        };
        // Rows without any stamp come with the server's modules, before all time.
        let at = stamp(row).or_else(|| Stamp::read("1970-01-01T00:00:00"));
        keys.extend(at.map(|at| (at, id)));
        if let Some((model, path)) = parent {
            parents.insert(id, parents_in(row, model, path));
        }
    }
    Listed {
        listing: Listing {
            rows: keys,
            full,
            newest: None,
        },
        parents,
    }
}

/// The rows of a model that a path leads to. What can point at rows of any
/// model names it.
fn parents_in(row: &Row, model: &str, path: &str) -> Vec<i64> {
    if let Some((step, rest)) = path.split_once('.') {
        return wire::nested(row, step)
            .map(|row| parents_in(row, model, rest))
            .unwrap_or_default();
    }
    let named = wire::text(row, path).and_then(|text| {
        let (of, id) = text.split_once(',')?;
        id.parse().ok().filter(|_| of == model)
    });
    wire::id(row, path)
        .into_iter()
        .chain(named)
        .chain(wire::ids(row, path))
        .collect()
}

/// Sorts, and leaves out what lies before the key.
fn in_order(listing: &mut Listing, since: &Since) {
    listing.rows.sort();
    if let Since::After(key) = since {
        let after: &Key = key;
        listing.rows.retain(|row| row > after);
    }
}
