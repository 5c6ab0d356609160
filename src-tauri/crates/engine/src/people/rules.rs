//! What the user's own company and own addresses are, and where numbers without
//! a country code are dialled.

use std::collections::BTreeSet;

use rapport_model::{AccountId, Address, AddressKind, Millis};
use rapport_store::StoreError;
use rapport_store::db::{Reader, Tx};

use super::{address_key, domain, is_free_mail};

const REGION: &str = "people.region";
const OWN: &str = "people.own_domains";

/// The settings that decide who is who, for one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// ISO country in which a number without a code is read.
    pub region: Option<String>,
    /// Domains of the user's own company: they never make a customer.
    pub own_domains: BTreeSet<String>,
    /// The user's own addresses, normalised.
    pub me: BTreeSet<String>,
    /// The account's messages are kept for so many days only.
    pub kept_days: Option<u32>,
}

impl Rules {
    /// The rules as they stand for `account`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn load(reader: &Reader<'_>, account: &AccountId) -> Result<Self, StoreError> {
        Ok(Self {
            region: reader.setting(REGION)?,
            own_domains: reader.setting(OWN)?.unwrap_or_default(),
            me: reader.setting(&me_key(account))?.unwrap_or_default(),
            kept_days: reader.retention(account)?,
        })
    }

    /// The moment before which the account's messages are not wanted here.
    #[must_use]
    pub fn kept_since(&self, now: Millis) -> Option<Millis> {
        let days = i64::from(self.kept_days?);
        Some(now.plus(days.saturating_mul(-86_400_000)))
    }

    /// Sets the country of numbers without a code.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn set_region(tx: &mut Tx<'_>, region: Option<&str>) -> Result<(), StoreError> {
        match region {
            Some(region) => tx.set_setting(REGION, &region.to_ascii_uppercase()),
            None => tx.drop_setting(REGION),
        }
    }

    /// Adds a domain of the user's own company.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add_own_domain(&mut self, tx: &mut Tx<'_>, name: &str) -> Result<(), StoreError> {
        let Some(name) = domain(name).filter(|it| !is_free_mail(it)) else {
            return Ok(());
        };
        let mut all: BTreeSet<String> = tx.setting(OWN)?.unwrap_or_default();
        self.own_domains.insert(name.clone());
        if all.insert(name) {
            tx.set_setting(OWN, &all)?;
        }
        Ok(())
    }

    /// Adds an address of the user's own.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add_me(
        &mut self,
        tx: &mut Tx<'_>,
        account: &AccountId,
        address: &Address,
    ) -> Result<(), StoreError> {
        let Some(key) = address_key(address, self.region.as_deref()) else {
            return Ok(());
        };
        if self.me.insert(key) {
            tx.set_setting(&me_key(account), &self.me)?;
        }
        Ok(())
    }

    /// The company domain of a mail address or web site, unless it is the user's
    /// own or anybody's.
    #[must_use]
    pub fn company(&self, text: &str) -> Option<String> {
        domain(text).filter(|it| !is_free_mail(it) && !self.own_domains.contains(it))
    }

    /// Whether an address is the user's own.
    #[must_use]
    pub fn is_me(&self, address: &Address) -> bool {
        address_key(address, self.region.as_deref()).is_some_and(|it| self.me.contains(&it))
    }

    /// Whether a message that mentions these addresses mentions the user.
    #[must_use]
    pub fn is_mentioned(&self, mentions: &[String]) -> bool {
        mentions.iter().any(|it| {
            it == "@room"
                || [AddressKind::Matrix, AddressKind::Email]
                    .into_iter()
                    .any(|kind| {
                        self.is_me(&Address {
                            kind,
                            value: it.clone(),
                        })
                    })
        })
    }
}

fn me_key(account: &AccountId) -> String {
    format!("account.me.{account}")
}
