//! Carries the integration tests; has no code of its own.
