//! A keychain that asks its user something answers when the user does. Until
//! then the gate says so, and offers the other way in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rapport_model::connector::{Vault, VaultError};

/// Whether the keychain is being waited for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waiting(Arc<AtomicBool>);

impl Waiting {
    /// Right now.
    pub(crate) fn now(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    fn during<T>(&self, ask: impl FnOnce() -> T) -> T {
        self.0.store(true, Ordering::SeqCst);
        let answer = ask();
        self.0.store(false, Ordering::SeqCst);
        answer
    }
}

/// A keychain that says while it is waited for.
#[derive(Debug)]
pub(crate) struct Watched {
    inner: Arc<dyn Vault>,
    waiting: Waiting,
}

impl Watched {
    pub(crate) fn new(inner: Arc<dyn Vault>, waiting: Waiting) -> Arc<dyn Vault> {
        Arc::new(Self { inner, waiting })
    }
}

impl Vault for Watched {
    fn read(&self, name: &str) -> Result<Option<String>, VaultError> {
        self.waiting.during(|| self.inner.read(name))
    }

    fn write(&self, name: &str, secret: &str) -> Result<(), VaultError> {
        self.waiting.during(|| self.inner.write(name, secret))
    }

    fn remove(&self, name: &str) -> Result<(), VaultError> {
        self.waiting.during(|| self.inner.remove(name))
    }
}
