//! What Ada writes is hers until it has left: what she takes back is a draft again with
//! all that belonged to it, and a reaction goes the way it came.

use rapport_engine::Refusal;
use rapport_model::{Address, Mailbox, PatchKind};
use rapport_store::table::draft::Draft;

use super::*;

fn whole(words: &str) -> Outgoing {
    Outgoing {
        text: words.into(),
        to: vec![Mailbox {
            name: None,
            address: Address::email("bob@example.org"),
        }],
        reply_to: Some("$asked".into()),
        files: vec!["/profile/files/staged/a/plan.pdf".into()],
        ..Outgoing::default()
    }
}

fn kept(hub: &TestHub, room: ItemId) -> Option<Outgoing> {
    let key = Draft::key_of(room);
    hub.hub().draft(&key).unwrap().map(|it| it.content)
}

fn reactions(hub: &TestHub, message: &Handle) -> usize {
    match hub.stored(ROOMS, message).expect("the message").item.body {
        Body::Message(it) => it.reactions.len(),
        other => panic!("a message, not {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_taken_back_is_a_draft_again_with_all_that_belonged_to_it() {
    let (hub, _, room) = ada_in_a_room().await;
    hub.hub().set_undo_window(10_000).unwrap();
    let said = hub.hub().send(room, whole("Too early")).unwrap();
    assert_eq!(hub.hub().take_back(&said.command).unwrap(), room);
    assert_eq!(kept(&hub, room), Some(whole("Too early")));
    assert_eq!(messages(&hub), Vec::<String>::new());
    hub.clock.advance(60_000);
    hub.sync().await.unwrap();
    assert_eq!(sent(&hub), 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_begun_since_stays_behind_what_comes_back() {
    let (hub, _, room) = ada_in_a_room().await;
    hub.hub().set_undo_window(10_000).unwrap();
    let said = hub.hub().send(room, whole("Too early")).unwrap();
    let key = Draft::key_of(room);
    hub.hub().save_draft(&key, Some(room), say("Next")).unwrap();
    hub.hub().take_back(&said.command).unwrap();
    let draft = kept(&hub, room).expect("a draft");
    assert_eq!(draft.text, "Too early\n\nNext");
    assert_eq!(draft.files, whole("").files);
}

#[tokio::test(start_paused = true)]
async fn what_has_left_is_no_draft_any_more() {
    let (hub, _, room) = ada_in_a_room().await;
    let said = hub.hub().send(room, say("Gone")).unwrap();
    hub.sync().await.unwrap();
    let refused = hub.hub().take_back(&said.command);
    assert!(matches!(refused, Err(HubError::NotNow(_))), "{refused:?}");
    assert_eq!(kept(&hub, room), None);
}

#[tokio::test(start_paused = true)]
async fn what_was_given_up_can_be_a_draft_again() {
    let (hub, _, room) = ada_in_a_room().await;
    hub.hub().set_undo_window(10_000).unwrap();
    let said = hub.hub().send(room, whole("Given up")).unwrap();
    hub.hub().withdraw(&said.command).unwrap();
    hub.hub().take_back(&said.command).unwrap();
    assert_eq!(kept(&hub, room), Some(whole("Given up")));
}

#[tokio::test(start_paused = true)]
async fn an_own_reaction_goes_at_once_here_and_then_at_the_source() {
    let (hub, room, _) = ada_in_a_room().await;
    let message = hub.server().say(&room, &somebody("Bob"), "Six kits");
    hub.server()
        .patch(&message, &somebody("Bob"), PatchKind::React("👍".into()));
    hub.sync().await.unwrap();
    let id = hub.id(ROOMS, &message);
    hub.hub().react(id, "👍".into()).unwrap();
    hub.sync().await.unwrap();
    hub.sync().await.unwrap();
    assert_eq!(reactions(&hub, &message), 2);
    hub.hub().unreact(id, "👍").unwrap();
    assert_eq!(reactions(&hub, &message), 1, "at once");
    hub.sync().await.unwrap();
    hub.sync().await.unwrap();
    assert_eq!(reactions(&hub, &message), 1);
    let at_source = hub.server().patches();
    let given = at_source
        .iter()
        .filter(|it| matches!(it.what, PatchKind::React(_)) && it.from != somebody("Bob"))
        .map(|it| it.handle.clone());
    for reaction in given {
        assert!(
            at_source
                .iter()
                .any(|it| it.target == reaction && matches!(it.what, PatchKind::Redact(_)))
        );
    }
    assert!(matches!(
        hub.hub().unreact(id, "👍"),
        Err(HubError::NotFound(_))
    ));
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_said_is_not_changed_not_even_here() {
    let (hub, room, _) = ada_in_a_room().await;
    let message = hub.server().say(&room, &somebody("Bob"), "Six kits");
    hub.sync().await.unwrap();
    let id = hub.id(ROOMS, &message);
    let refused = hub.hub().edit_message(id, "Sixty kits".into());
    assert!(
        matches!(refused, Err(HubError::Refused(Refusal::NotYours))),
        "{refused:?}"
    );
    hub.sync().await.unwrap();
    assert_eq!(sent(&hub), 0);
}

#[tokio::test(start_paused = true)]
async fn a_reaction_that_has_not_left_is_never_heard_of() {
    let (hub, room, _) = ada_in_a_room().await;
    let message = hub.server().say(&room, &somebody("Bob"), "Six kits");
    hub.sync().await.unwrap();
    let id = hub.id(ROOMS, &message);
    hub.hub().react(id, "👍".into()).unwrap();
    hub.hub().unreact(id, "👍").unwrap();
    assert_eq!(reactions(&hub, &message), 0);
    hub.sync().await.unwrap();
    assert_eq!(sent(&hub), 0);
}

#[tokio::test(start_paused = true)]
async fn a_reaction_that_the_source_will_not_take_out_is_seen_again_when_ada_gives_up() {
    let (hub, room, _) = ada_in_a_room().await;
    let message = hub.server().say(&room, &somebody("Bob"), "Six kits");
    hub.sync().await.unwrap();
    let id = hub.id(ROOMS, &message);
    hub.hub().react(id, "👍".into()).unwrap();
    hub.sync().await.unwrap();
    hub.server()
        .plan(Verb::Push, Trouble::Rejected("not yours".into()));
    let back = hub.hub().unreact(id, "👍").unwrap();
    hub.sync().await.unwrap();
    assert_eq!(hub.hub().entry(&back.command).unwrap().state, State::Parked);
    hub.hub().withdraw(&back.command).unwrap();
    assert_eq!(reactions(&hub, &message), 1);
}
