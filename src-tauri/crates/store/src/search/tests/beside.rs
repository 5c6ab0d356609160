//! A filter that leaves many items: the same is found as by looking at every row.

use rapport_model::ItemId;

use super::world::World;

/// More than are listed.
const MANY: i64 = 2_400;
const LARGE: i64 = 7;
const SMALL: i64 = 8;
const ROOM: i64 = 12;

/// Two customers and a room take turns; some words are everywhere, some are rare.
fn world() -> World {
    let mut world = World::new();
    world.conn.execute_batch("BEGIN").unwrap();
    for n in 0..MANY + MANY / 4 {
        let rare = if n % 401 == 3 { " seldom" } else { "" };
        let half = if n % 2 == 0 { " even" } else { "" };
        let id = world.say(n % 700, &format!("pump report{half}{rare} number{n}"));
        world.set(id, "org", if n % 5 == 4 { SMALL } else { LARGE });
        world.set(id, "conversation", if n % 5 == 1 { 13 } else { ROOM });
    }
    world.conn.execute_batch("COMMIT").unwrap();
    world
}

/// The newest items with a condition on their text and row, newest first.
fn rows(world: &World, condition: &str) -> Vec<ItemId> {
    let sql = format!(
        "SELECT i.id FROM item i JOIN message m ON m.item = i.id WHERE {condition} \
         ORDER BY i.id DESC LIMIT 50"
    );
    let mut statement = world.conn.prepare(&sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0).map(ItemId));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_large_customer_is_met_beside_the_words() {
    let world = world();
    let total = world.ask("seldom").total.counted;
    for (query, condition) in [
        ("seldom customer:#7", "org = 7 AND body LIKE '% seldom %'"),
        ("seldom customer:#8", "org = 8 AND body LIKE '% seldom %'"),
        (
            "seldom in:#12",
            "conversation = 12 AND body LIKE '% seldom %'",
        ),
        (
            "number2408 customer:#7",
            "org = 7 AND body LIKE '% number2408\"%'",
        ),
        (
            "seldom even -customer:#8",
            "org = 7 AND body LIKE '% even seldom %'",
        ),
    ] {
        let wanted = rows(&world, condition);
        assert!(wanted.len() < total, "{query}");
        assert_eq!(world.find_all(query), wanted, "{query}");
    }
}

#[test]
fn a_common_word_of_a_large_customer_gives_the_newest() {
    let world = world();
    let newest = rows(&world, "org = 7 AND body LIKE '% even %'");
    let found = world.find_all("even customer:#7");
    assert_eq!(found.len(), 50);
    // Of two hundred candidates the best fifty; with equal texts, the newest.
    assert_eq!(found, newest);
}

#[test]
fn a_customer_nobody_has_an_item_of_finds_nothing() {
    assert!(world().find_all("pump customer:#9").is_empty());
}
