//! What must be true of a room after a death, and after one more sync.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rapport_engine::Choice;
use rapport_model::{Body, CommandId, Fault, Handle, Item, Message, State};
use rapport_store::table::item::{CLOSED, LOCAL_ONLY, MENTION, MINE, PENDING, Stored, UNREAD};
use rapport_store::{Entry, EntryFilter, JournalQuery};

use super::remote::{DEALS, FILES, ROOMS, log_of};
use super::scene::{Life, Scene, Stage, WORDS, account, told};

/// What was found wrong.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) lost: Vec<String>,
    pub(crate) doubled: Vec<String>,
    pub(crate) other: Vec<String>,
}

impl Found {
    /// Nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.other.is_empty()
    }

    /// Adds what was found elsewhere.
    pub(crate) fn add(&mut self, more: Self) {
        self.lost.extend(more.lost);
        self.doubled.extend(more.doubled);
        self.other.extend(more.other);
    }
}

const COLLECTIONS: [&str; 3] = [ROOMS, DEALS, FILES];
/// What a row says of itself in the end, whatever way it came.
const SHOWN: i64 = UNREAD | MINE | MENTION | CLOSED | LOCAL_ONLY | PENDING;

/// The rows a hub shows when nothing ever went wrong, by the log it read.
#[derive(Debug, Default)]
pub(crate) struct References {
    rows: Mutex<BTreeMap<Vec<u8>, View>>,
    /// Who is who after each word the user says in [`Scene::People`].
    pub(crate) people: Vec<Vec<String>>,
}

/// Everything on screen, without the ids.
#[derive(Clone, Debug, PartialEq)]
struct View {
    rows: BTreeMap<(String, Handle), (Item, i64)>,
    people: BTreeSet<BTreeSet<Handle>>,
    firms: BTreeSet<BTreeSet<Handle>>,
}

fn view(stage: &Stage) -> View {
    let mut all: Vec<(String, Stored)> = Vec::new();
    for name in COLLECTIONS {
        all.extend(
            stage
                .rows(name)
                .into_iter()
                .map(|row| (name.to_owned(), row)),
        );
    }
    let mut people = BTreeMap::<_, BTreeSet<Handle>>::new();
    let mut firms = BTreeMap::<_, BTreeSet<Handle>>::new();
    for (_, row) in &all {
        if let Some(id) = row.links.person {
            people
                .entry(id)
                .or_default()
                .insert(row.item.handle.clone());
        }
        if let Some(id) = row.links.org {
            firms.entry(id).or_default().insert(row.item.handle.clone());
        }
    }
    let plain = |(name, row): (String, Stored)| {
        let mut item = row.item;
        if let Body::Message(Message { reactions, .. }) = &mut item.body {
            reactions.sort();
        }
        ((name, item.handle.clone()), (item, row.flags & SHOWN))
    };
    View {
        rows: all.into_iter().map(plain).collect(),
        people: people.into_values().collect(),
        firms: firms.into_values().collect(),
    }
}

impl References {
    /// The rows that a hub without a past shows of the same source.
    async fn view_of(&self, room: &Path, scene: Scene) -> View {
        let log = fs::read(log_of(room)).unwrap();
        let known = |key: &Vec<u8>| {
            self.rows
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(key)
                .cloned()
        };
        if let Some(view) = known(&log) {
            return view;
        }
        let fresh = room.join("fresh");
        fs::create_dir_all(&fresh).unwrap();
        fs::write(log_of(&fresh), &log).unwrap();
        let life = Life {
            seed: 99,
            minutes: 0,
            troubled: false,
        };
        let stage = Stage::open(&fresh, scene, life).unwrap();
        stage.sign_in().await.unwrap();
        stage.sync().await.unwrap();
        let view = view(&stage);
        self.rows
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(log, view.clone());
        view
    }
}

fn entries(stage: &Stage) -> BTreeMap<CommandId, Entry> {
    let all = stage
        .hub
        .read(|it| it.entries(&EntryFilter::default()))
        .unwrap();
    all.into_iter().map(|it| (it.id.clone(), it)).collect()
}

/// Whether an entry and what the source did for it go together.
fn explained(entry: &Entry, effects: u32) -> bool {
    match entry.state {
        State::Queued => effects == 0 || entry.attempts > 0,
        State::Sending => true,
        State::Unsure => matches!(entry.fault, Some(Fault::Unknown(_))),
        State::Done => effects == 1,
        State::Parked => effects == 0 && entry.fault.is_some(),
        State::Withdrawn => effects == 0,
    }
}

/// Right after the death: the file is whole, and what stands in it is explained.
pub(crate) fn after_death(stage: &Stage, found: &mut Found) {
    let sick = stage.hub.db().integrity_check();
    if sick.as_ref().is_ok_and(|it| !it.is_empty()) || sick.is_err() {
        found.other.push(format!("the file is not whole: {sick:?}"));
    }
    let (entries, effects) = (entries(stage), stage.remote.effects());
    for (id, entry) in &entries {
        let effects = effects.get(id).copied().unwrap_or(0);
        if !explained(entry, effects) {
            let state = entry.state;
            found
                .other
                .push(format!("{id} is {state:?} and was done {effects} times"));
        }
    }
    doubled(&effects, found);
    for id in effects.keys().filter(|id| !entries.contains_key(*id)) {
        found
            .other
            .push(format!("{id} was done and is not in the outbox"));
    }
    cursors(stage, found);
    counts(stage, found);
    index(stage, found);
}

fn doubled(effects: &BTreeMap<CommandId, u32>, found: &mut Found) {
    for (id, times) in effects.iter().filter(|(_, times)| **times > 1) {
        found.doubled.push(format!("{id} was done {times} times"));
    }
}

/// What a bookmark covers is here.
fn cursors(stage: &Stage, found: &mut Found) {
    for name in [ROOMS, DEALS] {
        let cursor = stage.hub.read(|it| it.cursor(&account(), &name.into()));
        // Without the account or its collections there is no bookmark.
        let Ok(Some(cursor)) = cursor else { continue };
        let lines = usize::try_from(cursor.data["at"].as_u64().unwrap_or(0)).unwrap();
        for handle in stage.remote.known_before(name, lines) {
            if stage.stored(name, handle.as_str()).is_none() {
                found.lost.push(format!(
                    "{name}/{handle} lies before the bookmark and is not here"
                ));
            }
        }
    }
}

fn counts(stage: &Stage, found: &mut Found) {
    for line in stage.hub.ledger().unwrap() {
        let rows = stage.rows(line.collection.as_str());
        let here = rows.iter().filter(|it| it.flags & LOCAL_ONLY == 0).count();
        if line.local_count != here as u64 {
            let said = line.local_count;
            found.other.push(format!(
                "{} has {here} rows and counts {said}",
                line.collection
            ));
        }
    }
}

fn index(stage: &Stage, found: &mut Found) {
    match stage.hub.read(|it| it.search_self_check(40)) {
        Ok(check) if check.missing.is_empty() => {}
        other => found.other.push(format!("the search index: {other:?}")),
    }
}

/// Takes the room to its end: one more sync, and both sides say the same.
pub(crate) async fn after_recovery(
    stage: &Stage,
    scene: Scene,
    references: &References,
    found: &mut Found,
) {
    stage.sign_in().await.unwrap();
    if scene == Scene::People {
        go_on_talking(stage, references, found);
    }
    turn(stage, found).await;
    if scene == Scene::Conflict {
        settle(stage, found).await;
    }
    let (entries, effects) = (entries(stage), stage.remote.effects());
    doubled(&effects, found);
    if scene != Scene::People {
        for id in told(&stage.room) {
            if !entries.contains_key(&id) {
                found
                    .lost
                    .push(format!("the user was told of {id}, and it is not here"));
            }
        }
    }
    for (id, entry) in &entries {
        let times = effects.get(id).copied().unwrap_or(0);
        match entry.state {
            // Bob's value was chosen: nothing was to be sent.
            State::Done if scene == Scene::Conflict && entry.receipt.is_none() => {}
            State::Done if times == 0 => found.lost.push(format!("{id} is done and never was")),
            State::Done => {}
            State::Withdrawn if times == 0 => {}
            state => found
                .other
                .push(format!("{id} is still {state:?}: {:?}", entry.fault)),
        }
    }
    let here = view(stage);
    let there = references.view_of(&stage.room, scene).await;
    compare(&here, &there, scene, found);
    counts(stage, found);
    index(stage, found);
    journal(stage, found);
    let sick = stage.hub.db().integrity_check();
    if sick.as_ref().is_ok_and(|it| !it.is_empty()) || sick.is_err() {
        found
            .other
            .push(format!("the file is not whole in the end: {sick:?}"));
    }
}

async fn turn(stage: &Stage, found: &mut Found) {
    match stage.sync().await {
        Ok(turns) => {
            for fault in turns.iter().flat_map(|it| {
                it.fault
                    .iter()
                    .chain(it.collections.iter().filter_map(|it| it.fault.as_ref()))
            }) {
                found.other.push(format!("the turn ended with: {fault}"));
            }
        }
        Err(error) => found.other.push(format!("the turn failed: {error}")),
    }
}

/// Ends the conflicts, the first for Ada and the others for Bob.
async fn settle(stage: &Stage, found: &mut Found) {
    for (n, entry) in stage.hub.outbox().unwrap().into_iter().enumerate() {
        if entry.command.word() == "act" {
            stage.hub.withdraw(&entry.id).unwrap();
            continue;
        }
        let whole = entry.conflict.as_ref().is_some_and(|it| {
            it.iter()
                .all(|it| !it.base.is_empty() && !it.mine.is_empty() && !it.theirs.is_empty())
        });
        if !whole {
            found
                .other
                .push(format!("{} does not show all three values", entry.id));
            continue;
        }
        let choice = if n == 0 { Choice::Mine } else { Choice::Theirs };
        stage.hub.resolve_all(&entry.id, choice).unwrap();
    }
    turn(stage, found).await;
}

/// Every word landed whole: who is who is as after one of them. Then the rest.
fn go_on_talking(stage: &Stage, references: &References, found: &mut Found) {
    let said = told(&stage.room).len();
    let who = stage.who();
    let at = [said, said + 1]
        .into_iter()
        .find(|it| references.people.get(*it) == Some(&who));
    let Some(at) = at else {
        found.lost.push(format!(
            "after {said} words people are as after none of them"
        ));
        return;
    };
    for word in at..WORDS {
        stage.say(word);
    }
    if references.people.last() != Some(&stage.who()) {
        found
            .other
            .push("people are not as they were said to be in the end".to_owned());
    }
}

fn compare(here: &View, there: &View, scene: Scene, found: &mut Found) {
    for (at, (item, flags)) in &there.rows {
        match here.rows.get(at) {
            None => found
                .lost
                .push(format!("{at:?} is at the source and not here")),
            Some(mine) if *mine != (item.clone(), *flags) => {
                found.other.push(format!(
                    "{at:?} differs: {mine:?} here, {item:?} {flags} there"
                ));
            }
            Some(_) => {}
        }
    }
    for at in here.rows.keys().filter(|at| !there.rows.contains_key(*at)) {
        found
            .doubled
            .push(format!("{at:?} is here and not at the source"));
    }
    // What the user said of people stays theirs.
    if scene != Scene::People && (here.people != there.people || here.firms != there.firms) {
        found.other.push(format!(
            "people differ: {:?} here, {:?} there",
            (&here.people, &here.firms),
            (&there.people, &there.firms)
        ));
    }
}

/// No change is written down twice.
fn journal(stage: &Stage, found: &mut Found) {
    let query = JournalQuery {
        limit: 100_000,
        ..JournalQuery::default()
    };
    let mut last = BTreeMap::new();
    for row in stage.hub.read(|it| it.journal(&query)).unwrap() {
        let says = (row.what, row.old.clone(), row.new.clone());
        let before = last.insert((row.item, row.field.clone()), says.clone());
        if before.as_ref() == Some(&says) {
            found
                .doubled
                .push(format!("the journal says twice: {row:?}"));
        }
    }
}
