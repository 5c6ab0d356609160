//! What a connector says of itself.

use std::collections::BTreeSet;

use rapport_model::connector::Collection;
use serde_json::json;

use super::Subject;

/// Broken promises, in sentences.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// One a sentence.
    pub(super) broken: Vec<String>,
}

impl Findings {
    /// Notes a promise that does not hold.
    pub(super) fn expect(&mut self, holds: bool, promise: impl FnOnce() -> String) {
        if !holds {
            self.broken.push(promise());
        }
    }
}

/// The words commands have.
const WORDS: [&str; 9] = [
    "send",
    "edit_message",
    "redact",
    "react",
    "mark_read",
    "create",
    "set_fields",
    "act",
    "delete",
];

/// The manifest is complete, and factory and connector hand out the same.
pub(super) fn manifest(subject: &Subject, out: &mut Findings) {
    let manifest = subject.factory.manifest();
    let plain = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|it| {
                it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_' || it == b'-'
            })
    };
    out.expect(plain(manifest.name), || {
        format!("the name \"{}\" is not plain lower case", manifest.name)
    });
    out.expect(!manifest.title.trim().is_empty(), || {
        "the manifest has no title".to_owned()
    });
    out.expect(manifest.about.trim().ends_with('.'), || {
        "`about` is not a sentence".to_owned()
    });
    out.expect(!manifest.kinds.is_empty(), || {
        "the manifest names no kinds".to_owned()
    });
    out.expect(
        manifest.kinds.iter().collect::<BTreeSet<_>>().len() == manifest.kinds.len(),
        || "the manifest names a kind twice".to_owned(),
    );
    let mut keys = BTreeSet::new();
    for field in manifest.form {
        out.expect(plain(field.key), || {
            format!("the form's key \"{}\" is not plain lower case", field.key)
        });
        out.expect(keys.insert(field.key), || {
            format!("the form asks for \"{}\" twice", field.key)
        });
        out.expect(!field.label.trim().is_empty(), || {
            format!("the form's \"{}\" has no label", field.key)
        });
    }
    let mut writes = BTreeSet::new();
    for write in manifest.writes {
        let (command, kind) = (write.command, write.kind.word());
        out.expect(WORDS.contains(&command), || {
            format!("\"{command}\" is no command")
        });
        out.expect(manifest.kinds.contains(&write.kind), || {
            format!("it writes a {kind} and says it brings none")
        });
        out.expect(writes.insert((command, kind)), || {
            format!("it names {command} of a {kind} twice")
        });
    }
    out.expect(
        std::ptr::eq(manifest, subject.connector.manifest())
            || manifest.name == subject.connector.manifest().name,
        || "factory and connector have different manifests".to_owned(),
    );
}

/// Whatever the form's answers are, the factory answers with a connector or a
/// fault in words; a connector made of nonsense answers with faults.
pub(super) async fn hostile_config(subject: &Subject, out: &mut Findings) {
    let long = "x".repeat(100_000);
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(""),
        json!("\u{0}"),
        json!("../../.."),
        json!("http://[::1"),
        json!("file:///etc/passwd"),
        json!("javascript:alert(1)"),
        json!(long),
        json!([]),
        json!({"a": {"b": [1, 2]}}),
    ];
    let mut configs = vec![json!(null), json!([]), json!("text"), json!(7), json!({})];
    for field in subject.factory.manifest().form {
        configs.extend(values.iter().map(|value| json!({ field.key: value })));
    }
    // A folder that does not exist: nothing may be written before it is needed.
    let nowhere = std::env::temp_dir().join("rapport-suite-nowhere");
    let config_count = configs.len();
    for config in configs {
        let shown: String = config.to_string().chars().take(60).collect();
        match subject.factory.connect(super::setting(config, &nowhere)) {
            Err(fault) => {
                let words = fault.to_string();
                out.expect(words.trim().len() > 10, || {
                    format!("the config {shown} is refused without words")
                });
            }
            Ok(connector) => {
                // Without a network this fails, or answers nothing; both are fine.
                let limit = std::time::Duration::from_secs(10);
                let local = subject.factory.manifest().form.iter().all(|field| {
                    !matches!(field.kind, rapport_model::connector::FormFieldKind::Url)
                });
                if local {
                    let answer = tokio::time::timeout(limit, connector.discover()).await;
                    out.expect(answer.is_ok(), || {
                        format!("with the config {shown}, discover never answers")
                    });
                }
            }
        }
    }
    debug_assert!(config_count >= 5);
}

/// Collections are named once, the same each time, with kinds the manifest knows.
pub(super) async fn discover(subject: &Subject, out: &mut Findings) -> Vec<Collection> {
    let (first, second) = (
        subject.connector.discover().await,
        subject.connector.discover().await,
    );
    let (first, second) = match (first, second) {
        (Ok(first), Ok(second)) => (first, second),
        (first, second) => {
            let fault = first
                .err()
                .or(second.err())
                .map(|it| it.to_string())
                .unwrap_or_default();
            out.broken.push(format!("discover fails: {fault}"));
            return Vec::new();
        }
    };
    let ids = |all: &[Collection]| all.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    out.expect(ids(&first) == ids(&second), || {
        "discover names other collections the second time".to_owned()
    });
    out.expect(!first.is_empty(), || {
        "discover finds nothing to pull".to_owned()
    });
    let unique: BTreeSet<_> = ids(&first).into_iter().collect();
    out.expect(unique.len() == first.len(), || {
        "discover names a collection twice".to_owned()
    });
    for collection in &first {
        let id = &collection.id;
        out.expect(!collection.title.trim().is_empty(), || {
            format!("{id} has no title")
        });
        out.expect(!collection.kinds.is_empty(), || {
            format!("{id} names no kinds")
        });
        out.expect(collection.poll_ms > 0, || {
            format!("{id} is polled without a pause")
        });
        for kind in &collection.kinds {
            out.expect(subject.factory.manifest().kinds.contains(kind), || {
                format!(
                    "{id} brings a {}, of which the manifest knows nothing",
                    kind.word()
                )
            });
        }
    }
    first
}
