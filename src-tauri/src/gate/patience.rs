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
    pub(crate) fn over(inner: Arc<dyn Vault>, waiting: Waiting) -> Arc<dyn Vault> {
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// A keychain whose user is asked first.
    #[derive(Debug)]
    struct Asking {
        asked: mpsc::Sender<()>,
        answer: std::sync::Mutex<mpsc::Receiver<String>>,
    }

    impl Vault for Asking {
        fn read(&self, _name: &str) -> Result<Option<String>, VaultError> {
            self.asked.send(()).unwrap();
            Ok(self.answer.lock().unwrap().recv().ok())
        }

        fn write(&self, _name: &str, _secret: &str) -> Result<(), VaultError> {
            Ok(())
        }

        fn remove(&self, _name: &str) -> Result<(), VaultError> {
            Ok(())
        }
    }

    #[test]
    fn it_is_known_while_a_keychain_waits_for_its_user() {
        let (asked, was_asked) = mpsc::channel();
        let (answers, answer) = mpsc::channel();
        let waiting = Waiting::default();
        let inner = Arc::new(Asking {
            asked,
            answer: answer.into(),
        });
        let keychain = Watched::over(inner, waiting.clone());
        assert!(!waiting.now());
        let reader = std::thread::spawn(move || keychain.read("key"));
        was_asked.recv().unwrap();
        assert!(waiting.now());
        answers.send("secret".to_owned()).unwrap();
        assert_eq!(reader.join().unwrap(), Ok(Some("secret".to_owned())));
        assert!(!waiting.now());
    }
}
