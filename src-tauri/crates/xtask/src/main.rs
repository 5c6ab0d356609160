//! The project's own commands, one word each, on nothing but the standard library.
//!
//! The invariant: `cargo xtask WORD` needs a Rust toolchain and nothing prepared by hand; it
//! installs what is missing or says exactly what to install, and it fails loudly.

mod bench;
mod bindings;
mod bundle;
mod connector;
mod demo;
mod fail;
mod folders;
mod packed;
mod page;
mod quality;
mod servers;
mod setup;
mod shell;
mod testing;
mod virtually;
mod window;
mod windowed;

use std::process::ExitCode;

use fail::Failure;
use shell::say;

const USAGE: &str = "\
cargo xtask run [-- ARGUMENTS]       build, then open the window; --sample, --virtual, --cli
cargo xtask test [-- ARGUMENTS]      build, every test (real servers too), generated files
cargo xtask bundle [-- --debug]      packages people can install; --built: of what was built
cargo xtask gen [--check]            write the TypeScript of the calls, or compare it
cargo xtask ci                       what must pass before a change lands
cargo xtask bench [ARGUMENTS]        measure; --window: the real window beside an empty one
cargo xtask new-connector NAME       a connector that compiles, ready to be filled
cargo xtask servers up|down|status   real servers for playing by hand
cargo xtask setup                    install what the others need";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match obey(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&format!("\n{failure}"));
            ExitCode::FAILURE
        }
    }
}

fn obey(words: &[&str]) -> Result<(), Failure> {
    match words {
        ["run", rest @ ..] => window::run(after_dashes(rest)),
        ["bundle", rest @ ..] => bundle::run_bundle(after_dashes(rest)),
        ["test", rest @ ..] => testing::test(after_dashes(rest)),
        ["gen"] => bindings::write(),
        ["gen", "--check"] => bindings::check(),
        ["ci"] => quality::ci(),
        ["bench", rest @ ..] => bench::run(after_dashes(rest)),
        ["new-connector", name] => connector::create(name),
        ["servers", order @ ("up" | "down" | "status")] => servers::run(order),
        ["setup"] => setup::ready(),
        [] | ["help" | "--help" | "-h"] => {
            say(USAGE);
            Ok(())
        }
        _ => Err(Failure::Usage(USAGE)),
    }
}

/// `-- a b` and `a b` mean the same.
fn after_dashes<'a>(words: &'a [&'a str]) -> &'a [&'a str] {
    match words {
        ["--", rest @ ..] => rest,
        all => all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_mean_the_same_with_and_without_dashes() {
        assert_eq!(after_dashes(&["--", "--json"]), ["--json"]);
        assert_eq!(after_dashes(&["--json"]), ["--json"]);
        assert!(after_dashes(&[]).is_empty());
    }

    #[test]
    fn a_word_nobody_knows_gets_the_list_of_those_that_are() {
        for unknown in [
            &["tset"][..],
            &["servers", "sideways"],
            &["gen", "--chekc"],
            &["new-connector"],
        ] {
            let refused = obey(unknown).expect_err("not a command").to_string();
            assert!(refused.contains("cargo xtask test"), "{refused}");
        }
    }
}
