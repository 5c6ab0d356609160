//! A store small enough for a test: the real tables on a private connection.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use rapport_model::contact::{Address, Mailbox};
use rapport_model::{Body, Handle, ItemId, Message};
use rusqlite::{Connection, params};

use crate::search::{
    Found, Indexed, Query, SearchContext, index_item, register, search, unindex_item,
};
use crate::table::{body, steps};

pub(super) const TODAY: Date = date(2026, 3, 12);

pub(super) fn context() -> SearchContext {
    SearchContext {
        today: TODAY,
        zone: TimeZone::UTC,
    }
}

/// The id of an item made that many days before today.
pub(super) fn id(days_ago: i64, n: i64) -> ItemId {
    let day = TODAY
        .to_zoned(TimeZone::UTC)
        .unwrap()
        .timestamp()
        .as_millisecond();
    ItemId(((day - days_ago * 86_400_000) << 20) + (n << 12))
}

pub(super) fn mailbox(name: &str, address: &str) -> Mailbox {
    Mailbox {
        name: Some(name.to_owned()),
        address: Address::email(address),
    }
}

pub(super) fn message(text: &str) -> Message {
    Message::plain(
        Handle::new("room"),
        mailbox("Ada Brandt", "ada@velmora.example"),
        text,
    )
}

pub(super) struct World {
    pub(super) conn: Connection,
    next: i64,
}

impl World {
    pub(super) fn new() -> Self {
        Self::on(Connection::open_in_memory().unwrap())
    }

    pub(super) fn on(conn: Connection) -> Self {
        register(&conn).unwrap();
        for step in steps() {
            conn.execute_batch(step.sql).unwrap();
        }
        conn.execute_batch(
            "INSERT INTO account (id, name, connector, label, config, paused, health, added)
             VALUES (1, 'mail-1', 'mail', 'Work mail', '{}', 0, '{}', 0);
             INSERT INTO collection
             (id, account, name, title, kinds, deletions, poll_ms, position, health)
             VALUES (1, 1, 'inbox', 'Inbox', '[]', 'listing', 0, 0, '{}'),
                    (2, 1, 'archive', 'Archive', '[]', 'listing', 0, 1, '{}');",
        )
        .unwrap();
        Self { conn, next: 0 }
    }

    /// Stores and indexes a body made that many days ago.
    pub(super) fn put(&mut self, days_ago: i64, body: &Body) -> ItemId {
        self.next += 1;
        let id = id(days_ago, self.next);
        self.write(id, body, true);
        id
    }

    /// Stores and indexes a message made that many days ago.
    pub(super) fn say(&mut self, days_ago: i64, text: &str) -> ItemId {
        self.put(days_ago, &Body::Message(message(text)))
    }

    pub(super) fn write(&mut self, id: ItemId, body: &Body, fresh: bool) {
        let mut json = Vec::new();
        body::encode(body, &mut json).unwrap();
        self.conn
            .prepare_cached(
                "INSERT INTO item (id, account, collection, handle_key, handle, kind, at, title, \
                 flags, hash, run, seen) VALUES (?1, 1, 1, ?1, 'h' || ?1, ?2, ?3, ?4, 0, x'00', 0, \
                 0) ON CONFLICT (id) DO UPDATE SET title = excluded.title",
            )
            .unwrap()
            .execute(params![id.0, body.kind().code(), id.0 >> 20, body.title()])
            .unwrap();
        body::put(
            &self.conn,
            id,
            body,
            std::str::from_utf8(&json).unwrap(),
            fresh,
        )
        .unwrap();
        index_item(&self.conn, id, &Indexed::of(body), fresh).unwrap();
    }

    pub(super) fn remove(&mut self, id: ItemId) {
        assert!(unindex_item(&self.conn, id).unwrap());
        self.conn
            .execute("DELETE FROM item WHERE id = ?1", [id.0])
            .unwrap();
    }

    pub(super) fn set(&self, id: ItemId, column: &str, value: i64) {
        let sql = format!("UPDATE item SET {column} = ?2 WHERE id = ?1");
        self.conn.execute(&sql, params![id.0, value]).unwrap();
    }

    pub(super) fn ask(&self, text: &str) -> Found {
        search(&self.conn, &Query::parse(text, &context()), 50, 0).unwrap()
    }

    /// The ids found, best first.
    pub(super) fn find(&self, text: &str) -> Vec<ItemId> {
        self.ask(text).hits.iter().map(|hit| hit.id).collect()
    }

    /// The ids found, newest first.
    pub(super) fn find_all(&self, text: &str) -> Vec<ItemId> {
        let mut all = self.find(text);
        all.sort_by_key(|id| std::cmp::Reverse(id.0));
        all
    }

    /// What is found while somebody types.
    pub(super) fn typing(&self, text: &str) -> Vec<ItemId> {
        let query = Query::typing(text, &context());
        let found = search(&self.conn, &query, 50, 0).unwrap();
        found.hits.iter().map(|hit| hit.id).collect()
    }
}
