//! `run`: builds the window and opens it on the profile.
//!
//! Without a display nothing can be opened; then it says so before building for
//! minutes, and offers the command line or a display that only exists in memory.

use std::path::PathBuf;

use crate::fail::Failure;
use crate::folders::{build, built};
use crate::shell::{run as start, say};
use crate::{demo, page, setup, virtually};

const USAGE: &str = "\
cargo xtask run                      open the window on the profile
cargo xtask run -- --sample          open it on the sample workspace, in a folder of its own
cargo xtask run -- --home DIR        open it on the profile in DIR
cargo xtask run -- --virtual         open it on a display in memory and leave a picture
cargo xtask run -- --cli             show the whole way on the command line";

/// What the user wants to see.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wish {
    sample: bool,
    virtually: bool,
    cli: bool,
    home: Option<PathBuf>,
}

fn wish(arguments: &[&str]) -> Result<Wish, Failure> {
    let mut wish = Wish::default();
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        match *word {
            "--sample" => wish.sample = true,
            "--virtual" => wish.virtually = true,
            "--cli" => wish.cli = true,
            "--home" => match rest.next() {
                Some(home) => wish.home = Some(PathBuf::from(home)),
                None => return Err(Failure::Usage(USAGE)),
            },
            _ => return Err(Failure::Usage(USAGE)),
        }
    }
    if wish.cli && (wish.sample || wish.virtually) {
        return Err(Failure::Usage(USAGE));
    }
    Ok(wish)
}

/// Opens it.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    let wish = wish(arguments)?;
    if wish.cli {
        return demo::run(wish.home);
    }
    if !wish.virtually && !display() {
        return Err(Failure::Plain(
            "There is no display here, so no window can be opened.\n\
             cargo xtask run -- --virtual --sample   opens it on a display in memory and leaves a picture\n\
             cargo xtask run -- --cli                shows the same core on the command line"
                .to_owned(),
        ));
    }
    setup::ready()?;
    // The window embeds its page while it is compiled.
    page::build()?;
    build()?;
    let mut window = built("rapport-desktop")?;
    if let Some(home) = &wish.home {
        window.arg("--home").arg(home);
    }
    if wish.sample {
        window.arg("--sample");
    }
    if wish.virtually {
        let picture = virtually::show(window)?;
        say(&format!("\nThe window as it opened: {}", picture.display()));
        return Ok(());
    }
    start(&mut window)
}

/// Whether there is something to open a window on.
fn display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|it| !it.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wishes_and_unknown_ones_get_the_list() {
        assert_eq!(wish(&[]).unwrap(), Wish::default());
        let both = wish(&["--sample", "--virtual", "--home", "/tmp/mine"]).unwrap();
        assert!(both.sample && both.virtually && !both.cli);
        assert_eq!(both.home, Some(PathBuf::from("/tmp/mine")));
        for odd in [&["--home"][..], &["--smaple"], &["--cli", "--sample"]] {
            let refused = wish(odd).expect_err("not a wish").to_string();
            assert!(refused.contains("--virtual"), "{refused}");
        }
    }
}
