//! Makes a sample by hand: `make OUT TODAY MESSAGES [SEED]`, needles included.

use std::ops::ControlFlow;
use std::path::Path;

use jiff::tz::TimeZone;
use rapport_sample::{Options, generate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &'static str| arguments.next().ok_or(what);
    let out = next("the folder to make")?;
    let today = next("today, such as 2026-03-12")?.parse()?;
    let messages = Some(next("how many messages")?.parse()?);
    let seed = next("a seed").map_or(Ok(42), |seed| seed.parse())?;
    let zone = TimeZone::get("Europe/Amsterdam")?;
    let options = Options {
        seed,
        today,
        zone,
        messages,
        needles: true,
    };
    generate(
        &options,
        Path::new(&out),
        &mut |_| ControlFlow::Continue(()),
    )?;
    Ok(())
}
