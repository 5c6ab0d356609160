//! History, and that one indexed query answers the question it is kept for.

use rapport_model::{CommandId, OrgId};

use super::*;
use crate::JournalQuery;
use crate::table::journal::What;

fn of_org(org: i64, since: Millis) -> JournalQuery {
    JournalQuery {
        org: Some(OrgId(org)),
        since: Some(since),
        ..JournalQuery::default()
    }
}

fn linked(org: i64) -> Links {
    Links {
        org: Some(OrgId(org)),
        ..Links::default()
    }
}

#[test]
fn what_changed_for_a_customer_since_then_is_told_with_cause_and_values() {
    let scene = Scene::new();
    scene.put_linked(&opportunity("o1", "Forty microscopes"), &linked(7));
    scene.put_linked(&opportunity("o2", "Of somebody else"), &linked(8));
    scene.later(60_000);
    let then = scene.now();
    let written = Written {
        now: then,
        cause: Cause::Me(CommandId::new("c-1")),
        run: None,
    };
    scene
        .db
        .write(|tx| {
            tx.upsert_item(
                &scene.mail(),
                &opportunity("o1", "Fifty microscopes"),
                &linked(7),
                &written,
            )
        })
        .unwrap();
    let rows = scene.db.read(|r| r.journal(&of_org(7, then))).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].what, What::Changed);
    assert_eq!(rows[0].cause, Cause::Me(CommandId::new("c-1")));
    assert_eq!(
        rows[0].old,
        rapport_model::FieldValue::Text("Forty microscopes".into())
    );
    assert_eq!(rows[0].source, scene.mail);
    assert_eq!(rows[0].title, "Fifty microscopes");
    let all = scene.db.read(|r| r.journal(&of_org(7, MORNING))).unwrap();
    let whats: Vec<What> = all.iter().map(|it| it.what).collect();
    assert_eq!(whats, [What::Changed, What::Created]);
}

#[test]
fn a_changed_field_is_told_however_much_came_since() {
    let scene = Scene::new();
    scene.put_linked(&opportunity("o1", "Forty microscopes"), &linked(7));
    scene.put_linked(&room("r1", "Line 2"), &linked(7));
    scene.later(60_000);
    let then = scene.now();
    scene.put_linked(&opportunity("o1", "Fifty microscopes"), &linked(7));
    // Who is in a room changes with every page of it that comes.
    scene.put_linked(&room("r1", "Line 3"), &linked(7));
    for number in 0..5 {
        scene.later(1);
        scene.put_linked(&opportunity(&format!("new-{number}"), "New"), &linked(7));
    }
    let query = JournalQuery {
        limit: 3,
        ..of_org(7, then)
    };
    let told = |query: &JournalQuery| -> Vec<What> {
        let rows = scene.db.read(|r| r.journal(query)).unwrap();
        rows.iter().map(|row| row.what).collect()
    };
    assert_eq!(told(&query), [What::Created; 3]);
    let fields = JournalQuery {
        fields: true,
        ..query
    };
    assert_eq!(told(&fields), [What::Changed]);
}

#[test]
fn the_question_is_answered_from_the_index() {
    let scene = Scene::new();
    let plan: Vec<String> = scene
        .db
        .read(|r| {
            let mut statement = r.conn.prepare(
                "EXPLAIN QUERY PLAN SELECT seq FROM journal j \
                 WHERE j.org = ?1 AND j.seq >= ?2 AND j.seq < ?3 ORDER BY j.seq DESC",
            )?;
            let rows = statement.query_map([1, 2, 3], |row| row.get(3))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .unwrap();
    assert_eq!(plan.len(), 1, "no sort: {plan:?}");
    assert!(
        plan[0].contains("journal_org (org=? AND rowid>? AND rowid<?)"),
        "{plan:?}"
    );
}

#[test]
fn history_follows_an_item_to_its_new_customer() {
    let scene = Scene::new();
    let id = scene.put_linked(&opportunity("o1", "Deal"), &linked(7)).id;
    scene.put_linked(&opportunity("o1", "Big deal"), &linked(7));
    scene.db.write(|tx| tx.relink(id, &linked(9))).unwrap();
    assert_eq!(
        scene.db.read(|r| r.journal(&of_org(7, MORNING))).unwrap(),
        []
    );
    assert_eq!(
        scene
            .db
            .read(|r| r.journal(&of_org(9, MORNING)))
            .unwrap()
            .len(),
        2
    );
    assert!(!scene.db.write(|tx| tx.relink(id, &linked(9))).unwrap());
}

#[test]
fn an_item_that_is_gone_is_still_told_by_name() {
    let scene = Scene::new();
    let id = scene.put_linked(&opportunity("o1", "Deal"), &linked(7)).id;
    scene.put_linked(&opportunity("o1", "Big deal"), &linked(7));
    scene.db.write(|tx| tx.remove(id, &scene.remote())).unwrap();
    let rows = scene.db.read(|r| r.journal(&of_org(7, MORNING))).unwrap();
    assert_eq!(rows[0].what, What::Gone);
    assert!(rows.iter().all(|it| it.title == "Big deal"));
}

#[test]
fn a_clock_that_jumps_back_loses_no_row_and_keeps_the_order() {
    let scene = Scene::new();
    scene.later(3_600_000);
    scene.put_linked(&opportunity("o1", "one"), &linked(7));
    scene.later(-7_200_000);
    let then = scene.now();
    scene.put_linked(&opportunity("o1", "two"), &linked(7));
    scene.put_linked(&opportunity("o1", "three"), &linked(7));
    let rows = scene.db.read(|r| r.journal(&of_org(7, then))).unwrap();
    assert_eq!(rows.len(), 3);
    assert!(rows.windows(2).all(|two| two[0].seq > two[1].seq));
    let early = JournalQuery {
        until: Some(then.plus(1)),
        ..of_org(7, then)
    };
    assert_eq!(scene.db.read(|r| r.journal(&early)).unwrap().len(), 2);
}

#[test]
fn pages_of_history_join_without_a_seam() {
    let mut scene = Scene::new();
    for n in 0..30 {
        scene.later(n % 2);
        scene.put_linked(&opportunity("o1", &format!("v{n}")), &linked(7));
        if n == 15 {
            scene.reopen();
        }
    }
    let whole = scene.db.read(|r| r.journal(&of_org(7, MORNING))).unwrap();
    assert_eq!(whole.len(), 30);
    let mut paged = Vec::new();
    let mut before = None;
    loop {
        let query = JournalQuery {
            before,
            limit: 7,
            cause: Some("remote".into()),
            account: Some(scene.account.clone()),
            ..of_org(7, MORNING)
        };
        let page = scene.db.read(|r| r.journal(&query)).unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        paged.extend(page);
    }
    assert_eq!(paged, whole);
    let mine = JournalQuery {
        cause: Some("me".into()),
        ..of_org(7, MORNING)
    };
    assert_eq!(scene.db.read(|r| r.journal(&mine)).unwrap(), []);
}
