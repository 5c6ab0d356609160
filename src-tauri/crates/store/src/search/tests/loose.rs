//! Shorter ways through the indexes: they find what the long way finds.

use std::ops::ControlFlow;

use rapport_model::{Body, ItemId};

use super::world::{World, id, message};
use crate::search::doc::Docs;
use crate::search::newest::{Index, Range, newest_first};

/// More than a loose expression may find in vain.
const DECOYS: i64 = 100;

fn mail(world: &mut World, days_ago: i64, subject: &str) -> ItemId {
    let mut mail = message("See above.");
    mail.subject = Some(subject.to_owned());
    world.put(days_ago, &Body::Message(mail))
}

#[test]
fn the_end_of_a_code_does_not_stand_for_another_code() {
    let mut world = World::new();
    let wanted = mail(&mut world, 300, "Order 2026-00034");
    for n in 0..DECOYS {
        mail(&mut world, n, "Order AB-00034");
    }
    assert_eq!(world.find("2026-0003"), [wanted]);
    let other = mail(&mut world, 1, "About x2026-00035");
    assert_eq!(world.find("2026-0003"), [other, wanted]);
}

#[test]
fn a_rare_word_does_not_stand_for_the_words_around_it() {
    let mut world = World::new();
    let wanted = mail(&mut world, 300, "Schofeld pumps");
    for n in 0..DECOYS {
        mail(&mut world, n, "Schofeld valves");
    }
    assert_eq!(world.find("\"ofeld pum\""), [wanted]);
    assert_eq!(world.find("ofeld pum"), [wanted]);
    assert!(world.find("\"ofeld seal\"").is_empty());
}

#[test]
fn pieces_in_another_order_are_another_word() {
    let mut world = World::new();
    let wanted = mail(&mut world, 9, "About the xlepagax");
    mail(&mut world, 8, "About the agalepo");
    mail(&mut world, 7, "About the lepxaga");
    assert_eq!(world.find("lepaga"), [wanted]);
}

#[test]
fn two_of_three_words_do_not_stand_for_all() {
    let mut world = World::new();
    let wanted = mail(&mut world, 400, "Green valve for Hamburgo");
    for n in 0..DECOYS {
        mail(&mut world, n, "Green valve");
    }
    assert_eq!(world.find("reen alve amburg"), [wanted]);
}

#[test]
fn a_cut_walk_meets_the_same_in_the_same_order() {
    let mut world = World::new();
    world
        .conn
        .execute("UPDATE search_state SET backward = 0", [])
        .unwrap();
    // Plenty long ago and little since, plenty now and little before, and in between.
    for n in 0..300 {
        let text = match n {
            0..100 => "early often",
            100..110 => "early late often",
            110..200 => "often",
            _ => "late often",
        };
        world.say(700 - 2 * n, text);
    }
    world.say(-400, "early late often planned");
    let docs = Docs::of(&world.conn).unwrap();
    assert!(!docs.newest_first());
    for word in ["early", "late", "often", "planned", "never"] {
        for (from, to) in [(i64::MIN, i64::MAX), (id(500, 0).0, id(20, 0).0)] {
            let walk = |range: Range, enough: usize| {
                let mut met = Vec::new();
                newest_first(
                    &world.conn,
                    (Index::Words, docs),
                    word,
                    range,
                    enough,
                    |id| {
                        met.push(id);
                        Ok(if met.len() == enough {
                            ControlFlow::Break(())
                        } else {
                            ControlFlow::Continue(())
                        })
                    },
                )
                .unwrap();
                met
            };
            let cut = Range::cut(&world.conn, from, to, id(0, 0).0).unwrap();
            assert!(from < cut.cut && cut.cut < to, "{cut:?}");
            for enough in [1, 30, 1_000] {
                assert_eq!(
                    walk(cut, enough),
                    walk(Range::plenty(from, to), enough),
                    "{word} {enough}"
                );
            }
        }
    }
}
