//! Accounts: one row a sign-in. Secrets are never here.

use rapport_model::{Account, AccountId, Health, Millis};
use rusqlite::{OptionalExtension, Row, params};

use crate::db::{Migration, Reader, Tx};
use crate::error::StoreError;
use crate::topic::Topic;

/// The steps of this table.
pub const SCHEMA: &[Migration] = &[
    Migration {
        name: "2026_11_21_0900 account",
        older_may_open: false,
        sql: "
CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- short form used by other tables; never used twice
  name TEXT NOT NULL UNIQUE, -- the AccountId everybody else knows
  connector TEXT NOT NULL, -- name of the connector in the registry
  label TEXT NOT NULL, -- what the user calls it
  config TEXT NOT NULL, -- JSON answers to the connector's form, no secrets
  paused INTEGER NOT NULL, -- 1 when the user stopped its syncing
  health TEXT NOT NULL, -- JSON of the model's Health
  added INTEGER NOT NULL -- when it was added
) STRICT;
",
    },
    Migration {
        name: "2026_11_28_0630 account",
        older_may_open: false,
        sql: "
-- 1 when its secrets may lie in the keychain under names without the profile, as they once did.
ALTER TABLE account ADD COLUMN plain_secrets INTEGER NOT NULL DEFAULT 0;
UPDATE account SET plain_secrets = 1;
",
    },
];

const COLUMNS: &str = "SELECT name, connector, label, config, paused, health, added FROM account";

struct AccountRow {
    account: Account,
    config: String,
    health: String,
}

impl AccountRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            account: Account {
                id: AccountId(row.get(0)?),
                connector: row.get(1)?,
                label: row.get(2)?,
                config: serde_json::Value::Null,
                paused: row.get(4)?,
                health: Health::New,
                added: Millis(row.get(6)?),
            },
            config: row.get(3)?,
            health: row.get(5)?,
        })
    }

    fn parse(self) -> Result<Account, StoreError> {
        Ok(Account {
            config: serde_json::from_str(&self.config)?,
            health: serde_json::from_str(&self.health)?,
            ..self.account
        })
    }
}

impl Reader<'_> {
    /// All accounts, in the order they were added.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{COLUMNS} ORDER BY id"))?;
        let rows = statement.query_map([], AccountRow::read)?;
        rows.map(|row| row?.parse()).collect()
    }

    /// The accounts whose secrets may lie in the keychain under names without the profile.
    pub fn accounts_of_plain_secrets(&self) -> Result<Vec<AccountId>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT name FROM account WHERE plain_secrets = 1")?;
        let rows = statement.query_map([], |row| row.get(0).map(AccountId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The account with that id.
    pub fn account(&self, id: &AccountId) -> Result<Option<Account>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached(&format!("{COLUMNS} WHERE name = ?1"))?;
        statement
            .query_row([id.as_str()], AccountRow::read)
            .optional()?
            .map(AccountRow::parse)
            .transpose()
    }
}

impl Tx<'_> {
    /// Adds an account or changes its row.
    pub fn put_account(&mut self, account: &Account) -> Result<(), StoreError> {
        let config = serde_json::to_string(&account.config)?;
        let health = serde_json::to_string(&account.health)?;
        let changed = self
            .conn
            .prepare_cached(
                "INSERT INTO account (name, connector, label, config, paused, health, added) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (name) DO UPDATE SET \
                 connector = excluded.connector, label = excluded.label, \
                 config = excluded.config, paused = excluded.paused, health = excluded.health \
                 WHERE connector <> excluded.connector OR label <> excluded.label \
                 OR config <> excluded.config OR paused <> excluded.paused \
                 OR health <> excluded.health",
            )?
            .execute(params![
                account.id.as_str(),
                account.connector,
                account.label,
                config,
                account.paused,
                health,
                account.added.0
            ])?;
        if changed > 0 {
            self.topic(Topic::Account(account.id.clone()));
        }
        Ok(())
    }

    /// Says how an account is.
    pub fn set_health(&mut self, id: &AccountId, health: &Health) -> Result<(), StoreError> {
        let text = serde_json::to_string(health)?;
        let changed = self
            .conn
            .prepare_cached("UPDATE account SET health = ?2 WHERE name = ?1 AND health <> ?2")?
            .execute(params![id.as_str(), text])?;
        if changed > 0 {
            self.topic(Topic::Account(id.clone()));
        }
        Ok(())
    }

    /// Stops or resumes an account's syncing.
    pub fn set_paused(&mut self, id: &AccountId, paused: bool) -> Result<(), StoreError> {
        let changed = self
            .conn
            .prepare_cached("UPDATE account SET paused = ?2 WHERE name = ?1 AND paused <> ?2")?
            .execute(params![id.as_str(), paused])?;
        if changed > 0 {
            self.topic(Topic::Account(id.clone()));
        }
        Ok(())
    }
}
