//! A source inside the process: it streams [`Items`] and keeps nothing.
//!
//! The time spent on making them is counted apart, so that it can be left out of what the
//! engine is charged with.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use rapport_model::connector::{
    Collection, Connector, Deletions, Delivery, Factory, Manifest, Setting, SignInStep, SignedIn,
};
use rapport_model::{
    Change, CollectionId, Command, CommandId, Coverage, Cursor, Fault, Handle, Item, Kind, Page,
    Receipt,
};
use serde_json::json;

use crate::stopwatch::Stopwatch;

/// So many items are in a page, as in one of a real source.
const PAGE: u64 = 500;

static MANIFEST: Manifest = Manifest {
    name: "bench",
    title: "Benchmark",
    about: "Items described beforehand.",
    form: &[],
    auth: &[],
    kinds: &Kind::ALL,
    deletions: Deletions::Stream,
    writes: &[],
    fixed: &[],
    delivery: Delivery::Poll,
};

/// Nanoseconds spent on making items.
#[derive(Clone, Debug, Default)]
pub(crate) struct Making(Arc<AtomicU64>);

impl Making {
    pub(crate) fn so_far(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }

    fn add(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(0);
        self.0.fetch_add(nanos, Ordering::Relaxed);
    }
}

/// What a source has: a pure function of a part and a place in it.
pub(crate) trait Items: std::fmt::Debug + Send + Sync {
    /// What is pulled as a unit, in the order in which it is pulled.
    fn parts(&self) -> &'static [&'static str];

    /// How many items a part has.
    fn count(&self, part: &str) -> u64;

    /// An item of a part; nothing for a part there is not.
    fn item(&self, part: &str, at: u64) -> Option<Item>;
}

/// Makes the connector; what it has is fixed at the making of this.
#[derive(Clone, Debug)]
pub(crate) struct BenchFactory {
    pub(crate) items: Arc<dyn Items>,
    pub(crate) making: Making,
}

impl Factory for BenchFactory {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn connect(&self, _setting: Setting) -> Result<Arc<dyn Connector>, Fault> {
        Ok(Arc::new(self.clone()))
    }
}

fn refused<T>() -> Result<T, Fault> {
    Err(Fault::Rejected("a benchmark only reads".to_owned()))
}

#[async_trait]
impl Connector for BenchFactory {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    async fn discover(&self) -> Result<Vec<Collection>, Fault> {
        Ok(self
            .items
            .parts()
            .iter()
            .map(|part| Collection {
                id: CollectionId::new(*part),
                title: (*part).to_owned(),
                kinds: Kind::ALL.to_vec(),
                deletions: Deletions::Stream,
                poll_ms: 60_000,
                unavailable: None,
            })
            .collect())
    }

    async fn pull(
        &self,
        collection: &CollectionId,
        cursor: Option<&Cursor>,
    ) -> Result<Page, Fault> {
        let watch = Stopwatch::start();
        let part = collection.as_str();
        let from = cursor.and_then(|it| it.data.as_u64()).unwrap_or(0);
        let count = self.items.count(part);
        let to = from.saturating_add(PAGE).min(count);
        let changes = (from..to)
            .filter_map(|at| self.items.item(part, at))
            .map(|item| Change::Upsert(Box::new(item)))
            .collect();
        let cursor = Cursor {
            version: 1,
            data: json!(to),
        };
        let mut page = Page::new(changes, Coverage::Delta, cursor, to < count);
        page.source_count = Some(count);
        self.making.add(watch.elapsed());
        Ok(page)
    }

    async fn fetch(&self, _: &CollectionId, _: &[Handle]) -> Result<Vec<Item>, Fault> {
        refused()
    }

    async fn push(&self, _: &CommandId, _: &Command) -> Result<Receipt, Fault> {
        refused()
    }

    async fn lookup(&self, _: &CommandId, _: &Command) -> Result<Receipt, Fault> {
        refused()
    }

    async fn sign_in(&self, _: SignInStep) -> Result<SignedIn, Fault> {
        refused()
    }
}
