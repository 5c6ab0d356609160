//! Contacts as vCard 4.0, one file each.

use super::folder::Folder;
use super::{escaped, folded};
use crate::SampleError;
use crate::when::Calendar;
use crate::world::{CUSTOMERS, Customer, Person, customer, everyone};

const HOME_ADDRESS: [&str; 5] = ["Turfkade 12", "9712 AA", "Groningen", "Netherlands", "NL"];

/// Writes all contacts and says how many.
pub(crate) fn write(folder: &Folder, calendar: &Calendar) -> Result<u64, SampleError> {
    let mut count = 0;
    for person in everyone() {
        let card = person_card(person, calendar)?;
        folder.put(&format!("contacts/{}.vcf", person.key), card.as_bytes())?;
        count += 1;
    }
    for org in CUSTOMERS {
        let card = org_card(org, calendar)?;
        folder.put(&format!("contacts/org-{}.vcf", org.key), card.as_bytes())?;
        count += 1;
    }
    Ok(count)
}

/// Street, city, postcode and country in the places vCard gives them.
fn adr(address: [&str; 5]) -> String {
    let [street, postcode, city, country, _] = address;
    let parts = ["", "", street, city, "", postcode, country].map(escaped);
    format!("ADR;TYPE=work:{}", parts.join(";"))
}

fn rev(calendar: &Calendar, day: i32) -> Result<String, SampleError> {
    let at = calendar.at(day, 12 * 3600)?;
    Ok(format!("REV:{}", at.timestamp().strftime("%Y%m%dT%H%M%SZ")))
}

fn card(lines: &[String]) -> String {
    let mut out = String::from("BEGIN:VCARD\r\nVERSION:4.0\r\n");
    for line in lines.iter().filter(|l| !l.is_empty()) {
        folded(&mut out, line);
    }
    out.push_str("END:VCARD\r\n");
    out
}

fn person_card(p: &Person, calendar: &Calendar) -> Result<String, SampleError> {
    let org = customer(p.org).map_or("Velmora Instruments", |c| c.name);
    let address = customer(p.org).map_or(HOME_ADDRESS, |c| c.address);
    let category = if p.is_staff() { "staff" } else { "customer" };
    // People change rarely; the length of the name spreads the days a little.
    let age = i32::try_from(p.name.len() * 17 % 400).unwrap_or(0);
    Ok(card(&[
        format!("UID:urn:velmora:person:{}", p.key),
        "KIND:individual".into(),
        format!("FN:{}", escaped(p.name)),
        format!("N:{};{};;;", escaped(p.family()), escaped(p.first())),
        format!("ORG:{}", escaped(org)),
        format!("TITLE:{}", escaped(p.title)),
        format!("EMAIL;TYPE=work;PREF=1:{}", p.email()),
        format!(
            "TEL;TYPE=\"work,voice\";VALUE=uri:tel:{}",
            p.phone.replace(' ', "-")
        ),
        format!("IMPP:matrix:u/{}", p.matrix().trim_start_matches('@')),
        adr(address),
        format!("CATEGORIES:{category}"),
        if p.note.is_empty() {
            String::new()
        } else {
            format!("NOTE:{}", escaped(p.note))
        },
        rev(calendar, -age - 3)?,
    ]))
}

fn org_card(c: &Customer, calendar: &Calendar) -> Result<String, SampleError> {
    Ok(card(&[
        format!("UID:urn:velmora:customer:{}", c.id),
        "KIND:org".into(),
        format!("FN:{}", escaped(c.name)),
        format!("ORG:{}", escaped(c.legal)),
        format!("EMAIL;TYPE=work:info@{}", c.domain),
        adr(c.address),
        "CATEGORIES:customer".into(),
        format!(
            "NOTE:{}",
            escaped(&format!(
                "{}, customer since {}, {}",
                c.industry, c.since, c.id
            ))
        ),
        rev(calendar, -65)?,
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::person;
    use calcard::vcard::VCard;
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    #[test]
    fn another_parser_reads_every_card() {
        let calendar = Calendar::new(date(2026, 3, 12), TimeZone::UTC).unwrap();
        for p in everyone() {
            let text = person_card(p, &calendar).unwrap();
            let read = VCard::parse(&text).unwrap_or_else(|e| panic!("{}: {e:?}", p.key));
            assert_eq!(
                read.entries
                    .iter()
                    .filter(|e| e.name.as_str() == "FN")
                    .count(),
                1
            );
        }
        for c in CUSTOMERS {
            VCard::parse(org_card(c, &calendar).unwrap()).unwrap();
        }
        let aylin = person_card(person("aylin").unwrap(), &calendar).unwrap();
        assert!(
            aylin.contains("IMPP:matrix:u/aylin:lindqora.example\r\n"),
            "{aylin}"
        );
    }
}
