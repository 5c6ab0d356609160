//! What the user does arrives, once, whatever happens to the line.

use rapport_model::command::{Command, Outgoing};
use rapport_model::connector::SignInStep;
use rapport_model::contact::{Address, Mailbox};
use rapport_model::conversation::{Conversation, ConversationKind};
use rapport_model::item::ItemRef;
use rapport_model::{Body, CollectionId, Fault, Handle, LinkId, PatchKind, Receipt};
use rapport_testkit::proxy::{FaultProxy, Mode};
use rapport_testkit::servers::{MatrixUser, Synapse, password_of};

use super::desk::{Desk, handle, say};

/// A room of ada and bert, with bert's desk behind a line that can break.
struct Office {
    server: Synapse,
    line: FaultProxy,
    ada: MatrixUser,
    room: String,
    desk: Desk,
}

async fn office() -> Office {
    office_on(Synapse::start().await.expect("a homeserver")).await
}

async fn office_on(server: Synapse) -> Office {
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
    let line = FaultProxy::to(server.address()).await.expect("a line");
    let mut desk = Desk::signed_in(&line.url(), "bert").await;
    desk.pull().await;
    Office {
        server,
        line,
        ada,
        room,
        desk,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_comes_back_through_the_stream_with_the_wish_it_came_from() {
    let Office {
        server: _server,
        line: _line,
        ada,
        room,
        mut desk,
    } = office().await;
    let sent = desk.send("c1", &room, "Hello **Ada**").await;
    let event = ada.event(&room, sent.as_str()).await.expect("the event");
    assert_eq!(
        event["content"]["formatted_body"],
        "<p>Hello <strong>Ada</strong></p>"
    );
    let (item, message) = desk.message("Hello **Ada**").await;
    assert_eq!(
        (item.handle, item.link),
        (sent.clone(), Some(LinkId::from("c1")))
    );
    assert!(message.mine && !message.unread);

    let message = ItemRef::new("rooms", sent.0.clone());
    let conversation = Handle::new(&room);
    let reply = Command::Send {
        conversation: ItemRef::new("rooms", room.clone()),
        message: Outgoing {
            text: "and @ada:hub.test".to_owned(),
            reply_to: Some(sent.clone()),
            mentions: vec!["@ada:hub.test".to_owned()],
            ..Outgoing::default()
        },
    };
    desk.push("c2", &reply).await.expect("answered");
    let (_item, answer) = desk.message("and @ada:hub.test").await;
    assert_eq!(
        (answer.reply_to, answer.mentions),
        (Some(sent.clone()), vec!["@ada:hub.test".to_owned()])
    );
    let edit = Command::EditMessage {
        message: message.clone(),
        conversation: conversation.clone(),
        text: "Hello Ada".to_owned(),
    };
    let edit = handle(&desk.push("c3", &edit).await.expect("edited"));
    let react = Command::React {
        message: message.clone(),
        conversation: conversation.clone(),
        key: "👍".into(),
    };
    let react_receipt = desk.push("c4", &react).await.expect("reacted");
    assert!(
        matches!(desk.push("c5", &react).await, Ok(Receipt::Applied { .. })),
        "a second time"
    );
    let redact = Command::Redact {
        message,
        conversation,
        reason: Some("why not".to_owned()),
    };
    assert_eq!(desk.lookup("c6", &redact).await, Receipt::NeverArrived);
    let redaction = handle(&desk.push("c6", &redact).await.expect("taken back"));
    assert!(matches!(
        desk.lookup("c6", &redact).await,
        Receipt::Applied { .. }
    ));
    desk.until("all of it", |stored| {
        (stored.patches.contains_key(edit.as_str())
            && stored.patches.contains_key(handle(&react_receipt).as_str()))
        .then_some(())?;
        let redaction = stored.patches.get(redaction.as_str())?;
        (redaction.what == PatchKind::Redact(Some("why not".to_owned()))).then_some(())
    })
    .await;
    let read = Command::MarkRead {
        conversation: ItemRef::new("rooms", room.clone()),
        up_to: sent,
    };
    desk.push("c7", &read).await.expect("read");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_reaction_is_taken_back_and_found_so_when_the_answer_was_lost() {
    let Office {
        server: _server,
        line,
        ada,
        room,
        mut desk,
    } = office().await;
    let said = ada.say(&room, "Six kits by Friday").await.expect("said");
    let react = Command::React {
        message: ItemRef::new("rooms", said.clone()),
        conversation: Handle::new(&room),
        key: "👍".into(),
    };
    let reaction = handle(&desk.push("c1", &react).await.expect("reacted"));
    let back = Command::Redact {
        message: ItemRef::new("rooms", reaction.0.clone()),
        conversation: Handle::new(&room),
        reason: None,
    };
    assert_eq!(desk.lookup("c2", &back).await, Receipt::NeverArrived);
    line.set(Mode::SwallowAnswer {
        matching: "/redact/".to_owned(),
    });
    let fault = desk.push("c2", &back).await.expect_err("no answer");
    assert_eq!(fault.word(), "unknown", "{fault:?}");
    line.set(Mode::Pass);
    assert!(matches!(
        desk.lookup("c2", &back).await,
        Receipt::Applied { .. }
    ));
    // Once more changes nothing.
    desk.push("c2", &back).await.expect("again");
    let event = ada
        .event(&room, reaction.as_str())
        .await
        .expect("the event");
    assert_eq!(event["content"], serde_json::json!({}));
    assert_eq!(
        event["unsigned"]["redacted_because"]["sender"],
        "@bert:hub.test"
    );
    desk.until("the redaction", |stored| {
        stored
            .patches
            .values()
            .any(|it| it.target == reaction && matches!(it.what, PatchKind::Redact(_)))
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_sent_while_the_server_is_down_arrives_once_when_it_is_up() {
    let Office {
        line: _line,
        mut server,
        ada,
        room,
        desk,
    } = office().await;
    server.stop().await.expect("stopped");
    let fault = desk
        .push("c1", &say(&room, "while down"))
        .await
        .expect_err("down");
    assert!(
        matches!(fault, Fault::Offline(_) | Fault::Unknown(_)),
        "{fault:?}"
    );
    let fault = desk.page().await.expect_err("down");
    assert_eq!(fault.word(), "offline");
    server.start_again().await.expect("up");
    desk.send("c1", &room, "while down").await;
    desk.send("c1", &room, "while down").await;
    assert_eq!(ada.count_of(&room, "while down").await.expect("counted"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_whose_server_starts_costs_neither_the_bookmark_nor_a_message() {
    let Office {
        server: _server,
        line,
        ada,
        room,
        desk,
    } = office().await;
    // As a proxy does that has no server yet: not found, in no words of the protocol.
    line.set(Mode::Rewrite {
        from: "/_matrix/client".to_owned(),
        to: "/_nowhere/client".to_owned(),
    });
    let fault = desk.page().await.expect_err("nobody there");
    assert_eq!(fault.word(), "transient", "{fault:?}");
    let command = say(&room, "meanwhile");
    let fault = desk.push("c1", &command).await.expect_err("nobody there");
    assert_eq!(fault.word(), "transient", "{fault:?}");
    // Who signs in then is told what is known: nobody answers there as a homeserver.
    let other = Desk::new(&line.url());
    let step = SignInStep::Password {
        user: "ada".to_owned(),
        password: password_of("ada"),
    };
    let fault = other.connector.sign_in(step).await;
    let fault = fault.expect_err("nobody there");
    assert!(
        matches!(&fault, Fault::Rejected(why) if why.contains("no Matrix homeserver")),
        "{fault:?}"
    );
    line.set(Mode::Pass);
    desk.page().await.expect("the same bookmark");
    desk.push("c1", &command).await.expect("sent");
    assert_eq!(ada.count_of(&room, "meanwhile").await.expect("counted"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_answer_was_lost_is_found_and_never_sent_twice() {
    let Office {
        server: _server,
        line,
        ada,
        room,
        desk,
    } = office().await;
    let command = say(&room, "answer lost");
    assert_eq!(desk.lookup("c1", &command).await, Receipt::NeverArrived);
    line.set(Mode::SwallowAnswer {
        matching: "/send/".to_owned(),
    });
    let fault = desk.push("c1", &command).await.expect_err("no answer");
    assert_eq!(fault.word(), "unknown", "{fault:?}");
    line.set(Mode::Pass);
    let found = handle(&desk.lookup("c1", &command).await);
    let again = handle(&desk.push("c1", &command).await.expect("again"));
    assert_eq!(found, again);
    assert_eq!(
        ada.count_of(&room, "answer lost").await.expect("counted"),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_found_by_a_later_sign_in_too() {
    let Office {
        server: _server,
        line,
        ada,
        room,
        mut desk,
    } = office().await;
    let command = say(&room, "then signed in anew");
    line.set(Mode::SwallowAnswer {
        matching: "/send/".to_owned(),
    });
    desk.push("c1", &command).await.expect_err("no answer");
    line.set(Mode::Pass);
    desk.connector.sign_out().await.expect("signed out");
    assert!(desk.vault.names().is_empty());
    let fault = desk.page().await.expect_err("signed out");
    assert_eq!(fault.word(), "sign_in");
    desk.sign_in("bert").await;
    desk.pull().await;
    assert!(matches!(
        desk.lookup("c1", &command).await,
        Receipt::Applied { .. }
    ));
    let (item, _) = desk.message("then signed in anew").await;
    assert_eq!(item.link, Some(LinkId::from("c1")));
    assert_eq!(
        ada.count_of(&room, "then signed in anew")
            .await
            .expect("counted"),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_asks_for_a_sign_in_and_goes_on_where_it_was() {
    let Office {
        line: _line,
        server,
        ada,
        room,
        mut desk,
    } = office().await;
    server
        .sign_out_everywhere("bert")
        .await
        .expect("signed out");
    let fault = desk.page().await.expect_err("ended");
    assert_eq!(fault.word(), "sign_in", "{fault:?}");
    let fault = desk
        .push("c1", &say(&room, "too late"))
        .await
        .expect_err("ended");
    assert_eq!(fault.word(), "sign_in", "{fault:?}");
    let ada2 = ada;
    ada2.say(&room, "in between").await.expect("said");
    desk.sign_in("bert").await;
    desk.message("in between").await;
    desk.send("c1", &room, "too late").await;
    assert_eq!(ada2.count_of(&room, "too late").await.expect("counted"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_asks_again_and_changes_nothing() {
    let server = Synapse::start().await.expect("a homeserver");
    let desk = Desk::new(&server.base_url());
    desk.wrong_password("bert").await;
    desk.sign_in("bert").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_to_wait_is_obeyed() {
    let server = Synapse::options()
        .with_rate_limits()
        .start()
        .await
        .expect("a homeserver");
    let Office {
        server: _server,
        line: _line,
        room,
        desk,
        ada: _ada,
    } = office_on(server).await;
    let mut wait = None;
    for n in 0..10 {
        match desk.push(&format!("c{n}"), &say(&room, "again")).await {
            Ok(_) => {}
            Err(Fault::Throttled { after_ms, .. }) => {
                wait = Some((n, after_ms));
                break;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    let (n, after_ms) = wait.expect("a limit");
    assert!((1..60_000).contains(&after_ms), "{after_ms}");
    tokio::time::sleep(std::time::Duration::from_millis(after_ms.unsigned_abs())).await;
    desk.push(&format!("c{n}"), &say(&room, "again"))
        .await
        .expect("obeyed");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_both_ways_and_the_limit_is_told_before_anything_is_sent() {
    let Office {
        server: _server,
        line: _line,
        ada,
        room,
        mut desk,
    } = office().await;
    let picture: Vec<u8> = (0..90_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let path = desk.file("crane.png", &picture);
    let send = |files: Vec<String>, text: &str| Command::Send {
        conversation: ItemRef::new("rooms", room.clone()),
        message: Outgoing {
            text: text.to_owned(),
            files,
            ..Outgoing::default()
        },
    };
    let path = path.display().to_string();
    desk.push("c1", &send(vec![path.clone()], "the crane"))
        .await
        .expect("sent");
    let (item, message) = desk.message("the crane").await;
    assert_eq!(item.link, Some(LinkId::from("c1")));
    let source = &message.attachments[0].source;
    assert_eq!(message.attachments[0].name, "crane.png");
    assert_eq!(message.attachments[0].size, Some(90_000));
    assert_eq!(desk.fetch_file(source).await, picture);
    let event = ada
        .event(&room, item.handle.as_str())
        .await
        .expect("the event");
    let mxc = event["content"]["url"].as_str().expect("an address");
    assert_eq!(ada.download(mxc).await.expect("downloaded"), picture);
    let to = desk.folder.path().join("too-large");
    let fault = desk
        .connector
        .download(source, &to, 1_000)
        .await
        .expect_err("too large");
    assert_eq!(fault.word(), "rejected");
    assert!(!to.exists());

    desk.push("c2", &send(vec![path.clone(), path], "two pictures"))
        .await
        .expect("sent");
    desk.until("the second picture", |stored| {
        let of = |id: &str| {
            stored
                .items
                .values()
                .find(|it| it.link == Some(LinkId::from(id)))
        };
        (of("c2").is_some() && of("c2.1").is_some() && of("c2.2").is_some()).then_some(())
    })
    .await;
    let missing = send(vec!["/nowhere/offer.pdf".to_owned()], "");
    assert_eq!(
        desk.push("c3", &missing).await.expect_err("missing").word(),
        "rejected"
    );
    let huge = desk.folder.path().join("huge");
    std::fs::File::create(&huge)
        .expect("made")
        .set_len(60 << 20)
        .expect("sized");
    let huge = send(vec![huge.display().to_string()], "");
    assert_eq!(
        desk.push("c4", &huge).await.expect_err("too large").word(),
        "rejected"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_direct_chat_is_made_once_even_when_the_answer_is_lost() {
    let Office {
        server: _server,
        line,
        mut desk,
        ada: _ada,
        room: _room,
    } = office().await;
    let mut wanted = Conversation::new(ConversationKind::Direct, "");
    wanted.members = vec![Mailbox {
        name: None,
        address: Address::matrix("@ada:hub.test"),
    }];
    let create = Command::Create {
        collection: CollectionId::new("rooms"),
        body: Box::new(Body::Conversation(wanted)),
        link: None,
    };
    assert_eq!(desk.lookup("c1", &create).await, Receipt::NeverArrived);
    line.set(Mode::SwallowAnswer {
        matching: "createRoom".to_owned(),
    });
    let fault = desk.push("c1", &create).await.expect_err("no answer");
    assert_eq!(fault.word(), "unknown", "{fault:?}");
    line.set(Mode::Pass);
    let room = handle(&desk.lookup("c1", &create).await);
    let made = desk
        .until("the chat", |stored| stored.conversation(room.as_str()))
        .await;
    assert!(made.encrypted);
    let second = desk
        .connector
        .push(&"c2".into(), &create)
        .await
        .expect("made");
    let second = handle(&second);
    let made = desk
        .until("the second chat", |stored| {
            let it = stored.conversation(second.as_str())?;
            (it.kind == ConversationKind::Direct).then_some(it)
        })
        .await;
    assert_eq!(made.title, "Ada");
    let leave = Command::Act {
        target: ItemRef::new("rooms", room.0.clone()),
        action: "leave".to_owned(),
        base: None,
    };
    desk.push("c3", &leave).await.expect("left");
    assert!(matches!(
        desk.lookup("c3", &leave).await,
        Receipt::Applied { .. }
    ));
}
