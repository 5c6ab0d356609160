//! When what happens: turns of an account, their pace, and the tasks that take them.

mod account;
mod pace;
mod pull;
mod reconcile;
mod supervisor;
mod turn;
mod upkeep;

pub(crate) use account::run as run_account;
pub use pace::{Pace, delay};
pub(crate) use reconcile::reconcile;
pub use reconcile::{Reconciled, difference};
pub use supervisor::{Supervisor, TaskEnd, TaskEvent};
pub(crate) use turn::{Ask, turn};
pub use turn::{CollectionTurn, Progress, Turn};
pub(crate) use upkeep::{
    ALL_STEPS, erase_old, look_after, raise_overdue, rebuild, run as run_upkeep, tidy, wake_snoozed,
};
