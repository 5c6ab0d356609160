//! What is held only to be fast goes while nobody asks.

use std::sync::Barrier;

use super::Scene;

#[test]
fn idle_readers_and_the_writers_cache_go_after_a_rest_and_the_next_question_is_answered() {
    let scene = Scene::new();
    let db = &scene.db;
    let all_inside = Barrier::new(4);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                db.read(|_| {
                    all_inside.wait();
                    Ok(())
                })
            });
        }
    });
    db.rest().unwrap();
    assert_eq!(db.held(), (4, true), "all were used since the last look");
    db.rest().unwrap();
    assert_eq!(db.held(), (1, false), "the one used last stays");

    assert_eq!(db.read(|it| it.accounts()).unwrap().len(), 1);
    db.write(|_| Ok(())).unwrap();
    db.rest().unwrap();
    assert_eq!(db.held(), (1, true), "a write begins it anew");
}
