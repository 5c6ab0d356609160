//! Parties: companies, and the people among them.
//!
//! Tryton does not tell people from companies. A party is a person when it is
//! employed, or when a relation ties it to its company.

use rapport_model::{
    Address, AddressKind, Body, Contact, FieldValue, Fields, Organisation, Postal,
};

use super::{Lore, add, name_field, refer, text_field};
use crate::tryton::wire::{self, Row};

/// A comment longer than this is no job title.
const LONGEST_ROLE: usize = 60;

pub(super) fn party(id: i64, row: &Row, lore: &Lore) -> Body {
    let name = wire::text(row, "name")
        .or_else(|| wire::text(row, "rec_name"))
        .unwrap_or_else(|| format!("Party {id}"));
    let company = company_of(row, lore);
    let staff = lore.staff.contains(&id);
    let me = lore.me == Some(id);
    let mut fields = Fields::new();
    add(
        &mut fields,
        [
            ("language", name_field(row, "lang", "code")),
            (
                "payment_term",
                name_field(row, "customer_payment_term", "rec_name"),
            ),
            ("categories", categories(row)),
        ],
    );
    if company.is_none() && !staff && !me {
        return Body::Organisation(Box::new(Organisation {
            name,
            number: wire::text(row, "code"),
            tax_id: wire::list(row, "identifiers").find_map(|it| wire::text(it, "code")),
            addresses: addresses(row),
            postal: postal(row),
            notes: None,
            own: lore.own.contains(&id),
            fields,
        }));
    }
    add(&mut fields, [("number", text_field(row, "code"))]);
    Body::Contact(Box::new(Contact {
        name,
        addresses: addresses(row),
        organisation: company.map(|company| refer("party.party", company)),
        organisation_name: None,
        role: role(row),
        postal: postal(row),
        staff: staff || me,
        me,
        notes: None,
        fields,
    }))
}

/// The company a relation ties the party to.
fn company_of(row: &Row, lore: &Lore) -> Option<i64> {
    wire::list(row, "relations").find_map(|relation| {
        let name = wire::text(wire::nested(relation, "type")?, "name")?;
        let ties = lore.person_relations.contains(&name.trim().to_lowercase());
        ties.then(|| wire::id(relation, "to")).flatten()
    })
}

/// There is no field for a role; people write it beside a number.
fn role(row: &Row) -> Option<String> {
    wire::list(row, "contact_mechanisms")
        .filter_map(|it| wire::text(it, "comment"))
        .find(|text| text.chars().count() <= LONGEST_ROLE && !text.contains('\n'))
}

fn categories(row: &Row) -> FieldValue {
    let names: Vec<String> = wire::list(row, "categories")
        .filter_map(|it| wire::text(it, "rec_name"))
        .collect();
    if names.is_empty() {
        FieldValue::Empty
    } else {
        FieldValue::List(names)
    }
}

fn addresses(row: &Row) -> Vec<Address> {
    wire::list(row, "contact_mechanisms")
        .filter_map(|it| {
            let value = wire::text(it, "value")?;
            let kind = kind_of(&wire::text(it, "type")?, &value);
            Some(Address { kind, value })
        })
        .collect()
}

/// What kind of address a contact mechanism is.
pub(in crate::tryton) fn kind_of(mechanism: &str, value: &str) -> AddressKind {
    match mechanism {
        "email" => AddressKind::Email,
        "phone" | "mobile" => AddressKind::Phone,
        "website" => AddressKind::Url,
        _ if value.starts_with('@') && value.contains(':') => AddressKind::Matrix,
        _ => AddressKind::Other,
    }
}

fn postal(row: &Row) -> Vec<Postal> {
    wire::list(row, "addresses")
        .map(|it| {
            let purpose = |flag, word| (wire::flag(it, flag) == Some(true)).then_some(word);
            let label: Vec<&str> = [
                purpose("invoice", "billing"),
                purpose("delivery", "delivery"),
            ]
            .into_iter()
            .flatten()
            .collect();
            Postal {
                label: label.join(", "),
                street: wire::text(it, "street").unwrap_or_default(),
                code: wire::text(it, "postal_code").unwrap_or_default(),
                city: wire::text(it, "city").unwrap_or_default(),
                country: wire::nested(it, "country")
                    .and_then(|country| wire::text(country, "code"))
                    .unwrap_or_default(),
            }
        })
        // Tryton gives every party an address, often a blank one.
        .filter(|it| !(it.street.is_empty() && it.code.is_empty() && it.city.is_empty()))
        .collect()
}
