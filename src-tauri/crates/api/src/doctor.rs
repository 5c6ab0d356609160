//! Examines keychain, database, search index, disk, clock and accounts, and
//! says in plain words what is well and what to do about the rest.

use rapport_model::connector::VaultError;
use rapport_model::{Health, Millis};

use crate::calls::Api;
use crate::dto::{AccountRow, DoctorReport, Finding, OutboxFilter, Said};
use crate::error::ApiError;

/// The name of a secret that only the doctor writes, reads and removes.
const PROBE: &str = "doctor/probe";
/// Below this the next large sync may not fit.
const LITTLE_ROOM: u64 = 500 * 1024 * 1024;
/// A clock before this version was made is wrong.
const BUILT: Millis = Millis(1_790_000_000_000);

type Found = Result<Said, Said>;

fn finding(what: &str, found: Found) -> Finding {
    let well = found.is_ok();
    let (Ok(detail) | Err(detail)) = found;
    Finding {
        what: what.to_owned(),
        well,
        detail,
    }
}

/// Runs every examination.
pub(crate) async fn examine(api: &Api) -> Result<DoctorReport, ApiError> {
    let mut findings = vec![
        finding("keychain", keychain(api)),
        finding("database", database(api)),
        finding("search", search(api)),
        finding("disk", disk(api)),
        finding("clock", clock(api)),
    ];
    for row in api.accounts(crate::dto::Nothing {}).await? {
        findings.push(finding(&format!("account {}", row.id), account(&row)));
    }
    let outbox = api.outbox(OutboxFilter::default()).await?;
    let parked = outbox.iter().filter(|row| row.state == "parked").count();
    findings.push(finding("outbox", waiting(outbox.len(), parked)));
    let well = findings.iter().all(|finding| finding.well);
    Ok(DoctorReport { findings, well })
}

fn account(row: &AccountRow) -> Found {
    match &row.health {
        _ if row.paused => Ok(Said::new("account.paused", "paused by you")),
        Health::Well => Ok(Said::new("account.well", "well")),
        Health::New => Ok(Said::new(
            "account.new",
            "not synced yet; rapport sync does it",
        )),
        Health::Working => Ok(Said::new("account.working", "working")),
        Health::Waiting(until) => Ok(Said::new(
            "account.waiting",
            format!("the source asked to wait until {}", until.rfc3339()),
        )
        .with("until", *until)),
        Health::Offline(why) => Err(Said::new(
            "account.offline",
            format!("cannot be reached ({why}); what you asked waits in the outbox"),
        )
        .with("why", why.as_str())),
        Health::Degraded(why) => Err(Said::new(
            "account.degraded",
            format!("works in part: {why}"),
        )
        .with("why", why.as_str())),
        Health::SignIn(why) => Err(Said::new(
            "account.sign_in",
            format!(
                "needs you to sign in ({why}): rapport account sign-in {}",
                row.id
            ),
        )
        .with("why", why.as_str())),
    }
}

fn waiting(all: usize, parked: usize) -> Found {
    let said = |word, text| Said::new(word, text).with("n", all).with("parked", parked);
    match (all, parked) {
        (0, _) => Ok(said("outbox.empty", "empty".to_owned())),
        (all, 0) => Ok(said("outbox.waiting", format!("{all} waiting"))),
        (all, parked) => Err(said(
            "outbox.parked",
            format!("{all} waiting, {parked} of them parked for you: rapport outbox list"),
        )),
    }
}

/// Writes, reads and removes a secret of its own: a keychain that answers
/// "nothing there" may be locked, and only a round trip tells.
fn keychain(api: &Api) -> Found {
    let vault = &api.vault;
    let say = |error: VaultError| {
        let (word, why, text) = match error {
            VaultError::Locked(why) => {
                let text = format!("locked ({why}). Unlock it; nothing is lost.");
                ("keychain.locked", why, text)
            }
            VaultError::Missing(why) => {
                let text = format!(
                    "none answers ({why}). Start one, or go on with the recovery passphrase; \
                     nothing is lost."
                );
                ("keychain.missing", why, text)
            }
            VaultError::Failed(why) => {
                let text = format!("failed ({why}). Nothing was changed.");
                ("keychain.failed", why, text)
            }
        };
        Said::new(word, text).with("why", why)
    };
    vault.write(PROBE, "well").map_err(say)?;
    let back = vault.read(PROBE).map_err(say)?;
    vault.remove(PROBE).map_err(say)?;
    if back.as_deref() == Some("well") {
        Ok(Said::new("keychain.well", "keeps and gives back secrets"))
    } else {
        Err(Said::new(
            "keychain.silent",
            "takes secrets and does not give them back; it is probably locked",
        ))
    }
}

/// The examination itself did not work.
fn broken(error: impl ToString) -> Said {
    let why = error.to_string();
    Said::new("broken", why.clone()).with("why", why)
}

fn database(api: &Api) -> Found {
    let db = api.hub.db();
    let problems = db.integrity_check().map_err(broken)?;
    let size = db.size().map_err(broken)?;
    match problems.first() {
        None => Ok(Said::new(
            "database.sound",
            format!("sound, {:.1} MB", megabytes(size.file)),
        )
        .with("bytes", size.file)),
        Some(first) => Err(Said::new(
            "database.damaged",
            format!("damaged ({first}). Save what can be read: rapport doctor --recover NEW-FILE"),
        )
        .with("why", first.as_str())),
    }
}

fn search(api: &Api) -> Found {
    let rows = api.hub.db().read(|db| db.coverage_rows()).map_err(broken)?;
    let (indexed, total) = rows.iter().fold((0_u64, 0_u64), |(indexed, total), row| {
        (
            indexed.saturating_add(row.indexed),
            total.saturating_add(row.total),
        )
    });
    let said = |word, text| Said::new(word, text).with("n", indexed).with("of", total);
    if indexed == total {
        Ok(said(
            "search.whole",
            format!("{total} of {total} items can be found"),
        ))
    } else {
        Err(said(
            "search.part",
            format!("{indexed} of {total} items can be found; the index is being rebuilt"),
        ))
    }
}

fn disk(api: &Api) -> Found {
    let free = crate::disk::free(api.hub.db().profile().home()).map_err(broken)?;
    let text = format!("{:.1} GB free", megabytes(free) / 1024.0);
    if free < LITTLE_ROOM {
        Err(Said::new(
            "disk.little",
            format!("{text}: little. A sync that does not fit changes nothing and says so."),
        )
        .with("bytes", free))
    } else {
        Ok(Said::new("disk.free", text).with("bytes", free))
    }
}

fn clock(api: &Api) -> Found {
    let now = api.now();
    if now < BUILT {
        Err(Said::new(
            "clock.wrong",
            format!(
                "says {}, which lies before this version was made. Set it right.",
                now.rfc3339()
            ),
        )
        .with("at", now))
    } else {
        Ok(Said::new("clock.well", now.rfc3339()).with("at", now))
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
