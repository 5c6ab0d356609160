//! One account's request budget: how fast, how many at once, who goes first.
//!
//! Every request of an account takes a [`Permit`] here. Foreground requests
//! (somebody waits for the answer) go ahead of background ones, which never
//! take the last place and stop while little of a quota is left. Nothing is
//! sent while the source has asked to wait.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rapport_model::{Clock, Fault, Millis};
use reqwest::header::HeaderMap;
use tokio::sync::Notify;

use crate::bucket::Bucket;
use crate::quota::{Quota, quotas};

/// Who goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Somebody waits for the answer.
    Foreground,
    /// It runs by itself.
    Background,
}

/// The bounds of a budget.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests a minute in the long run.
    pub per_minute: u32,
    /// Requests at once after a pause.
    pub burst: u32,
    /// Requests under way at the same time.
    pub concurrent: u32,
    /// A wait the source asked for is sat out up to this long; a longer one is
    /// handed back, so that nobody hangs on it.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_minute: 600,
            burst: 20,
            concurrent: 4,
            patience: Duration::from_secs(5),
        }
    }
}

/// A quota used up without a word on when it is filled again.
const LOOK_AGAIN_MS: i64 = 60_000;

/// The clock is read again after at most this long, because it may jump.
const STEP_MS: i64 = 5_000;

/// One account's request budget.
#[derive(Debug)]
pub struct Budget {
    clock: Arc<dyn Clock>,
    limits: Limits,
    desk: Mutex<Desk>,
    changed: Notify,
}

/// Leave to send one request; given back when dropped.
#[derive(Debug)]
pub struct Permit {
    budget: Arc<Budget>,
    priority: Priority,
}

#[derive(Debug)]
struct Desk {
    bucket: Bucket,
    running: u32,
    running_background: u32,
    waiting: BTreeSet<Ticket>,
    next: u64,
    hold: Option<Hold>,
    /// Until then only the foreground may go: little of a quota is left.
    background_until: Option<Millis>,
    /// What the source last said is left.
    told: Option<rapport_model::connector::Quota>,
    seen: Millis,
}

type Ticket = (Priority, u64);

#[derive(Clone, Debug)]
struct Hold {
    until: Millis,
    why: String,
}

enum Admission {
    Go,
    /// Try again then.
    Wait(i64),
    /// Somebody else must finish first.
    Queue,
    /// The source asked to wait longer than anybody should hang here.
    Held(Hold),
}

impl Budget {
    /// A budget within these limits.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, limits: Limits) -> Arc<Self> {
        let now = clock.now();
        Arc::new(Self {
            desk: Mutex::new(Desk {
                bucket: Bucket::new(limits.per_minute, limits.burst, now),
                running: 0,
                running_background: 0,
                waiting: BTreeSet::new(),
                next: 0,
                hold: None,
                background_until: None,
                told: None,
                seen: now,
            }),
            clock,
            limits,
            changed: Notify::new(),
        })
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Fault::Throttled`] when the source has asked for a wait longer than
    /// [`Limits::patience`]. Nothing was sent.
    pub async fn acquire(self: &Arc<Self>, priority: Priority) -> Result<Permit, Fault> {
        let place = Place::take(self, priority);
        loop {
            // Enabled before looking, or a permit given back in between is missed.
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            let admission = {
                let now = self.clock.now();
                self.desk().admit(place.ticket, &self.limits, now)
            };
            match admission {
                Admission::Go => {
                    return Ok(Permit {
                        budget: Arc::clone(self),
                        priority,
                    });
                }
                Admission::Held(hold) => {
                    return Err(Fault::Throttled {
                        after_ms: hold.until.since(self.clock.now()).max(0),
                        why: hold.why,
                    });
                }
                Admission::Queue => changed.await,
                Admission::Wait(ms) => {
                    let step = u64::try_from(ms.clamp(1, STEP_MS)).unwrap_or(1);
                    let sleep = tokio::time::sleep(Duration::from_millis(step));
                    tokio::select! {
                        () = changed => {}
                        () = sleep => {}
                    }
                }
            }
        }
    }

    /// The source asked to wait: nothing is sent until then.
    pub fn hold(&self, after_ms: i64, why: &str) {
        let until = self.clock.now().plus(after_ms.max(0));
        let mut desk = self.desk();
        if desk.hold.as_ref().is_none_or(|hold| hold.until < until) {
            desk.hold = Some(Hold {
                until,
                why: why.to_owned(),
            });
        }
        drop(desk);
        self.changed.notify_waiters();
    }

    /// Learns from the quota headers of an answer.
    pub fn observe(&self, headers: &HeaderMap) {
        let now = self.clock.now();
        let all = quotas(headers, now);
        if let Some(least) = all.iter().min_by_key(|it| it.remaining) {
            self.desk().told = Some(rapport_model::connector::Quota {
                left: least.remaining,
                limit: least.limit,
                resets: least.reset_ms.map(|ms| now.plus(ms)),
            });
        }
        for quota in all {
            let reset = quota.reset_ms.unwrap_or(LOOK_AGAIN_MS);
            if quota.remaining == 0 {
                self.hold(reset, &format!("the quota {} is used up", quota.name));
            } else if is_low(&quota) {
                let until = now.plus(reset);
                let mut desk = self.desk();
                desk.background_until = desk.background_until.max(Some(until));
            }
        }
    }

    /// What is left of the narrowest quota that the last answers told of; nothing
    /// once it is full again.
    #[must_use]
    pub fn left(&self) -> Option<rapport_model::connector::Quota> {
        let now = self.clock.now();
        let told = self.desk().told.clone()?;
        told.resets.is_none_or(|at| at > now).then_some(told)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last tenth, and at least two requests, are kept for the user.
fn is_low(quota: &Quota) -> bool {
    quota.remaining <= quota.limit.map_or(2, |limit| (limit / 10).max(2))
}

impl Desk {
    fn admit(&mut self, ticket: Ticket, limits: &Limits, now: Millis) -> Admission {
        self.follow_the_clock(now);
        if let Some(hold) = self.hold.clone() {
            let left = hold.until.since(now);
            if left > 0 {
                let patience = i64::try_from(limits.patience.as_millis()).unwrap_or(i64::MAX);
                return if left > patience {
                    Admission::Held(hold)
                } else {
                    Admission::Wait(left)
                };
            }
            self.hold = None;
        }
        if self.waiting.first() != Some(&ticket) || self.running >= limits.concurrent.max(1) {
            return Admission::Queue;
        }
        let background = ticket.0 == Priority::Background;
        if background {
            // One place stays free for the user.
            if self.running_background >= limits.concurrent.saturating_sub(1).max(1) {
                return Admission::Queue;
            }
            if let Some(until) = self.background_until {
                let left = until.since(now);
                if left > 0 {
                    return Admission::Wait(left);
                }
                self.background_until = None;
            }
        }
        match self.bucket.take(now) {
            Ok(()) => {
                self.running += 1;
                self.running_background += u32::from(background);
                Admission::Go
            }
            Err(wait) => Admission::Wait(wait),
        }
    }

    /// A clock set back would stretch every wait by as much: they move along.
    fn follow_the_clock(&mut self, now: Millis) {
        let jump = now.since(self.seen).min(0);
        self.seen = now;
        if jump < 0 {
            if let Some(hold) = &mut self.hold {
                hold.until = hold.until.plus(jump);
            }
            self.background_until = self.background_until.map(|until| until.plus(jump));
        }
    }
}

/// A place in the queue; left when dropped, so that a cancelled request blocks
/// nobody.
struct Place<'b> {
    budget: &'b Budget,
    ticket: Ticket,
}

impl<'b> Place<'b> {
    fn take(budget: &'b Budget, priority: Priority) -> Self {
        let mut desk = budget.desk();
        let ticket = (priority, desk.next);
        desk.next += 1;
        desk.waiting.insert(ticket);
        drop(desk);
        Self { budget, ticket }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.budget.desk().waiting.remove(&self.ticket);
        self.budget.changed.notify_waiters();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut desk = self.budget.desk();
        desk.running = desk.running.saturating_sub(1);
        if self.priority == Priority::Background {
            desk.running_background = desk.running_background.saturating_sub(1);
        }
        drop(desk);
        self.budget.changed.notify_waiters();
    }
}
