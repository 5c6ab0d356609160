//! What is written back, and what is not: told at the command, in words.

use super::*;

/// A desk with the sample company, read once.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.text(&["init"]);
    desk.json(&["sample"]);
    desk.json(&["sync", "--once"]);
    desk
}

fn waiting(desk: &Desk) -> Vec<Value> {
    rows(&desk.json(&["outbox", "list"])).clone()
}

fn record(desk: &Desk, kind: &str) -> Value {
    let all = desk.json(&["records", "list", "--kind", kind, "--limit", "1"]);
    rows(&all)[0].clone()
}

#[test]
fn what_a_folder_never_takes_is_refused_at_once_and_what_it_takes_is_said() {
    let desk = desk();
    let talks = desk.json(&["conversations", "list", "--limit", "1"]);
    let talk = rows(&talks)[0]["id"].as_str().unwrap().to_owned();
    let shown = desk.json(&["conversations", "show", &talk]);
    let message = rows(&shown["messages"])[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let said = desk.fails(1, &["conversations", "react", &message, "+1"]);
    assert!(
        said.contains("Folder takes no reactions")
            && said.contains("tasks (new, changed, deleted)"),
        "{said}"
    );
    let said = desk.fails(1, &["conversations", "send", &talk, "Six kits"]);
    assert!(said.contains("takes no new messages"), "{said}");

    let order = record(&desk, "order");
    let number = order["number"].as_str().unwrap();
    let said = desk.fails(1, &["records", "set", number, "colour=blue"]);
    assert!(
        said.contains("\"colour\"") && said.contains("state") && said.contains("title"),
        "{said}"
    );
    assert_eq!(waiting(&desk), Vec::<Value>::new());
    desk.text(&["records", "set", number, "title=Six kits"]);
    assert_eq!(waiting(&desk).len(), 1);
}

#[test]
fn a_field_of_a_waiting_edit_can_be_dropped_and_a_slip_is_refused() {
    let desk = desk();
    let order = record(&desk, "order");
    let (id, number) = (
        order["id"].as_str().unwrap(),
        order["number"].as_str().unwrap(),
    );
    let was = order["state"].clone();
    desk.text(&["records", "set", number, "title=Six kits", "state=odd"]);
    let entry = waiting(&desk)[0]["id"].as_str().unwrap().to_owned();
    let said = desk.fails(2, &["outbox", "edit", &entry, "titel=Seven kits"]);
    assert!(
        said.contains("\"titel\"") && said.contains("title"),
        "{said}"
    );
    let said = desk.fails(2, &["outbox", "edit", &entry, "--drop", "colour"]);
    assert!(said.contains("\"colour\""), "{said}");
    desk.text(&[
        "outbox",
        "edit",
        &entry,
        "title=Seven kits",
        "--drop",
        "state",
    ]);
    let now = desk.json(&["records", "show", id])["record"].clone();
    assert_eq!(now["title"], "Seven kits");
    assert_eq!(now["state"], was, "the source keeps its own");
    let said = desk.fails(2, &["outbox", "edit", &entry, "--drop", "title"]);
    assert!(said.contains("Discard"), "{said}");
    desk.json(&["sync", "--once"]);
    assert_eq!(waiting(&desk), Vec::<Value>::new());
}

/// A folder with tables that number their rows alike, as an ERP does.
fn ledger(desk: &Desk) {
    let folder = desk.dir.path().join("ledger");
    fs::create_dir_all(&folder).unwrap();
    let table = |name: &str, rows: &str| {
        fs::write(folder.join(name), format!("no,title\n{rows}")).unwrap();
    };
    table("orders.csv", "1,Six kits\n2,Ten kits\n");
    table("invoices.csv", "1,Invoice of six kits\nIN-9,Last one\n");
    let mapped =
        |kind: &str| serde_json::json!({"kind": kind, "key": "no", "columns": {"title": "title"}});
    let mapping = serde_json::json!({
        "version": 1,
        "files": {"orders.csv": mapped("order"), "invoices.csv": mapped("invoice")},
    });
    fs::write(folder.join("rapport-mapping.json"), mapping.to_string()).unwrap();
    let at = format!("folder={}", folder.display());
    desk.text(&["account", "add", "files", "--set", &at]);
    desk.json(&["sync", "--once"]);
}

#[test]
fn a_number_that_several_have_is_asked_about_and_a_kind_chooses() {
    let desk = Desk::new();
    desk.text(&["init"]);
    ledger(&desk);
    let said = desk.fails(2, &["records", "show", "1"]);
    for part in [
        "order 1: Six kits",
        "invoice 1: Invoice of six kits",
        "--kind invoice",
        "id ",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    desk.fails(2, &["records", "set", "1", "title=Seven kits"]);
    assert_eq!(waiting(&desk), Vec::<Value>::new());

    let order = desk.json(&["records", "show", "1", "--kind", "order"]);
    assert_eq!(order["record"]["title"], "Six kits");
    desk.text(&[
        "records",
        "set",
        "1",
        "title=Seven kits",
        "--kind",
        "invoice",
    ]);
    let invoice = desk.json(&["records", "show", "1", "--kind", "invoice"]);
    assert_eq!(invoice["record"]["title"], "Seven kits");
    let said = desk.fails(3, &["records", "show", "2", "--kind", "invoice"]);
    assert!(said.contains("order 2: Ten kits"), "{said}");
    let alone = desk.json(&["records", "show", "2"]);
    assert_eq!(alone["record"]["title"], "Ten kits");
    let coded = desk.json(&["records", "show", "IN-9"]);
    assert_eq!(coded["record"]["title"], "Last one");
}
