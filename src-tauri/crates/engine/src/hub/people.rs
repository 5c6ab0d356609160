//! Who is who, as the user says.

use std::collections::BTreeSet;

use rapport_model::{AccountId, ItemId, PersonId};
use rapport_store::Loss;
use rapport_store::table::people::{NodeId, Stance};

use super::Hub;
use crate::error::HubError;
use crate::people::{Beside, People, Rules, Said, Suggestion, say, split, suggestions};

impl Hub {
    /// The rules of no account in particular.
    fn rules(&self) -> Result<Rules, HubError> {
        self.read(|it| Rules::load(it, &AccountId::new("")))
    }

    /// Says that two people, or two organisations, are one. Answers what takes
    /// it back.
    ///
    /// # Errors
    /// One is not there, or they are of two kinds.
    pub fn link(&self, a: NodeId, b: NodeId) -> Result<Said, HubError> {
        self.say(Said {
            a,
            b,
            stance: Some(Stance::Link),
        })
    }

    /// Says that two are not the same, whatever else says so.
    ///
    /// # Errors
    /// One is not there, or they are of two kinds.
    pub fn keep_apart(&self, a: NodeId, b: NodeId) -> Result<Said, HubError> {
        self.say(Said {
            a,
            b,
            stance: Some(Stance::Apart),
        })
    }

    /// Takes back what was said about two.
    ///
    /// # Errors
    /// One is not there.
    pub fn unlink(&self, a: NodeId, b: NodeId) -> Result<Said, HubError> {
        self.say(Said { a, b, stance: None })
    }

    /// Says what a [`Said`] says: also how a word is taken back.
    ///
    /// # Errors
    /// One is not there, or they are of two kinds.
    pub fn say(&self, word: Said) -> Result<Said, HubError> {
        let (rules, now) = (self.rules()?, self.core.now());
        Ok(self.core.write(|tx| say(tx, &rules, word, now))?)
    }

    /// Takes one handle out of its person or organisation. Answers what puts it
    /// back, to be said in that order.
    ///
    /// # Errors
    /// It is not there.
    pub fn split(&self, node: NodeId) -> Result<Vec<Said>, HubError> {
        let (rules, now) = (self.rules()?, self.core.now());
        Ok(self.core.write(|tx| split(tx, &rules, node, now))?)
    }

    /// Who may be the same, with the reason.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn suggestions(&self, limit: u32) -> Result<Vec<Suggestion>, HubError> {
        self.read(|it| suggestions(it, limit))
    }

    /// The country in which numbers without a code are read (`DE`).
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn set_region(&self, region: Option<&str>) -> Result<(), HubError> {
        Ok(self.core.write(|tx| Rules::set_region(tx, region))?)
    }

    /// Adds a domain of the user's own company. It never makes a customer.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add_own_domain(&self, domain: &str) -> Result<(), HubError> {
        let mut rules = self.rules()?;
        Ok(self.core.write(|tx| rules.add_own_domain(tx, domain))?)
    }

    /// The domains of the user's own company.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn own_domains(&self) -> Result<BTreeSet<String>, HubError> {
        Ok(self.rules()?.own_domains)
    }

    /// Looks anew at what these items belong to, after settings changed.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn look_again(&self, items: &[ItemId]) -> Result<(), HubError> {
        let rules = self.rules()?;
        Ok(self.core.write(|tx| {
            let mut people = People::default();
            for id in items {
                people.again(*id);
            }
            people.settle(tx, &rules)
        })?)
    }

    /// What would be lost with a person: shown before they are erased.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn loss_of_person(&self, person: PersonId) -> Result<Loss, HubError> {
        self.read(|it| it.loss_of_person(person))
    }

    /// Erases a person.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn forget_person(&self, person: PersonId) -> Result<Loss, HubError> {
        let rules = self.rules()?;
        Ok(self.core.write(|tx| {
            let beside = Beside::person(tx, person)?;
            let loss = tx.forget_person(person)?;
            beside.settle(tx, &rules)?;
            Ok(loss)
        })?)
    }
}
