//! vCards as contacts and companies, and back, property by property.

use rapport_model::{
    Address, AddressKind, Body, Contact, Edit, FieldName, FieldValue, Organisation, Postal,
};

use super::lines::{self, Component, Line, escape};
use super::name::Name;

/// The card's UID; cards of old programs have none.
fn uid(lines: &[Line]) -> Option<String> {
    let uid = lines.iter().find(|line| line.name == "UID")?.text();
    let uid = uid.trim();
    (!uid.is_empty()).then(|| uid.to_owned())
}

/// The UID, or a name made of the card itself.
pub(super) fn uid_or_digest(lines: &[Line], bytes: &[u8]) -> String {
    uid(lines).unwrap_or_else(|| format!("card-{:016x}", crate::common::digest64([bytes])))
}

/// Maps a card.
///
/// # Errors
/// In plain words, why it says nothing.
pub(super) fn map(text: &str) -> Result<Body, String> {
    let lines = lines::own(lines::read(text));
    let first = |name: &str| {
        lines
            .iter()
            .find(|line| line.name == name)
            .map(Line::text)
            .filter(|it| !it.trim().is_empty())
    };
    let structured = || {
        let line = lines.iter().find(|line| line.name == "N")?;
        Some(Name::of(&line.parts(';')).whole()).filter(|name| !name.is_empty())
    };
    let org = lines
        .iter()
        .find(|line| line.name == "ORG")
        .map(|line| line.parts(';'));
    let company = org
        .as_ref()
        .and_then(|it| it.first())
        .filter(|it| !it.is_empty())
        .cloned();
    let addresses: Vec<Address> = lines.iter().filter_map(address).collect();
    let name = first("FN")
        .or_else(structured)
        .or_else(|| company.clone())
        .or_else(|| addresses.first().map(|it| it.value.clone()))
        .ok_or("the card has neither a name nor an address")?;
    let categories: Vec<String> = lines
        .iter()
        .filter(|line| line.name == "CATEGORIES")
        .flat_map(|line| line.parts(','))
        .map(|it| it.trim().to_lowercase())
        .collect();
    let has = |word: &str| categories.iter().any(|it| it == word);
    let postal: Vec<Postal> = lines
        .iter()
        .filter(|line| line.name == "ADR")
        .map(postal)
        .collect();
    let is_org = first("KIND").is_some_and(|kind| kind.eq_ignore_ascii_case("org"))
        || first("X-ABSHOWAS").is_some_and(|kind| kind.eq_ignore_ascii_case("COMPANY"));
    if is_org {
        return Ok(Body::Organisation(Box::new(Organisation {
            name,
            number: first("X-RAPPORT-NUMBER"),
            tax_id: first("X-RAPPORT-TAX-ID"),
            addresses,
            postal,
            notes: first("NOTE"),
            own: has("own") || has("me"),
            fields: rapport_model::Fields::new(),
        })));
    }
    let mut fields = rapport_model::Fields::new();
    for (property, field) in [("BDAY", "birthday"), ("NICKNAME", "nickname")] {
        if let Some(value) = first(property) {
            fields.insert(FieldName::from(field), FieldValue::Text(value));
        }
    }
    if let Some(unit) = org
        .as_ref()
        .and_then(|it| it.get(1))
        .filter(|it| !it.is_empty())
    {
        fields.insert(
            FieldName::from("department"),
            FieldValue::Text(unit.clone()),
        );
    }
    Ok(Body::Contact(Box::new(Contact {
        name,
        addresses,
        organisation: None,
        organisation_name: company,
        role: first("TITLE").or_else(|| first("ROLE")),
        postal,
        staff: has("staff"),
        me: has("me"),
        notes: first("NOTE"),
        fields,
    })))
}

fn address(line: &Line) -> Option<Address> {
    let text = line.text();
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let scheme = |scheme: &str| {
        text.split_at_checked(scheme.len())
            .filter(|(head, _)| head.eq_ignore_ascii_case(scheme))
            .map_or(text, |(_, rest)| rest)
            .to_owned()
    };
    Some(match line.name.as_str() {
        "EMAIL" => Address::email(scheme("mailto:")),
        "TEL" => Address::phone(scheme("tel:")),
        "URL" => Address {
            kind: AddressKind::Url,
            value: text.to_owned(),
        },
        "IMPP" | "X-MATRIX" | "X-JABBER" => chat_address(text),
        _ => return None,
    })
}

/// `matrix:u/ada:example.org` (RFC 9584 form) and `matrix:@ada:example.org`.
fn chat_address(text: &str) -> Address {
    let lower = text.to_ascii_lowercase();
    let rest = text
        .get(7..)
        .filter(|_| lower.starts_with("matrix:"))
        .unwrap_or(text);
    let user = rest.strip_prefix("u/").map(|user| format!("@{user}"));
    let user = user.unwrap_or_else(|| rest.to_owned());
    if user.starts_with('@') && user.contains(':') {
        Address::matrix(user)
    } else {
        Address {
            kind: AddressKind::Other,
            value: text.to_owned(),
        }
    }
}

fn postal(line: &Line) -> Postal {
    let parts = line.parts(';');
    let part = |at: usize| {
        parts
            .get(at)
            .map(|it| it.trim().to_owned())
            .unwrap_or_default()
    };
    let street = [part(0), part(1), part(2)];
    let street: Vec<String> = street.into_iter().filter(|it| !it.is_empty()).collect();
    Postal {
        label: line.param("TYPE").unwrap_or_default().to_lowercase(),
        street: street.join("\n"),
        code: part(5),
        city: part(3),
        country: part(6),
    }
}

/// The fields a card has a place for.
pub(super) const FIELDS: [&str; 13] = [
    "name",
    "role",
    "organisation_name",
    "notes",
    "email",
    "phone",
    "url",
    "matrix",
    "other",
    "number",
    "tax_id",
    "birthday",
    "nickname",
];

/// Puts edits into a card.
///
/// # Errors
/// In plain words, which field a card cannot hold.
pub(super) fn edit(text: &str, uid: &str, edits: &[Edit], stamp: &str) -> Result<String, String> {
    let mut card = Component::new(text);
    // A card without a UID is known by its bytes, which change now.
    card.replace(|line| line.name == "UID" && line.text().trim() != uid, &[]);
    if !card.own_lines().iter().any(|line| line.name == "UID") {
        card.replace(|_| false, &[format!("UID:{}", escape(uid))]);
    }
    for edit in edits {
        let name = edit.field.0.as_str();
        match name {
            "name" => rename(&mut card, &edit.mine),
            "notes" => set(&mut card, "NOTE", &edit.mine),
            "role" => {
                let has_title = card.own_lines().iter().any(|line| line.name == "TITLE");
                let has_role = card.own_lines().iter().any(|line| line.name == "ROLE");
                set(
                    &mut card,
                    if has_role && !has_title {
                        "ROLE"
                    } else {
                        "TITLE"
                    },
                    &edit.mine,
                );
            }
            "organisation_name" => organisation(&mut card, &edit.mine),
            "birthday" => set(&mut card, "BDAY", &edit.mine),
            "nickname" => set(&mut card, "NICKNAME", &edit.mine),
            "number" => set(&mut card, "X-RAPPORT-NUMBER", &edit.mine),
            "tax_id" => set(&mut card, "X-RAPPORT-TAX-ID", &edit.mine),
            "email" | "phone" | "url" | "matrix" | "other" => {
                let kind = kind_of(name);
                set_addresses(&mut card, kind, &list(&edit.mine, name)?);
            }
            _ => return Err(format!("a card has no place for the field \"{name}\"")),
        }
    }
    card.replace(|line| line.name == "REV", &[format!("REV:{stamp}")]);
    Ok(card.into_text())
}

/// A new card.
///
/// # Errors
/// The body is neither a contact nor a company.
pub(super) fn write(uid: &str, body: &Body, stamp: &str) -> Result<String, String> {
    let mut out = vec![
        "BEGIN:VCARD".to_owned(),
        "VERSION:4.0".to_owned(),
        format!("UID:{}", escape(uid)),
        format!("REV:{stamp}"),
    ];
    let mut text = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|it| !it.is_empty()) {
            out.push(format!("{name}:{}", escape(value)));
        }
    };
    let (addresses, postal): (&[Address], &[Postal]) = match body {
        Body::Contact(it) => {
            text("FN", Some(&it.name));
            text("ORG", it.organisation_name.as_deref());
            text("TITLE", it.role.as_deref());
            text("NOTE", it.notes.as_deref());
            let me = it.me.then_some("me");
            let categories: Vec<&str> = it.staff.then_some("staff").into_iter().chain(me).collect();
            if !categories.is_empty() {
                out.push(format!("CATEGORIES:{}", categories.join(",")));
            }
            (&it.addresses, &it.postal)
        }
        Body::Organisation(it) => {
            text("KIND", Some("org"));
            text("FN", Some(&it.name));
            text("X-RAPPORT-NUMBER", it.number.as_deref());
            text("X-RAPPORT-TAX-ID", it.tax_id.as_deref());
            text("NOTE", it.notes.as_deref());
            (&it.addresses, &it.postal)
        }
        _ => return Err("only people and companies go into the address book".to_owned()),
    };
    out.extend(addresses.iter().map(address_line));
    out.extend(postal.iter().map(|it| {
        let parts = [&it.street, &it.city, &String::new(), &it.code, &it.country];
        let parts: Vec<String> = parts.iter().map(|part| escape(part)).collect();
        let label = lines::param(&it.label);
        let label = if label.is_empty() {
            label
        } else {
            format!(";TYPE={label}")
        };
        format!("ADR{label}:;;{}", parts.join(";"))
    }));
    out.push("END:VCARD".to_owned());
    Ok(out.iter().map(|line| lines::fold(line, "\r\n")).collect())
}

/// The name in one piece changes, and that in parts follows it.
fn rename(card: &mut Component, value: &FieldValue) {
    let lines = card.own_lines();
    let find = |name: &str| lines.iter().find(|line| line.name == name);
    let name = if value.is_empty() {
        String::new()
    } else {
        value.to_string()
    };
    let parts = find("N").map(|line| line.parts(';'));
    let named = parts.filter(|it| !it.iter().all(String::is_empty));
    if let Some(parts) = named.filter(|_| !name.trim().is_empty()) {
        let old = find("FN").map(Line::text).unwrap_or_default();
        let new = match Name::of(&parts).renamed(&old, &name) {
            Some(new) => Some(new),
            // Cards of before 4.0 must have one; it holds the name as a whole.
            None if find("VERSION").is_none_or(|line| line.text().trim() != "4.0") => {
                Some(Name::in_one(&name))
            }
            None => None,
        };
        let line = new.map(|it| it.line());
        card.replace_first("N", line.as_slice());
    }
    set(card, "FN", value);
}

fn set(card: &mut Component, property: &str, value: &FieldValue) {
    let new = match value {
        FieldValue::Empty => Vec::new(),
        other => vec![format!("{property}:{}", escape(&other.to_string()))],
    };
    card.replace_first(property, &new);
}

/// The company's name changes, the department stays.
fn organisation(card: &mut Component, value: &FieldValue) {
    let old = card.own_lines().into_iter().find(|line| line.name == "ORG");
    let units: Vec<String> = old
        .map(|line| line.parts(';').into_iter().skip(1).collect())
        .unwrap_or_default();
    let name = if value.is_empty() {
        String::new()
    } else {
        escape(&value.to_string())
    };
    let parts: Vec<String> = std::iter::once(name)
        .chain(units.iter().map(|unit| escape(unit)))
        .collect();
    let empty = parts.iter().all(String::is_empty);
    let new = if empty {
        Vec::new()
    } else {
        vec![format!("ORG:{}", parts.join(";"))]
    };
    card.replace_first("ORG", &new);
}

/// Keeps the lines of addresses that stay, with their types; drops and adds the
/// others.
fn set_addresses(card: &mut Component, kind: AddressKind, values: &[String]) {
    let old = card.own_lines();
    let old: Vec<Address> = old
        .iter()
        .filter_map(address)
        .filter(|it| it.kind == kind)
        .collect();
    let stays = |line: &Line| address(line).is_some_and(|it| values.contains(&it.value));
    let ours = |line: &Line| address(line).is_some_and(|it| it.kind == kind);
    card.replace(|line| ours(line) && !stays(line), &[]);
    for value in values {
        if !old.iter().any(|it| it.value == *value) {
            let line = address_line(&Address {
                kind,
                value: value.clone(),
            });
            card.replace(|_| false, &[line]);
        }
    }
}

fn address_line(address: &Address) -> String {
    let value = escape(&address.value);
    match address.kind {
        AddressKind::Email => format!("EMAIL:{value}"),
        AddressKind::Phone => format!("TEL:{value}"),
        AddressKind::Url => format!("URL:{}", address.value.replace(['\r', '\n'], "")),
        AddressKind::Matrix => format!("IMPP:matrix:u/{}", value.trim_start_matches('@')),
        AddressKind::Other => format!("IMPP:{value}"),
    }
}

fn kind_of(word: &str) -> AddressKind {
    match word {
        "email" => AddressKind::Email,
        "phone" => AddressKind::Phone,
        "url" => AddressKind::Url,
        "matrix" => AddressKind::Matrix,
        _ => AddressKind::Other,
    }
}

fn list(value: &FieldValue, field: &str) -> Result<Vec<String>, String> {
    match value {
        FieldValue::Empty => Ok(Vec::new()),
        FieldValue::List(items) => Ok(items.clone()),
        FieldValue::Text(one) => Ok(vec![one.clone()]),
        _ => Err(format!("the field \"{field}\" takes a list of addresses")),
    }
}
