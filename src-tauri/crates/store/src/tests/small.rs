//! Drafts, notifications, signals, settings, accounts, remote bodies.

use rapport_model::command::Outgoing;
use rapport_model::{ItemId, OrgId};

use super::*;
use crate::table::draft::Draft;
use crate::table::notification::Notification;
use crate::table::signal::{Signal, SignalFilter};

fn draft(text: &str) -> Draft {
    Draft::in_conversation(
        ItemId(5),
        Outgoing {
            text: text.to_owned(),
            ..Outgoing::default()
        },
        MORNING,
    )
}

#[test]
fn nothing_typed_is_lost_not_even_what_was_discarded() {
    let mut scene = Scene::new();
    let key = Draft::key_of(ItemId(5));
    scene
        .db
        .write(|tx| {
            assert_eq!(tx.save_draft(&draft("Dear"))?, 1);
            assert_eq!(
                tx.save_draft(&draft("Dear"))?,
                1,
                "the same again is no version"
            );
            assert_eq!(tx.save_draft(&draft("Dear Ada"))?, 2);
            assert!(tx.discard_draft(&key)?);
            assert!(!tx.discard_draft(&key)?);
            assert_eq!(tx.draft(&key)?, None);
            Ok(())
        })
        .unwrap();
    scene.reopen();
    let history = scene.db.read(|r| r.draft_history(&key)).unwrap();
    assert_eq!(history[0].content.text, "Dear Ada");
    let version = scene
        .db
        .write(|tx| tx.save_draft(&draft("Once more")))
        .unwrap();
    assert_eq!(version, 3, "numbers go on");
    for n in 0..80 {
        scene
            .db
            .write(|tx| tx.save_draft(&draft(&format!("v{n}"))))
            .unwrap();
    }
    let history = scene.db.read(|r| r.draft_history(&key)).unwrap();
    assert_eq!(history.len(), 50);
    assert_eq!(history[0].content.text, "v79");
    assert_eq!(scene.db.read(|r| r.drafts()).unwrap().len(), 1);
}

#[test]
fn one_thing_over_two_channels_alerts_once() {
    let scene = Scene::new();
    let new = Notification {
        id: 0,
        key: "reply:<1@nordlicht>".into(),
        at: MORNING,
        item: Some(ItemId(5)),
        title: "Ada answered".into(),
        text: "Yes".into(),
        why: serde_json::json!({"rule": "answers"}),
        seen: None,
        ..Notification::default()
    };
    let id = scene
        .db
        .write(|tx| tx.put_notification(&new))
        .unwrap()
        .unwrap();
    assert_eq!(
        scene.db.write(|tx| tx.put_notification(&new)).unwrap(),
        None
    );
    let list = |unseen| {
        scene
            .db
            .read(|r| r.notifications(unseen, None, 10))
            .unwrap()
    };
    assert_eq!(list(true).len(), 1);
    scene
        .db
        .write(|tx| tx.mark_seen(&[id], MORNING.plus(1)))
        .unwrap();
    assert_eq!(list(true), []);
    assert_eq!(list(false)[0].seen, Some(MORNING.plus(1)));
    assert_eq!(list(false)[0].why, new.why);
}

#[test]
fn a_closed_signal_comes_back_only_with_new_evidence() {
    let scene = Scene::new();
    let new = Signal {
        id: 0,
        key: "waiting:5".into(),
        kind: "waiting".into(),
        item: Some(ItemId(5)),
        org: Some(OrgId(7)),
        person: None,
        at: MORNING,
        evidence: serde_json::json!({"since": "m1"}),
        closed: None,
    };
    let open = |filter: SignalFilter| scene.db.read(|r| r.signals(&filter)).unwrap();
    let id = scene.db.write(|tx| tx.put_signal(&new)).unwrap();
    assert!(
        scene
            .db
            .write(|tx| tx.close_signal(&new.key, MORNING, "answered"))
            .unwrap()
    );
    assert!(
        !scene
            .db
            .write(|tx| tx.close_signal(&new.key, MORNING, "again"))
            .unwrap()
    );
    assert_eq!(scene.db.write(|tx| tx.put_signal(&new)).unwrap(), id);
    assert_eq!(open(SignalFilter::default()), []);
    assert_eq!(
        open(SignalFilter {
            closed: true,
            ..Default::default()
        })
        .len(),
        1
    );
    let again = Signal {
        evidence: serde_json::json!({"since": "m2"}),
        ..new
    };
    assert_eq!(scene.db.write(|tx| tx.put_signal(&again)).unwrap(), id);
    assert_eq!(
        open(SignalFilter {
            org: Some(OrgId(7)),
            limit: 5,
            ..Default::default()
        })
        .len(),
        1
    );
    assert_eq!(
        open(SignalFilter {
            kind: Some("other".into()),
            ..Default::default()
        }),
        []
    );
}

#[test]
fn a_setting_that_cannot_be_read_any_more_is_as_good_as_unset() {
    let scene = Scene::new();
    scene
        .db
        .write(|tx| tx.set_setting("undo_ms", &10_000))
        .unwrap();
    assert_eq!(
        scene.db.read(|r| r.setting::<i64>("undo_ms")).unwrap(),
        Some(10_000)
    );
    assert_eq!(
        scene
            .db
            .read(|r| r.setting::<Vec<String>>("undo_ms"))
            .unwrap(),
        None
    );
    assert_eq!(scene.db.read(|r| r.settings()).unwrap().len(), 1);
    scene.db.write(|tx| tx.drop_setting("undo_ms")).unwrap();
    assert_eq!(
        scene.db.read(|r| r.setting::<i64>("undo_ms")).unwrap(),
        None
    );
}

#[test]
fn an_account_comes_back_as_it_was_put() {
    let scene = Scene::new();
    let health = Health::SignIn("the token ended".into());
    scene
        .db
        .write(|tx| {
            tx.set_health(&scene.account, &health)?;
            tx.set_paused(&scene.account, true)
        })
        .unwrap();
    let all = scene.db.read(|r| r.accounts()).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].health, health);
    assert!(all[0].paused);
    assert_eq!(
        all[0].config,
        serde_json::json!({"url": "https://erp.example"})
    );
    let found = scene.db.read(|r| r.account(&scene.account)).unwrap();
    assert_eq!(found.as_ref(), all.first());
    let mut topics = scene.db.subscribe();
    scene
        .db
        .write(|tx| tx.set_health(&scene.account, &health))
        .unwrap();
    assert!(topics.try_recv().is_err(), "nothing moved, nobody is told");
}

#[test]
fn what_the_source_showed_is_kept_while_an_edit_waits() {
    let scene = Scene::new();
    let theirs = opportunity("o1", "Theirs").body;
    let id = scene.put(&opportunity("o1", "Mine")).id;
    scene.db.write(|tx| tx.keep_remote(id, &theirs)).unwrap();
    assert_eq!(scene.db.read(|r| r.remote_body(id)).unwrap(), Some(theirs));
    scene.db.write(|tx| tx.drop_remote(id)).unwrap();
    assert_eq!(scene.db.read(|r| r.remote_body(id)).unwrap(), None);
}
