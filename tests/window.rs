//! The real window on a virtual desktop, with a real keychain, a real notification daemon and
//! real servers behind it. Linux only: there the whole desktop can be started by a test.

#[cfg(test)]
#[cfg(target_os = "linux")]
mod e2e;
