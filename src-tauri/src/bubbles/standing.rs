//! Which bubbles are on the screen, so that one goes when what it is about was seen to elsewhere:
//! in the window, in its list, on another device.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::desktop::Over;

#[derive(Debug)]
struct One {
    /// The rows it is about.
    about: Vec<i64>,
    /// Takes it away.
    over: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct Inside {
    next: u64,
    all: BTreeMap<u64, One>,
}

/// All that stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing(Arc<Mutex<Inside>>);

/// One that stands until this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    of: Standing,
    number: u64,
}

impl Standing {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more, about these rows.
    pub(super) fn add(&self, about: Vec<i64>) -> (Place, Over) {
        let (over, hears) = oneshot::channel();
        let mut inside = self.inside();
        inside.next += 1;
        let number = inside.next;
        inside.all.insert(number, One { about, over });
        let of = self.clone();
        (Place { of, number }, hears)
    }

    /// The rows that bubbles are about now.
    pub(super) fn about(&self) -> Vec<i64> {
        let inside = self.inside();
        let rows: BTreeSet<i64> = inside
            .all
            .values()
            .flat_map(|it| &it.about)
            .copied()
            .collect();
        rows.into_iter().collect()
    }

    /// Of the rows `asked` about only these still wait: a bubble none of whose rows does is over.
    pub(super) fn wait_only(&self, asked: &[i64], waiting: &[i64]) {
        let mut inside = self.inside();
        let over = |one: &One| {
            one.about
                .iter()
                .all(|row| asked.contains(row) && !waiting.contains(row))
        };
        let numbers: Vec<u64> = inside
            .all
            .iter()
            .filter(|(_, one)| over(one))
            .map(|(number, _)| *number)
            .collect();
        for number in numbers {
            let told = inside.all.remove(&number).map(|one| one.over.send(()));
            tracing::trace!(gone = ?told, "a bubble is over");
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.of.inside().all.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bubble_goes_when_the_last_of_its_rows_was_seen_to() {
        let standing = Standing::default();
        let (_one, mut one) = standing.add(vec![1]);
        let (_several, mut several) = standing.add(vec![2, 3]);
        assert_eq!(standing.about(), [1, 2, 3]);
        standing.wait_only(&[1, 2, 3], &[1, 3]);
        assert!(one.try_recv().is_err() && several.try_recv().is_err());
        // One that came while it was asked was not asked about.
        let (_late, mut late) = standing.add(vec![4]);
        standing.wait_only(&[1, 2, 3], &[]);
        assert!(one.try_recv().is_ok() && several.try_recv().is_ok());
        assert!(late.try_recv().is_err());
        assert_eq!(standing.about(), [4]);
    }

    #[test]
    fn a_bubble_that_its_user_closed_is_asked_about_no_more() {
        let standing = Standing::default();
        let (place, _over) = standing.add(vec![1]);
        drop(place);
        assert!(standing.about().is_empty());
    }
}
