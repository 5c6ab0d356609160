//! Changed fields as Tryton's values.

use std::collections::BTreeSet;

use rapport_model::command::Edit;
use rapport_model::{AddressKind, Fault, FieldValue, ItemRef, TaskStatus};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Map, Value, json};

use super::{Writer, not_here};
use crate::tryton::map::kind_of;
use crate::tryton::rpc::Call;
use crate::tryton::spec::Spec;
use crate::tryton::wire::{self, Row, to_date, to_decimal, to_hours};

/// What a field of Tryton takes.
enum Takes {
    Text,
    Amount,
    Day,
    Hours,
    /// A percentage here, a share there.
    Share,
    Party,
    Employee,
    Status,
}

/// Tryton's name and kind of a field.
fn column(model: &str, field: &str) -> Option<(&'static str, Takes)> {
    Some(match (model, field) {
        ("sale.opportunity", "title") => ("description", Takes::Text),
        ("sale.opportunity", "amount") => ("amount", Takes::Amount),
        ("sale.opportunity", "date") => ("start_date", Takes::Day),
        ("sale.opportunity", "due") => ("end_date", Takes::Day),
        ("sale.opportunity", "customer") => ("party", Takes::Party),
        ("sale.opportunity", "person") => ("contact", Takes::Party),
        ("sale.opportunity", "owner") => ("employee", Takes::Employee),
        ("sale.opportunity", "lost_reason") => ("lost_reason", Takes::Text),
        ("sale.opportunity", "probability") => ("conversion_probability", Takes::Share),
        ("sale.sale", "title") => ("description", Takes::Text),
        ("sale.opportunity" | "sale.sale", "text") => ("comment", Takes::Text),
        ("sale.opportunity" | "sale.sale", "reference") => ("reference", Takes::Text),
        ("party.party" | "project.work", "title" | "name") => ("name", Takes::Text),
        ("project.work", "notes" | "text") => ("comment", Takes::Text),
        ("project.work", "status") => ("status", Takes::Status),
        ("project.work", "effort") => ("effort_duration", Takes::Hours),
        ("project.work", "progress") => ("progress", Takes::Share),
        ("ir.note", "text") => ("message", Takes::Text),
        ("ir.attachment", "title") => ("name", Takes::Text),
        ("ir.attachment", "text") => ("description", Takes::Text),
        _ => return None,
    })
}

/// Every field that some model takes.
const FIELDS: [&str; 16] = [
    "title",
    "name",
    "amount",
    "date",
    "due",
    "customer",
    "person",
    "owner",
    "lost_reason",
    "probability",
    "text",
    "reference",
    "notes",
    "status",
    "effort",
    "progress",
];

/// The fields that a model takes.
pub(super) fn taken(model: &str) -> Vec<&'static str> {
    let columns = FIELDS
        .into_iter()
        .filter(|field| column(model, field).is_some());
    let addresses = ADDRESSES.iter().map(|kind| kind.word());
    columns
        .chain(addresses.filter(|_| model == "party.party"))
        .collect()
}

impl Writer<'_> {
    /// The values of a write.
    pub(super) async fn values(
        &self,
        spec: &Spec,
        row: &Row,
        edits: &[&Edit],
    ) -> Result<Map<String, Value>, Fault> {
        let mut values = Map::new();
        let mut mechanisms = Vec::new();
        for edit in edits {
            if spec.model == "party.party"
                && let Some(kind) = address_kind(&edit.field.0)
            {
                mechanisms.extend(mechanism_changes(row, kind, &wanted(edit)?));
                continue;
            }
            let (name, takes) =
                column(spec.model, &edit.field.0).ok_or_else(|| not_here(spec, &edit.field))?;
            if matches!(takes, Takes::Status) {
                let (status, progress) = self.status(edit, row).await?;
                values.insert(name.to_owned(), json!(status));
                if let Some(progress) = progress {
                    // A progress the user set as well wins.
                    values.entry("progress").or_insert(progress);
                }
                continue;
            }
            let value = self.value(&takes, edit, row).await?;
            values.insert(name.to_owned(), value);
        }
        if !mechanisms.is_empty() {
            values.insert("contact_mechanisms".to_owned(), Value::Array(mechanisms));
        }
        Ok(values)
    }

    async fn value(&self, takes: &Takes, edit: &Edit, row: &Row) -> Result<Value, Fault> {
        let wrong = || wrong(edit);
        Ok(match (takes, &edit.mine) {
            (_, FieldValue::Empty) => Value::Null,
            (Takes::Text, FieldValue::Text(text)) => json!(text.trim()),
            (Takes::Amount, FieldValue::Money(money)) => {
                let code = wire::nested(row, "currency").and_then(|it| wire::text(it, "code"));
                if code.is_some_and(|code| !money.currency.0.is_empty() && money.currency.0 != code)
                {
                    return Err(Fault::Rejected(
                        "the currency cannot be changed from here".to_owned(),
                    ));
                }
                to_decimal(money.amount)
            }
            (Takes::Amount, FieldValue::Number(amount)) => to_decimal(*amount),
            (Takes::Day, FieldValue::Day(day)) => to_date(*day),
            (Takes::Hours, FieldValue::Number(hours)) => to_hours(*hours),
            (Takes::Share, FieldValue::Number(percent)) => {
                let share = percent
                    .checked_div(Decimal::ONE_HUNDRED)
                    .ok_or_else(wrong)?;
                json!(share.to_f64())
            }
            (Takes::Party, FieldValue::Ref(to)) => json!(party(to).ok_or_else(wrong)?),
            (Takes::Employee, FieldValue::Ref(to)) => json!(self.employee(to).await?),
            _ => return Err(wrong()),
        })
    }

    /// The employment of a colleague, who is known here as a party.
    pub(super) async fn employee(&self, to: &ItemRef) -> Result<i64, Fault> {
        let id: Option<i64> = to.handle.as_str().parse().ok();
        if to.collection.as_str() == "company.employee"
            && let Some(id) = id
        {
            return Ok(id);
        }
        let domain = json!([["party", "=", party(to)]]);
        let params = vec![domain, json!(0), json!(1), json!(null)];
        let call = Call::read("company.employee", "search", params).foreground();
        self.source
            .rpc
            .call(call)
            .await?
            .get(0)
            .and_then(Value::as_i64)
            .ok_or_else(|| Fault::Rejected("that person is no employee at Tryton".to_owned()))
    }

    /// The company's own status for one of ours, and the progress that it asks
    /// for: Tryton's own client fills that in too.
    async fn status(&self, edit: &Edit, row: &Row) -> Result<(i64, Option<Value>), Fault> {
        let wanted = match &edit.mine {
            FieldValue::Text(word) => TaskStatus::from_word(word),
            _ => None,
        };
        let wanted = wanted.ok_or_else(|| wrong(edit))?;
        let kind = wire::text(row, "type").unwrap_or_else(|| "task".to_owned());
        let fields = json!(["name", "progress", "default", "types"]);
        let params = vec![json!([]), json!(0), json!(null), json!(null), fields];
        let call = Call::read("project.work.status", "search_read", params).foreground();
        let all = self.source.rpc.rows(call).await?;
        let fits = |status: &&Row| {
            let types = status.get("types").and_then(Value::as_array);
            types.is_none_or(|types| types.iter().any(|it| it.as_str() == Some(&kind)))
        };
        let (id, share) = pick_status(all.iter().filter(fits), wanted).ok_or_else(|| {
            Fault::Rejected(format!(
                "this Tryton has no status that means \"{}\"",
                wanted.word()
            ))
        })?;
        let now = wire::decimal(row, "progress")
            .ok()
            .flatten()
            .unwrap_or_default();
        let progress = if share > now {
            Some(json!(share.to_f64()))
        } else if wanted == TaskStatus::Open && now > Decimal::ZERO {
            Some(Value::Null)
        } else {
            None
        };
        Ok((id, progress))
    }
}

fn wrong(edit: &Edit) -> Fault {
    Fault::Rejected(format!("\"{}\" cannot hold \"{}\"", edit.field, edit.mine))
}

/// A status by what it means, and the share of the work it stands for: done is
/// the first with all of it, open the default one.
fn pick_status<'r>(
    all: impl Iterator<Item = &'r Row> + Clone,
    wanted: TaskStatus,
) -> Option<(i64, Decimal)> {
    let share = |row: &Row| {
        wire::decimal(row, "progress")
            .ok()
            .flatten()
            .unwrap_or_default()
    };
    let named_off = |row: &Row| {
        wire::text(row, "name").is_some_and(|name| name.to_lowercase().contains("cancel"))
    };
    let open = |row: &&Row| share(row) < Decimal::ONE && !named_off(row);
    let first = match wanted {
        TaskStatus::Done => all.clone().find(|row| share(row) >= Decimal::ONE),
        TaskStatus::Cancelled => all.clone().find(|row| named_off(row)),
        TaskStatus::Started => all
            .clone()
            .filter(open)
            .find(|row| share(row) > Decimal::ZERO),
        TaskStatus::Open => {
            let default = |row: &&Row| wire::flag(row, "default") == Some(true);
            all.clone()
                .filter(open)
                .find(default)
                .or_else(|| all.clone().find(open))
        }
    }?;
    Some((wire::id(first, "id")?, share(first)))
}

pub(super) fn party(to: &ItemRef) -> Option<i64> {
    (to.collection.as_str() == "party.party").then(|| to.handle.as_str().parse().ok())?
}

const ADDRESSES: [AddressKind; 5] = [
    AddressKind::Email,
    AddressKind::Phone,
    AddressKind::Matrix,
    AddressKind::Url,
    AddressKind::Other,
];

fn address_kind(field: &str) -> Option<AddressKind> {
    ADDRESSES.into_iter().find(|kind| kind.word() == field)
}

fn wanted(edit: &Edit) -> Result<Vec<String>, Fault> {
    match &edit.mine {
        FieldValue::Empty => Ok(Vec::new()),
        FieldValue::Text(one) => Ok(vec![one.trim().to_owned()]),
        FieldValue::List(all) => Ok(all.iter().map(|it| it.trim().to_owned()).collect()),
        other => Err(Fault::Rejected(format!(
            "\"{}\" cannot hold \"{other}\"",
            edit.field
        ))),
    }
}

/// The least change that makes a party's addresses of one kind the wanted ones:
/// a changed one keeps its row, and with it its comment and its uses.
fn mechanism_changes(row: &Row, kind: AddressKind, wanted: &[String]) -> Vec<Value> {
    let now: Vec<(i64, String)> = wire::list(row, "contact_mechanisms")
        .filter_map(|it| {
            let value = wire::text(it, "value")?;
            let ours = kind_of(&wire::text(it, "type")?, &value) == kind;
            ours.then_some((wire::id(it, "id")?, value))
        })
        .collect();
    let have: BTreeSet<&str> = now.iter().map(|(_, value)| value.as_str()).collect();
    let keep: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
    let mut gone = now
        .iter()
        .filter(|(_, value)| !keep.contains(value.as_str()));
    let mut changes = Vec::new();
    for value in wanted
        .iter()
        .filter(|value| !have.contains(value.as_str()) && !value.is_empty())
    {
        changes.push(match gone.next() {
            Some((id, _)) => json!(["write", [id], {"value": value}]),
            None => json!(["create", [{"type": mechanism(kind), "value": value}]]),
        });
    }
    let left: Vec<i64> = gone.map(|(id, _)| *id).collect();
    if !left.is_empty() {
        changes.push(json!(["delete", left]));
    }
    changes
}

pub(super) const fn mechanism(kind: AddressKind) -> &'static str {
    match kind {
        AddressKind::Email => "email",
        AddressKind::Phone => "phone",
        AddressKind::Url => "website",
        AddressKind::Matrix | AddressKind::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: Value) -> Row {
        value.as_object().unwrap().clone()
    }

    fn ada() -> Row {
        row(json!({"contact_mechanisms.": [
            {"id": 1, "type": "email", "value": "ada@old.example"},
            {"id": 2, "type": "mobile", "value": "+43 1 2"},
            {"id": 3, "type": "email", "value": "second@old.example"},
        ]}))
    }

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|&it| it.to_owned()).collect()
    }

    #[test]
    fn a_changed_address_keeps_its_row_and_the_others_are_left_alone() {
        let wanted = texts(&["ada@new.example", "second@old.example"]);
        assert_eq!(
            mechanism_changes(&ada(), AddressKind::Email, &wanted),
            [json!(["write", [1], {"value": "ada@new.example"}])]
        );
        let wanted = texts(&["+43 1 2", "+43 1 3"]);
        assert_eq!(
            mechanism_changes(&ada(), AddressKind::Phone, &wanted),
            [json!(["create", [{"type": "phone", "value": "+43 1 3"}]])]
        );
        assert_eq!(
            mechanism_changes(&ada(), AddressKind::Email, &[]),
            [json!(["delete", [1, 3]])]
        );
        let same = texts(&["second@old.example", "ada@old.example"]);
        assert_eq!(
            mechanism_changes(&ada(), AddressKind::Email, &same),
            Vec::<Value>::new()
        );
    }

    #[test]
    fn the_fields_that_are_offered_are_those_that_are_taken() {
        assert_eq!(taken("sale.sale"), ["title", "text", "reference"]);
        assert!(taken("party.party").contains(&"phone"));
        assert!(taken("sale.opportunity").contains(&"lost_reason"));
        assert_eq!(taken("account.invoice"), Vec::<&str>::new());
        // A field that `column` knows and the list does not would be refused for nothing.
        let source = include_str!("fields.rs");
        let table = source.split_once("fn column").unwrap().1;
        let table = table.split_once("_ => return None").unwrap().0;
        for line in table.lines().filter(|line| line.contains("=> (")) {
            let names = line.split_once("=> (").unwrap().0;
            for name in names.split('"').skip(1).step_by(2) {
                assert!(name.contains('.') || FIELDS.contains(&name), "{name}");
            }
        }
    }

    #[test]
    fn a_status_is_found_by_what_it_means() {
        let all = [
            row(json!({"id": 1, "name": "Open", "progress": null, "default": 1})),
            row(json!({"id": 2, "name": "Doing", "progress": 0.3, "default": 0})),
            row(json!({"id": 3, "name": "Done", "progress": 1.0, "default": 0})),
        ];
        let pick = |status| pick_status(all.iter(), status).map(|(id, _)| id);
        assert_eq!(pick(TaskStatus::Open), Some(1));
        assert_eq!(pick(TaskStatus::Started), Some(2));
        assert_eq!(pick(TaskStatus::Done), Some(3));
        assert_eq!(pick(TaskStatus::Cancelled), None);
    }
}
