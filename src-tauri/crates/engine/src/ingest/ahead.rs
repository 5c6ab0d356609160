//! Works out what comes next while something is written.
//!
//! The file takes one change after the other on one thread. What an item needs besides
//! the file is a pure reading of it, so a second thread does that for the items ahead.
//! Where most items are known already it would be work for nothing: of those, only a
//! fingerprint is compared.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use rapport_model::{Change, Item};
use rapport_store::{Ready, StoreError};

use super::weight;

/// Handed over together: waking the other side costs as much as a small item.
const TOGETHER: usize = 64;
/// So many handfuls lie ready at most.
const AHEAD: usize = 2;
/// Fewer changes than this are not worth a thread.
const WORTH_IT: usize = 2 * TOGETHER;
/// A larger item waits for its turn, so that little memory is held ahead of time.
const LARGEST: usize = 128 * 1024;

/// What was worked out ahead, change by change.
pub(super) struct Ahead {
    from: Option<Receiver<Vec<Option<Ready>>>>,
    here: std::vec::IntoIter<Option<Ready>>,
}

impl Ahead {
    /// That of the next change; nothing where nothing was worked out.
    pub(super) fn next(&mut self) -> Option<Ready> {
        let from = self.from.as_ref()?;
        if let Some(next) = self.here.next() {
            return next;
        }
        self.here = from.recv().unwrap_or_default().into_iter();
        self.here.next().flatten()
    }
}

/// Runs `work`, which goes through `changes` in their order and asks for what was worked
/// out of each. `many` says that it is worth it.
pub(super) fn with(
    changes: &[&Change],
    many: bool,
    work: impl FnOnce(&mut Ahead) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let alone = || Ahead {
        from: None,
        here: Vec::new().into_iter(),
    };
    if !many
        || changes.len() < WORTH_IT
        || thread::available_parallelism().is_ok_and(|it| it.get() < 2)
    {
        return work(&mut alone());
    }
    thread::scope(|scope| {
        let (give, take) = sync_channel(AHEAD);
        let helper = thread::Builder::new().name("ahead".to_owned());
        let helper = helper.spawn_scoped(scope, move || {
            for some in changes.chunks(TOGETHER) {
                let ready = some.iter().map(|it| of(it)).collect();
                if give.send(ready).is_err() {
                    // The writing has ended early.
                    return;
                }
            }
        });
        if helper.is_err() {
            return work(&mut alone());
        }
        // It is dropped with what has not been asked for, so that the thread ends too.
        let mut ahead = Ahead {
            from: Some(take),
            ..alone()
        };
        work(&mut ahead)
    })
}

/// What can be known of a change; what fails here fails again when it is written.
fn of(change: &Change) -> Option<Ready> {
    match change {
        Change::Upsert(item) if is_small(item) => Ready::of(item).ok(),
        _ => None,
    }
}

fn is_small(item: &Item) -> bool {
    weight(item) <= LARGEST
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapport_model::{Body, Handle, Millis, WikiPage};

    fn page(text: usize) -> Change {
        let body = WikiPage {
            text: "x".repeat(text),
            ..WikiPage::default()
        };
        Change::Upsert(Box::new(Item {
            handle: Handle::new("page"),
            link: None,
            revision: None,
            at: Millis(0),
            body: Body::Page(body),
            raw: None,
        }))
    }

    /// Which of the changes were worked out.
    fn worked_out(changes: &[Change], many: bool) -> Vec<bool> {
        let mut seen = Vec::new();
        let all: Vec<&Change> = changes.iter().collect();
        with(&all, many, |ahead| {
            seen.extend(all.iter().map(|_| ahead.next().is_some()));
            Ok(())
        })
        .expect("nothing to fail");
        seen
    }

    #[test]
    fn each_change_meets_what_was_worked_out_of_it() {
        let mut changes: Vec<Change> = (0..300).map(page).collect();
        changes[70] = Change::Gone(Handle::new("gone"));
        changes[200] = page(LARGEST + 1);
        let seen = worked_out(&changes, true);
        assert_eq!(seen.len(), 300);
        for (at, is) in seen.iter().enumerate() {
            if thread::available_parallelism().is_ok_and(|it| it.get() > 1) {
                assert_eq!(*is, at != 70 && at != 200, "{at}");
            }
        }
        assert!(!worked_out(&changes, false).contains(&true));
    }

    #[test]
    fn a_writing_that_ends_early_is_not_waited_for() {
        let changes: Vec<Change> = (0..5_000).map(|_| page(10)).collect();
        let all: Vec<&Change> = changes.iter().collect();
        let ended = with(&all, true, |ahead| {
            ahead.next();
            Err(StoreError::Refused("enough".to_owned()))
        });
        assert!(ended.is_err());
    }
}
