//! Money is a decimal and a currency, never a float.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An ISO 4217 code such as `EUR`, upper case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub struct Currency(pub String);

impl Currency {
    /// Takes a code in any case; empty means the source did not say.
    pub fn new(code: impl AsRef<str>) -> Self {
        Self(code.as_ref().trim().to_ascii_uppercase())
    }
}

/// An amount in a currency. Equality ignores trailing zeros (`1.0 == 1.00`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub struct Money {
    /// The exact amount; travels as text.
    #[ts(type = "string")]
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
}

impl Money {
    /// An amount in the currency with this code.
    pub fn new(amount: Decimal, currency: impl AsRef<str>) -> Self {
        Self {
            amount,
            currency: Currency::new(currency),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency.0)
    }
}
