//! Collections: what is pulled as a unit, its cursor, and its ledger line.

use rapport_model::connector::{Collection, Deletions};
use rapport_model::ledger::LedgerLine;
use rapport_model::{AccountId, CollectionId, Cursor, Fault, Health, ItemId, Kind, Millis};
use rusqlite::{OptionalExtension, params};

use crate::db::{Migration, Reader, Tx, lock};
use crate::error::StoreError;
use crate::table::item::{LOCAL_ONLY, Place};
use crate::topic::Topic;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[Migration {
    name: "2026_11_21_0900 collection",
    older_may_open: false,
    sql: "
CREATE TABLE collection (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- short form used by other tables; never used twice
  account INTEGER NOT NULL REFERENCES account(id), -- whose
  name TEXT NOT NULL, -- the CollectionId everybody else knows
  title TEXT NOT NULL, -- what people call it
  kinds TEXT NOT NULL, -- JSON list of the kinds of item in it
  deletions TEXT NOT NULL, -- stream, listing or reconcile: how deletions are learned
  poll_ms INTEGER NOT NULL, -- how often to look when nothing pushes
  position INTEGER NOT NULL, -- order in the account
  unavailable TEXT, -- JSON fault that says why it cannot be read
  vanished INTEGER NOT NULL DEFAULT 0, -- 1 when the source no longer lists it
  cursor_version INTEGER, -- form of the cursor
  cursor TEXT, -- the connector's bookmark, JSON
  health TEXT NOT NULL, -- JSON of the model's Health
  complete INTEGER NOT NULL DEFAULT 0, -- 1 when a first or full listing has been completed
  run INTEGER NOT NULL DEFAULT 0, -- number of the newest full listing
  run_open INTEGER NOT NULL DEFAULT 0, -- 1 while that listing is under way
  last_success INTEGER, -- when a turn last ended well
  last_item INTEGER, -- moment of the newest item
  source_count INTEGER, -- items at the source, as it last said
  local_count INTEGER NOT NULL DEFAULT 0, -- items here that the source has confirmed
  reconciled INTEGER, -- when both sides were last compared id by id
  UNIQUE (account, name)
) STRICT;
",
}];

/// The short forms of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlaceIds {
    pub(crate) account: i64,
    pub(crate) collection: i64,
    /// The number of the newest full listing.
    pub(crate) run: i64,
}

const fn deletions_word(deletions: Deletions) -> &'static str {
    match deletions {
        Deletions::Stream => "stream",
        Deletions::Listing => "listing",
        Deletions::Reconcile => "reconcile",
    }
}

fn deletions_from(word: &str) -> Deletions {
    match word {
        "stream" => Deletions::Stream,
        "listing" => Deletions::Listing,
        _ => Deletions::Reconcile,
    }
}

fn nowhere(place: &Place<'_>) -> StoreError {
    StoreError::missing(format!(
        "collection {} in account {}",
        place.collection, place.account
    ))
}

impl Reader<'_> {
    /// The short forms of a place, if it is known.
    pub(crate) fn known_place(&self, place: &Place<'_>) -> Result<Option<PlaceIds>, StoreError> {
        if let Some(ids) = self.names.borrow().get(place) {
            return Ok(Some(ids));
        }
        let mut statement = self.conn.prepare_cached(
            "SELECT a.id, c.id, c.run FROM account a JOIN collection c ON c.account = a.id \
             WHERE a.name = ?1 AND c.name = ?2",
        )?;
        let ids = statement
            .query_row(
                params![place.account.as_str(), place.collection.as_str()],
                |row| {
                    Ok(PlaceIds {
                        account: row.get(0)?,
                        collection: row.get(1)?,
                        run: row.get(2)?,
                    })
                },
            )
            .optional()?;
        if let Some(ids) = ids {
            self.names.borrow_mut().put(place, ids);
        }
        Ok(ids)
    }

    pub(crate) fn place(&self, place: &Place<'_>) -> Result<PlaceIds, StoreError> {
        self.known_place(place)?.ok_or_else(|| nowhere(place))
    }

    pub(crate) fn account_row(&self, account: &AccountId) -> Result<i64, StoreError> {
        self.conn
            .prepare_cached("SELECT id FROM account WHERE name = ?1")?
            .query_row([account.as_str()], |row| row.get(0))
            .optional()?
            .ok_or_else(|| StoreError::missing(format!("account {account}")))
    }

    /// The collections an account's source lists, in its order.
    pub fn collections(&self, account: &AccountId) -> Result<Vec<Collection>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT c.name, c.title, c.kinds, c.deletions, c.poll_ms, c.unavailable \
             FROM collection c JOIN account a ON a.id = c.account \
             WHERE a.name = ?1 AND c.vanished = 0 ORDER BY c.position, c.id",
        )?;
        let mut rows = statement.query([account.as_str()])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let kinds: Vec<Kind> = serde_json::from_str(&row.get::<_, String>(2)?)?;
            let unavailable: Option<Fault> = row
                .get::<_, Option<String>>(5)?
                .map(|text| serde_json::from_str(&text))
                .transpose()?;
            all.push(Collection {
                id: CollectionId(row.get(0)?),
                title: row.get(1)?,
                kinds,
                deletions: deletions_from(&row.get::<_, String>(3)?),
                poll_ms: row.get(4)?,
                unavailable,
            });
        }
        Ok(all)
    }

    /// The bookmark of a collection. One that cannot be read is none: a full
    /// listing heals it.
    pub fn cursor(
        &self,
        account: &AccountId,
        collection: &CollectionId,
    ) -> Result<Option<Cursor>, StoreError> {
        let Some(ids) = self.known_place(&Place {
            account,
            collection,
        })?
        else {
            return Ok(None);
        };
        let mut statement = self
            .conn
            .prepare_cached("SELECT cursor_version, cursor FROM collection WHERE id = ?1")?;
        let (version, data) = statement.query_row([ids.collection], |row| {
            Ok((
                row.get::<_, Option<u16>>(0)?,
                row.get::<_, Option<String>>(1)?,
            ))
        })?;
        Ok(version.zip(data).and_then(|(version, text)| {
            let data = serde_json::from_str(&text).ok()?;
            Some(Cursor { version, data })
        }))
    }

    /// The number of the full listing under way, if one is.
    pub fn current_run(
        &self,
        account: &AccountId,
        collection: &CollectionId,
    ) -> Result<Option<i64>, StoreError> {
        let ids = self.place(&Place {
            account,
            collection,
        })?;
        Ok(self
            .conn
            .prepare_cached("SELECT run FROM collection WHERE id = ?1 AND run_open = 1")?
            .query_row([ids.collection], |row| row.get(0))
            .optional()?)
    }

    /// The truth ledger: a line for every collection of every account.
    /// Inside a write it shows the counts as of the last commit.
    pub fn ledger(&self) -> Result<Vec<LedgerLine>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT a.name, c.name, c.title, c.health, c.complete, c.last_success, c.last_item, \
             c.local_count, c.source_count, c.reconciled, \
             (SELECT count(*) FROM gap g WHERE g.collection = c.id), \
             (SELECT count(*) FROM poison p WHERE p.collection = c.id), c.id, \
             (SELECT count(*) FROM erased e WHERE e.collection = c.id), \
             (SELECT s.value FROM setting s WHERE s.key = 'retention.' || a.name) \
             FROM collection c JOIN account a ON a.id = c.account \
             ORDER BY a.id, c.vanished, c.position, c.id",
        )?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        let quiet = lock(self.quiet).clone();
        while let Some(row) = rows.next()? {
            let written: Option<i64> = row.get(5)?;
            let last_success = written.max(quiet.get(&row.get(12)?).copied());
            let health: Health = serde_json::from_str(&row.get::<_, String>(3)?)?;
            all.push(LedgerLine {
                account: AccountId(row.get(0)?),
                collection: CollectionId(row.get(1)?),
                title: row.get(2)?,
                health,
                complete: row.get(4)?,
                last_success: last_success.map(Millis),
                last_item: row.get::<_, Option<i64>>(6)?.map(Millis),
                local_count: row.get(7)?,
                source_count: row.get(8)?,
                looked: None,
                reconciled: row.get::<_, Option<i64>>(9)?.map(Millis),
                gaps: row.get(10)?,
                poisoned: row.get(11)?,
                erased: row.get(13)?,
                kept_days: row
                    .get::<_, Option<String>>(14)?
                    .and_then(|text| serde_json::from_str(&text).ok()),
            });
        }
        Ok(all)
    }
}

impl Tx<'_> {
    /// What discovery found. Known collections keep their cursors and items;
    /// those the source no longer lists are marked, not removed.
    pub fn put_collections(
        &mut self,
        account: &AccountId,
        found: &[Collection],
    ) -> Result<(), StoreError> {
        let owner = self.account_row(account)?;
        let mut changed = 0;
        for (position, collection) in found.iter().enumerate() {
            let unavailable = collection
                .unavailable
                .as_ref()
                .map(serde_json::to_string)
                .transpose()?;
            changed += self
                .conn
                .prepare_cached(
                    "INSERT INTO collection \
                     (account, name, title, kinds, deletions, poll_ms, position, unavailable, health) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
                     ON CONFLICT (account, name) DO UPDATE SET title = excluded.title, \
                     kinds = excluded.kinds, deletions = excluded.deletions, \
                     poll_ms = excluded.poll_ms, position = excluded.position, \
                     unavailable = excluded.unavailable, vanished = 0 \
                     WHERE title <> excluded.title OR kinds <> excluded.kinds \
                     OR deletions <> excluded.deletions OR poll_ms <> excluded.poll_ms \
                     OR position <> excluded.position \
                     OR unavailable IS NOT excluded.unavailable OR vanished <> 0",
                )?
                .execute(params![
                    owner,
                    collection.id.as_str(),
                    collection.title,
                    serde_json::to_string(&collection.kinds)?,
                    deletions_word(collection.deletions),
                    collection.poll_ms,
                    i64::try_from(position).unwrap_or(i64::MAX),
                    unavailable,
                    serde_json::to_string(&Health::New)?
                ])?;
        }
        let names: Vec<&str> = found.iter().map(|it| it.id.as_str()).collect();
        changed += self
            .conn
            .prepare_cached(
                "UPDATE collection SET vanished = 1 WHERE account = ?1 AND vanished = 0 \
                 AND name NOT IN (SELECT value FROM json_each(?2))",
            )?
            .execute(params![owner, serde_json::to_string(&names)?])?;
        if changed > 0 {
            self.topic(Topic::Account(account.clone()));
        }
        Ok(())
    }

    /// Saves the bookmark. Writes nothing when it has not moved.
    pub fn save_cursor(
        &mut self,
        account: &AccountId,
        collection: &CollectionId,
        cursor: &Cursor,
    ) -> Result<(), StoreError> {
        let ids = self.place(&Place {
            account,
            collection,
        })?;
        let data = serde_json::to_string(&cursor.data)?;
        self.conn
            .prepare_cached(
                "UPDATE collection SET cursor_version = ?2, cursor = ?3 WHERE id = ?1 \
                 AND (cursor_version IS NOT ?2 OR cursor IS NOT ?3)",
            )?
            .execute(params![ids.collection, cursor.version, data])?;
        Ok(())
    }

    /// Forgets the bookmark: the next pull lists everything.
    pub fn drop_cursor(
        &mut self,
        account: &AccountId,
        collection: &CollectionId,
    ) -> Result<(), StoreError> {
        let ids = self.place(&Place {
            account,
            collection,
        })?;
        self.conn
            .prepare_cached(
                "UPDATE collection SET cursor_version = NULL, cursor = NULL WHERE id = ?1 \
                 AND cursor IS NOT NULL",
            )?
            .execute([ids.collection])?;
        Ok(())
    }

    /// Begins a full listing and hands out its number. One already under way
    /// is given up: its stamps become older than the new ones.
    pub fn begin_run(
        &mut self,
        account: &AccountId,
        collection: &CollectionId,
    ) -> Result<i64, StoreError> {
        let place = Place {
            account,
            collection,
        };
        let ids = self.place(&place)?;
        let run = self
            .conn
            .prepare_cached(
                "UPDATE collection SET run = run + 1, run_open = 1 WHERE id = ?1 RETURNING run",
            )?
            .query_row([ids.collection], |row| row.get(0))?;
        self.names.borrow_mut().put(&place, PlaceIds { run, ..ids });
        Ok(run)
    }

    /// Ends a full listing. Answers the items it did not see, oldest first;
    /// removing them is the caller's, through [`Tx::remove`]. Items made here
    /// and not confirmed yet are never among them.
    pub fn finish_run(
        &mut self,
        account: &AccountId,
        collection: &CollectionId,
        run: i64,
    ) -> Result<Vec<ItemId>, StoreError> {
        let ids = self.place(&Place {
            account,
            collection,
        })?;
        let closed = self
            .conn
            .prepare_cached(
                "UPDATE collection SET run_open = 0, complete = 1 \
                 WHERE id = ?1 AND run = ?2 AND run_open = 1",
            )?
            .execute(params![ids.collection, run])?;
        if closed == 0 {
            return Err(StoreError::Refused(format!(
                "Listing {run} of {collection} is not the one under way."
            )));
        }
        self.topic(Topic::Collection(account.clone(), collection.clone()));
        let mut statement = self.conn.prepare_cached(
            "SELECT id FROM item WHERE collection = ?1 AND run < ?2 AND flags & ?3 = 0 ORDER BY id",
        )?;
        let rows = statement.query_map(params![ids.collection, run, LOCAL_ONLY], |row| {
            row.get(0).map(ItemId)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A collection whose source streams has been read from end to end.
    pub fn note_complete(
        &mut self,
        account: &AccountId,
        collection: &CollectionId,
    ) -> Result<(), StoreError> {
        let ids = self.place(&Place {
            account,
            collection,
        })?;
        let changed = self
            .conn
            .prepare_cached("UPDATE collection SET complete = 1 WHERE id = ?1 AND complete = 0")?
            .execute([ids.collection])?;
        if changed > 0 {
            self.topic(Topic::Collection(account.clone(), collection.clone()));
        }
        Ok(())
    }

    /// A turn ended well. When that is all there is to tell, the moment waits
    /// in memory and is written with the next change: a sync without news
    /// leaves the disk alone.
    pub fn note_success(
        &mut self,
        account: &AccountId,
        collection: &CollectionId,
        now: Millis,
        source_count: Option<u64>,
    ) -> Result<(), StoreError> {
        let ids = self.place(&Place {
            account,
            collection,
        })?;
        let well = serde_json::to_string(&Health::Well)?;
        let count = source_count.map(|it| i64::try_from(it).unwrap_or(i64::MAX));
        let changed = self
            .conn
            .prepare_cached(
                "UPDATE collection SET last_success = ?2, health = ?3, \
                 source_count = coalesce(?4, source_count) WHERE id = ?1 \
                 AND (last_success IS NULL OR health <> ?3 \
                 OR source_count IS NOT coalesce(?4, source_count))",
            )?
            .execute(params![ids.collection, now.0, well, count])?;
        if changed == 0 {
            lock(self.quiet).insert(ids.collection, now.0);
        }
        self.topic(Topic::Collection(account.clone(), collection.clone()));
        Ok(())
    }

    /// Says how a collection is.
    pub fn set_collection_health(
        &mut self,
        account: &AccountId,
        collection: &CollectionId,
        health: &Health,
    ) -> Result<(), StoreError> {
        let ids = self.place(&Place {
            account,
            collection,
        })?;
        let changed = self
            .conn
            .prepare_cached("UPDATE collection SET health = ?2 WHERE id = ?1 AND health <> ?2")?
            .execute(params![ids.collection, serde_json::to_string(health)?])?;
        if changed > 0 {
            self.topic(Topic::Collection(account.clone(), collection.clone()));
        }
        Ok(())
    }

    /// Both sides were compared id by id.
    pub fn note_reconciled(
        &mut self,
        account: &AccountId,
        collection: &CollectionId,
        now: Millis,
        source_count: u64,
    ) -> Result<(), StoreError> {
        let ids = self.place(&Place {
            account,
            collection,
        })?;
        self.conn
            .prepare_cached(
                "UPDATE collection SET reconciled = ?2, source_count = ?3 WHERE id = ?1",
            )?
            .execute(params![
                ids.collection,
                now.0,
                i64::try_from(source_count).unwrap_or(i64::MAX)
            ])?;
        self.topic(Topic::Collection(account.clone(), collection.clone()));
        Ok(())
    }
}
