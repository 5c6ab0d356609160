//! The harness itself: real servers come up seeded, answer strangers' clients, and are each
//! test's own.
#![cfg(unix)]

use std::time::Duration;

use rapport_testkit::proxy::{FaultProxy, Mode};
use rapport_testkit::servers::{
    Direction, HarnessError, MatrixUser, NioPeer, Synapse, Tryton, decimal, password_of,
};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn ada_and_bert_talk_over_a_real_homeserver() -> Result<(), HarnessError> {
    let server = Synapse::start().await?;
    let (ada, bert) = (server.login("ada").await?, server.login("bert").await?);
    let room = ada.create_room("Oakhollow", &[bert.user_id()]).await?;
    bert.join(&room).await?;
    let sent = ada.send(&room, "tanks are ready", "txn-1").await?;
    assert_eq!(
        ada.send(&room, "tanks are ready", "txn-1").await?,
        sent,
        "one transaction, one event"
    );
    let heard = bert.wait_for(&room, "tanks are ready", SOON).await?;
    assert_eq!(heard["sender"], "@ada:hub.test");
    assert_eq!(bert.count_of(&room, "tanks are ready").await?, 1);
    let edit = ada.edit(&room, &sent, "tanks are full").await?;
    bert.react(&room, &sent, "👍").await?;
    bert.mark_read(&room, &edit).await?;
    ada.redact(&room, &sent, "wrong room").await?;
    assert_eq!(bert.event(&room, &sent).await?["content"], json!({}));
    let address = ada.upload(b"a drawing", "text/plain", "tank 1.txt").await?;
    assert_eq!(bert.download(&address).await?, b"a drawing");
    Ok(())
}

#[tokio::test]
async fn history_arrives_with_the_dates_it_really_had() -> Result<(), HarnessError> {
    let server = Synapse::start().await?;
    let ada = server.login("ada").await?;
    let room = ada.create_room("Old times", &[]).await?;
    server
        .history(&room, "ada", 1_700_000_000_000, "two winters ago")
        .await?;
    let newest = ada.messages(&room, 1, Direction::Backwards).await?;
    assert_eq!(newest[0]["origin_server_ts"], 1_700_000_000_000_i64);
    Ok(())
}

#[tokio::test]
async fn a_homeserver_that_was_down_comes_back_with_its_data_on_its_port()
-> Result<(), HarnessError> {
    let mut server = Synapse::start().await?;
    let (ada, address) = (server.login("ada").await?, server.address());
    let room = ada.create_room("Greyfen", &[]).await?;
    ada.say(&room, "before").await?;
    server.stop().await?;
    assert!(matches!(
        ada.say(&room, "meanwhile").await,
        Err(HarnessError::NoAnswer { .. })
    ));
    server.start_again().await?;
    assert_eq!(server.address(), address);
    ada.say(&room, "after").await?;
    assert_eq!(ada.count_of(&room, "before").await?, 1);
    assert_eq!(ada.count_of(&room, "meanwhile").await?, 0);
    assert_eq!(ada.count_of(&room, "after").await?, 1);
    server.sign_out_everywhere("ada").await?;
    assert_eq!(
        ada.say(&room, "too late").await.unwrap_err().status(),
        Some(401)
    );
    Ok(())
}

#[tokio::test]
async fn what_one_homeserver_hears_another_does_not() -> Result<(), HarnessError> {
    let (one, other) = futures_util::try_join!(Synapse::start(), Synapse::start())?;
    one.register("emil").await?;
    one.login("emil").await?;
    assert_eq!(other.login("emil").await.unwrap_err().status(), Some(403));
    Ok(())
}

#[tokio::test]
async fn a_homeserver_with_rate_limits_answers_429_and_says_for_how_long()
-> Result<(), HarnessError> {
    let server = Synapse::options().with_rate_limits().start().await?;
    let ada = server.login("ada").await?;
    let room = ada.create_room("Busy", &[]).await?;
    let mut refused = None;
    for message in 0..10 {
        if let Err(error) = ada.say(&room, &format!("message {message}")).await {
            refused = Some(error);
            break;
        }
    }
    let refused = refused.expect("ten messages at once are too many");
    assert_eq!(refused.status(), Some(429));
    assert!(refused.to_string().contains("retry_after_ms"));
    Ok(())
}

#[tokio::test]
async fn a_cut_answer_leaves_the_message_at_the_server() -> Result<(), HarnessError> {
    let server = Synapse::start().await?;
    let proxy = FaultProxy::to(server.address())
        .await
        .map_err(|source| HarnessError::Io {
            doing: "start the proxy".to_owned(),
            source,
        })?;
    let ada = MatrixUser::login(&proxy.url(), "ada", &password_of("ada")).await?;
    let room = ada.create_room("Cut", &[]).await?;
    proxy.set(Mode::SwallowAnswer {
        matching: "/send/m.room.message/".to_owned(),
    });
    let lost = ada.send(&room, "did you get this?", "txn-1").await;
    assert!(matches!(lost, Err(HarnessError::NoAnswer { .. })));
    assert!(proxy.counts().broken_answers >= 1);
    proxy.set(Mode::Pass);
    assert_eq!(ada.count_of(&room, "did you get this?").await?, 1);
    ada.send(&room, "did you get this?", "txn-1").await?;
    assert_eq!(ada.count_of(&room, "did you get this?").await?, 1);
    Ok(())
}

#[tokio::test]
async fn two_independent_clients_exchange_secrets_and_know_each_other() -> Result<(), HarnessError>
{
    let server = Synapse::start().await?;
    let (cleo, dora) = futures_util::try_join!(
        NioPeer::login(&server, "cleo"),
        NioPeer::login(&server, "dora")
    )?;
    let room = cleo
        .create_encrypted_room("Secrets", &[dora.user_id()])
        .await?;
    dora.join(&room).await?;
    cleo.wait_for_member(&room, dora.user_id()).await?;
    cleo.send(&room, "the price is 18400").await?;
    let heard = dora.wait_for(&room, "the price is 18400").await?;
    assert!(heard.decrypted && !heard.verified);
    dora.send(&room, "agreed").await?;
    assert_eq!(
        cleo.wait_for(&room, "agreed").await?.sender,
        "@dora:hub.test"
    );
    let file = cleo
        .send_file(&room, "offer.pdf", b"%PDF-1.7 offer")
        .await?;
    dora.wait_for(&room, "offer.pdf").await?;
    assert_eq!(dora.fetch_file(&file).await?, b"%PDF-1.7 offer");
    // The server itself saw none of it.
    let plain = server.login("cleo").await?;
    assert_eq!(plain.count_of(&room, "agreed").await?, 0);

    let (asked, answered) = futures_util::join!(
        cleo.ask_verification(dora.user_id(), dora.device_id()),
        dora.wait_for_verification(),
    );
    let (asked, answered) = (asked?, answered?);
    assert_eq!(asked, answered);
    dora.accept_verification(&answered).await?;
    let shown = cleo.emoji(&asked).await?;
    assert_eq!(shown.len(), 7);
    assert_eq!(shown, dora.emoji(&answered).await?);
    futures_util::try_join!(
        cleo.confirm_verification(&asked),
        dora.confirm_verification(&answered)
    )?;
    dora.send(&room, "it is really me").await?;
    assert!(cleo.wait_for(&room, "it is really me").await?.verified);
    Ok(())
}

#[tokio::test]
async fn the_erp_holds_what_the_seed_says_it_holds() -> Result<(), HarnessError> {
    let server = Tryton::start().await?;
    let ines = server.rpc("ines").await?;
    let counts = server.seeded()?;
    assert_eq!(counts["opportunities"], 20);
    let all = json!([]);
    assert_eq!(
        ines.count("sale.opportunity", &all).await?,
        counts["opportunities"]
    );
    assert_eq!(
        ines.count("account.invoice", &all).await?,
        counts["invoices"]
    );
    assert_eq!(ines.count("party.party", &all).await?, counts["parties"]);
    for state in [
        "lead",
        "opportunity",
        "converted",
        "won",
        "lost",
        "cancelled",
    ] {
        let domain = json!([["state", "=", state]]);
        assert!(
            ines.count("sale.opportunity", &domain).await? >= 2,
            "too few {state}"
        );
    }
    let paid = json!([["state", "=", "paid"]]);
    assert_eq!(ines.count("account.invoice", &paid).await?, 2);
    let found = ines
        .search_read(
            "party.party",
            &json!([["name", "=", "Tarnfeld Papier"]]),
            &["name", "addresses"],
        )
        .await?;
    assert_eq!(found.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_temp_sees_opportunities_and_no_invoices() -> Result<(), HarnessError> {
    let server = Tryton::start().await?;
    let temp = server.rpc("temp").await?;
    assert_eq!(temp.count("sale.opportunity", &json!([])).await?, 20);
    let refused = temp
        .search_read("account.invoice", &json!([]), &["number"])
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("access"), "{refused}");
    Ok(())
}

#[tokio::test]
async fn a_stale_write_is_refused_and_clones_do_not_share() -> Result<(), HarnessError> {
    let (one, other) = futures_util::try_join!(Tryton::start(), Tryton::start())?;
    let (ines, jonas) = (one.rpc("ines").await?, one.rpc("jonas").await?);
    let (opportunity, open) = ("sale.opportunity", json!([["state", "=", "lead"]]));
    let id = ines.search(opportunity, &open).await?[0];
    let before = ines.timestamp(opportunity, id).await?;
    jonas
        .write(opportunity, &[id], &json!({"amount": decimal("4242.00")}))
        .await?;
    let stale = ines
        .write_checked(opportunity, id, &before, &json!({"description": "mine"}))
        .await;
    assert!(stale.unwrap_err().to_string().contains("Concurrency"));
    let now = ines.timestamp(opportunity, id).await?;
    ines.write_checked(opportunity, id, &now, &json!({"description": "mine"}))
        .await?;
    ines.button(opportunity, "lost", &[id]).await?;
    let row = &ines
        .read(opportunity, &[id], &["state", "amount", "description"])
        .await?[0];
    assert_eq!(row["state"], "lost");
    assert_eq!(row["description"], "mine");
    assert_eq!(row["amount"]["decimal"], "4242.00");
    let made = ines
        .create("party.party", &json!([{"name": "New Customer"}]))
        .await?;
    ines.delete("party.party", &made).await?;

    let elsewhere = other.rpc("ines").await?;
    let untouched = &elsewhere.read(opportunity, &[id], &["state"]).await?[0];
    assert_eq!(untouched["state"], Value::from("lead"));
    one.sign_out_everywhere("ines").await?;
    assert_eq!(
        ines.count(opportunity, &json!([]))
            .await
            .unwrap_err()
            .status(),
        Some(401)
    );
    Ok(())
}

#[tokio::test]
async fn an_erp_that_was_down_comes_back_with_its_data_and_sessions() -> Result<(), HarnessError> {
    let mut server = Tryton::start().await?;
    let ines = server.rpc("ines").await?;
    let made = ines
        .create("party.party", &json!([{"name": "Late Arrival"}]))
        .await?;
    server.kill();
    assert!(matches!(
        ines.count("party.party", &json!([])).await,
        Err(HarnessError::NoAnswer { .. })
    ));
    server.start_again().await?;
    assert_eq!(
        ines.read("party.party", &made, &["name"]).await?[0]["name"],
        "Late Arrival"
    );
    Ok(())
}
