//! How far Ada has read, as her other devices say.

use rapport_model::{Millis, PatchKind};
use rapport_store::table::item::UNREAD;

use super::*;

fn is_unread(hub: &TestHub, message: &Handle) -> bool {
    let stored = hub.stored(ROOMS, message).expect("the message is here");
    stored.links.flags & UNREAD != 0
}

/// Bob says something, a minute after what was before.
async fn bob_says(hub: &TestHub, room: &Handle, text: &str) -> Handle {
    hub.server().advance(60_000);
    let said = hub.server().say(room, &somebody("Bob"), text);
    hub.sync().await.unwrap();
    said
}

async fn bob_likes(hub: &TestHub, message: &Handle) -> Handle {
    hub.server().advance(60_000);
    let like = PatchKind::React("+1".into());
    let like = hub.server().patch(message, &somebody("Bob"), like);
    hub.sync().await.unwrap();
    like
}

async fn ada_reads(hub: &TestHub, room: &Handle, up_to: &Handle, at: Option<Millis>) {
    hub.server().reads_at(room, up_to, at);
    hub.sync().await.unwrap();
}

/// Ada in a room with a message she has read.
async fn ada_who_reads() -> (TestHub, Handle, Handle) {
    let (hub, room, _) = ada_in_a_room().await;
    let first = bob_says(&hub, &room, "The pump leaks").await;
    ada_reads(&hub, &room, &first, None).await;
    assert!(!is_unread(&hub, &first));
    (hub, room, first)
}

#[tokio::test(start_paused = true)]
async fn what_was_read_up_to_a_reaction_is_read() {
    let (hub, room, _) = ada_who_reads().await;
    let before = bob_says(&hub, &room, "It bursts").await;
    let like = bob_likes(&hub, &before).await;
    let after = bob_says(&hub, &room, "It floods").await;
    ada_reads(&hub, &room, &like, None).await;
    assert!(!is_unread(&hub, &before) && is_unread(&hub, &after));
    bob_likes(&hub, &before).await;
    assert!(!is_unread(&hub, &before), "and stays so");
}

#[tokio::test(start_paused = true)]
async fn what_was_read_up_to_somebody_coming_in_is_read() {
    let (hub, room, _) = ada_who_reads().await;
    let before = bob_says(&hub, &room, "It bursts").await;
    let came = hub.stored(ROOMS, &before).unwrap().item.at.plus(1_000);
    let after = bob_says(&hub, &room, "It floods").await;
    ada_reads(&hub, &room, &"$came".into(), Some(came)).await;
    assert!(!is_unread(&hub, &before) && is_unread(&hub, &after));
    bob_likes(&hub, &before).await;
    assert!(!is_unread(&hub, &before), "and stays so");
}

#[tokio::test(start_paused = true)]
async fn a_position_that_names_nothing_here_undoes_nothing() {
    let (hub, room, read) = ada_who_reads().await;
    ada_reads(&hub, &room, &"$unheard-of".into(), None).await;
    bob_likes(&hub, &read).await;
    assert!(!is_unread(&hub, &read));
}

#[tokio::test(start_paused = true)]
async fn an_old_position_undoes_nothing() {
    let (hub, room, first) = ada_who_reads().await;
    let second = bob_says(&hub, &room, "It bursts").await;
    ada_reads(&hub, &room, &second, None).await;
    ada_reads(&hub, &room, &first, None).await;
    bob_likes(&hub, &second).await;
    assert!(!is_unread(&hub, &second));
}
