//! Examines keychain, database, search index, disk, clock and accounts, and
//! says in plain words what is well and what to do about the rest.

use std::path::Path;

use rapport_model::connector::{Vault, VaultError};
use rapport_model::{Health, Millis};
use rapport_store::Profile;

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
        finding(
            "keychain",
            keychain(&*api.vault, Some(api.hub.db().profile())),
        ),
        finding("database", database(api)),
        finding("search", search(api)),
        finding("disk", disk(api.hub.db().profile().home())),
        finding("clock", clock(api.now())),
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

/// Examines what can be examined of a profile that does not open: why it does not, in `found`,
/// and whether what it needs is there. Without a keychain in use, `keychain` is none.
#[must_use]
pub fn closed(
    profile: &Profile,
    keychain: Option<Result<&dyn Vault, VaultError>>,
    found: (&str, &str),
    now: Millis,
) -> DoctorReport {
    let mut findings: Vec<Finding> = keychain
        .map(|it| {
            finding(
                "keychain",
                it.map_err(ill).and_then(|it| self::keychain(it, None)),
            )
        })
        .into_iter()
        .collect();
    let (what, why) = found;
    findings.push(finding(what, Err(broken(why))));
    findings.push(finding("disk", disk(profile.home())));
    findings.push(finding("clock", clock(now)));
    DoctorReport {
        findings,
        well: false,
    }
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

/// Why a keychain does not do it.
fn ill(error: VaultError) -> Said {
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
}

/// Writes, reads and removes a secret of its own: a keychain that answers
/// "nothing there" may be locked, and only a round trip tells. The file in the
/// profile that may take its place is not one.
fn keychain(vault: &dyn Vault, profile: Option<&Profile>) -> Found {
    vault.write(PROBE, "well").map_err(ill)?;
    let back = vault.read(PROBE).map_err(ill)?;
    // The file that takes its place is there as soon as it keeps something.
    let is_file = profile.is_some_and(|it| it.vault().exists());
    vault.remove(PROBE).map_err(ill)?;
    match back.as_deref() {
        Some("well") if is_file => Ok(Said::new(
            "keychain.file",
            "not in use: a sealed file in this folder keeps secrets and gives them back",
        )),
        Some("well") => Ok(Said::new("keychain.well", "keeps and gives back secrets")),
        _ => Err(Said::new(
            "keychain.silent",
            "takes secrets and does not give them back; it is probably locked",
        )),
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
            format!(
                "damaged ({first}). Save what can be read: rapport doctor --recover NEW-FOLDER"
            ),
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

fn disk(home: &Path) -> Found {
    let free = crate::disk::free(home).map_err(broken)?;
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

fn clock(now: Millis) -> Found {
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
