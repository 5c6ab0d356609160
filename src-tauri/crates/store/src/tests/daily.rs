//! What is counted by day stays what a look at every row would count.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use rapport_model::{ItemId, OrgId, PersonId, WikiPage};
use rusqlite::params;

use super::facts::customer;
use super::*;
use crate::db::Reader;
use crate::table::daily;

const DAY: i64 = 86_400_000;

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()]
    }
}

/// The table as it is.
fn kept(db: &Reader<'_>) -> BTreeMap<i64, i64> {
    let mut statement = db.conn.prepare("SELECT id, items FROM daily").unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

/// The table as it should be, row by row and without a join.
fn counted(db: &Reader<'_>) -> BTreeMap<i64, i64> {
    let mut statement = db
        .conn
        .prepare("SELECT item, org, kind FROM conversation")
        .unwrap();
    let talks: BTreeMap<i64, (Option<i64>, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut statement = db
        .conn
        .prepare("SELECT id, kind, org, conversation FROM item")
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut out = BTreeMap::new();
    while let Some(row) = rows.next().unwrap() {
        let (id, kind): (i64, i64) = (row.get(0).unwrap(), row.get(1).unwrap());
        let org: Option<i64> = row.get(2).unwrap();
        let talk: Option<i64> = row.get(3).unwrap();
        let day = (id >> 20) / DAY;
        if let (2, Some(org)) = (kind, org) {
            *out.entry(org * (1 << 20) + day).or_default() += 1;
        }
        if let Some((Some(org), word)) = talk.and_then(|talk| talks.get(&talk)) {
            let code = match word.as_str() {
                "mail_thread" => 1,
                "ticket" => 3,
                _ => 2,
            };
            *out.entry(org * (1 << 20) + code * (1 << 16) + day)
                .or_default() += 1;
        }
    }
    out
}

/// A page's counts as they were read before there was such a table.
fn looked_at_each(db: &Reader<'_>, org: OrgId, now: Millis) -> Vec<Vec<u32>> {
    let talk = |kinds: &str| {
        format!(
            "SELECT i.id >> 20 FROM conversation v JOIN item i ON i.conversation = v.item \
             WHERE v.org = ?1 AND v.kind IN {kinds} AND i.id >= ?2 AND i.id < ?3"
        )
    };
    let first = now.0 / DAY - 89;
    [
        "SELECT id >> 20 FROM item WHERE org = ?1 AND kind IN (2, 5, 6) AND id >= ?2 AND id < ?3"
            .to_owned(),
        talk("('mail_thread')"),
        talk("('room', 'direct', 'space')"),
        format!(
            "{} UNION ALL SELECT item >> 20 FROM record \
             WHERE org = ?1 AND kind = 'ticket' AND item >= ?2 AND item < ?3",
            talk("('ticket')")
        ),
        "SELECT i.id >> 20 FROM item i WHERE i.org = ?1 AND i.kind = 6 AND i.id >= ?2 \
         AND i.id < ?3 AND NOT EXISTS (SELECT 1 FROM record r \
         WHERE r.item = i.id AND r.kind = 'ticket')"
            .to_owned(),
    ]
    .iter()
    .map(|sql| {
        let mut days = vec![0; 90];
        let mut statement = db.conn.prepare(sql).unwrap();
        let mut rows = statement
            .query(params![
                org.0,
                (first * DAY) << 20,
                ((first + 90) * DAY) << 20
            ])
            .unwrap();
        while let Some(row) = rows.next().unwrap() {
            let at: i64 = row.get(0).unwrap();
            days[usize::try_from(at / DAY - first).unwrap()] += 1;
        }
        days
    })
    .collect()
}

/// The lines of each channel, as they were counted before.
fn lines_of(db: &Reader<'_>, org: OrgId, channel: &str) -> u64 {
    let talk = |kinds: &str| {
        format!(
            "SELECT count(*) FROM conversation v JOIN item i ON i.conversation = v.item \
             WHERE v.org = ?1 AND v.kind IN {kinds}"
        )
    };
    let number = |sql: &str| -> u64 { db.conn.query_row(sql, [org.0], |row| row.get(0)).unwrap() };
    match channel {
        "mail" => number(&talk("('mail_thread')")),
        "chat" => number(&talk("('room', 'direct', 'space')")),
        _ => {
            number(&talk("('ticket')"))
                + number("SELECT count(*) FROM record WHERE org = ?1 AND kind = 'ticket'")
        }
    }
}

/// A history: what is there, and what happens to it.
struct History {
    scene: Scene,
    dice: Dice,
    orgs: Vec<OrgId>,
    talks: Vec<ItemId>,
}

impl History {
    fn new(seed: u64) -> Self {
        let scene = Scene::new();
        scene.add_account(&AccountId::new("velmora-2"));
        let orgs = ["Halden", "Brix", "Orsay"].map(|name| customer(&scene, name));
        Self {
            scene,
            dice: Dice(seed),
            orgs: orgs.to_vec(),
            talks: Vec::new(),
        }
    }

    fn some_org(&mut self) -> Option<OrgId> {
        let orgs = self.orgs.clone();
        (self.dice.roll(4) > 0).then(|| self.dice.pick(&orgs))
    }

    fn some_links(&mut self) -> Links {
        let talks = self.talks.clone();
        let in_talk = !talks.is_empty() && self.dice.roll(5) > 0;
        let person = PersonId(1 + i64::try_from(self.dice.roll(3)).unwrap());
        Links {
            org: self.some_org(),
            person: (self.dice.roll(2) == 0).then_some(person),
            conversation: in_talk.then(|| self.dice.pick(&talks)),
            flags: 0,
        }
    }

    /// An item of any kind; its handle says when it is, so that the same handle is the
    /// same item and may come back as something else.
    fn some_item(&mut self) -> (Item, Links) {
        let number = self.dice.roll(60);
        let talk = number < 8;
        let handle = format!("h{number}");
        let body = if talk {
            let kind = self.dice.pick(&[
                ConversationKind::Room,
                ConversationKind::Direct,
                ConversationKind::MailThread,
                ConversationKind::Ticket,
            ]);
            Body::Conversation(Conversation::new(kind, "talk"))
        } else {
            let word = self.dice.roll(1_000);
            match self.dice.roll(6) {
                0 => Body::Record(Box::new(Record::new(RecordKind::Ticket, "broken"))),
                1 => Body::Record(Box::new(Record::new(RecordKind::Order, "order"))),
                2 => Body::Page(WikiPage {
                    title: format!("page {word}"),
                    ..WikiPage::default()
                }),
                3 if number < 12 => {
                    Body::Conversation(Conversation::new(ConversationKind::Room, "was a message"))
                }
                _ => Body::Message(Message::plain(
                    Handle::new("room"),
                    ada(),
                    format!("words {word}"),
                )),
            }
        };
        let mut links = self.some_links();
        if talk {
            links.conversation = None;
        }
        let mut out = item(&handle, body);
        out.at = Millis(MORNING.0 - i64::try_from(number).unwrap() * 40 * 3_600_000);
        (out, links)
    }

    fn step(&mut self, tx: &mut Tx<'_>) -> Result<(), crate::StoreError> {
        let ids: Vec<ItemId> = {
            let mut statement = tx.conn.prepare("SELECT id FROM item ORDER BY id")?;
            let rows = statement.query_map([], |row| row.get(0).map(ItemId))?;
            rows.collect::<Result<_, _>>()?
        };
        match self.dice.roll(20) {
            0 | 1 => {
                let links = self.some_links();
                tx.relink(self.dice.pick(&ids), &links)?;
            }
            2 => {
                let one = self.dice.pick(&ids);
                let row = tx.stored(one)?.unwrap();
                if row.item.body.kind() != Kind::Organisation {
                    tx.remove(one, &self.scene.remote())?;
                }
            }
            3 => {
                let one = self.dice.pick(&ids);
                let row = tx.stored(one)?.unwrap();
                if row.item.body.kind() == Kind::Message {
                    tx.erase_message(one)?;
                }
            }
            4 if self.dice.roll(6) == 0 => {
                tx.forget_person(PersonId(1 + i64::try_from(self.dice.roll(3)).unwrap()))?;
            }
            _ => {
                let (it, links) = self.some_item();
                let second = AccountId::new("velmora-2");
                let place = Place {
                    account: if self.dice.roll(3) == 0 {
                        &second
                    } else {
                        &self.scene.account
                    },
                    collection: &self.scene.mail,
                };
                let put = tx.upsert_item(&place, &it, &links, &self.scene.remote())?;
                if it.body.kind() == Kind::Conversation && !self.talks.contains(&put.id) {
                    self.talks.push(put.id);
                }
            }
        }
        Ok(())
    }

    fn compare(&self, after: &str) {
        let now = self.scene.now();
        self.scene
            .db
            .read(|db| {
                assert_eq!(kept(db), counted(db), "{after}");
                for org in &self.orgs {
                    let page = db.customer_page(*org, None, now, &TimeZone::UTC)?;
                    let mut days = vec![page.activity.clone()];
                    days.extend(page.activity_kinds.iter().map(|it| it.days.clone()));
                    assert_eq!(days, looked_at_each(db, *org, now), "{after}");
                    for (channel, lines) in &page.timeline_counts {
                        if matches!(channel.as_str(), "mail" | "chat" | "ticket") {
                            assert_eq!(*lines, lines_of(db, *org, channel), "{after}: {channel}");
                        }
                    }
                }
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn counts_by_day_follow_every_history() {
    let mut most = 0;
    for seed in 1..=12 {
        let mut history = History::new(seed * 7_919);
        for round in 0..40 {
            let db = history.scene.db.clone();
            let steps = 1 + history.dice.roll(12);
            let fails = history.dice.roll(8) == 0;
            let outcome = db.write(|tx| {
                for _ in 0..steps {
                    history.step(tx)?;
                }
                if fails {
                    return Err(crate::StoreError::Refused("taken back".to_owned()));
                }
                Ok(())
            });
            assert_eq!(outcome.is_err(), fails, "{outcome:?}");
            history.compare(&format!("seed {seed}, round {round}"));
            most = most.max(history.scene.db.read(|db| Ok(kept(db).len())).unwrap());
        }
        history
            .scene
            .db
            .write(|tx| tx.remove_account(&AccountId::new("velmora-2")))
            .unwrap();
        history.compare(&format!("seed {seed}, without the second account"));
    }
    assert!(most > 20, "the histories were about nothing: {most} rows");
}

/// Fills a profile, and takes the table out of it as if an older version had made it.
fn older(seed: u64) -> History {
    let mut history = History::new(seed);
    let db = history.scene.db.clone();
    db.write(|tx| (0..200).try_for_each(|_| history.step(tx)))
        .unwrap();
    db.write(|tx| {
        tx.conn
            .execute_batch("DROP TABLE daily; DELETE FROM migration WHERE name LIKE '% daily';")?;
        Ok(())
    })
    .unwrap();
    history
}

#[test]
fn a_profile_of_an_older_version_is_counted_when_it_is_opened() {
    let mut history = older(4_242);
    history.scene.reopen();
    history.compare("opened by this version");
    let rows = history.scene.db.read(|db| Ok(kept(db).len())).unwrap();
    assert!(rows > 20, "{rows}");
}

#[test]
fn counting_anew_comes_to_what_was_kept() {
    let mut history = History::new(99);
    let db = history.scene.db.clone();
    db.write(|tx| (0..200).try_for_each(|_| history.step(tx)))
        .unwrap();
    let before = db.read(|db| Ok(kept(db))).unwrap();
    db.write(|tx| Ok(tx.conn.execute_batch(daily::COUNT_ANEW)?))
        .unwrap();
    assert_eq!(before, db.read(|db| Ok(kept(db))).unwrap());
    assert!(before.len() > 20);
}
