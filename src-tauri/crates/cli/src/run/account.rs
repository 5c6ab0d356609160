//! Accounts: adding, signing in, checking, removing, encryption.

use std::io::{BufRead as _, IsTerminal as _};

use rapport_api::dto;
use rapport_model::AccountId;
use rapport_model::connector::{SecurityAnswer, SecurityStep, SignInStep, SignedIn};
use tokio::sync::mpsc;
use zeroize::Zeroizing;

use super::Desk;
use crate::args::AccountCommand;
use crate::failure::Failure;
use crate::out::{note, table};
use crate::{pick, values, when};

pub(crate) async fn run(desk: &Desk<'_>, command: AccountCommand) -> Result<(), Failure> {
    let api = desk.api;
    match command {
        AccountCommand::Sources => {
            let rows = api.sources(dto::Nothing {}).await?;
            desk.out.show(&rows, |rows| {
                table(
                    ["connector", "system", "answers", "brings"],
                    rows.iter().map(|row| {
                        let form: Vec<String> = row
                            .form
                            .iter()
                            .map(|field| {
                                let mark = if field.required { "" } else { " (optional)" };
                                format!("{}={}{mark}", field.key, field.example)
                            })
                            .collect();
                        [
                            row.name.to_owned(),
                            row.title.to_owned(),
                            form.join(", "),
                            row.about.to_owned(),
                        ]
                    }),
                )
            })
        }
        AccountCommand::Add {
            connector,
            label,
            set,
        } => {
            let label = label.unwrap_or_else(|| connector.clone());
            let config = values::form(&set)?;
            let sources = api.sources(dto::Nothing {}).await?;
            if let Some(source) = sources.iter().find(|it| it.name == connector) {
                values::answered(source.name, source.form, &config)?;
            }
            let row = api
                .account_add(dto::AddAccount {
                    connector,
                    label,
                    config,
                })
                .await?;
            desk.out.show(&row, |row| {
                format!("Added {0}. Next: rapport account sign-in {0} (if it needs one), then rapport sync", row.id)
            })
        }
        AccountCommand::List => {
            let rows = api.accounts(dto::Nothing {}).await?;
            desk.out.show(&rows, |rows| {
                table(
                    ["account", "system", "label", "health", "added"],
                    rows.iter().map(|row| {
                        let health = if row.paused {
                            "paused by you".to_owned()
                        } else {
                            super::sync::health(&row.health, desk.at())
                        };
                        [
                            row.id.to_string(),
                            row.system.clone(),
                            row.label.clone(),
                            health,
                            when::ago(row.added, desk.at()),
                        ]
                    }),
                )
            })
        }
        AccountCommand::Remove { account, yes } => {
            let which = dto::OneAccount {
                account: pick::account(&account),
            };
            let loss = if yes {
                api.account_remove(which).await?
            } else {
                api.account_loss(which).await?
            };
            desk.out.show(&loss, |loss| super::care::loss(loss, yes))
        }
        AccountCommand::SignIn {
            account,
            user,
            token,
            browser,
        } => {
            let account = pick::account(&account);
            let answer = if browser {
                in_the_browser(desk, account).await?
            } else {
                let secret = secret(if token { "Token" } else { "Password" })?;
                let step = if token {
                    SignInStep::Token {
                        token: secret.to_string(),
                    }
                } else {
                    let user = user.ok_or_else(|| {
                        Failure::usage("Say who signs in: --user NAME.".to_owned())
                    })?;
                    SignInStep::Password {
                        user,
                        password: secret.to_string(),
                    }
                };
                api.account_sign_in(dto::SignIn { account, step }).await?
            };
            desk.out.show(&answer, |answer| match answer {
                SignedIn::Done { user } => format!("Signed in as {user}."),
                SignedIn::Open { url } => format!("Not signed in yet; open {url}"),
            })
        }
        AccountCommand::Check { account } => {
            let report = api
                .account_check(dto::OneAccount {
                    account: pick::account(&account),
                })
                .await?;
            desk.out.show(&report, |report| {
                format!(
                    "{}: {}\n{}",
                    report.account,
                    super::sync::health(&report.health, desk.at()),
                    table(
                        ["collection", "title", "readable"],
                        report.collections.iter().map(|row| {
                            [
                                row.collection.to_string(),
                                row.title.clone(),
                                row.unavailable.clone().unwrap_or_else(|| "yes".to_owned()),
                            ]
                        })
                    )
                )
            })
        }
        AccountCommand::Pause { account } => {
            let account = pick::account(&account);
            api.account_pause(dto::PauseAccount {
                account,
                paused: true,
            })
            .await?;
            desk.out
                .say("Paused. What waits in the outbox stays there.")
        }
        AccountCommand::Resume { account } => {
            let account = pick::account(&account);
            api.account_pause(dto::PauseAccount {
                account,
                paused: false,
            })
            .await?;
            desk.out.say("Syncs again.")
        }
        AccountCommand::Security {
            account,
            step,
            user,
        } => {
            let step = match step.as_str() {
                "status" => SecurityStep::Status,
                "set-up" => SecurityStep::SetUp {
                    password: Some(secret("Password")?.to_string()),
                },
                "recover" => SecurityStep::Recover {
                    key: secret("Recovery key")?.to_string(),
                },
                "verify" => SecurityStep::Verify { user },
                "accept" => SecurityStep::AcceptVerification,
                "match" => SecurityStep::EmojiMatch,
                "differ" => SecurityStep::EmojiDiffer,
                other => {
                    return Err(Failure::usage(format!(
                        "\"{other}\" is none of status, set-up, recover, verify, accept, match, differ."
                    )));
                }
            };
            let account = pick::account(&account);
            let answer = api
                .account_security(dto::Security { account, step })
                .await?;
            desk.out.show(&answer, security)
        }
    }
}

fn security(answer: &SecurityAnswer) -> String {
    let yes = |it: bool| if it { "yes" } else { "no" };
    match answer {
        SecurityAnswer::Status {
            verified,
            cross_signing,
            backup,
            recovery,
            undecryptable,
        } => {
            format!(
                "This device is verified: {}\nCross-signing keys here: {}\nKeys backed up: {}\nRecovery set up: {}\nMessages that cannot be decrypted: {undecryptable}",
                yes(*verified),
                yes(*cross_signing),
                yes(*backup),
                yes(*recovery)
            )
        }
        SecurityAnswer::Emoji { pairs } => {
            let all: Vec<String> = pairs
                .iter()
                .map(|(symbol, name)| format!("{symbol} {name}"))
                .collect();
            format!(
                "Compare with the other device: {}\nThen: `security … match` or `security … differ`.",
                all.join(", ")
            )
        }
        SecurityAnswer::RecoveryKey { key } => {
            format!("Write this recovery key down; it is not kept here:\n{key}")
        }
        SecurityAnswer::Done { what } => what.to_string(),
    }
}

/// Sends the browser and waits for it, or for the address it ended at.
async fn in_the_browser(desk: &Desk<'_>, account: AccountId) -> Result<SignedIn, Failure> {
    let api = desk.api;
    let which = dto::OneAccount {
        account: account.clone(),
    };
    let begun = api.browser_begin(which.clone()).await?;
    let SignedIn::Open { url } = begun else {
        return Ok(begun);
    };
    note(&format!(
        "Open this address and sign in. If your browser runs on another computer, paste the address it ends at.\n{url}"
    ));
    let mut pasted = pasted();
    tokio::select! {
        came = api.browser_wait(which) => Ok(came?),
        // Without anybody at the keyboard the browser alone is waited for.
        Some(url) = pasted.recv() => {
            let step = SignInStep::Returned { url };
            Ok(api.account_sign_in(dto::SignIn { account, step }).await?)
        }
    }
}

/// Lines as they are typed. A thread of its own: a read from a terminal cannot be broken off,
/// and the runtime would wait for one of its own threads at the end.
fn pasted() -> mpsc::Receiver<String> {
    let (say, heard) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let line = line.trim();
            if !line.is_empty() && say.blocking_send(line.to_owned()).is_err() {
                return;
            }
        }
    });
    heard
}

/// A secret from `RAPPORT_PASSWORD`, or one line of standard input.
fn secret(what: &str) -> Result<Zeroizing<String>, Failure> {
    if let Ok(secret) = std::env::var("RAPPORT_PASSWORD") {
        return Ok(Zeroizing::new(secret));
    }
    if std::io::stdin().is_terminal() {
        note(&format!(
            "{what} (it will be seen while you type; pipe it in to avoid that):"
        ));
    }
    typed_line()
}

fn typed_line() -> Result<Zeroizing<String>, Failure> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::usage(format!("Nothing could be read: {error}.")))?;
    let line = Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned());
    if line.is_empty() {
        return Err(Failure::usage("Nothing was typed."));
    }
    Ok(line)
}
