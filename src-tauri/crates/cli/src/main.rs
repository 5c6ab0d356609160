//! `rapport`: the same calls as the window, without one.
//!
//! Invariant: it prints what the api answers and decides nothing.

mod args;
mod failure;
mod man;
mod out;
mod pick;
mod run;
mod session;
mod values;
mod when;

use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory as _, Parser as _};
use jiff::Zoned;

use crate::args::{Cli, Command};
use crate::failure::Failure;
use crate::out::Out;
use crate::run::Desk;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let out = Out::new(cli.json);
    session::log(cli.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return end(out, &Failure::internal(format!("Cannot start: {error}."))),
    };
    match runtime.block_on(run(cli, out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => end(out, &failure),
    }
}

/// Says why, in the form asked for, and gives the exit code.
fn end(out: Out, failure: &Failure) -> ExitCode {
    if !failure.message.is_empty() {
        if out.is_json() {
            let error = serde_json::json!({
                "error": { "code": failure.word, "message": failure.message }
            });
            out::note(&error.to_string());
        } else {
            out::note(&format!("rapport: {}", failure.message));
        }
    }
    ExitCode::from(failure.code)
}

async fn run(cli: Cli, out: Out) -> Result<(), Failure> {
    match &cli.command {
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "rapport", &mut text);
            return out::line(&String::from_utf8_lossy(&text));
        }
        Command::Man => {
            return out::line(&man::page(Cli::command())?);
        }
        Command::Init => return session::init(&cli, out),
        Command::Unlock => return session::unlock(&cli, out),
        Command::Doctor(args) => {
            if let Some(to) = &args.recover {
                return session::recover(&cli, out, to);
            }
        }
        _ => {}
    }
    let open = match session::open(&cli) {
        Err(why) if matches!(cli.command, Command::Doctor(_)) => {
            session::closed(&cli, out, &why)?;
            return Err(why);
        }
        open => open?,
    };
    let api = &open.api;
    let desk = Desk {
        api,
        out,
        now: Zoned::now(),
    };
    match cli.command {
        Command::Account(command) => run::account::run(&desk, command).await,
        Command::Sync(args) => run::sync::run(&desk, args).await,
        Command::Ledger(args) => run::sync::ledger(&desk, args).await,
        Command::Search(args) => run::search::run(&desk, args).await,
        Command::Customers(command) => run::people::customers(&desk, command).await,
        Command::People(command) => run::people::people(&desk, command).await,
        Command::Conversations(command) => run::talk::conversations(&desk, command).await,
        Command::Tasks(command) => run::work::tasks(&desk, command).await,
        Command::Records(command) => run::work::records(&desk, command).await,
        Command::Outbox(command) => run::work::outbox(&desk, command).await,
        Command::Journal(args) => run::care::journal(&desk, args).await,
        Command::Drafts(args) => run::talk::drafts(&desk, args).await,
        Command::Today => run::work::today(&desk).await,
        Command::Sample(args) => run::care::sample(&desk, args).await,
        Command::Export(args) => run::care::export(&desk, args).await,
        Command::Forget(args) => run::care::forget(&desk, args).await,
        Command::Doctor(_) => run::care::doctor(&desk).await,
        Command::Serve(args) => run::serve::run(Arc::clone(api), out, args).await,
        Command::Call(args) => run::care::call(&desk, args).await,
        // Answered above, before a profile is opened.
        Command::Completions { .. } | Command::Man | Command::Init | Command::Unlock => Ok(()),
    }
}
