//! Buttons: moves of a document that Tryton checks itself.

use rapport_model::command::Receipt;
use rapport_model::{Fault, ItemRef, Revision};
use serde_json::json;

use super::{Writer, applied, found, known, row_id};
use crate::tryton::rpc::Call;
use crate::tryton::spec::Spec;
use crate::tryton::wire::{self, Row};

/// The states a button leads to; `None` for a button there is not.
fn leads_to(model: &str, action: &str) -> Option<&'static [&'static str]> {
    Some(match (model, action) {
        ("sale.opportunity", "lead") => &["lead"],
        ("sale.opportunity", "opportunity") => &["opportunity"],
        // Its sale may be through, or lost, before anybody looks.
        ("sale.opportunity", "convert") => &["converted", "won"],
        ("sale.opportunity", "lost") => &["lost"],
        ("sale.opportunity" | "sale.sale", "cancel") => &["cancelled"],
        ("sale.sale", "draft") => &["draft"],
        ("sale.sale", "quote") => &["quotation", "confirmed", "processing", "done"],
        ("sale.sale", "confirm") => &["confirmed", "processing", "done"],
        ("sale.sale", "process") => &["processing", "done"],
        _ => return None,
    })
}

/// Every button there is.
const BUTTONS: [&str; 9] = [
    "lead",
    "opportunity",
    "convert",
    "lost",
    "draft",
    "quote",
    "confirm",
    "process",
    "cancel",
];

/// The buttons of a model.
pub(super) fn buttons(model: &str) -> Vec<&'static str> {
    let there = |button: &&str| leads_to(model, button).is_some();
    BUTTONS.into_iter().filter(there).collect()
}

impl Writer<'_> {
    pub(super) async fn act(
        &self,
        target: &ItemRef,
        action: &str,
        base: Option<&Revision>,
    ) -> Result<Receipt, Fault> {
        let (spec, id) = (known(&target.collection)?, row_id(target)?);
        if leads_to(spec.model, action).is_none() {
            return Err(no_button(spec, action));
        }
        let mut call = Call::write(spec.model, action, vec![json!([id])]);
        if let Some(base) = base {
            call = call.unless_changed(spec.model, id, base.as_str());
        }
        self.call(spec, call).await?;
        Ok(applied(target, self.revision(spec, id).await))
    }

    /// Whether the document is where the button leads.
    pub(super) async fn acted(&self, target: &ItemRef, action: &str) -> Result<Receipt, Fault> {
        let (spec, id) = (known(&target.collection)?, row_id(target)?);
        let states = leads_to(spec.model, action).ok_or_else(|| no_button(spec, action))?;
        let rows = self
            .source
            .read(spec, &[id], &["state", "_timestamp"])
            .await?;
        let arrived = |row: &Row| {
            wire::text(row, "state").is_some_and(|state| states.contains(&state.as_str()))
        };
        let revision = |row: &Row| wire::text(row, "_timestamp").map(Revision::new);
        Ok(match rows.first() {
            Some(row) => found(arrived(row), target, revision(row)),
            None => {
                return Err(Fault::Rejected(
                    "it is no longer there at Tryton".to_owned(),
                ));
            }
        })
    }
}

fn no_button(spec: &Spec, action: &str) -> Fault {
    Fault::Rejected(if (spec.model, action) == ("sale.opportunity", "won") {
        "Tryton wins an opportunity by itself once its sale is confirmed; convert it instead"
            .to_owned()
    } else {
        format!(
            "{} have no \"{action}\" at Tryton",
            spec.title.to_lowercase()
        )
    })
}
