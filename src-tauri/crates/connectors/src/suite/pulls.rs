//! What a connector hands over.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future as _;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use rapport_model::change::Page;
use rapport_model::connector::Collection;
use rapport_model::field::fields_of;
use rapport_model::{
    Body, Change, CollectionId, Coverage, Cursor, Fault, FieldValue, Handle, Item, ItemRef,
};

use super::Subject;
use super::check::Findings;

/// More pages than this means that `more` never ends.
const MAX_PAGES: usize = 100_000;
/// A page may not be larger.
const MAX_CHANGES: usize = 2_000;

/// Items by where they sit.
pub(super) type Known = BTreeMap<CollectionId, BTreeMap<Handle, Item>>;

/// Pulls every collection that can be read, from the start.
pub(super) async fn all(
    subject: &Subject,
    collections: &[Collection],
    out: &mut Findings,
) -> Known {
    let mut known = Known::new();
    for collection in collections.iter().filter(|it| it.unavailable.is_none()) {
        interrupted(subject, &collection.id).await;
        let items = one(subject, collection, out).await;
        known.insert(collection.id.clone(), items);
    }
    known
}

/// Drops a pull at its first await and at a later one. What follows in [`one`]
/// shows that nothing broke.
async fn interrupted(subject: &Subject, id: &CollectionId) {
    for polls in [1, 3] {
        let mut pull = pin!(subject.connector.pull(id, None));
        for _ in 0..polls {
            let mut context = Context::from_waker(Waker::noop());
            if let Poll::Ready(_answered) = pull.as_mut().poll(&mut context) {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
}

async fn one(
    subject: &Subject,
    collection: &Collection,
    out: &mut Findings,
) -> BTreeMap<Handle, Item> {
    let id = &collection.id;
    let mut items: BTreeMap<Handle, Item> = BTreeMap::new();
    let mut cursor: Option<Cursor> = None;
    for _page in 0..MAX_PAGES {
        let page = match subject.connector.pull(id, cursor.as_ref()).await {
            Ok(page) => page,
            Err(fault) => {
                out.broken.push(format!("{id}: a pull fails: {fault}"));
                return items;
            }
        };
        shape(collection, &page, out);
        for change in &page.changes {
            match change {
                Change::Upsert(item) => {
                    items.insert(item.handle.clone(), (**item).clone());
                }
                Change::Gone(handle) => {
                    items.remove(handle);
                }
                _ => {}
            }
        }
        if page.more && cursor.as_ref() == Some(&page.cursor) {
            out.broken
                .push(format!("{id}: it promises more and stays where it is"));
            return items;
        }
        let more = page.more;
        cursor = Some(page.cursor);
        if !more {
            again(subject, id, cursor, &items, out).await;
            return items;
        }
    }
    out.broken
        .push(format!("{id}: after {MAX_PAGES} pages there is still more"));
    items
}

/// A page is bounded, names a handle once, and brings what it said it would.
fn shape(collection: &Collection, page: &Page, out: &mut Findings) {
    let id = &collection.id;
    out.expect(page.changes.len() <= MAX_CHANGES, || {
        format!(
            "{id}: a page of {} changes is too large",
            page.changes.len()
        )
    });
    let mut handles = BTreeMap::new();
    for change in &page.changes {
        let Change::Upsert(item) = change else {
            continue;
        };
        out.expect(!item.handle.as_str().is_empty(), || {
            format!("{id}: an item has no handle")
        });
        let kind = item.body.kind();
        out.expect(collection.kinds.contains(&kind), || {
            format!("{id}: it said nothing of a {}", kind.word())
        });
        let other = handles
            .insert(&item.handle, kind)
            .filter(|other| *other != kind);
        out.expect(other.is_none(), || {
            format!("{id}: {} is two things at once", item.handle)
        });
        for (name, value) in fields_of(&item.body) {
            out.expect(
                !matches!(&value, FieldValue::Text(text) if text.contains('\0')),
                || format!("{id}: the field {name} of {} holds a NUL", item.handle),
            );
        }
    }
    for poison in &page.poison {
        out.expect(poison.reason.trim().len() > 5, || {
            format!("{id}: {} is put aside without a reason", poison.handle)
        });
    }
}

/// With nothing new at the source, a pull brings nothing and stays put; a
/// bookmark of another form is answered with "list again".
async fn again(
    subject: &Subject,
    id: &CollectionId,
    cursor: Option<Cursor>,
    items: &BTreeMap<Handle, Item>,
    out: &mut Findings,
) {
    let Some(cursor) = cursor else {
        return;
    };
    match subject.connector.pull(id, Some(&cursor)).await {
        Ok(page) => {
            // A source with an inclusive time cursor repeats its newest rows; the
            // same rows are no news.
            let news = page.changes.iter().any(|change| match change {
                Change::Upsert(item) => items.get(&item.handle) != Some(&**item),
                _ => true,
            });
            out.expect(!news, || {
                format!("{id}: a second pull brings news though nothing happened")
            });
            out.expect(page.cursor == cursor, || {
                format!("{id}: the bookmark moves though nothing happened")
            });
            out.expect(!page.more, || {
                format!("{id}: it promises more though nothing happened")
            });
            let emptied =
                page.coverage == Coverage::Complete && page.changes.is_empty() && !items.is_empty();
            out.expect(!emptied, || {
                format!("{id}: a second pull lists nothing, which takes everything away")
            });
        }
        Err(fault) => out
            .broken
            .push(format!("{id}: the second pull fails: {fault}")),
    }
    let foreign = Cursor {
        version: u16::MAX,
        data: cursor.data.clone(),
    };
    let mut strange = vec![foreign];
    if !cursor.data.is_null() {
        strange.push(Cursor {
            version: cursor.version,
            data: serde_json::json!({"not": ["ours", 7]}),
        });
    }
    for cursor in strange {
        let answer = subject.connector.pull(id, Some(&cursor)).await;
        out.expect(matches!(answer, Err(Fault::CursorExpired(_))), || {
            format!("{id}: a bookmark of another form is not answered with \"list again\"")
        });
    }
}

/// References lead to items that were pulled, as far as their collection was.
pub(super) fn references(known: &Known, out: &mut Findings) {
    for (id, items) in known {
        for item in items.values() {
            for to in refs(&item.body) {
                let there = known
                    .get(&to.collection)
                    .is_some_and(|all| all.contains_key(&to.handle));
                out.expect(there, || {
                    format!(
                        "{id}: {} refers to {}/{}, which is not there",
                        item.handle, to.collection, to.handle
                    )
                });
            }
            if let Body::Message(message) = &item.body {
                out.expect(items.contains_key(&message.conversation), || {
                    format!(
                        "{id}: {} lies in the conversation {}, which is not there",
                        item.handle, message.conversation
                    )
                });
            }
        }
    }
}

fn refs(body: &Body) -> Vec<ItemRef> {
    let mut out: Vec<ItemRef> = fields_of(body)
        .into_values()
        .filter_map(|value| match value {
            FieldValue::Ref(to) => Some(to),
            _ => None,
        })
        .collect();
    match body {
        Body::Event(it) => out.extend(it.about.clone()),
        Body::Page(it) => out.extend(it.about.clone()),
        _ => {}
    }
    out
}

/// Fetching gives what pulling gave; what is not there is left out.
pub(super) async fn fetch(subject: &Subject, known: &Known, out: &mut Findings) {
    for (id, items) in known {
        let strange = Handle::new("suite: no such item \u{1F914}/../#?");
        let some: Vec<Handle> = items.keys().take(3).cloned().collect();
        let asked: Vec<Handle> = some.iter().cloned().chain([strange.clone()]).collect();
        match subject.connector.fetch(id, &asked).await {
            Ok(fetched) => {
                let got: BTreeSet<Handle> =
                    fetched.iter().map(|item| item.handle.clone()).collect();
                out.expect(!got.contains(&strange), || {
                    format!("{id}: fetch makes up an unknown item")
                });
                for handle in &some {
                    out.expect(got.contains(handle), || {
                        format!("{id}: fetch does not find {handle}")
                    });
                }
            }
            Err(fault) => out.expect(
                some.is_empty() && matches!(fault, Fault::Rejected(_)),
                || format!("{id}: fetch fails on an unknown item: {fault}"),
            ),
        }
        let nothing = subject.connector.fetch(id, &[]).await;
        let empty =
            nothing.as_ref().is_ok_and(Vec::is_empty) || (items.is_empty() && nothing.is_err());
        out.expect(empty, || format!("{id}: fetching nothing gives something"));
    }
}

/// Where a listing of ids is offered, it names what was pulled.
pub(super) async fn ids(subject: &Subject, known: &Known, out: &mut Findings) {
    for (id, items) in known {
        let Ok(set) = subject.connector.ids(id).await else {
            continue;
        };
        let listed: BTreeSet<Handle> = set.ids.iter().map(|(handle, _)| handle.clone()).collect();
        out.expect(listed.len() == set.ids.len(), || {
            format!("{id}: ids names a handle twice")
        });
        let pulled: BTreeSet<Handle> = items.keys().cloned().collect();
        out.expect(listed == pulled, || {
            let missing: Vec<_> = pulled.difference(&listed).take(3).collect();
            let extra: Vec<_> = listed.difference(&pulled).take(3).collect();
            format!("{id}: ids and pull disagree: pulled only {missing:?}, listed only {extra:?}")
        });
    }
}
