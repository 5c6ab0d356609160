//! The promises all connectors share, on a real homeserver.

use std::sync::Arc;

use rapport_connectors::matrix::{MatrixFactory, ROOMS};
use rapport_connectors::suite::{Subject, assert_conforms};
use rapport_model::conversation::{Conversation, ConversationKind};
use rapport_model::item::ItemRef;
use rapport_model::{Body, CollectionId, Command, Handle};
use rapport_testkit::servers::Synapse;

use super::desk::{Desk, say};

async fn office() -> Subject {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = server.login("ada").await.expect("ada");
    let room = ada
        .create_room("Sales", &[&server.user_id("bert")])
        .await
        .expect("a room");
    server
        .login("bert")
        .await
        .expect("bert")
        .join(&room)
        .await
        .expect("joined");
    for n in 0..60 {
        ada.say(&room, &format!("message {n}")).await.expect("said");
    }
    let event = ada.say(&room, "the last").await.expect("said");
    let desk = Desk::signed_in(&server.base_url(), "bert").await;
    let message = || ItemRef::new(ROOMS, event.clone());
    let conversation = || Handle::new(&room);
    let writes = vec![
        say(&room, "Hello"),
        Command::React {
            message: message(),
            conversation: conversation(),
            key: "👍".into(),
        },
        Command::MarkRead {
            conversation: ItemRef::new(ROOMS, &room),
            up_to: Handle::new(&event),
        },
        Command::Create {
            collection: CollectionId::new(ROOMS),
            body: Box::new(Body::Conversation(Conversation::new(
                ConversationKind::Room,
                "New",
            ))),
            link: None,
        },
        Command::Act {
            target: ItemRef::new(ROOMS, &room),
            action: "leave".to_owned(),
            base: None,
        },
    ];
    let connector = desk.connector.clone();
    Subject::new(Arc::new(MatrixFactory), connector)
        .writing(writes)
        .keeping(server)
        .keeping(desk)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connector_keeps_every_promise_of_the_suite() {
    assert_conforms(office).await;
}
