//! The tasks that run in the background, by name.
//!
//! Invariant: a task that ends or panics without being asked to is reported and
//! started again after a pause; none dies in silence.

use std::any::Any;
use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::pace::delay;
use crate::rng::Rng;

/// How a task ended that was not asked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskEnd {
    /// It returned.
    Early,
    /// It panicked with this message.
    Panicked(String),
}

/// A task ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskEvent {
    /// Its name.
    pub task: String,
    /// How it ended.
    pub end: TaskEnd,
    /// Milliseconds until it is started again.
    pub again_in: i64,
}

#[derive(Debug)]
struct Task {
    stop: CancellationToken,
    handle: JoinHandle<()>,
}

/// Starts tasks, watches them, ends them.
#[derive(Debug)]
pub struct Supervisor {
    tasks: Mutex<BTreeMap<String, Task>>,
    events: broadcast::Sender<TaskEvent>,
    rng: Arc<Rng>,
}

impl Supervisor {
    /// A supervisor without tasks.
    #[must_use]
    pub fn new(rng: Arc<Rng>) -> Self {
        Self {
            tasks: Mutex::default(),
            events: broadcast::channel(64).0,
            rng,
        }
    }

    /// Early ends, as they happen.
    pub fn subscribe(&self) -> broadcast::Receiver<TaskEvent> {
        self.events.subscribe()
    }

    /// The names of the tasks that run.
    #[must_use]
    pub fn running(&self) -> Vec<String> {
        let tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks
            .iter()
            .filter(|(_, task)| !task.handle.is_finished())
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Runs `make(stop)` until it is stopped, again and again. A name that
    /// already runs is left alone and `false` comes back.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that spawns"
    )]
    pub fn spawn<F, W>(&self, name: &str, make: F) -> bool
    where
        F: Fn(CancellationToken) -> W + Send + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        if tasks.get(name).is_some_and(|it| !it.handle.is_finished()) {
            return false;
        }
        let stop = CancellationToken::new();
        let watched = watch(
            name.to_owned(),
            stop.clone(),
            make,
            self.events.clone(),
            Arc::clone(&self.rng),
        );
        let handle = tokio::spawn(watched);
        tasks.insert(name.to_owned(), Task { stop, handle });
        true
    }

    /// Asks a task to end and waits; one that does not end within `grace` is cut
    /// off. Answers whether it ended by itself.
    pub async fn stop(&self, name: &str, grace: Duration) -> bool {
        let task = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            tasks.remove(name)
        };
        match task {
            None => true,
            Some(task) => end(task, grace).await,
        }
    }

    /// Ends all tasks at once.
    pub async fn stop_all(&self, grace: Duration) -> bool {
        let tasks = {
            let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *tasks)
        };
        for task in tasks.values() {
            task.stop.cancel();
        }
        let ends = tasks.into_values().map(|task| end(task, grace));
        futures_util::future::join_all(ends)
            .await
            .into_iter()
            .all(|it| it)
    }
}

async fn end(task: Task, grace: Duration) -> bool {
    task.stop.cancel();
    let cut_off = task.handle.abort_handle();
    if tokio::time::timeout(grace, task.handle).await.is_err() {
        cut_off.abort();
        return false;
    }
    true
}

async fn watch<F, W>(
    name: String,
    stop: CancellationToken,
    make: F,
    events: broadcast::Sender<TaskEvent>,
    rng: Arc<Rng>,
) where
    F: Fn(CancellationToken) -> W + Send + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let mut failures = 0;
    loop {
        let end = match AssertUnwindSafe(make(stop.clone())).catch_unwind().await {
            Ok(()) => TaskEnd::Early,
            Err(panic) => TaskEnd::Panicked(said(panic.as_ref())),
        };
        if stop.is_cancelled() {
            return;
        }
        failures += 1;
        let again_in = delay(failures, &rng);
        tracing::error!(task = name, ?end, again_in, "a task ended early");
        // Nobody may be listening, and that is fine.
        drop(events.send(TaskEvent {
            task: name.clone(),
            end,
            again_in,
        }));
        let pause = Duration::from_millis(u64::try_from(again_in).unwrap_or(0));
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|it| (*it).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_is_reported_and_started_again() {
        let supervisor = Supervisor::new(Arc::new(Rng::seeded(1)));
        let mut events = supervisor.subscribe();
        let starts = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&starts);
        supervisor.spawn("ada", move |stop| {
            let n = count.fetch_add(1, Ordering::SeqCst);
            async move {
                assert!(n > 0, "the first one falls over");
                stop.cancelled().await;
            }
        });
        let event = events.recv().await.unwrap();
        assert_eq!(event.task, "ada");
        assert!(matches!(event.end, TaskEnd::Panicked(why) if why.contains("falls over")));
        while starts.load(Ordering::SeqCst) < 2 {
            tokio::time::advance(Duration::from_secs(1)).await;
            tokio::task::yield_now().await;
        }
        assert_eq!(supervisor.running(), vec!["ada".to_owned()]);
        assert!(supervisor.stop_all(Duration::from_secs(1)).await);
        assert_eq!(supervisor.running(), Vec::<String>::new());
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_will_not_stop_is_cut_off() {
        let supervisor = Supervisor::new(Arc::new(Rng::seeded(1)));
        supervisor.spawn("deaf", |_stop| std::future::pending());
        assert!(!supervisor.spawn("deaf", |_stop| std::future::pending()));
        assert!(!supervisor.stop("deaf", Duration::from_secs(1)).await);
    }
}
