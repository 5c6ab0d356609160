//! Promises about people and alerts.

use rapport_model::{Address, Handle, PatchKind};
use rapport_store::table::item::UNREAD;
use rapport_store::table::people::Stance;
use rapport_testkit::fake::{DEALS, ROOMS};
use rapport_testkit::hub::{TestHub, somebody};

use super::{ada_in_a_room, messages};

#[tokio::test(start_paused = true)]
async fn an_order_that_came_before_its_customer_finds_it() {
    let hub = TestHub::ada().await;
    let early = rapport_model::ItemRef::new(DEALS, "party9");
    let deal = hub.server().deal("Early", Some(early.clone()));
    hub.sync().await.unwrap();
    assert_eq!(hub.stored(DEALS, &deal).unwrap().links.org, None);
    hub.server()
        .put_organisation_at(&early.handle, "Halden Werke");
    hub.sync().await.unwrap();
    let org = hub
        .stored(DEALS, &deal)
        .unwrap()
        .links
        .org
        .expect("the deal has a customer");
    assert_eq!(
        hub.hub().read(|it| it.org(org)).unwrap().unwrap().name,
        "Halden Werke"
    );
}

#[tokio::test(start_paused = true)]
async fn a_room_gets_its_customer_when_a_members_company_is_learned_later() {
    let hub = TestHub::ada().await;
    let members = [somebody("Ada"), somebody("Bob"), somebody("Jo")];
    let room = hub.server().room("Line 2", &members);
    let hello = hub
        .server()
        .say(&room, &somebody("Bob"), "It stopped again.");
    hub.sync().await.unwrap();
    assert_eq!(hub.stored(ROOMS, &room).unwrap().links.org, None);

    // Jo never said a word; that the company is known decides.
    let firm = hub
        .server()
        .organisation("Halden Werke", vec![Address::email("info@halden.example")]);
    hub.server()
        .contact("Jo Berg", vec![somebody("Jo").address], Some(firm.clone()));
    hub.sync().await.unwrap();
    let org = hub.stored(ROOMS, &room).unwrap().links.org;
    assert_eq!(org, hub.stored(DEALS, &firm.handle).unwrap().links.org);
    assert!(org.is_some());
    assert_eq!(hub.stored(ROOMS, &hello).unwrap().links.org, org);
}

#[tokio::test(start_paused = true)]
async fn one_mail_address_makes_one_person_and_every_merge_can_be_undone() {
    let hub = TestHub::ada().await;
    let mail = || vec![Address::email("Jo.Berg@Halden.example")];
    let a = hub.server().contact("Jo Berg", mail(), None);
    let b = hub.server().contact(
        "Johanna Berg",
        vec![Address::email("jo.berg@halden.example")],
        None,
    );
    let c = hub
        .server()
        .contact("Kim Lund", vec![Address::email("kim@halden.example")], None);
    hub.sync().await.unwrap();
    let person = |handle: &Handle| hub.stored(DEALS, handle).unwrap().links.person.unwrap();
    assert_eq!(person(&a.handle), person(&b.handle));
    assert_ne!(person(&a.handle), person(&c.handle));
    let node = |handle: &Handle| {
        let id = hub.id(DEALS, handle);
        hub.hub().read(|it| it.nodes_of_item(id)).unwrap()[0].id
    };
    let before: Vec<_> = [&a, &b, &c].map(|it| person(&it.handle)).to_vec();

    let linked = hub.hub().link(node(&a.handle), node(&c.handle)).unwrap();
    assert_eq!(person(&a.handle), person(&c.handle));
    hub.hub().say(linked).unwrap();
    assert_eq!([&a, &b, &c].map(|it| person(&it.handle)).to_vec(), before);

    let undo = hub.hub().split(node(&b.handle)).unwrap();
    assert_ne!(person(&a.handle), person(&b.handle));
    assert!(undo.iter().all(|it| it.stance != Some(Stance::Apart)));
    for word in undo {
        hub.hub().say(word).unwrap();
    }
    assert_eq!([&a, &b, &c].map(|it| person(&it.handle)).to_vec(), before);
}

#[tokio::test(start_paused = true)]
async fn the_same_name_at_the_same_company_is_suggested_and_not_done() {
    let hub = TestHub::ada().await;
    let firm = hub
        .server()
        .organisation("Halden Werke", vec![Address::email("info@halden.example")]);
    hub.server().contact(
        "Jo Berg",
        vec![Address::email("jo@halden.example")],
        Some(firm.clone()),
    );
    hub.server()
        .contact("Jo Berg", vec![Address::phone("+49 30 901820")], Some(firm));
    hub.sync().await.unwrap();
    let all = hub.hub().suggestions(10).unwrap();
    assert_eq!(all.len(), 1, "{all:?}");
    let nodes = |person| hub.hub().read(|it| it.nodes_of_person(person)).unwrap();
    hub.hub()
        .keep_apart(nodes(all[0].a)[0].id, nodes(all[0].b)[0].id)
        .unwrap();
    assert_eq!(hub.hub().suggestions(10).unwrap(), vec![]);
}

#[tokio::test(start_paused = true)]
async fn a_direct_message_alerts_once_and_says_why() {
    let (hub, room, id) = ada_in_a_room().await;
    let hello = hub.server().say(&room, &somebody("Bob"), "Ada?");
    hub.sync().await.unwrap();
    hub.server().patch(
        &hello,
        &somebody("Bob"),
        PatchKind::Edit {
            text: "Ada!".into(),
            html: None,
            mentions: vec![],
        },
    );
    hub.sync().await.unwrap();
    let alerts = hub
        .hub()
        .read(|it| it.notifications(true, None, 10))
        .unwrap();
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].why["event"], "direct_message");
    assert_eq!(messages(&hub), vec!["Ada!"]);
    assert_ne!(hub.stored(ROOMS, &hello).unwrap().flags & UNREAD, 0);
    hub.hub().mark_read(id, None).unwrap();
    assert_eq!(hub.stored(ROOMS, &hello).unwrap().flags & UNREAD, 0);
    hub.sync().await.unwrap();
    assert_eq!(hub.stored(ROOMS, &hello).unwrap().flags & UNREAD, 0);
}
