//! Salvage: saves every readable row of a damaged file into a new one.
//!
//! The damaged file is only read. Rows that hang on lost ones are left out, so
//! that the new file is whole; cursors are reset, so that the next sync brings
//! back what the sources still have.

use std::sync::Arc;

use rapport_model::Clock;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::form::Form;
use super::{Carried, Db, Quiet, Reader, beside, migrate, open, staged};
use crate::error::{OpenError, StoreError};
use crate::key::DbKey;
use crate::profile::Profile;

/// What could be saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Salvage {
    /// Table by table.
    pub tables: Vec<SalvagedTable>,
    /// Rows that could be read but hung on lost ones.
    pub dropped: u64,
    /// What came along of that which lay beside the database; see [`Db::recover`].
    pub carried: Vec<Carried>,
}

/// What could be saved of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SalvagedTable {
    /// Its name.
    pub name: String,
    /// Rows copied.
    pub rows: u64,
    /// Stretches of it that could not be read.
    pub holes: u64,
}

impl Salvage {
    /// Whether everything could be read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.dropped == 0 && self.tables.iter().all(|it| it.holes == 0)
    }
}

/// A table with more holes than this is given up; each costs a few dozen seeks.
const MOST_HOLES: u64 = 10_000;

impl Db {
    /// Saves every readable row into a new database in the profile `to`, under
    /// the same key. For a file that still opens; see [`Db::recover`].
    ///
    /// # Errors
    /// As [`Db::recover`].
    pub fn recover_to(&self, to: &Profile) -> Result<Salvage, OpenError> {
        let form = self.inner.readers.form();
        recover(self.profile(), &self.inner.key, form, to, self.clock())
    }

    /// Saves every readable row of the database of `from`, which is not open, into a new one in
    /// `to`, under the same key, and carries along what lies beside it: the sealed secrets, the
    /// connectors' private folders and the attachments of what is not sent yet. Nothing in
    /// `from` is changed; nobody may have it open.
    ///
    /// # Errors
    /// There is a database in `to` already; the key is wrong; or the table of
    /// contents itself is damaged, and only a backup helps.
    pub fn recover(
        from: &Profile,
        key: &DbKey,
        to: &Profile,
        clock: Arc<dyn Clock>,
    ) -> Result<Salvage, OpenError> {
        let form = Form::of_file(&from.database());
        let mut saved = recover(from, key, form, to, clock)?;
        saved.carried = beside::carry(from, to);
        let found = open::connect_writer(to, key)
            .map_err(|error| error.to_string())
            .and_then(|conn| staged::point_to(to, &conn).map_err(|error| error.to_string()));
        if let Err(why) = found {
            // The rows are saved; that some of them still name the old folder is told.
            saved.carried.push(Carried {
                name: "files/staged".to_owned(),
                files: 0,
                left: vec![format!(
                    "what waits still names them in the old folder: {why}"
                )],
            });
        }
        Ok(saved)
    }
}

fn recover(
    from: &Profile,
    key: &DbKey,
    form: Form,
    to: &Profile,
    clock: Arc<dyn Clock>,
) -> Result<Salvage, OpenError> {
    if to.has_database() {
        return Err(OpenError::Io(format!(
            "there is a database in {} already; nothing was written",
            to.home().display()
        )));
    }
    to.create()?;
    crate::key::carry(from, to, key)?;
    let failed = |error: StoreError| match error {
        StoreError::DiskFull(text) => OpenError::DiskFull(text),
        other => OpenError::Io(other.to_string()),
    };
    // Opening tells a wrong key from damage, with its advice.
    let mut source = Source::open(from, key, form)?;
    let mut conn = open::connect_writer(to, key)?;
    migrate::apply(&mut conn, &crate::table::steps(), clock.now())
        .map_err(|error| error.at(&to.database()))?;
    copy(&mut source, &conn).map_err(failed)
}

/// The damaged file. After a page that cannot be read the connection is opened
/// anew: SQLCipher may hold on to the error.
struct Source<'a> {
    profile: &'a Profile,
    key: &'a DbKey,
    form: Form,
    conn: Connection,
}

impl<'a> Source<'a> {
    fn open(profile: &'a Profile, key: &'a DbKey, form: Form) -> Result<Self, OpenError> {
        let conn =
            open::connect_reader(&profile.database(), key, form).map_err(|error| match error {
                StoreError::Corrupt(_) if crate::key::fits(profile, key) == Some(false) => {
                    OpenError::WrongKey
                }
                StoreError::Corrupt(_) => OpenError::Corrupt {
                    path: profile.database(),
                    advice:
                        "Its table of contents cannot be read, so nothing can be saved from it. \
                         Put back a backup."
                            .to_owned(),
                },
                other => OpenError::Io(other.to_string()),
            })?;
        Ok(Self {
            profile,
            key,
            form,
            conn,
        })
    }

    fn reopen(&mut self) -> Result<(), StoreError> {
        self.conn = open::connect_reader(&self.profile.database(), self.key, self.form)?;
        Ok(())
    }
}

fn copy(source: &mut Source<'_>, target: &Connection) -> Result<Salvage, StoreError> {
    target.execute_batch("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE;")?;
    let mut salvage = Salvage::default();
    for table in tables(target)? {
        salvage.tables.push(copy_table(source, target, &table)?);
    }
    salvage.dropped = drop_orphans(target)?;
    target.execute_batch(
        "UPDATE collection SET cursor = NULL, cursor_version = NULL, complete = 0, run_open = 0, \
         last_success = NULL, local_count = (SELECT count(*) FROM item \
         WHERE collection = collection.id AND flags & 256 = 0);
         DELETE FROM heard;
         INSERT INTO heard SELECT person, max(id) FROM item \
         WHERE person IS NOT NULL AND kind = 2 GROUP BY person;
         UPDATE conversation SET \
         last_item = coalesce((SELECT max(id) FROM item WHERE conversation = conversation.item), 0), \
         unread = (SELECT count(*) FROM item \
         WHERE conversation = conversation.item AND flags & 1 = 1), \
         mentions = (SELECT count(*) FROM item \
         WHERE conversation = conversation.item AND flags & 1 = 1 AND flags & 8 = 8);",
    )?;
    target.execute_batch(crate::table::daily::COUNT_ANEW)?;
    reindex(target)?;
    target.execute_batch("COMMIT; PRAGMA foreign_keys = ON;")?;
    Ok(salvage)
}

/// Our own tables; the search index is built anew and the ledger of steps is
/// written by the migration.
fn tables(target: &Connection) -> Result<Vec<String>, StoreError> {
    let mut statement = target.prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%' \
         AND name NOT LIKE 'sqlite%' AND name <> 'migration' ORDER BY rowid",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn copy_table(
    source: &mut Source<'_>,
    target: &Connection,
    table: &str,
) -> Result<SalvagedTable, StoreError> {
    let mut done = SalvagedTable {
        name: table.to_owned(),
        ..SalvagedTable::default()
    };
    // A file of an older version lacks tables and columns; it has the rest.
    let Ok(columns) = common_columns(&source.conn, target, table) else {
        done.holes = 1;
        source.reopen()?;
        return Ok(done);
    };
    if columns.is_empty() {
        return Ok(done);
    }
    let names = columns.join(", ");
    let marks = vec!["?"; columns.len() + 1].join(", ");
    let insert = format!("INSERT OR IGNORE INTO {table} (rowid, {names}) VALUES ({marks})");
    let select =
        format!("SELECT rowid, {names} FROM {table} NOT INDEXED WHERE rowid > ?1 ORDER BY rowid");
    let mut last = i64::MIN;
    loop {
        let stretch = copy_stretch(&source.conn, target, &select, &insert, &mut last);
        match stretch {
            Ok(rows) => {
                done.rows += rows;
                return Ok(done);
            }
            Err(Stretch::Target(error)) => return Err(error),
            Err(Stretch::Source { rows }) => {
                done.rows += rows;
                done.holes += 1;
                source.reopen()?;
                if done.holes > MOST_HOLES {
                    return Ok(done);
                }
                match behind_the_hole(source, table, last)? {
                    Some(next) => last = next - 1,
                    None => return Ok(done),
                }
            }
        }
    }
}

fn common_columns(
    source: &Connection,
    target: &Connection,
    table: &str,
) -> Result<Vec<String>, rusqlite::Error> {
    let columns = |conn: &Connection| -> Result<Vec<String>, rusqlite::Error> {
        let mut statement = conn.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let rows = statement.query_map([table], |row| row.get(0))?;
        rows.collect()
    };
    let known = columns(source)?;
    Ok(columns(target)?
        .into_iter()
        .filter(|name| known.contains(name))
        .collect())
}

enum Stretch {
    Source { rows: u64 },
    Target(StoreError),
}

fn copy_stretch(
    source: &Connection,
    target: &Connection,
    select: &str,
    insert: &str,
    last: &mut i64,
) -> Result<u64, Stretch> {
    let mut rows = 0;
    let broken = |rows| move |_: rusqlite::Error| Stretch::Source { rows };
    let mut statement = source.prepare(select).map_err(broken(0))?;
    let width = statement.column_count();
    let mut found = statement.query([*last]).map_err(broken(0))?;
    while let Some(row) = found.next().map_err(broken(rows))? {
        let values = (0..width)
            .map(|column| row.get::<_, Value>(column))
            .collect::<Result<Vec<_>, _>>()
            .map_err(broken(rows))?;
        let Some(Value::Integer(id)) = values.first() else {
            continue;
        };
        let id = *id;
        let inserted = target
            .prepare_cached(insert)
            .and_then(|mut it| it.execute(params_from_iter(values)))
            .map_err(|error| Stretch::Target(error.into()))?;
        rows += inserted as u64;
        *last = id;
    }
    Ok(rows)
}

/// The first row after `last` that can be read, found by halving: a seek lands
/// on its leaf without reading the ones before it.
fn behind_the_hole(
    source: &mut Source<'_>,
    table: &str,
    last: i64,
) -> Result<Option<i64>, StoreError> {
    let Some(end) = try_query(
        source,
        &format!("SELECT rowid FROM {table} NOT INDEXED ORDER BY rowid DESC LIMIT 1"),
        None,
    )?
    .or(try_far_end(source, table, last)?) else {
        return Ok(None);
    };
    if end <= last {
        return Ok(None);
    }
    let seek =
        format!("SELECT rowid FROM {table} NOT INDEXED WHERE rowid >= ?1 ORDER BY rowid LIMIT 1");
    let (mut bad, mut good, mut found) = (last, end, end);
    while good > bad.saturating_add(1) {
        // Halving without overflow over the whole range of row numbers.
        let middle = i64::try_from((i128::from(bad) + i128::from(good)) / 2).unwrap_or(good);
        match try_query(source, &seek, Some(middle))? {
            Some(row) if row > last => {
                found = row;
                good = middle;
            }
            _ => bad = middle,
        }
    }
    Ok(Some(found))
}

/// When the last leaf is the damaged one: any readable row beyond, by seeks at
/// growing distances.
fn try_far_end(source: &mut Source<'_>, table: &str, last: i64) -> Result<Option<i64>, StoreError> {
    let seek =
        format!("SELECT rowid FROM {table} NOT INDEXED WHERE rowid >= ?1 ORDER BY rowid LIMIT 1");
    let mut furthest = None;
    for power in 0..62 {
        let Some(at) = last.checked_add(1 << power) else {
            break;
        };
        if let Some(row) = try_query(source, &seek, Some(at))? {
            furthest = furthest.max(Some(row));
        }
    }
    Ok(furthest)
}

fn try_query(
    source: &mut Source<'_>,
    sql: &str,
    at: Option<i64>,
) -> Result<Option<i64>, StoreError> {
    let outcome = source.conn.prepare_cached(sql).and_then(|mut statement| {
        let mut rows = match at {
            Some(at) => statement.query([at])?,
            None => statement.query([])?,
        };
        rows.next()?.map(|row| row.get(0)).transpose()
    });
    match outcome {
        Ok(found) => Ok(found),
        Err(_) => {
            source.reopen()?;
            Ok(None)
        }
    }
}

/// Rows that point at nothing, and items without a body: the next sync would
/// take their fingerprint for the whole and never repair them.
fn drop_orphans(target: &Connection) -> Result<u64, StoreError> {
    let mut dropped = 0;
    for kind in rapport_model::Kind::ALL {
        dropped += target.execute(
            &format!(
                "DELETE FROM item WHERE kind = ?1 AND id NOT IN (SELECT item FROM {})",
                crate::table::body::table(kind)
            ),
            [kind.code()],
        )? as u64;
    }
    loop {
        let orphans: Vec<(String, i64)> = {
            let mut statement = target.prepare("PRAGMA foreign_key_check")?;
            let rows = statement.query_map([], |row| {
                Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.unwrap_or(-1)))
            })?;
            rows.collect::<Result<_, _>>()?
        };
        if orphans.is_empty() {
            return Ok(dropped);
        }
        let mut removed = 0;
        for (table, row) in orphans {
            let sql = if table == "node" {
                // A handle outlives the row it stood for.
                "UPDATE node SET item = NULL WHERE rowid = ?1".to_owned()
            } else {
                format!("DELETE FROM {table} WHERE rowid = ?1")
            };
            removed += target.execute(&sql, [row])? as u64;
        }
        if removed == 0 {
            return Ok(dropped);
        }
        dropped += removed;
    }
}

fn reindex(target: &Connection) -> Result<(), StoreError> {
    crate::search::doc::Docs::decide(target)?;
    let names = std::cell::RefCell::default();
    let quiet = Quiet::default();
    let reader = Reader::new(target, &names, &quiet);
    let mut pending = crate::search::pending::Pending::new();
    let (_, unreadable) = reader.walk(&crate::export::Scope::All, |stored| {
        let texts = crate::search::Indexed::of(&stored.item.body);
        pending.add(target, stored.id, texts)?;
        Ok(std::ops::ControlFlow::Continue(()))
    })?;
    pending.write(target)?;
    if !unreadable.is_empty() {
        tracing::warn!(
            items = unreadable.len(),
            "saved items without a readable body"
        );
    }
    Ok(())
}
