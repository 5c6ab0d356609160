//! Writes the TypeScript form of the calls and their types.
//!
//! The files are committed, so that the window builds without this crate and
//! a change of the contract shows in review.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use ts_rs::{Config, ExportError, TS};

/// One call as the TypeScript sees it.
#[derive(Debug)]
pub struct CallEntry {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its documentation.
    pub doc: &'static str,
    /// The request's TypeScript type.
    pub request: String,
    /// The response's TypeScript type.
    pub response: String,
}

/// Writes a type and what it mentions; primitive and container types have no
/// file of their own, only their parts do.
///
/// # Errors
/// A file could not be written.
pub fn export<T: TS + 'static>(config: &Config) -> Result<(), ExportError> {
    struct Parts<'a> {
        config: &'a Config,
        failed: Option<ExportError>,
    }
    impl ts_rs::TypeVisitor for Parts<'_> {
        fn visit<P: TS + 'static + ?Sized>(&mut self) {
            if self.failed.is_none()
                && P::output_path().is_some()
                && let Err(error) = P::export_all(self.config)
            {
                self.failed = Some(error);
            }
        }
    }
    if T::output_path().is_some() {
        return T::export_all(config);
    }
    let mut parts = Parts {
        config,
        failed: None,
    };
    T::visit_generics(&mut parts);
    T::visit_dependencies(&mut parts);
    parts.failed.map_or(Ok(()), Err)
}

/// Writes all generated files into `dir`.
///
/// # Errors
/// A file could not be written.
pub fn write_all(dir: &Path) -> Result<(), ExportError> {
    let config = Config::new().with_large_int("number").with_out_dir(dir);
    crate::calls::export_types(&config)?;
    export::<crate::ApiError>(&config)?;
    export::<crate::list::ListDelta>(&config)?;
    export::<crate::live::ListOf>(&config)?;
    export::<rapport_store::Topic>(&config)?;
    let entries = crate::calls::catalogue(&config);
    std::fs::write(dir.join("calls.ts"), calls_file(&entries)).map_err(ExportError::Io)
}

/// The `Calls` interface: one line a call, `{ request, response }`.
fn calls_file(entries: &[CallEntry]) -> String {
    let mut out = String::from(
        "// Written by `cargo xtask gen` from the calls list of the api crate. Do not edit.\n",
    );
    let mut names = BTreeSet::new();
    for entry in entries {
        for text in [&entry.request, &entry.response] {
            names.extend(type_names(text));
        }
    }
    for name in &names {
        let _infallible = writeln!(out, "import type {{ {name} }} from './{name}';");
    }
    out.push_str(
        "\n/** Every call: what it takes and what it gives. */\nexport interface Calls {\n",
    );
    for entry in entries {
        let doc: Vec<&str> = entry
            .doc
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let _infallible = writeln!(
            out,
            "  /** {} */\n  {}: {{ request: {}; response: {} }};",
            doc.join(" "),
            entry.name,
            entry.request,
            entry.response
        );
    }
    out.push_str("}\n");
    out
}

/// The names in a TypeScript type that have a file of their own.
fn type_names(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| word.chars().next().is_some_and(char::is_uppercase))
        .filter(|word| !["Array", "Record", "Partial"].contains(word))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::type_names;

    #[test]
    fn the_names_in_a_composed_type_are_found_and_containers_are_not() {
        assert_eq!(type_names("Array<TaskRow>"), ["TaskRow"]);
        assert_eq!(type_names("CustomerPage | null"), ["CustomerPage"]);
        assert_eq!(type_names("string"), Vec::<String>::new());
    }
}
