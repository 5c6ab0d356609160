//! `rapport-mapping.json`: what each CSV file is and what its columns mean.

use serde_json::{Map, Value, json};

use super::tables::ALL;

/// The mapping of all tables.
pub(crate) fn mapping() -> Value {
    let files: Map<String, Value> = ALL
        .iter()
        .map(|spec| {
            // `key` has a place of its own; a column without a field keeps its name.
            let columns: Map<String, Value> = spec
                .columns
                .iter()
                .filter(|(_, field)| *field != "key")
                .map(|(column, field)| {
                    (
                        (if field.is_empty() { column } else { field }).to_string(),
                        json!(column),
                    )
                })
                .collect();
            (
                spec.path.to_owned(),
                json!({ "kind": spec.kind, "key": spec.key, "columns": columns }),
            )
        })
        .collect();
    json!({ "version": 1, "files": files })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_column_is_mapped_to_a_field_of_its_own() {
        for spec in ALL {
            let fields: BTreeSet<_> = spec
                .columns
                .iter()
                .map(|(c, f)| if f.is_empty() { c } else { f })
                .collect();
            assert_eq!(fields.len(), spec.columns.len(), "{}", spec.path);
            let key = spec
                .columns
                .iter()
                .find(|(_, field)| *field == "key")
                .unwrap();
            assert_eq!(key.0, spec.key, "{}", spec.path);
        }
        let invoices = &mapping()["files"]["records/invoices.csv"];
        assert_eq!(invoices["kind"], "invoice");
        assert_eq!(invoices["key"], "number");
        assert_eq!(invoices["columns"]["due"], "due_date");
        assert_eq!(invoices["columns"]["customer"], "customer_id");
    }
}
