use proptest::prelude::*;

use super::world::{World, context, message};
use crate::search::{Query, search};
use rapport_model::Body;

#[test]
fn a_query_in_the_language_of_the_index_is_data() {
    let mut world = World::new();
    let near = world.say(1, "NEAR lake, column 5 body");
    world.say(1, "quite another thing");
    for text in [
        "NEAR(lake column, 5)",
        "\"near\" \"lake\"",
        "near AND lake",
        "NEAR lake",
    ] {
        assert_eq!(world.find(text), [near], "{text}");
    }
    for text in [
        "body : lake thing",
        "{title body} : x",
        "- {title} : x",
        "^lake thing",
        "lake + thing",
        "\"\"\"\"",
        "') OR 1=1 --",
        "lake\" OR \"thing",
        "a* b* *",
        "( ( (",
        "\\",
        "%",
        "qzxkmessage\"",
        "\u{0}\u{1}",
        "search_text MATCH 'x'",
    ] {
        let found = world.ask(text);
        assert!(found.hits.len() <= 2, "{text}");
    }
}

#[test]
fn a_query_of_ten_thousand_characters_is_answered() {
    let mut world = World::new();
    let one = world.say(1, &"lorem ".repeat(10));
    assert_eq!(world.find(&"lorem ".repeat(1700)), [one]);
    assert_eq!(world.find(&"x".repeat(10_000)), []);
    assert_eq!(world.find(&"\"".repeat(10_000)), []);
    assert_eq!(world.find(&"a OR ".repeat(2_000)), []);
}

#[test]
fn nul_and_ten_megabytes_are_indexed_and_found() {
    let mut world = World::new();
    let nul = world.say(1, "before\0after");
    let long = world.say(1, &format!("needle {}", "hay ".repeat(2_600_000)));
    let mut html = message("");
    html.html = Some(format!("<b>pin</b>{}", "<i>straw</i>".repeat(900_000)));
    let html = world.put(1, &Body::Message(html));
    assert_eq!(world.find("after"), [nul]);
    assert_eq!(world.find("needle"), [long]);
    assert_eq!(world.find("pin*"), [html]);
    let snippet = world.ask("after").hits[0].snippet.clone();
    assert_eq!(snippet, "before \u{2}after\u{3}");
}

#[test]
fn marks_in_a_snippet_are_never_the_senders() {
    let mut world = World::new();
    world.say(1, "\u{2}fake\u{3} real");
    assert_eq!(world.ask("real").hits[0].snippet, "fake \u{2}real\u{3}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_query_fails(text in "(\\PC|\"|'|\\*|\\(|\\)|:|\\{|\\}|\\^|\\+|-|NEAR|OR |from:|in:|to:|customer:|kind:|京|é){0,20}") {
        thread_local! {
            static WORLD: World = {
                let mut world = World::new();
                world.say(1, "Ärger in 東京 (near) the lake: from 100% 🚀");
                world
            };
        }
        WORLD.with(|world| {
            for query in [Query::parse(&text, &context()), Query::typing(&text, &context())] {
                search(&world.conn, &query, 10, 0).unwrap();
            }
        });
    }
}
