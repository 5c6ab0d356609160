//! The manual page: one page with every command in it. A page for each would
//! have to be installed with it, and one that names others which are not there
//! leads nowhere.

use std::io;

use clap::Command;
use clap_mangen::Man;

use crate::failure::Failure;

/// Writes one part of a page.
type Section = fn(&Man, &mut dyn io::Write) -> io::Result<()>;

/// The whole page.
pub(crate) fn page(command: Command) -> Result<String, Failure> {
    write(command).map_err(|error| Failure::internal(error.to_string()))
}

fn write(command: Command) -> io::Result<String> {
    let mut command = command.disable_help_subcommand(true);
    // Only then do the inner commands know their whole names.
    command.build();
    let man = Man::new(command.clone());
    let mut out = text(|to| man.render_title(to))?;
    let sections: [Section; 4] = [
        Man::render_name_section,
        Man::render_synopsis_section,
        Man::render_description_section,
        Man::render_options_section,
    ];
    for section in sections {
        out.push_str(body(&text(|to| section(&man, to))?));
    }
    out.push_str(".SH COMMANDS\nEach also takes the options above.\n");
    commands(&command, &mut out)?;
    let codes = text(|to| man.render_extra_section(to))?;
    out.push_str(&body(&codes).replace(".SH EXTRA", ".SH \"EXIT STATUS\""));
    out.push_str(body(&text(|to| man.render_version_section(to))?));
    Ok(out)
}

/// The commands below one, each with what it takes.
fn commands(of: &Command, out: &mut String) -> io::Result<()> {
    for command in of.get_subcommands().filter(|it| !it.is_hide_set()) {
        if command.has_subcommands() {
            commands(command, out)?;
            continue;
        }
        let everywhere = |it: &clap::Arg| it.is_global_set() || it.get_id() == "help";
        let own = command.clone().mut_args(|it| {
            let hidden = everywhere(&it);
            it.hide(hidden)
        });
        let man = Man::new(own);
        let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
        out.push_str(&format!(".SS \"{}\"\n", name.replace('-', "\\-")));
        for section in [
            text(|to| man.render_description_section(to))?,
            text(|to| man.render_synopsis_section(to))?,
            text(|to| man.render_options_section(to))?,
        ] {
            let Some((_, lines)) = body(&section).split_once('\n') else {
                continue;
            };
            out.push_str(".PP\n");
            out.push_str(lines);
        }
    }
    Ok(())
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<String> {
    let mut out = Vec::new();
    write(&mut out)?;
    String::from_utf8(out).map_err(io::Error::other)
}

/// A section from its heading on, without what every piece is written with.
fn body(section: &str) -> &str {
    section
        .find(".SH ")
        .and_then(|at| section.get(at..))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Cli;

    #[test]
    fn the_page_has_every_command_with_its_options_and_names_no_other_page() {
        let page = page(Cli::command()).unwrap();
        for part in [
            ".SS \"rapport search\"",
            "\\-\\-from\\-file",
            ".SS \"rapport account sign\\-in\"",
            ".SS \"rapport outbox resolve\"",
            ".SH \"EXIT STATUS\"",
        ] {
            assert!(page.contains(part), "{part} is missing: {page}");
        }
        assert_eq!(page.matches("\\-\\-passphrase\\-fd").count(), 2, "{page}");
        assert!(!page.contains("(1)"), "{page}");
        assert_eq!(page.matches(".TH ").count(), 1);
    }
}
