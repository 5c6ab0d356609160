//! Figures for tuning, not a promise: run by hand with `--ignored`, best with
//! optimisation. `RAPPORT_BENCH_ITEMS` sets the size.
#![expect(clippy::print_stderr, reason = "a bench is read on the terminal")]
#![expect(
    clippy::disallowed_methods,
    reason = "a bench measures real time on a real file"
)]

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use rapport_model::record::RecordKind;
use rapport_model::{Body, Organisation, Record};
use rusqlite::{Connection, params};

use super::world::{World, context, id, mailbox, message};
use crate::search::{Indexed, Query, index_item, register, search, tidy, tokenize};
use crate::table::body;

/// A small generator: the same texts at every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below.max(1)
    }

    /// A word number; small ones are common.
    fn word(&mut self) -> u64 {
        let exponent = self.roll(15);
        (1 << exponent) + self.roll(1 << exponent)
    }
}

/// The word with that number: pronounceable and never the same for two.
fn spell(mut number: u64) -> String {
    let mut out = String::new();
    loop {
        out.push(char::from(b"bdfgklmnprstvz"[(number % 14) as usize]));
        number /= 14;
        out.push(char::from(b"aeiou"[(number % 5) as usize]));
        number /= 5;
        if number == 0 {
            return out;
        }
    }
}

fn prose(dice: &mut Dice, words: u64) -> String {
    let mut out = String::new();
    for _ in 0..words {
        let number = dice.word();
        out.push_str(&spell(number));
        out.push(' ');
    }
    out
}

fn body(dice: &mut Dice, n: u64) -> Body {
    match dice.roll(100) {
        0 | 1 => {
            let mut record = Record::new(RecordKind::Invoice, prose(dice, 4));
            record.number = Some(format!("INV-2026-{n:06}"));
            Body::Record(Box::new(record))
        }
        2 if n.is_multiple_of(50) => Body::Organisation(Box::new(Organisation {
            name: format!("{} utilities", prose(dice, 1).trim()),
            ..Organisation::default()
        })),
        3..40 => {
            let words = 40 + dice.roll(120);
            let mut mail = message(&prose(dice, words));
            let subject_words = 3 + dice.roll(5);
            mail.subject = Some(prose(dice, subject_words));
            mail.from = sender(dice);
            mail.to = vec![sender(dice)];
            Body::Message(mail)
        }
        _ => {
            let words = 3 + dice.roll(30);
            let mut chat = message(&prose(dice, words));
            chat.from = sender(dice);
            Body::Message(chat)
        }
    }
}

fn sender(dice: &mut Dice) -> rapport_model::Mailbox {
    let name = spell(40_000 + dice.roll(300));
    mailbox(&name, &format!("{name}@velmora.example"))
}

fn open(path: &std::path::Path) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(
        "PRAGMA key = \"x'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'\";
         PRAGMA cipher_memory_security = OFF;
         PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32000;",
    )
    .unwrap();
    conn
}

#[test]
#[ignore = "takes minutes; prints figures"]
fn figures() {
    let items: u64 = std::env::var("RAPPORT_BENCH_ITEMS")
        .ok()
        .and_then(|it| it.parse().ok())
        .unwrap_or(100_000);
    // A file that an earlier run left.
    if let Ok(path) = std::env::var("RAPPORT_BENCH_FILE") {
        let conn = open(std::path::Path::new(&path));
        register(&conn).unwrap();
        let begun = Instant::now();
        while tidy(&conn, 2_000).unwrap() {}
        eprintln!("tidying {:?}", begun.elapsed());
        queries(&conn);
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    raw(&dir.path().join("raw.db"), items);
    let mut world = World::on(open(&dir.path().join("search.db")));
    // For trying settings of the index.
    if let Ok(sql) = std::env::var("RAPPORT_BENCH_SQL") {
        world.conn.execute_batch(&sql).unwrap();
    }
    let spent = fill(&mut world, items);
    let size: i64 = world
        .conn
        .query_row(
            "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
            [],
            |row| row.get(0),
        )
        .unwrap();
    eprintln!(
        "index: {:?}, {:.0} items/s; file {} bytes an item",
        spent,
        items as f64 / spent.as_secs_f64(),
        size / i64::try_from(items).unwrap()
    );
    queries(&world.conn);
}

/// The same texts in one table and one plain index.
fn raw(path: &std::path::Path, items: u64) {
    let conn = open(path);
    conn.execute_batch(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
         CREATE VIRTUAL TABLE f USING fts5(title, body, content = '');
         BEGIN",
    )
    .unwrap();
    let mut dice = Dice(7);
    let mut spent = Duration::ZERO;
    for n in 0..items {
        let body = body(&mut dice, n);
        let texts = Indexed::of(&body);
        let begun = Instant::now();
        conn.prepare_cached("INSERT INTO t VALUES (?1, ?2, ?3)")
            .unwrap()
            .execute(params![n, texts.title, texts.body])
            .unwrap();
        conn.prepare_cached("INSERT INTO f (rowid, title, body) VALUES (?1, ?2, ?3)")
            .unwrap()
            .execute(params![n, texts.title, texts.body])
            .unwrap();
        spent += begun.elapsed();
    }
    let begun = Instant::now();
    conn.execute_batch("COMMIT").unwrap();
    spent += begun.elapsed();
    eprintln!(
        "raw:   {:?}, {:.0} items/s",
        spent,
        items as f64 / spent.as_secs_f64()
    );
}

/// Stores and indexes the items; the time is that of the index alone.
fn fill(world: &mut World, items: u64) -> Duration {
    let mut dice = Dice(7);
    let (mut spent, mut read, mut cut) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let (mut commit, mut tokens) = (Duration::ZERO, 0);
    let mut json = Vec::new();
    for n in 0..items {
        if n.is_multiple_of(1_000) {
            world.conn.execute_batch("BEGIN").unwrap();
        }
        let body = body(&mut dice, n);
        let age = i64::try_from((items - n) * 700 / items).unwrap();
        let id = id(age, i64::try_from(n).unwrap());
        body::encode(&body, &mut json).unwrap();
        world
            .conn
            .prepare_cached(
                "INSERT INTO item (id, account, collection, handle_key, handle, kind, at, title, \
                 flags, hash, run, seen, org) VALUES (?1, 1, 1, ?1, 'h' || ?1, ?2, ?3, ?4, 0, \
                 x'00', 0, 0, ?5)",
            )
            .unwrap()
            .execute(params![
                id.0,
                body.kind().code(),
                id.0 >> 20,
                body.title(),
                dice.roll(500)
            ])
            .unwrap();
        body::put(
            &world.conn,
            id,
            &body,
            std::str::from_utf8(&json).unwrap(),
            true,
        )
        .unwrap();
        let begun = Instant::now();
        let texts = Indexed::of(&body);
        read += begun.elapsed();
        index_item(&world.conn, id, &texts, true).unwrap();
        spent += begun.elapsed();
        let begun = Instant::now();
        let mut count = 0;
        for text in [
            &*texts.title,
            &texts.sender,
            &texts.recipient,
            &texts.names,
            &texts.body,
        ] {
            tokenize(text, |_| {
                count += 1;
                ControlFlow::Continue(())
            });
        }
        cut += begun.elapsed();
        tokens += count;
        if (n + 1).is_multiple_of(1_000) || n + 1 == items {
            let begun = Instant::now();
            world.conn.execute_batch("COMMIT").unwrap();
            commit += begun.elapsed();
        }
    }
    eprintln!("reading {read:?}, cutting {tokens} tokens {cut:?}, commits {commit:?}");
    spent + commit
}

fn queries(conn: &Connection) {
    let common = spell(1);
    let usual = spell(400);
    let other = spell(777);
    let rare = spell(30_011);
    let texts = [
        common.clone(),
        usual.clone(),
        rare.clone(),
        format!("{common} {usual}"),
        format!("{usual} {other}"),
        format!("{usual} {rare}"),
        format!("\"{common} {usual}\""),
        format!("{usual} OR {other}"),
        format!("{common} -{usual}"),
        format!("{}*", usual.get(..2).unwrap()),
        format!("{}*", usual.get(..3).unwrap()),
        format!("{}*", rare.get(..4).unwrap()),
        format!("{common} {}*", usual.get(..2).unwrap()),
        "INV-2026-000500".to_owned(),
        "000500".to_owned(),
        "0005".to_owned(),
        "utilit".to_owned(),
        rare.get(1..5).unwrap().to_owned(),
        usual.get(1..4).unwrap().to_owned(),
        format!("kind:invoice {usual}"),
        format!("from:{} {usual}", spell(40_017)),
        format!("customer:#7 {common}"),
        format!("{usual} after:30d"),
        format!("{usual} before:2025-01"),
        "kind:invoice".to_owned(),
        "nothingatall".to_owned(),
        "after:3d".to_owned(),
    ];
    let mut all = Vec::new();
    for text in texts {
        let query = Query::parse(&text, &context());
        let mut times = Vec::new();
        let mut found = None;
        for _ in 0..5 {
            let begun = Instant::now();
            found = Some(search(conn, &query, 20, 0).unwrap());
            times.push(begun.elapsed());
        }
        let found = found.unwrap();
        times.sort();
        all.push(times[2]);
        eprintln!(
            "{:>9.2?} (first {:>9.2?}) {:>5}{} {text} {:?}",
            times[2],
            times[4],
            found.total.counted,
            if found.total.more { "+" } else { " " },
            found.notes
        );
    }
    all.sort();
    eprintln!(
        "p50 {:?}, p95 {:?}",
        all[all.len() / 2],
        all[all.len() * 95 / 100]
    );
}
