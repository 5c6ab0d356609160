//! Examines keychain, database, search index, disk, clock and accounts, and
//! says in plain words what is well and what to do about the rest.

use rapport_model::connector::VaultError;
use rapport_model::{Health, Millis};

use crate::calls::Api;
use crate::dto::{DoctorReport, Finding, OutboxFilter};
use crate::error::ApiError;

/// The name of a secret that only the doctor writes, reads and removes.
const PROBE: &str = "doctor/probe";
/// Below this the next large sync may not fit.
const LITTLE_ROOM: u64 = 500 * 1024 * 1024;
/// A clock before this version was made is wrong.
const BUILT: Millis = Millis(1_790_000_000_000);

fn finding(what: &str, result: Result<String, String>) -> Finding {
    let well = result.is_ok();
    let detail = result.unwrap_or_else(|detail| detail);
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
    for account in api.accounts(crate::dto::Nothing {}).await? {
        let found = match &account.health {
            _ if account.paused => Ok("paused by you".to_owned()),
            Health::Well => Ok("well".to_owned()),
            Health::New => Ok("not synced yet; rapport sync does it".to_owned()),
            Health::Working => Ok("working".to_owned()),
            Health::Waiting(until) => Ok(format!(
                "the source asked to wait until {}",
                until.rfc3339()
            )),
            Health::Offline(why) => Err(format!(
                "cannot be reached ({why}); what you asked waits in the outbox"
            )),
            Health::Degraded(why) => Err(format!("works in part: {why}")),
            Health::SignIn(why) => Err(format!(
                "needs you to sign in ({why}): rapport account sign-in {}",
                account.id
            )),
        };
        findings.push(finding(&format!("account {}", account.id), found));
    }
    let outbox = api.outbox(OutboxFilter::default()).await?;
    let parked = outbox.iter().filter(|row| row.state == "parked").count();
    findings.push(finding(
        "outbox",
        match (outbox.len(), parked) {
            (0, _) => Ok("empty".to_owned()),
            (waiting, 0) => Ok(format!("{waiting} waiting")),
            (waiting, parked) => Err(format!(
                "{waiting} waiting, {parked} of them parked for you: rapport outbox list"
            )),
        },
    ));
    let well = findings.iter().all(|finding| finding.well);
    Ok(DoctorReport { findings, well })
}

/// Writes, reads and removes a secret of its own: a keychain that answers
/// "nothing there" may be locked, and only a round trip tells.
fn keychain(api: &Api) -> Result<String, String> {
    let vault = &api.vault;
    let say = |error: VaultError| match error {
        VaultError::Locked(why) => format!("locked ({why}). Unlock it; nothing is lost."),
        VaultError::Missing(why) => format!(
            "none answers ({why}). Start one, or go on with the recovery passphrase; nothing is lost."
        ),
        VaultError::Failed(why) => format!("failed ({why}). Nothing was changed."),
    };
    vault.write(PROBE, "well").map_err(say)?;
    let back = vault.read(PROBE).map_err(say)?;
    vault.remove(PROBE).map_err(say)?;
    if back.as_deref() == Some("well") {
        Ok("keeps and gives back secrets".to_owned())
    } else {
        Err("takes secrets and does not give them back; it is probably locked".to_owned())
    }
}

fn database(api: &Api) -> Result<String, String> {
    let db = api.hub.db();
    let problems = db.integrity_check().map_err(|error| error.to_string())?;
    let size = db.size().map_err(|error| error.to_string())?;
    match problems.first() {
        None => Ok(format!("sound, {:.1} MB", megabytes(size.file))),
        Some(first) => Err(format!(
            "damaged ({first}). Save what can be read: rapport doctor --recover NEW-FILE"
        )),
    }
}

fn search(api: &Api) -> Result<String, String> {
    let rows = api
        .hub
        .db()
        .read(|db| db.coverage_rows())
        .map_err(|error| error.to_string())?;
    let (indexed, total) = rows.iter().fold((0_u64, 0_u64), |(indexed, total), row| {
        (
            indexed.saturating_add(row.indexed),
            total.saturating_add(row.total),
        )
    });
    if indexed == total {
        Ok(format!("{total} of {total} items can be found"))
    } else {
        Err(format!(
            "{indexed} of {total} items can be found; the index is being rebuilt"
        ))
    }
}

fn disk(api: &Api) -> Result<String, String> {
    let free =
        crate::disk::free(api.hub.db().profile().home()).map_err(|error| error.to_string())?;
    let text = format!("{:.1} GB free", megabytes(free) / 1024.0);
    if free < LITTLE_ROOM {
        Err(format!(
            "{text}: little. A sync that does not fit changes nothing and says so."
        ))
    } else {
        Ok(text)
    }
}

fn clock(api: &Api) -> Result<String, String> {
    let now = api.now();
    if now < BUILT {
        Err(format!(
            "says {}, which lies before this version was made. Set it right.",
            now.rfc3339()
        ))
    } else {
        Ok(now.rfc3339())
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
