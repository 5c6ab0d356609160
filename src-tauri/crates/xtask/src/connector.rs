//! `new-connector NAME`: a folder that compiles and passes, its feature and its registry line.
//!
//! The registry is edited by analogy: whatever lines the `local` connector has in it, the new
//! one gets too. So the two cannot drift apart, and nothing here knows the registry's form.

use std::fs;
use std::path::Path;

use crate::fail::Failure;
use crate::folders::root;
use crate::shell::{filtered, program, run, say};

/// The connector whose registration is copied: the one that is always there.
const MODEL: &str = "local";
const MODEL_TYPE: &str = "Local";

/// The new folder's files and what they are made from.
const FILES: &[(&str, &str)] = &[
    ("mod.rs", include_str!("../templates/connector/mod.rs.txt")),
    (
        "wire.rs",
        include_str!("../templates/connector/wire.rs.txt"),
    ),
    ("map.rs", include_str!("../templates/connector/map.rs.txt")),
    (
        "tests.rs",
        include_str!("../templates/connector/tests.rs.txt"),
    ),
    (
        "fixtures/listing.json",
        include_str!("../templates/connector/listing.json.txt"),
    ),
];

/// A connector's name in its three spellings.
#[derive(Debug, PartialEq, Eq)]
struct Names {
    /// `acme_wiki`: the module, the feature, the name in account rows.
    module: String,
    /// `Acme wiki`: for people.
    title: String,
    /// `AcmeWiki`: for types.
    kind: String,
}

impl Names {
    fn from(name: &str) -> Result<Self, Failure> {
        let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        let words: Vec<&str> = name.split(['_', '-']).collect();
        let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
        if !starts_well
            || words
                .iter()
                .any(|word| word.is_empty() || !word.chars().all(plain))
        {
            return Err(Failure::Plain(format!(
                "{name:?} cannot name a connector. Take small letters, digits and single \
                 underscores, as in acme_wiki."
            )));
        }
        let capital = |word: &str| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        };
        Ok(Self {
            module: words.join("_"),
            title: capital(&words.join(" ")),
            kind: words.iter().map(|word| capital(word)).collect(),
        })
    }

    fn fill(&self, template: &str) -> String {
        template
            .replace("__NAME__", &self.module)
            .replace("__TITLE__", &self.title)
            .replace("__TYPE__", &self.kind)
    }

    /// A line of the model's registration, as the new connector's own.
    fn instead(&self, line: &str) -> String {
        line.replace(MODEL_TYPE, &self.kind)
            .replace(MODEL, &self.module)
    }
}

/// Writes the folder, the feature and the registry lines.
pub(crate) fn create(name: &str) -> Result<(), Failure> {
    let names = Names::from(name)?;
    let connectors = root().join("src-tauri").join("crates").join("connectors");
    let folder = connectors.join("src").join(&names.module);
    if folder.exists() {
        return Err(Failure::Plain(format!(
            "{} is there already. Nothing was changed.",
            folder.display()
        )));
    }
    // Both edits are worked out before anything is written.
    let registry = connectors.join("src").join("lib.rs");
    let manifest = connectors.join("Cargo.toml");
    let registered = registered(&read(&registry)?, &names)?;
    let featured = featured(&read(&manifest)?, &names)?;
    // As the formatter would have it: a name's length moves lines. Only this one text, on its
    // way through, so that no other file is touched.
    let registered = filtered(&mut formatter(), &registered)?;
    if let Err(failure) = fill(&folder, &names) {
        // Half a connector would stand in the way of the next try.
        fs::remove_dir_all(&folder).map_err(Failure::io(format!("remove {}", folder.display())))?;
        return Err(failure);
    }
    write(&registry, &registered)?;
    write(&manifest, &featured)?;
    say(&format!(
        "\n{} compiles and passes the suite. Next: record a real answer into fixtures/, then \
         wire.rs, map.rs and the requests in mod.rs.",
        folder.display()
    ));
    Ok(())
}

fn fill(folder: &Path, names: &Names) -> Result<(), Failure> {
    for (file, template) in FILES {
        write(&folder.join(file), &names.fill(template))?;
    }
    run(formatter().arg(folder.join("mod.rs")))
}

fn formatter() -> std::process::Command {
    let mut rustfmt = program("rustfmt");
    rustfmt
        .args(["--quiet", "--edition", "2024", "--config-path"])
        .arg(root());
    rustfmt
}

/// The registry with the new connector beside the model, in every place the model has.
fn registered(registry: &str, names: &Names) -> Result<String, Failure> {
    let marker = format!("#[cfg(feature = \"{MODEL}\")]");
    let mut out = Vec::new();
    let mut lines = registry.lines();
    let mut places = 0;
    while let Some(line) = lines.next() {
        out.push(line.to_owned());
        if line.trim() != marker {
            continue;
        }
        let Some(guarded) = lines.next() else { break };
        out.push(guarded.to_owned());
        out.push(names.instead(line));
        out.push(names.instead(guarded));
        places += 1;
    }
    // The module and the registry line.
    if places < 2 {
        return Err(Failure::Plain(format!(
            "The registry names the {MODEL} connector in {places} places; at least two were \
             expected. Nothing was changed."
        )));
    }
    Ok(out.join("\n") + "\n")
}

/// The crate's manifest with a feature for the new connector, on by default.
fn featured(manifest: &str, names: &Names) -> Result<String, Failure> {
    let (list, own) = (format!("\"{MODEL}\"]"), format!("\n{MODEL} = []\n"));
    if manifest.matches(&list).count() != 1 || manifest.matches(&own).count() != 1 {
        return Err(Failure::Plain(
            "The connectors' Cargo.toml has no list of features that ends with the local \
             connector. Nothing was changed."
                .to_owned(),
        ));
    }
    let module = &names.module;
    Ok(manifest
        .replace(&list, &format!("\"{module}\", \"{MODEL}\"]"))
        .replace(&own, &format!("\n{MODEL} = []\n{module} = []\n")))
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(Failure::io(format!("read {}", path.display())))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Failure::io(format!("create {}", folder.display())))?;
    }
    fs::write(path, text).map_err(Failure::io(format!("write {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acme() -> Names {
        Names::from("acme-wiki").unwrap()
    }

    #[test]
    fn a_name_has_three_spellings() {
        assert_eq!(
            acme(),
            Names {
                module: "acme_wiki".to_owned(),
                title: "Acme wiki".to_owned(),
                kind: "AcmeWiki".to_owned(),
            }
        );
    }

    #[test]
    fn a_name_that_is_no_module_is_refused_and_an_example_is_given() {
        for name in [
            "", "Acme", "3com", "a__b", "../etc", "wiki!", "_wiki", "wiki_", "ümlaut",
        ] {
            let refused = Names::from(name).expect_err(name).to_string();
            assert!(refused.contains("acme_wiki"), "{refused}");
        }
    }

    #[test]
    fn the_registry_gets_the_new_connector_wherever_the_local_one_is() {
        let registry = "#[cfg(feature = \"local\")]\npub mod local;\nlet all = [\n    \
                        #[cfg(feature = \"local\")]\n    &local::LocalFactory,\n];\n";
        let edited = registered(registry, &acme()).unwrap();
        assert!(edited.contains("#[cfg(feature = \"acme_wiki\")]\npub mod acme_wiki;\n"));
        assert!(edited.contains("    &acme_wiki::AcmeWikiFactory,\n];\n"));
        assert!(edited.contains("pub mod local;") && edited.contains("&local::LocalFactory"));
        assert!(
            registered("pub mod local;\n", &acme()).is_err(),
            "no registry, no guess"
        );
    }

    #[test]
    fn the_new_connector_can_be_left_out_of_a_build() {
        let manifest = "[features]\ndefault = [\"matrix\", \"local\"]\nmatrix = []\nlocal = []\n";
        assert_eq!(
            featured(manifest, &acme()).unwrap(),
            "[features]\ndefault = [\"matrix\", \"acme_wiki\", \"local\"]\nmatrix = []\n\
             local = []\nacme_wiki = []\n"
        );
        assert!(featured("[features]\n", &acme()).is_err());
    }

    #[test]
    fn no_blank_of_a_template_is_left_unfilled() {
        for (file, template) in FILES {
            assert!(
                !acme().fill(template).contains("__"),
                "{file} keeps a blank"
            );
        }
    }
}
