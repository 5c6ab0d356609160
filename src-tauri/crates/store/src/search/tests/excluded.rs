//! `-word` leaves out what the word alone would find, and nothing else.

use rapport_model::record::RecordKind;
use rapport_model::{Body, Record};

use super::world::World;

fn order(number: &str, title: &str) -> Body {
    let mut record = Record::new(RecordKind::Order, title);
    record.number = Some(number.to_owned());
    Body::Record(Box::new(record))
}

#[test]
fn an_excluded_word_is_excluded_as_a_part_of_a_word_too() {
    let mut world = World::new();
    let plain = world.put(1, &order("SO-1", "Pump for Linz"));
    world.put(2, &order("SO-2", "Pump with shaftseal"));
    world.put(3, &order("SO-3", "Pump and a seal"));
    world.put(4, &order("SEAL-77", "Pump"));
    let said = world.say(5, "The pump goes unsealed");
    assert_eq!(world.find_all("pump -seal"), [plain, said]);
    // Inside the words of a text nothing is found, so nothing is left out there.
    assert!(!world.find_all("seal").contains(&said));
    assert_eq!(world.find_all("pump -\"shaftseal\"").len(), 4);
    assert_eq!(world.find_all("pump -sh").len(), 5, "too short for a part");
}

#[test]
fn what_is_left_is_the_complement_however_many_there_are() {
    let mut world = World::new();
    for n in 0..900_i64 {
        let title = match n % 3 {
            0 => "Pump with shaftseal",
            1 => "Pump of steel",
            _ => "Valve with shaftseal",
        };
        world.put(n / 4, &order(&format!("SO-{n}"), title));
    }
    let all = |text: &str| {
        let query = crate::search::Query::parse(text, &super::world::context());
        let found = crate::search::search(&world.conn, &query, 1_000, 0).unwrap();
        let mut ids: Vec<i64> = found.hits.iter().map(|hit| hit.id.0).collect();
        ids.sort_unstable();
        ids
    };
    let (pumps, seals) = (all("pump"), all("seal"));
    assert!(pumps.len() == 600 && seals.len() > 100);
    let left = all("pump -seal");
    assert_eq!(left.len(), 300);
    assert!(
        left.iter()
            .all(|id| pumps.contains(id) && !seals.contains(id))
    );
    // Nothing but what is excluded is asked.
    assert_eq!(all("-seal -pump"), Vec::<i64>::new());
    assert_eq!(all("-seal").len(), 300);
}
