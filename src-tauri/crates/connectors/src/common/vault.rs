//! What an account says when its secrets cannot be had: what happened, what is safe and what
//! to do. Never a reason to sign in anew: the secret is still there.

use rapport_model::Fault;
use rapport_model::connector::VaultError;

/// The fault behind a vault that does not answer. The back end's own words go into the log.
pub(crate) fn unanswered(error: &VaultError) -> Fault {
    tracing::warn!(%error, "an account's secrets could not be had");
    match error {
        VaultError::Locked(_) => Fault::Transient("the keychain of this computer is locked, and the sign-in of this account lies in it. Nothing is lost and nothing was sent; unlock the keychain, and the account goes on by itself".to_owned()),
        VaultError::Missing(_) => Fault::Transient("no keychain answers on this computer, and the sign-in of this account lies in one. Nothing is lost and nothing was sent; start the keychain, and the account goes on by itself".to_owned()),
        VaultError::Failed(why) => Fault::Transient(format!("the keychain of this computer failed, and the sign-in of this account lies in it. Nothing is lost and nothing was sent; it is tried again by itself. The keychain said: {why}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_keychain_never_asks_for_a_new_sign_in_and_says_what_to_do() {
        let locked = VaultError::Locked("the Secret Service: org.freedesktop.Error".to_owned());
        let missing = VaultError::Missing("DBus error".to_owned());
        for (error, advice) in [
            (locked, "unlock the keychain"),
            (missing, "start the keychain"),
        ] {
            let fault = unanswered(&error);
            assert_eq!(fault.word(), "transient");
            let said = fault.to_string();
            assert!(
                said.contains(advice) && said.contains("Nothing is lost"),
                "{said}"
            );
            assert!(!said.contains("DBus") && !said.contains("org."), "{said}");
        }
        let odd = unanswered(&VaultError::Failed("out of handles".to_owned()));
        assert!(odd.to_string().contains("out of handles"));
    }
}
