//! An account's requests: how fast, how many at once, who goes first.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use rapport_model::{Clock, Fault, Millis};
use rapport_net::{Budget, HeaderMap, Limits, Priority};
use tokio::time::Instant;

/// Time as the runtime sees it, so that paused tests move it.
#[derive(Debug)]
struct Runtime(Instant);

impl Clock for Runtime {
    fn now(&self) -> Millis {
        Millis(i64::try_from(self.0.elapsed().as_millis()).unwrap() + 1_700_000_000_000)
    }
}

fn budget(limits: Limits) -> Arc<Budget> {
    Budget::new(Arc::new(Runtime(Instant::now())), limits)
}

fn wide() -> Limits {
    Limits {
        per_minute: 60_000,
        burst: 1_000,
        concurrent: 4,
        patience: Duration::from_secs(5),
    }
}

#[tokio::test(start_paused = true)]
async fn the_long_run_keeps_to_the_rate() {
    let budget = budget(Limits {
        per_minute: 60,
        burst: 2,
        ..wide()
    });
    let start = Instant::now();
    for _ in 0..7 {
        budget.acquire(Priority::Background).await.unwrap();
    }
    assert_eq!(start.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn never_more_at_once_than_agreed_and_the_user_goes_first() {
    let budget = budget(Limits {
        concurrent: 1,
        ..wide()
    });
    let order = Mutex::new(Vec::new());
    let busy = budget.acquire(Priority::Background).await.unwrap();
    let one = async |name: &'static str, priority| {
        let permit = budget.acquire(priority).await.unwrap();
        order.lock().unwrap().push(name);
        tokio::time::sleep(Duration::from_millis(10)).await;
        drop(permit);
    };
    let release = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        drop(busy);
    };
    tokio::join!(
        one("crawl 1", Priority::Background),
        one("crawl 2", Priority::Background),
        one("click", Priority::Foreground),
        release,
    );
    assert_eq!(*order.lock().unwrap(), ["click", "crawl 1", "crawl 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_crawl_leaves_a_place_for_the_user() {
    let budget = budget(Limits {
        concurrent: 2,
        ..wide()
    });
    let _crawl = budget.acquire(Priority::Background).await.unwrap();
    let second = tokio::time::timeout(
        Duration::from_secs(60),
        budget.acquire(Priority::Background),
    );
    assert!(second.await.is_err(), "the second crawl must wait");
    let click = tokio::time::timeout(
        Duration::from_millis(1),
        budget.acquire(Priority::Foreground),
    );
    assert!(click.await.is_ok_and(|permit| permit.is_ok()));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_request_blocks_nobody() {
    let budget = budget(Limits {
        concurrent: 1,
        ..wide()
    });
    let busy = budget.acquire(Priority::Foreground).await.unwrap();
    let gives_up = tokio::time::timeout(
        Duration::from_millis(5),
        budget.acquire(Priority::Foreground),
    );
    let patient = budget.acquire(Priority::Background);
    let release = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        drop(busy);
    };
    let (gave_up, permit, ()) = tokio::join!(gives_up, patient, release);
    assert!(gave_up.is_err());
    assert!(permit.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_short_wait_is_sat_out_and_a_long_one_handed_back() {
    let budget = budget(wide());
    budget.hold(3_000, "slow down");
    let start = Instant::now();
    budget.acquire(Priority::Foreground).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(3));

    budget.hold(60_000, "slow down");
    let start = Instant::now();
    let fault = budget.acquire(Priority::Foreground).await.unwrap_err();
    assert!(
        matches!(
            fault,
            Fault::Throttled {
                after_ms: 60_000,
                ..
            }
        ),
        "{fault}"
    );
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_hold_reaches_those_already_waiting() {
    let budget = budget(Limits {
        concurrent: 1,
        ..wide()
    });
    let busy = budget.acquire(Priority::Foreground).await.unwrap();
    let all = join_all((0..3).map(|_| budget.acquire(Priority::Background)));
    let hold = async {
        tokio::task::yield_now().await;
        budget.hold(60_000, "slow down");
        drop(busy);
    };
    let (answers, ()) = tokio::join!(all, hold);
    assert!(answers.iter().all(Result::is_err));
}

#[tokio::test(start_paused = true)]
async fn the_last_of_a_quota_is_kept_for_the_user() {
    let budget = budget(wide());
    let mut headers = HeaderMap::new();
    headers.insert("x-ratelimit-remaining", "5".parse().unwrap());
    headers.insert("x-ratelimit-limit", "100".parse().unwrap());
    headers.insert("x-ratelimit-reset", "30".parse().unwrap());
    budget.observe(&headers);
    let start = Instant::now();
    budget.acquire(Priority::Foreground).await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    budget.acquire(Priority::Background).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(30));

    headers.insert("x-ratelimit-remaining", "0".parse().unwrap());
    budget.observe(&headers);
    assert!(budget.acquire(Priority::Foreground).await.is_err());
}

/// A clock that is set back by an hour.
#[derive(Debug)]
struct SetBack(Runtime, std::sync::atomic::AtomicI64);

impl Clock for SetBack {
    fn now(&self) -> Millis {
        self.0
            .now()
            .plus(-self.1.load(std::sync::atomic::Ordering::SeqCst))
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_does_not_stretch_a_wait() {
    let clock = Arc::new(SetBack(Runtime(Instant::now()), 0.into()));
    let budget = Budget::new(clock.clone(), wide());
    budget.hold(4_000, "slow down");
    let start = Instant::now();
    let set_back = async {
        tokio::task::yield_now().await;
        clock
            .1
            .store(3_600_000, std::sync::atomic::Ordering::SeqCst);
    };
    let (permit, ()) = tokio::join!(budget.acquire(Priority::Foreground), set_back);
    permit.unwrap();
    assert!(start.elapsed() < Duration::from_secs(10));
}
