//! `servers prepare|up|down|status`: the real servers of the tests, for people and for xtask.
//!
//! It only prints and calls; everything it does is in [`rapport_testkit::servers`].
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to its terminal"
)]

use std::process::ExitCode;

use rapport_testkit::servers::play::{self, Playing};
use rapport_testkit::servers::{HarnessError, prepare};

#[tokio::main]
async fn main() -> ExitCode {
    let order = std::env::args().nth(1).unwrap_or_default();
    match obey(&order).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn obey(order: &str) -> Result<(), HarnessError> {
    match order {
        "prepare" => prepare().await,
        "up" => {
            play::up().await?.iter().for_each(show);
            Ok(())
        }
        "down" => {
            for server in play::down().await? {
                println!("{} ended.", server.name);
            }
            Ok(())
        }
        "status" => {
            let running = play::status()?;
            if running.is_empty() {
                println!("No servers are running. `cargo xtask servers up` starts them.");
            }
            running.iter().for_each(show);
            Ok(())
        }
        other => Err(HarnessError::Missing {
            what: format!("the order {other:?}"),
            remedy: "Say one of: prepare, up, down, status.".to_owned(),
        }),
    }
}

fn show(server: &Playing) {
    println!("{}: {}", server.name, server.url);
    println!("  sign in: {}", server.sign_in);
    println!(
        "  process {}, log {}",
        server.process,
        server.data.join("server.log").display()
    );
}
