//! Fail points: named places where a test can make the process die.
//!
//! Compiled into every build, so that what is tested is what is shipped. An
//! unarmed point costs one relaxed load. `RAPPORT_FAIL=name:n` dies at the n-th
//! passing of that point, `RAPPORT_FAIL=*:n` at the n-th passing of any point;
//! a name may end in `*`.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The variable that arms a point in a child process.
pub const VARIABLE: &str = "RAPPORT_FAIL";

const UNREAD: u8 = 0;
const UNARMED: u8 = 1;
const ARMED: u8 = 2;

static STATE: AtomicU8 = AtomicU8::new(UNREAD);
static PASSED: AtomicU64 = AtomicU64::new(0);
static TARGET: Mutex<Option<Target>> = Mutex::new(None);

#[derive(Debug)]
struct Target {
    name: String,
    left: u64,
}

/// A place where the process may be made to die.
pub fn point(name: &str) {
    if STATE.load(Ordering::Relaxed) != UNARMED {
        armed(name);
    }
}

#[cold]
fn armed(name: &str) {
    if STATE.load(Ordering::Acquire) == UNREAD {
        read_variable();
        if STATE.load(Ordering::Acquire) == UNARMED {
            return;
        }
    }
    let mut target = TARGET.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(aim) = target.as_mut() else { return };
    let hit = aim
        .name
        .strip_suffix('*')
        .map_or(aim.name == name, |start| name.starts_with(start));
    if !hit {
        return;
    }
    PASSED.fetch_add(1, Ordering::Relaxed);
    // Zero counts without ever dying.
    if aim.left == 1 {
        std::process::abort();
    }
    aim.left = aim.left.saturating_sub(1);
}

fn read_variable() {
    match std::env::var(VARIABLE).ok().and_then(|text| parse(&text)) {
        Some((name, n)) => arm(&name, n),
        None => disarm(),
    }
}

fn parse(text: &str) -> Option<(String, u64)> {
    let (name, n) = text.rsplit_once(':')?;
    Some((name.to_owned(), n.parse().ok()?))
}

/// Dies at the `n`-th passing of the point `name` (`*` at the end matches any
/// rest). With 0 it only counts, see [`passed`].
pub fn arm(name: &str, n: u64) {
    *TARGET.lock().unwrap_or_else(PoisonError::into_inner) = Some(Target {
        name: name.to_owned(),
        left: n,
    });
    PASSED.store(0, Ordering::Relaxed);
    STATE.store(ARMED, Ordering::Release);
}

/// Takes the aim away.
pub fn disarm() {
    *TARGET.lock().unwrap_or_else(PoisonError::into_inner) = None;
    STATE.store(UNARMED, Ordering::Release);
}

/// How many matching points were passed since [`arm`].
#[must_use]
pub fn passed() -> u64 {
    PASSED.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_point_is_armed_by_name_and_number() {
        assert_eq!(parse("store.*:12"), Some(("store.*".to_owned(), 12)));
        assert_eq!(parse("store"), None);
        assert_eq!(parse("store:x"), None);
    }
}
