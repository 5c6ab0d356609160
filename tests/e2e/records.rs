//! Facts of a real ERP, changed where they are read.

use std::time::Duration;

use rapport_testkit::desktop::Window;
use rapport_testkit::servers::{Tryton, TrytonUser, decimal, eventually};
use serde_json::{Value, json};

use super::stage::{Stage, go};

const DEAL: &str = "White-water pH loop";
const PATIENCE: Duration = Duration::from_secs(60);

struct Desk {
    stage: Stage,
    jonas: TrytonUser,
    deal: i64,
    record: String,
    _server: Tryton,
}

impl Desk {
    async fn open() -> Self {
        let server = Tryton::start().await.expect("a Tryton");
        let jonas = server.rpc("jonas").await.unwrap();
        let found = jonas
            .search("sale.opportunity", &json!([["description", "=", DEAL]]))
            .await
            .unwrap();
        let stage = Stage::with_erp(&server).await;
        let records = stage.json(&["records", "list", "--kind", "opportunity"]);
        let record = records
            .as_array()
            .and_then(|rows| rows.iter().find(|row| row["title"] == DEAL))
            .and_then(|row| row["id"].as_str())
            .expect("the opportunity")
            .to_owned();
        Self {
            stage,
            jonas,
            deal: found[0],
            record,
            _server: server,
        }
    }

    async fn amount_there(&self) -> Value {
        let rows = self
            .jonas
            .read("sale.opportunity", &[self.deal], &["amount"])
            .await
            .unwrap();
        rows[0]["amount"]["decimal"].clone()
    }

    async fn becomes(&self, amount: &str) {
        eventually(amount, PATIENCE, async || {
            let there = self.amount_there().await;
            // As a number: `10100` and `10100.00` are the same amount.
            let there: Option<f64> = there.as_str().and_then(|it| it.parse().ok());
            Ok((there == amount.parse().ok()).then_some(()))
        })
        .await
        .expect("the ERP has it");
    }
}

/// Opens the record's page and types a new amount.
async fn type_amount(window: &Window, record: &str, amount: &str) {
    go(window, &format!("#/record/{record}")).await;
    window
        .until(
            "the amount",
            "return [...document.querySelectorAll('button.dl')].some((one) => /amount/i.test(one.getAttribute('aria-label')))",
        )
        .await
        .unwrap();
    window
        .ask(
            "[...document.querySelectorAll('button.dl')].find((one) => /amount/i.test(one.getAttribute('aria-label'))).click(); return true",
            Vec::new(),
        )
        .await
        .unwrap();
    window
        .fill("main .ed input", amount)
        .await
        .expect("an editor");
    window
        .keys(rapport_testkit::desktop::Key::Enter + "")
        .await
        .unwrap();
}

#[tokio::test]
async fn a_fact_changed_where_it_is_read_reaches_the_erp() {
    let desk = Desk::open().await;
    let window = desk.stage.open().await;
    window.see("nav.side").await.unwrap();
    type_amount(&window, &desk.record, "10100").await;
    desk.becomes("10100").await;
    window
        .until(
            "no more waiting",
            "return !document.querySelector('main').innerText.includes('waits for')",
        )
        .await
        .unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn two_people_on_one_field_see_all_three_values_and_mine_can_stay() {
    let desk = Desk::open().await;
    // Ines writes without a network, so to speak: her profile has not heard of Jonas.
    desk.stage
        .rapport(&["records", "set", &desk.record, "amount=10200 EUR"]);
    desk.jonas
        .write(
            "sale.opportunity",
            &[desk.deal],
            &json!({ "amount": decimal("9990.00") }),
        )
        .await
        .unwrap();
    let window = desk.stage.open().await;
    window.see("nav.side").await.unwrap();
    go(&window, &format!("#/record/{}", desk.record)).await;
    window.press("Compare").await.expect("a conflict is told");
    for value in ["9,990", "10,200", "9,825"] {
        window
            .read(".cfl", value)
            .await
            .unwrap_or_else(|error| panic!("{value}: {error}"));
    }
    window.picture("window-conflict").await.unwrap();
    window
        .ask(
            "[...document.querySelectorAll('.cfl .opt, .cfl [role=radio]')].find((one) => one.innerText.includes('10,200')).click(); return true",
            Vec::new(),
        )
        .await
        .unwrap();
    window
        .ask(
            "[...document.querySelectorAll('.cfl button.btn')].find((one) => /keep/i.test(one.innerText)).click(); return true",
            Vec::new(),
        )
        .await
        .unwrap();
    desk.becomes("10200").await;
    window.close().await.unwrap();
}
