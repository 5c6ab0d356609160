//! Fail points: named places where a test can make the process die.
//!
//! Compiled into every build, so that what is tested is what is shipped. An
//! unarmed point costs one relaxed load. `RAPPORT_FAIL=name:n` dies at the n-th
//! passing of that point, `RAPPORT_FAIL=*:n` at the n-th passing of any point;
//! a name may end in `*`. With `:wait` behind it, the process says on its output
//! where it stands and waits there for somebody to kill it.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};

/// The variable that arms a point in a child process.
pub const VARIABLE: &str = "RAPPORT_FAIL";

const UNREAD: u8 = 0;
const UNARMED: u8 = 1;
const ARMED: u8 = 2;

static STATE: AtomicU8 = AtomicU8::new(UNREAD);
static TARGET: Mutex<Option<Target>> = Mutex::new(None);

#[derive(Debug)]
struct Target {
    name: String,
    left: u64,
    waits: bool,
    seen: BTreeMap<String, u64>,
}

/// What a process that waits to be killed says before the name of the point.
pub const STANDS_AT: &str = "stands at fail point ";

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
    *aim.seen.entry(name.to_owned()).or_default() += 1;
    // Zero counts without ever dying.
    if aim.left == 1 {
        if aim.waits {
            wait_at(name);
        }
        std::process::abort();
    }
    aim.left = aim.left.saturating_sub(1);
}

/// Stands still for ever, unless nobody can be told: then the caller dies here.
fn wait_at(name: &str) {
    let mut out = std::io::stdout().lock();
    let said = writeln!(out, "\n{STANDS_AT}{name}").and_then(|()| out.flush());
    drop(out);
    while said.is_ok() {
        std::thread::park();
    }
}

fn read_variable() {
    match std::env::var(VARIABLE).ok().and_then(|text| parse(&text)) {
        Some(target) => aim_at(target),
        None => disarm(),
    }
}

fn parse(text: &str) -> Option<Target> {
    let (text, waits) = text
        .strip_suffix(":wait")
        .map_or((text, false), |text| (text, true));
    let (name, n) = text.rsplit_once(':')?;
    Some(Target {
        name: name.to_owned(),
        left: n.parse().ok()?,
        waits,
        seen: BTreeMap::new(),
    })
}

fn aim_at(target: Target) {
    *TARGET.lock().unwrap_or_else(PoisonError::into_inner) = Some(target);
    STATE.store(ARMED, Ordering::Release);
}

/// Dies at the `n`-th passing of the point `name` (`*` at the end matches any
/// rest). With 0 it only counts, see [`seen`].
pub fn arm(name: &str, n: u64) {
    aim_at(Target {
        name: name.to_owned(),
        left: n,
        waits: false,
        seen: BTreeMap::new(),
    });
}

/// Takes the aim away.
pub fn disarm() {
    *TARGET.lock().unwrap_or_else(PoisonError::into_inner) = None;
    STATE.store(UNARMED, Ordering::Release);
}

/// How often each matching point was passed since it was armed.
#[must_use]
pub fn seen() -> BTreeMap<String, u64> {
    let target = TARGET.lock().unwrap_or_else(PoisonError::into_inner);
    target
        .as_ref()
        .map(|aim| aim.seen.clone())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_point_is_armed_by_name_and_number() {
        let armed = |text| parse(text).map(|it| (it.name, it.left, it.waits));
        assert_eq!(armed("store.*:12"), Some(("store.*".to_owned(), 12, false)));
        assert_eq!(
            armed("store.a:3:wait"),
            Some(("store.a".to_owned(), 3, true))
        );
        assert_eq!(armed("store"), None);
        assert_eq!(armed("store:x"), None);
        assert_eq!(armed("store:wait"), None);
    }
}
