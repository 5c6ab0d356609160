//! The words that stand for a beginning are those the index has.

use std::collections::BTreeSet;

use rapport_model::{Body, ItemId};
use rusqlite::{Connection, params};

use super::world::{World, context, message};
use crate::search::terms::beginning_with;
use crate::search::{Query, search, tidy};

/// The same by the list that FTS5 itself makes of its words.
fn by_reading_all(conn: &Connection, prefix: &str) -> BTreeSet<String> {
    let mut statement = conn
        .prepare("SELECT DISTINCT term FROM search_instance WHERE term >= ?1 AND term < ?2")
        .unwrap();
    let rows = statement.query_map(params![prefix, format!("{prefix}\u{10FFFF}")], |row| {
        row.get(0)
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// Enough for many pages and pieces: a word in every text, beginnings with many words and
/// with one, and a letter beyond ASCII.
fn many(world: &mut World, from: usize, to: usize) {
    for number in from..to {
        let text = format!(
            "the then theory{} {} straße{} rare{number} zz",
            number % 40,
            "the ".repeat(30),
            number % 3
        );
        world.put(1, &Body::Message(message(&text)));
    }
}

fn agrees(world: &World) {
    for prefix in [
        "",
        "t",
        "th",
        "the",
        "thea",
        "them",
        "theo",
        "theory1",
        "r",
        "rare10",
        "strasse",
        "str",
        "z",
        "zz",
        "zzz",
        "0",
        "\u{10FFFE}",
    ] {
        let all = by_reading_all(&world.conn, prefix);
        for most in [1, 7, 50, 100_000] {
            let found = beginning_with(&world.conn, prefix, most).unwrap().unwrap();
            let first: BTreeSet<String> = all.iter().take(most).cloned().collect();
            assert_eq!(found.words, first, "{prefix:?}, the first {most}");
            assert_eq!(found.whole, all.len() <= most, "{prefix:?} of {most}");
        }
    }
}

#[test]
fn the_words_of_a_beginning_are_those_of_the_index_in_every_state_of_it() {
    let mut world = World::new();
    // The index is empty, then of one piece, of many, half merged, and merged.
    agrees(&world);
    many(&mut world, 0, 1);
    agrees(&world);
    many(&mut world, 1, 700);
    agrees(&world);
    for pages in [1, 4, 16] {
        tidy(&world.conn, pages).unwrap();
        agrees(&world);
    }
    world.conn.execute_batch("BEGIN").unwrap();
    many(&mut world, 700, 1_500);
    world.conn.execute_batch("COMMIT").unwrap();
    agrees(&world);
    while tidy(&world.conn, 64).unwrap() {}
    agrees(&world);
}

#[test]
fn a_rare_word_behind_a_common_one_is_found_by_its_beginning() {
    let mut world = World::new();
    many(&mut world, 0, 200);
    let hit = world.put(9, &Body::Message(message("a theodolite")));
    let query = Query::typing("theod", &context());
    let found = search(&world.conn, &query, 10, 0).unwrap();
    assert_eq!(found.hits.iter().map(|it| it.id).collect::<Vec<_>>(), [hit]);
    let none = search(&world.conn, &Query::typing("theom", &context()), 10, 0).unwrap();
    assert!(none.hits.is_empty());
}

#[test]
fn beside_a_part_of_a_title_a_word_counts_only_as_a_word_of_the_text() {
    let mut world = World::new();
    let mut mail = |subject: &str, text: &str| {
        let mut body = message(text);
        body.subject = Some(subject.to_owned());
        world.put(1, &Body::Message(body))
    };
    let whole = mail("Ventilkappe", "It holds the pressure of a Müller pump.");
    let begun = mail("Ventilkappe", "Two pressures were measured.");
    let inside = mail("Ventilkappe", "It suffers from overpressure.");
    mail("Anything", "A pressure without a cap.");
    let found = |text: &str| -> BTreeSet<ItemId> {
        let query = Query::parse(text, &context());
        let hits = search(&world.conn, &query, 10, 0).unwrap().hits;
        hits.into_iter().map(|it| it.id).collect()
    };
    // What a part lies in, what a word is, a beginning, an umlaut, a row of words.
    assert_eq!(found("ntilka pressure"), BTreeSet::from([whole]));
    assert_eq!(found("ntilka pressure*"), BTreeSet::from([whole, begun]));
    assert_eq!(found("ntilka mueller"), BTreeSet::from([whole]));
    assert_eq!(found("ntilka \"the pressure\""), BTreeSet::from([whole]));
    assert_eq!(found("ntilka -pressure"), BTreeSet::from([begun, inside]));
    assert_eq!(found("ntilka of"), BTreeSet::from([whole]));
}
