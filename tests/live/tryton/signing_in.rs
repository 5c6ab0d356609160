//! Sessions, and what is kept of them.

use rapport_model::Fault;
use rapport_model::connector::{SignInStep, Vault};
use rapport_testkit::servers::Tryton;
use serde_json::json;

use super::desk::Desk;

#[tokio::test]
async fn a_wrong_password_a_wrong_database_and_nobody_are_told_apart() {
    let server = Tryton::start().await.expect("a Tryton");
    let desk = Desk::at(&server.base_url(), server.database(), &json!({}));
    let nobody = desk.connector.discover().await;
    assert!(matches!(nobody, Err(Fault::SignIn(_))), "{nobody:?}");
    let step = || SignInStep::Password {
        user: "ines".to_owned(),
        password: "wrong".to_owned(),
    };
    let wrong = desk.connector.sign_in(step()).await;
    assert!(
        matches!(&wrong, Err(Fault::SignIn(why)) if why.contains("password")),
        "{wrong:?}"
    );
    let other = Desk::at(&server.base_url(), "elsewhere", &json!({}));
    let wrong = other.connector.sign_in(step()).await;
    assert!(
        matches!(&wrong, Err(Fault::Rejected(why)) if why.contains("elsewhere")),
        "{wrong:?}"
    );
}

#[tokio::test]
async fn an_ended_session_asks_for_a_sign_in_and_no_password_was_kept() {
    let server = Tryton::start().await.expect("a Tryton");
    let mut desk = Desk::of("ines", &server).await;
    desk.turn("company.employee").await;
    assert_eq!(desk.vault.read("account/tryton-1/password"), Ok(None));
    let session = desk
        .vault
        .read("account/tryton-1/session")
        .expect("open")
        .expect("a session");
    assert!(!session.contains('\n') && !session.contains("pw-ines"));

    server
        .sign_out_everywhere("ines")
        .await
        .expect("an administrator");
    let ended = desk.page("company.employee").await;
    assert!(matches!(ended, Err(Fault::SignIn(_))), "{ended:?}");
    desk.sign_in("ines").await;
    assert_eq!(desk.turn("company.employee").await, Vec::<String>::new());

    desk.connector.sign_out().await.expect("a way out");
    assert_eq!(desk.vault.read("account/tryton-1/session"), Ok(None));
    let out = desk.page("company.employee").await;
    assert!(matches!(out, Err(Fault::SignIn(_))), "{out:?}");
}

#[tokio::test]
async fn a_kept_password_renews_an_ended_session_without_a_word() {
    let server = Tryton::start().await.expect("a Tryton");
    let mut desk = Desk::at(
        &server.base_url(),
        server.database(),
        &json!({"remember": true}),
    );
    desk.sign_in("ines").await;
    desk.turn("company.employee").await;
    server
        .sign_out_everywhere("ines")
        .await
        .expect("an administrator");
    assert_eq!(desk.turn("company.employee").await, Vec::<String>::new());
}
