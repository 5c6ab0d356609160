//! What this server has and what this user may see of it.
//!
//! Modules differ from server to server and rights from user to user, so every
//! field is asked for only where it exists and may be read: one missing right
//! costs a field or a collection, never the account.

use std::collections::{BTreeMap, BTreeSet};

use rapport_model::Fault;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::rpc::{Call, Rpc};
use super::spec::{RESOURCES, SPECS, Spec};
use super::wire;

/// The rights a user has on a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) read: bool,
    pub(super) write: bool,
    pub(super) create: bool,
    pub(super) delete: bool,
}

#[derive(Debug)]
pub(super) struct Schema {
    /// Models that exist here.
    models: BTreeMap<String, Rights>,
    /// Field paths to read, by collection, once asked for.
    paths: Mutex<BTreeMap<&'static str, Vec<&'static str>>>,
}

impl Schema {
    /// Asks which models there are and what may be done with them.
    pub(super) async fn load(rpc: &Rpc) -> Result<Self, Fault> {
        let named: BTreeSet<&str> = SPECS
            .iter()
            .flat_map(|spec| spec.others().chain([spec.model]))
            .chain(RESOURCES)
            .collect();
        let found = rpc
            .rows(
                Call::read(
                    "ir.model",
                    "search_read",
                    vec![
                        json!([["name", "in", named]]),
                        json!(0),
                        json!(null),
                        json!(null),
                        json!(["name"]),
                    ],
                )
                .foreground(),
            )
            .await?;
        let present: Vec<String> = found
            .iter()
            .filter_map(|row| wire::text(row, "name"))
            .collect();
        let rights = rpc
            .call(Call::read("ir.model.access", "get_access", vec![json!(present)]).foreground())
            .await?;
        let models = present
            .into_iter()
            .map(|model| {
                let rights = rights.get(&model).map_or_else(Rights::default, rights_of);
                (model, rights)
            })
            .collect();
        Ok(Self {
            models,
            paths: Mutex::new(BTreeMap::new()),
        })
    }

    /// The rights on a model; `None` when its module is not there.
    pub(super) fn rights(&self, model: &str) -> Option<Rights> {
        self.models.get(model).copied()
    }

    pub(super) fn readable(&self, model: &str) -> bool {
        self.rights(model).is_some_and(|rights| rights.read)
    }

    /// Why a collection cannot be read.
    pub(super) fn unavailable(&self, spec: &Spec) -> Option<Fault> {
        match self.rights(spec.model) {
            Some(rights) if rights.read => None,
            Some(_) => Some(Fault::Denied(format!(
                "this user may not see {} at Tryton; an administrator there can allow it",
                spec.title.to_lowercase()
            ))),
            None => Some(Fault::Denied(format!(
                "this Tryton has no module for {}",
                spec.title.to_lowercase()
            ))),
        }
    }

    /// The field paths of a collection that exist and may be read.
    pub(super) async fn paths(
        &self,
        rpc: &Rpc,
        spec: &'static Spec,
    ) -> Result<Vec<&'static str>, Fault> {
        if let Some(known) = self.paths.lock().await.get(spec.model) {
            return Ok(known.clone());
        }
        let mut fields: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for want in spec.wants {
            for (model, field) in steps(spec.model, want.through, want.path) {
                if self.readable(model) {
                    fields.entry(model).or_default().insert(field);
                }
            }
        }
        let mut present: BTreeSet<(&str, String)> = BTreeSet::new();
        for (model, names) in fields {
            let call = Call::read(model, "fields_get", vec![json!(names)]);
            if let Value::Object(found) = rpc.call(call).await? {
                present.extend(found.into_iter().map(|(name, _)| (model, name)));
            }
        }
        let paths: Vec<&str> = spec
            .wants
            .iter()
            .filter(|want| {
                steps(spec.model, want.through, want.path).all(|(model, field)| {
                    // The stamp and the id are no fields to the server, and always there.
                    matches!(field, "_timestamp" | "id")
                        || present.contains(&(model, field.to_owned()))
                })
            })
            .map(|want| want.path)
            .collect();
        self.paths.lock().await.insert(spec.model, paths.clone());
        Ok(paths)
    }
}

/// Each field of a dotted path with the model it belongs to.
fn steps<'p>(
    model: &'p str,
    through: &'p [&'static str],
    path: &'static str,
) -> impl Iterator<Item = (&'p str, &'static str)> {
    std::iter::once(model)
        .chain(through.iter().copied())
        .zip(path.split('.'))
}

fn rights_of(value: &Value) -> Rights {
    let may = |mode: &str| match value.get(mode) {
        Some(Value::Bool(may)) => *may,
        Some(Value::Number(may)) => may.as_i64() != Some(0),
        _ => false,
    };
    Rights {
        read: may("read"),
        write: may("write"),
        create: may("create"),
        delete: may("delete"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_names_the_models_it_goes_through() {
        for spec in &SPECS {
            for want in spec.wants {
                let fields = want.path.split('.').count();
                assert_eq!(
                    want.through.len() + 1,
                    fields,
                    "{} {}",
                    spec.model,
                    want.path
                );
            }
        }
    }

    #[test]
    fn rights_are_read_from_flags_and_from_counts() {
        let rights = rights_of(&json!({"read": 1, "write": true, "create": 0}));
        assert_eq!(
            rights,
            Rights {
                read: true,
                write: true,
                create: false,
                delete: false
            }
        );
    }
}
