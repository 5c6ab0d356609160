//! Who is who: joined or parted in the window, and taken back.

use rapport_testkit::desktop::Window;

use super::stage::{Stage, go};

/// A row of a list that the command line gives, by its name.
fn id_of(stage: &Stage, words: &[&str], name: &str) -> String {
    let rows = stage.json(words);
    rows.as_array()
        .and_then(|rows| rows.iter().find(|row| row["name"] == name))
        .and_then(|row| row["id"].as_str())
        .unwrap_or_else(|| panic!("{name} in {rows}"))
        .to_owned()
}

/// The keys of a person's handles, as the command line says them.
fn handles(stage: &Stage, person: &str) -> Vec<String> {
    let page = stage.json(&["people", "show", person]);
    let mut keys: Vec<String> = page["handles"]
        .as_array()
        .expect("handles")
        .iter()
        .filter_map(|one| one["key"].as_str().map(str::to_owned))
        .collect();
    keys.sort();
    keys
}

async fn shows(window: &Window, handles: usize) {
    window
        .until(
            "so many handles",
            &format!("return document.querySelectorAll('.rec .hn').length === {handles}"),
        )
        .await
        .unwrap_or_else(|error| panic!("{handles} handles: {error}"));
}

#[tokio::test]
async fn people_who_were_joined_or_parted_by_mistake_are_as_before_after_undo() {
    let stage = Stage::sample().await;
    let list = ["people", "list", "Marten"];
    let marten = id_of(&stage, &list, "Marten Bakker");
    let before = handles(&stage, &marten);
    assert!(before.len() > 1, "{before:?}");
    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    go(&window, &format!("#/person/{marten}")).await;
    shows(&window, before.len()).await;

    window
        .until(
            "a handle to take out",
            "const one = [...document.querySelectorAll('.rec .hn button')].at(-1); one?.click(); return one !== undefined",
        )
        .await
        .unwrap();
    shows(&window, before.len() - 1).await;
    window.press("Undo").await.expect("a way back");
    shows(&window, before.len()).await;

    window.press("Link with").await.unwrap();
    window.fill(".lk input", "Nele Visser").await.unwrap();
    window.read(".lk button.mi", "Nele Visser").await.unwrap();
    window.click(".lk button.mi").await.expect("somebody else");
    window
        .until(
            "more handles",
            &format!(
                "return document.querySelectorAll('.rec .hn').length > {}",
                before.len()
            ),
        )
        .await
        .expect("they are one person");
    window.picture("window-linked").await.unwrap();
    window.press("Undo").await.expect("a way back");
    shows(&window, before.len()).await;
    window.close().await.unwrap();
    assert_eq!(handles(&stage, &marten), before, "as it was, key by key");
    let nele = id_of(&stage, &["people", "list", "Nele"], "Nele Visser");
    assert!(!nele.is_empty(), "and she is herself again");
}
