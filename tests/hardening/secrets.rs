//! An export is for other programs and other people's eyes: no secret gets into it.

use std::fs;
use std::sync::Arc;

use jiff::tz::TimeZone;
use rapport_api::{Api, dto};
use rapport_engine::{Hub, NewAccount, Parts};
use rapport_model::AccountId;
use rapport_model::connector::Vault;
use rapport_store::key::{DbKey, SealedVault};
use rapport_store::{Db, Profile};
use rapport_testkit::clock::FakeClock;
use serde_json::{Value, json};

#[tokio::test]
async fn an_export_has_what_was_set_and_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::at(&dir.path().join("home"));
    let key = DbKey::from_bytes(*b"a key of thirty-two plain bytes!");
    let clock = Arc::new(FakeClock::default());
    let db = Db::open(&profile, &key, clock.clone()).unwrap();
    let vault: Arc<dyn Vault> = Arc::new(SealedVault::new(&profile, &key));
    vault.write("account/erp", "token-of-the-whale").unwrap();
    fs::create_dir_all(profile.state(&AccountId::new("erp"))).unwrap();
    fs::write(
        profile.state(&AccountId::new("erp")).join("keys"),
        "keys-of-the-whale",
    )
    .unwrap();
    let hub = Hub::open(Parts {
        db,
        registry: rapport_connectors::registry(),
        vault: Arc::clone(&vault),
        clock,
        seed: 5,
    });
    hub.add_account(NewAccount {
        id: Some(AccountId::new("erp")),
        connector: "tryton".to_owned(),
        label: "ERP".to_owned(),
        config: json!({
            "url": "https://ines:password-whale@erp.example.org/",
            "database": "company",
            "password": "config-whale",
        }),
    })
    .unwrap();
    hub.set_undo_window(7_000).unwrap();
    let api = Api::new(hub, vault, TimeZone::UTC);
    let to = dir.path().join("out");
    let wanted = dto::Export {
        to: to.display().to_string(),
        customer: None,
    };
    let done = api.export(wanted).await.unwrap();
    assert!(
        done.files
            .iter()
            .any(|it| it.path.ends_with("settings.jsonl"))
    );

    let all: String = fs::read_dir(&to)
        .unwrap()
        .map(|it| fs::read_to_string(it.unwrap().path()).unwrap())
        .collect();
    for secret in ["whale", "a key of thirty"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    let lines = |name: &str| -> Vec<Value> {
        let text = fs::read_to_string(to.join(name)).unwrap();
        text.lines()
            .map(|it| serde_json::from_str(it).unwrap())
            .collect()
    };
    let accounts = lines("accounts.jsonl");
    assert_eq!(
        accounts[0]["answers"],
        json!({"url": "https://erp.example.org/", "database": "company"})
    );
    let settings = lines("settings.jsonl");
    assert!(
        settings.contains(&json!({"name": "outbox.undo_ms", "value": 7000})),
        "{settings:?}"
    );
}
