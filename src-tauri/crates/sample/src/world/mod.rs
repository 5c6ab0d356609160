//! The facts of the fictional company, as data: who there is, what was said,
//! what is owed.
//!
//! Invariant: everything here is constant; what differs between two seeds is
//! made in `text`, `ledger` and `talk`.

pub(crate) mod agenda;
pub(crate) mod books;
pub(crate) mod customers;
pub(crate) mod deals;
pub(crate) mod desk;
pub(crate) mod needles;
pub(crate) mod pages;
pub(crate) mod people;
pub(crate) mod products;
pub(crate) mod rooms;
pub(crate) mod scene_chats;
pub(crate) mod scene_mails;
pub(crate) mod staff;
pub(crate) mod todos;

pub(crate) use customers::{CUSTOMERS, Customer};

/// Someone with an address.
#[derive(Debug)]
pub(crate) struct Person {
    /// Short name used to refer to the person from other facts.
    pub(crate) key: &'static str,
    /// Full name.
    pub(crate) name: &'static str,
    /// Role, as on a business card.
    pub(crate) title: &'static str,
    /// Key of the customer, or `velmora`.
    pub(crate) org: &'static str,
    /// Left of the @ in the mail address.
    pub(crate) local: &'static str,
    /// Phone number in international form.
    pub(crate) phone: &'static str,
    /// What someone wrote on the card.
    pub(crate) note: &'static str,
}

/// The mail domain of Velmora itself.
pub(crate) const HOME: &str = "velmora.example";
/// The user of the sample.
pub(crate) const ME: &str = "ines";

impl Person {
    /// The mail domain of whom they work for.
    pub(crate) fn domain(&self) -> &'static str {
        customer(self.org).map_or(HOME, |c| c.domain)
    }

    /// The mail address.
    pub(crate) fn email(&self) -> String {
        format!("{}@{}", self.local, self.domain())
    }

    /// The chat address. The two people called Owen or Nele never share a domain.
    pub(crate) fn matrix(&self) -> String {
        format!("@{}:{}", self.key, self.domain())
    }

    /// What colleagues call them.
    pub(crate) fn first(&self) -> &'static str {
        self.name.split(' ').next().unwrap_or(self.name)
    }

    /// The rest of the name.
    pub(crate) fn family(&self) -> &'static str {
        self.name.split_once(' ').map_or("", |(_, family)| family)
    }

    /// Whether the person works for Velmora.
    pub(crate) fn is_staff(&self) -> bool {
        self.org == "velmora"
    }
}

/// The customer with that key.
pub(crate) fn customer(key: &str) -> Option<&'static Customer> {
    CUSTOMERS.iter().find(|c| c.key == key)
}

/// Everyone: staff first, then the people of the customers.
pub(crate) fn everyone() -> impl Iterator<Item = &'static Person> {
    staff::STAFF.iter().chain(people::PEOPLE)
}

/// The person with that key.
pub(crate) fn person(key: &str) -> Option<&'static Person> {
    everyone().find(|p| p.key == key)
}

/// The people of one customer, the ones who write most first.
pub(crate) fn people_of(org: &str) -> impl Iterator<Item = &'static Person> + '_ {
    people::PEOPLE.iter().filter(move |p| p.org == org)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_key_is_used_once_and_every_reference_resolves() {
        let keys: BTreeSet<_> = everyone().map(|p| p.key).collect();
        assert_eq!(keys.len(), everyone().count());
        let emails: BTreeSet<_> = everyone().map(Person::email).collect();
        assert_eq!(emails.len(), keys.len());
        for p in everyone() {
            assert!(p.is_staff() || customer(p.org).is_some(), "{}", p.key);
        }
        for c in CUSTOMERS {
            assert!(people_of(c.key).count() >= 4, "{}", c.key);
            assert!(person(c.owner).is_some() && person(c.crm_owner).is_some());
        }
        assert!(person(ME).is_some());
    }
}
