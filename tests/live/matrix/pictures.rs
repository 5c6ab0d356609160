//! A picture that is sent brings a small one along, for others and for this client itself.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use rapport_model::command::{Command, Outgoing};
use rapport_model::item::ItemRef;
use rapport_testkit::servers::{NioPeer, Synapse};

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
}
