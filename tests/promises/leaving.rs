//! What Ada takes away leaves nobody behind who was only there because of it.

use rapport_model::Address;

use super::*;

#[tokio::test(start_paused = true)]
async fn an_account_that_leaves_takes_along_those_only_it_knew() {
    let hub = TestHub::ada_at(&["main", "other"], 1).await;
    let mail = |it: &str| vec![Address::email(it)];
    let halden = mail("info@halden.example");
    hub.server()
        .organisation("Halden Werke GmbH", halden.clone());
    let jo = hub
        .server()
        .contact("Jo Berg", mail("jo@halden.example"), None);
    hub.server()
        .contact("Kim Lund", mail("kim@nordlicht.example"), None);
    let there = &hub.servers["other"];
    let second = there.contact("J. Berg", mail("jo@halden.example"), None);
    let deal = there.deal("Pumps", Some(second.clone()));
    hub.sync().await.unwrap();
    let at = |server: &str, handle: &Handle| hub.stored_at(server, DEALS, handle).unwrap().links;
    let both = at("main", &jo.handle).person.unwrap();
    assert_eq!(at("other", &second.handle).person, Some(both));
    let org = at("other", &deal).org.expect("the deal is Halden's");
    let called = |id| hub.hub().read(|it| it.org(id)).unwrap().map(|it| it.name);
    assert_eq!(called(org).as_deref(), Some("Halden Werke GmbH"));
    let kim = hub
        .hub()
        .read(|it| it.node_by_key("email:kim@nordlicht.example"))
        .unwrap()
        .unwrap();

    hub.hub().remove_account(&account_at("main")).await.unwrap();
    let left = at("other", &second.handle);
    let person = left.person.expect("the other account still knows them");
    let named = |id| {
        hub.hub()
            .read(|it| it.person(id))
            .unwrap()
            .map(|it| it.name)
    };
    assert_eq!(named(person).as_deref(), Some("J. Berg"));
    assert_eq!(
        hub.hub().read(|it| it.person(both)).unwrap().is_some(),
        both == person
    );
    let org = at("other", &deal).org.expect("it is still a company's");
    assert_eq!(at("other", &second.handle).org, Some(org));
    assert_eq!(called(org).as_deref(), Some("halden.example"));
    assert_eq!(
        named(kim.person.unwrap()),
        None,
        "nobody knows Kim any more"
    );
    assert_eq!(called(kim.org.unwrap()), None);
    assert_eq!(hub.hub().read(|it| it.node(kim.id)).unwrap(), None);

    hub.hub()
        .remove_account(&account_at("other"))
        .await
        .unwrap();
    assert_eq!((named(person), called(org)), (None, None));
}

#[tokio::test(start_paused = true)]
async fn somebody_forgotten_leaves_a_company_that_others_know() {
    let hub = TestHub::ada().await;
    let mail = |it: &str| vec![Address::email(it)];
    hub.server()
        .organisation("Halden Werke GmbH", mail("info@halden.example"));
    let jo = hub
        .server()
        .contact("Jo Berg", mail("jo@halden.example"), None);
    let kim = hub
        .server()
        .contact("Kim Lund", mail("kim@nordlicht.example"), None);
    hub.sync().await.unwrap();
    let links = |handle: &Handle| hub.stored(DEALS, handle).unwrap().links;
    let (halden, nordlicht) = (
        links(&jo.handle).org.unwrap(),
        links(&kim.handle).org.unwrap(),
    );
    let called = |id| hub.hub().read(|it| it.org(id)).unwrap().map(|it| it.name);
    for it in [&jo, &kim] {
        let person = links(&it.handle).person.unwrap();
        hub.hub().forget_person(person).unwrap();
        assert_eq!(hub.hub().read(|it| it.person(person)).unwrap(), None);
        assert_eq!(
            hub.hub().read(|it| it.nodes_of_person(person)).unwrap(),
            vec![]
        );
    }
    assert_eq!(called(halden).as_deref(), Some("Halden Werke GmbH"));
    assert_eq!(called(nordlicht), None, "it was only Kim's address");
}
