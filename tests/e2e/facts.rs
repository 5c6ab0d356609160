//! Facts in tables: what two systems say differently is settled, taken back and settled again, and
//! a deal moves on, until the other program's file holds it and it is read back from there.

use std::path::PathBuf;
use std::time::Duration;

use rapport_testkit::desktop::{Key, Window};
use rapport_testkit::servers::eventually;
use serde_json::{Value, json};

use super::stage::{Stage, go};

const PATIENCE: Duration = Duration::from_secs(60);
const CUSTOMER: &str = "Oakhollow Brewing";
const DEAL: &str = "Line 4 expansion";

/// What a row of a list calls this, by the name or title it has.
fn id_of(stage: &Stage, words: &[&str], name: &str) -> String {
    let rows = stage.json(words);
    rows.as_array()
        .and_then(|rows| {
            let named = |row: &&Value| row["name"] == name || row["title"] == name;
            rows.iter().find(named)
        })
        .and_then(|row| row["id"].as_str())
        .unwrap_or_else(|| panic!("{name} in {rows}"))
        .to_owned()
}

/// A table of the sample workspace, as the program it belongs to reads it.
struct Table(PathBuf);

impl Table {
    fn of(stage: &Stage, name: &str) -> Self {
        Self(stage.desktop.profile().join("sample/records").join(name))
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.0).expect("the table")
    }

    async fn becomes(&self, wanted: &str) {
        eventually("the table of the other program", PATIENCE, async || {
            Ok((self.text() == wanted).then_some(()))
        })
        .await
        .expect("it is written there, and nothing else is");
    }
}

/// Opens what settles a fact, chooses a value and writes it.
async fn settle(window: &Window, value: &str) {
    let open = "const row = [...document.querySelectorAll('.ft tr')].find((one) => one.innerText.includes('Payment terms')); \
        const one = row?.querySelector('.ft-d button'); one?.click(); return one !== undefined && one !== null";
    window.until("the way to settle it", open).await.unwrap();
    let choose = format!(
        "const one = [...document.querySelectorAll('.settle .opt')].find((each) => each.innerText.includes({})); one?.click(); return one?.querySelector('input').checked === true",
        json!(value)
    );
    window.until(value, &choose).await.unwrap();
    window.picture("window-settle").await.unwrap();
    window.click(".settle .btn.pri").await.unwrap();
    window.see(".toast").await.expect("a way back");
}

#[tokio::test]
async fn a_fact_that_differs_is_settled_taken_back_and_settled_again() {
    let stage = Stage::sample().await;
    let customer = id_of(&stage, &["customers", "list"], CUSTOMER);
    let table = Table::of(&stage, "sales_accounts.csv");
    let before = table.text();
    let after = {
        let row = before.lines().find(|line| line.contains(CUSTOMER));
        let row = row.expect("the customer");
        assert!(row.contains("Net 60"), "{row}");
        before.replace(row, &row.replace("Net 60", "Net 45"))
    };
    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    go(&window, &format!("#/customer/{customer}")).await;
    window.read(".ft", "2 of ").await.expect("what differs");
    settle(&window, "Net 45").await;
    window
        .read(".ft", "1 of ")
        .await
        .expect("both say the same at once");
    window.press("Undo").await.unwrap();
    window
        .read(".ft", "2 of ")
        .await
        .expect("taken back, they differ again");
    table.becomes(&before).await;
    settle(&window, "Net 45").await;
    table.becomes(&after).await;
    window
        .read(".ft", "1 of ")
        .await
        .expect("both say the same");
    window.close().await.unwrap();
    assert_eq!(
        stage.json(&["outbox", "list"]),
        json!([]),
        "nothing is left to send"
    );
    // Somebody else's change of the same row arrives, so what is shown was read there.
    std::fs::write(&table.0, after.replace(CUSTOMER, "Oakhollow Brewers")).unwrap();
    let page = eventually("the row, read back", PATIENCE, async || {
        stage.rapport(&["sync"]);
        let page = stage.json(&["customers", "show", &customer]);
        let name = values(&page, "name").contains(&"Oakhollow Brewers".to_owned());
        Ok(name.then_some(page))
    })
    .await
    .expect("it is read again");
    assert_eq!(values(&page, "payment_terms"), ["Net 45", "Net 45"]);
}

/// What the sources say of one fact of a customer.
fn values(page: &Value, field: &str) -> Vec<String> {
    let facts = page["facts"].as_array().into_iter().flatten();
    facts
        .filter(|fact| fact["field"] == field)
        .flat_map(|fact| fact["values"].as_array().into_iter().flatten())
        .filter_map(|one| one["shown"].as_str().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn a_deal_whose_stage_is_typed_moves_on_in_its_table() {
    let stage = Stage::sample().await;
    let deal = id_of(&stage, &["records", "list", "--kind", "opportunity"], DEAL);
    let table = Table::of(&stage, "opportunities.csv");
    let before = table.text();
    let after = {
        let row = before.lines().find(|line| line.contains(DEAL));
        let row = row.expect("the deal");
        assert!(row.contains(",Negotiation,"), "{row}");
        before.replace(row, &row.replace(",Negotiation,", ",Won,"))
    };
    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    go(&window, &format!("#/record/{deal}")).await;
    let open = "const one = [...document.querySelectorAll('button.dl')].find((each) => each.getAttribute('aria-label').startsWith('State')); \
        one?.click(); return document.querySelector('main .ed input') !== null";
    window.until("its stage", open).await.unwrap();
    window.fill("main .ed input", "Won").await.unwrap();
    window.keys(Key::Enter + "").await.unwrap();
    table.becomes(&after).await;
    // Only whoever reads the row knows that a deal that is won is done.
    window
        .read(".rec-h .bdg.ok", "Won")
        .await
        .expect("and read back from there");
    window.close().await.unwrap();
    assert_eq!(stage.json(&["outbox", "list"]), json!([]));
}

/// What the day changed is told where people look first.
#[tokio::test]
async fn the_sample_tells_what_changed_since_one_last_looked() {
    let stage = Stage::sample().await;
    let customer = id_of(&stage, &["customers", "list"], CUSTOMER);
    let window = stage.open().await;
    window.see("nav.side").await.unwrap();
    go(&window, &format!("#/customer/{customer}")).await;
    window
        .read(".chg", "Since you last looked")
        .await
        .expect("what changed");
    window
        .read(".chg", "Negotiation")
        .await
        .expect("the deal moved on overnight");
    // A changed contact or company row leads to whom it belongs.
    let contact = window
        .ask(
            "return window.__TAURI_INTERNALS__.invoke('call', { name: 'search', request: { text: 'kind:contact marten', as_you_type: false } }).then((page) => page.hits[0]?.id ?? '')",
            Vec::new(),
        )
        .await
        .unwrap();
    let contact = contact.as_str().filter(|id| !id.is_empty());
    let contact = contact.expect("a contact");
    go(&window, &format!("#/whose/{contact}")).await;
    window
        .until(
            "a page of somebody",
            "return location.hash.startsWith('#/person/') && document.querySelector('main h1') !== null",
        )
        .await
        .expect("the contact leads to the person");
    window.close().await.unwrap();
}
