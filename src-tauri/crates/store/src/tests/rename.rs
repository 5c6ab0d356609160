//! A row that learns its real handle stays the same row.

use rapport_model::{Patch, PatchKind};

use super::*;
use crate::JournalQuery;
use crate::table::item::{LOCAL_ONLY, PENDING};
use crate::table::journal::What;

fn local(scene: &Scene) -> rapport_model::ItemId {
    let links = Links {
        flags: LOCAL_ONLY | PENDING,
        ..Links::default()
    };
    scene.put_linked(&message("rp1", "Dear Velmora"), &links).id
}

#[test]
fn a_renamed_row_keeps_its_id_and_its_history() {
    let scene = Scene::new();
    let id = local(&scene);
    let reaction = Patch {
        target: "rp1".into(),
        handle: "rp2".into(),
        at: MORNING,
        from: ada(),
        what: PatchKind::React("+".into()),
    };
    scene
        .db
        .write(|tx| {
            tx.put_patch(&scene.mail(), &reaction)?;
            assert!(tx.rename(id, &"m1".into())?);
            assert!(!tx.rename(id, &"m1".into())?, "it is there already");
            Ok(())
        })
        .unwrap();
    let again = scene.put(&message("m1", "Dear Velmora"));
    assert_eq!(again.id, id, "the echo finds the row");
    scene
        .db
        .read(|r| {
            assert_eq!(r.find(&scene.mail(), &"rp1".into())?, None);
            assert_eq!(r.stored(id)?.unwrap().flags & LOCAL_ONLY, 0);
            assert_eq!(r.patches_of(&scene.mail(), &"rp1".into())?, vec![]);
            assert_eq!(r.patches_of(&scene.mail(), &"m1".into())?.len(), 1);
            let query = JournalQuery {
                item: Some(id),
                ..JournalQuery::default()
            };
            let rows = r.journal(&query)?;
            assert_eq!(
                rows.iter().map(|it| it.what).collect::<Vec<_>>(),
                vec![What::Created]
            );
            let line = r
                .ledger()?
                .into_iter()
                .find(|it| it.collection == scene.mail)
                .unwrap();
            assert_eq!(line.local_count, 1);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_handle_that_another_row_has_is_not_taken_from_it() {
    let scene = Scene::new();
    let id = local(&scene);
    let real = scene.put(&message("m1", "Dear Velmora")).id;
    scene
        .db
        .write(|tx| {
            assert!(!tx.rename(id, &"m1".into())?);
            assert_eq!(tx.find(&scene.mail(), &"m1".into())?, Some(real));
            assert_eq!(tx.find(&scene.mail(), &"rp1".into())?, Some(id));
            let gone = rapport_model::ItemId(1);
            assert!(tx.rename(gone, &"m2".into()).is_err());
            Ok(())
        })
        .unwrap();
}
