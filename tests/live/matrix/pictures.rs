//! A picture that is sent brings a small one along, for others and for this client itself.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use rapport_model::command::{Command, Outgoing};
use rapport_model::item::ItemRef;
use rapport_model::{Fault, Handle, PatchKind};
use rapport_testkit::servers::{NioPeer, Synapse};
use serde_json::json;

use super::desk::{Desk, handle};

/// As many bytes as a photograph has.
fn photograph() -> Vec<u8> {
    let picture = RgbImage::from_fn(1600, 900, |x, y| {
        let [a, b, c, _] = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(97)).to_le_bytes();
        Rgb([a, b, c])
    });
    let mut bytes = Vec::new();
    DynamicImage::from(picture)
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .expect("coded");
    bytes
}

async fn send(desk: &Desk, room: &str, name: &str, bytes: &[u8]) -> String {
    let command = Command::Send {
        conversation: ItemRef::new("rooms", room),
        message: Outgoing {
            files: vec![desk.file(name, bytes).display().to_string()],
            ..Outgoing::default()
        },
    };
    handle(&desk.push(name, &command).await.expect("sent")).0
}

/// Puts another text under a picture. Answers the edit.
async fn caption(desk: &Desk, room: &str, picture: &str, text: &str) -> Result<String, Fault> {
    let command = Command::EditMessage {
        message: ItemRef::new("rooms", picture),
        conversation: Handle::new(room),
        text: text.to_owned(),
    };
    desk.push(text, &command).await.map(|sent| handle(&sent).0)
}

fn size(bytes: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory(bytes).expect("a picture");
    (picture.width(), picture.height())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_brings_a_small_one_that_others_can_show() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = server.login("ada").await.expect("ada");
    let bert = server.user_id("bert");
    let room = ada.create_room("Sales", &[&bert]).await.expect("a room");
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    desk.pull().await;
    desk.join(&room).await;
    let whole = photograph();
    let sent = send(&desk, &room, "crane.png", &whole).await;

    let event = ada.event(&room, &sent).await.expect("the event");
    let info = &event["content"]["info"];
    assert_eq!((&info["w"], &info["h"]), (&1600.into(), &900.into()));
    assert_eq!(info["mimetype"], "image/png");
    assert_eq!(info["size"], whole.len());
    let about = &info["thumbnail_info"];
    assert_eq!((&about["w"], &about["h"]), (&800.into(), &450.into()));
    let mxc = info["thumbnail_url"].as_str().expect("a small one");
    let small = ada.download(mxc).await.expect("downloaded");
    assert_eq!(size(&small), (800, 450));
    assert_eq!(about["size"], small.len());
    assert_eq!(about["mimetype"], "image/jpeg");
    assert!(small.len() * 2 < whole.len());
    // This client shows the same small one.
    desk.send("c2", &room, "there").await;
    desk.message("there").await;
    assert_eq!(desk.small_picture(&sent).await, small);

    // What is small already, or no picture though its name says so, goes alone.
    for (name, bytes) in [
        ("torn.png", &whole[..99]),
        ("notes.png", b"notes".as_slice()),
    ] {
        let sent = send(&desk, &room, name, bytes).await;
        let event = ada.event(&room, &sent).await.expect("the event");
        let info = event["content"]["info"].as_object().expect("info");
        assert_eq!(info["size"], bytes.len());
        assert!(!info.contains_key("thumbnail_url"), "{info:?}");
        let mxc = event["content"]["url"].as_str().expect("an address");
        assert_eq!(ada.download(mxc).await.expect("downloaded"), bytes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_small_picture_of_an_encrypted_room_is_encrypted_too() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = NioPeer::login(&server, "ada").await.expect("ada");
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    desk.pull().await;
    let bert = server.user_id("bert");
    let room = desk.come_into_secret_room(&ada, &bert).await;

    let whole = photograph();
    let sent = send(&desk, &room, "crane.png", &whole).await;
    desk.send("c2", &room, "did it come?").await;
    ada.wait_for(&room, "did it come?").await.expect("seen");
    let small = ada.fetch_thumbnail(&sent).await.expect("a small one");
    assert_eq!(size(&small), (800, 450));
    assert_eq!(ada.fetch_file(&sent).await.expect("fetched"), whole);
    desk.message("did it come?").await;
    assert_eq!(desk.small_picture(&sent).await, small);
    // Nor does another text under it take the keys away.
    let edit = caption(&desk, &room, &sent, "the crane").await;
    let edit = edit.expect("edited");
    ada.wait_for(&room, "* the crane").await.expect("seen");
    assert_eq!(ada.fetch_file(&edit).await.expect("fetched"), whole);
    assert_eq!(ada.fetch_thumbnail(&edit).await.expect("fetched"), small);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_text_under_a_picture_leaves_the_picture_for_everybody() {
    let server = Synapse::start().await.expect("a homeserver");
    let ada = server.login("ada").await.expect("ada");
    let bert = server.user_id("bert");
    let room = ada.create_room("Sales", &[&bert]).await.expect("a room");
    let mut desk = Desk::signed_in(&server.base_url(), "bert").await;
    desk.pull().await;
    desk.join(&room).await;
    let sent = send(&desk, &room, "crane.png", &photograph()).await;
    let before = ada.event(&room, &sent).await.expect("the event");
    let before = &before["content"];
    // Once more: what the second edit starts from is the picture too.
    for text in ["the *crane*", "the mast"] {
        let edit = caption(&desk, &room, &sent, text).await.expect("edited");
        let edit = ada.event(&room, &edit).await.expect("the event");
        let new = &edit["content"]["m.new_content"];
        assert_eq!(new["body"], text);
        assert_eq!(new["filename"], "crane.png");
        for field in ["msgtype", "url", "info"] {
            assert_eq!(new[field], before[field], "{field}");
            assert_eq!(edit["content"][field], before[field], "{field}");
        }
        let html = new["formatted_body"].as_str().is_some();
        assert_eq!(html, text.contains('*'));
    }
    desk.until("the last edit", |stored| {
        let mut all = stored.patches.values();
        all.find(|it| matches!(&it.what, PatchKind::Edit { text, .. } if text == "the mast"))
            .map(drop)
    })
    .await;

    let there = server.login("bert").await.expect("bert");
    let place = json!({"msgtype": "m.location", "body": "the yard", "geo_uri": "geo:48.2,16.3"});
    let place = there.send_event(&room, "m.room.message", &place).await;
    let fault = caption(&desk, &room, &place.expect("sent"), "the gate").await;
    assert!(
        matches!(&fault, Err(Fault::Rejected(why)) if why.contains("only texts")),
        "{fault:?}"
    );
}
