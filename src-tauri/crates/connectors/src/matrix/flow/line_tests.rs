use super::*;
use rapport_model::{Change, Handle};

const ME: &str = "@me:x";

fn part(name: &str) -> Part {
    Part {
        changes: vec![Change::Gone(Handle::from(name))],
        ..Part::default()
    }
}

fn stream(since: &str) -> Place {
    Place::Stream(since.to_owned())
}

fn batch(since: Option<&str>, next: &str, names: &[&str]) -> Batch {
    Batch {
        at: since.map_or(Place::Start, stream),
        id: next.to_owned(),
        then: stream(next),
        parts: names.iter().map(|name| part(name)).collect(),
        keys: false,
        looked: None,
        handed: false,
    }
}

fn start() -> Mark {
    Mark::read(None, ME).expect("a start")
}

/// The mark that was stored with a page.
fn stored(page: &Page) -> Mark {
    Mark::read(Some(&page.cursor), ME).expect("our own cursor")
}

fn names(page: &Page) -> Vec<&str> {
    page.changes
        .iter()
        .map(|change| match change {
            Change::Gone(handle) => handle.as_str(),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn the_position_moves_only_with_the_last_page_of_an_answer() {
    let mut line = Line {
        tail: stream("s1"),
        ..Line::default()
    };
    line.ready.push_back(batch(None, "s1", &["a", "b"]));
    let mark = start();
    line.go_to(&mark);
    let first = line.hand_over(&mark).page;
    assert_eq!((names(&first), first.more), (vec!["a"], true));
    let mark = stored(&first);
    assert_eq!(
        mark.since, None,
        "a stop here must ask for the whole answer again"
    );
    line.go_to(&mark);
    let second = line.hand_over(&mark).page;
    assert_eq!((names(&second), second.more), (vec!["b"], false));
    assert_eq!(stored(&second).since.as_deref(), Some("s1"));
}

#[test]
fn a_page_that_was_not_stored_comes_again() {
    let mut line = Line {
        tail: stream("s1"),
        ..Line::default()
    };
    line.ready.push_back(batch(None, "s1", &["a"]));
    for _ in 0..3 {
        line.go_to(&start());
        let page = line.hand_over(&start()).page;
        assert_eq!(names(&page), ["a"]);
    }
}

#[test]
fn answers_that_came_while_waiting_follow_each_other() {
    let mut line = Line {
        tail: stream("s3"),
        ..Line::default()
    };
    line.ready.push_back(batch(Some("s1"), "s2", &["a"]));
    line.ready.push_back(batch(Some("s2"), "s3", &["b"]));
    let mut mark = Mark {
        since: Some("s1".to_owned()),
        ..start()
    };
    let mut seen = Vec::new();
    loop {
        line.go_to(&mark);
        let page = line.hand_over(&mark).page;
        seen.extend(names(&page).into_iter().map(str::to_owned));
        mark = stored(&page);
        if !page.more {
            break;
        }
    }
    assert_eq!(
        (seen, mark.since.as_deref()),
        (vec!["a".to_owned(), "b".to_owned()], Some("s3"))
    );
    line.go_to(&mark);
    assert!(line.ready.is_empty());
}

#[test]
fn a_cursor_from_elsewhere_starts_the_line_over_there() {
    let mut line = Line {
        tail: stream("s9"),
        asked: stream("s9"),
        ..Line::default()
    };
    line.ready.push_back(batch(Some("s8"), "s9", &["a"]));
    line.go_to(&Mark {
        since: Some("s2".to_owned()),
        ..start()
    });
    assert!(line.ready.is_empty());
    assert_eq!((line.tail, line.asked), (stream("s2"), stream("s2")));
}

#[test]
fn part_of_an_answer_that_is_no_longer_there_begins_anew() {
    let mut line = Line {
        tail: stream("s5"),
        ..Line::default()
    };
    // After a restart the same position gave a longer answer.
    line.ready.push_back(batch(None, "s5", &["a", "b", "c"]));
    let mark = Mark {
        inside: Some(("s1".to_owned(), 1)),
        ..start()
    };
    line.go_to(&mark);
    assert_eq!(names(&line.hand_over(&mark).page), ["a"]);
}

#[test]
fn the_first_look_goes_on_until_it_reaches_the_stream() {
    let listed = |answers, through| {
        Place::List(Listed {
            from: "s0".to_owned(),
            answers,
            through,
        })
    };
    let step = |at: Place, id: &str, then: Place, names: &[&str]| Batch {
        at,
        then,
        ..batch(None, id, names)
    };
    let mut line = Line {
        tail: stream("s0"),
        asked: stream("s0"),
        ..Line::default()
    };
    let between = [listed(1, false), listed(2, true)];
    let [first, second] = between.clone();
    line.ready
        .push_back(step(Place::Start, "n/10", first.clone(), &["a", "b"]));
    // No room of the second window had anything to show.
    line.ready
        .push_back(step(first, "n/30", second.clone(), &[]));
    line.ready
        .push_back(step(second, "s7", stream("s0"), &["c"]));
    let mut mark = start();
    let (mut seen, mut places) = (Vec::new(), Vec::new());
    loop {
        line.go_to(&mark);
        let page = line.hand_over(&mark).page;
        seen.extend(names(&page).into_iter().map(str::to_owned));
        mark = stored(&page);
        places.push(mark.place());
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, ["a", "b", "c"]);
    let [first, second] = between;
    // The last page is the stream's own: nothing came meanwhile.
    let ends = [stream("s0"), stream("s0")];
    assert_eq!(places[..3], [Place::Start, first, second]);
    assert_eq!(places[3..], ends);
}

#[test]
fn an_answer_of_another_list_does_not_go_on_where_the_last_one_stopped() {
    let listed = Place::List(Listed {
        from: "s0".to_owned(),
        ..Listed::default()
    });
    let mut line = Line {
        tail: stream("s0"),
        ..Line::default()
    };
    line.ready.push_back(Batch {
        at: listed.clone(),
        ..batch(None, "other/10", &["a", "b"])
    });
    let mark = Mark {
        inside: Some(("one/10".to_owned(), 1)),
        ..start().at(listed)
    };
    line.go_to(&mark);
    assert_eq!(names(&line.hand_over(&mark).page), ["a"]);
}
