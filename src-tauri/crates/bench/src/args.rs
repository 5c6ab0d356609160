//! What is to be measured.

use std::path::PathBuf;

use crate::failure::Failure;
#[cfg(feature = "servers")]
use crate::window::Part;

pub(crate) const USAGE: &str = "\
rapport-bench [OPTIONS]
  --sizes 10k,100k,1m   how many items (default 10k,100k); --items means the same
  --full                the same as --sizes 10k,100k,1m
  --only NAMES          ingest, search, customer, idle, matrix (default all)
  --window              the real window instead, at 5k (the sample) and 1m items (or --items);
                        --only then means start, palette, action, event, scroll
  --quick               with --window: the sample only, and fewer of everything
  --rooms N             rooms of the homeserver (default 50)
  --messages N          messages in each of them (default 200)
  --json FILE           also write the figures there
  --folder DIR          work there and leave what was made; what is there already is used";

/// One measurement in a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Bound,
    Ingest,
    Search,
    Customer,
    Idle,
    IdleFiles,
    Matrix,
    /// Not measured: a profile with very many conversations.
    Crowd,
    /// Not measured: the key of a profile goes into the keychain that answers.
    Adopt,
}

impl Case {
    const ALL: [Self; 9] = [
        Self::Bound,
        Self::Ingest,
        Self::Search,
        Self::Customer,
        Self::Idle,
        Self::IdleFiles,
        Self::Matrix,
        Self::Crowd,
        Self::Adopt,
    ];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Bound => "bound",
            Self::Ingest => "ingest",
            Self::Search => "search",
            Self::Customer => "customer",
            Self::Idle => "idle",
            Self::IdleFiles => "idle-files",
            Self::Matrix => "matrix",
            Self::Crowd => "crowd",
            Self::Adopt => "adopt",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) sizes: Vec<u64>,
    pub(crate) only: Vec<Case>,
    /// The real window is measured.
    pub(crate) window: bool,
    /// Of the window, only these; all when there are none.
    #[cfg(feature = "servers")]
    pub(crate) parts: Vec<Part>,
    /// Fewer of everything.
    pub(crate) quick: bool,
    pub(crate) rooms: u32,
    pub(crate) messages: u32,
    pub(crate) json: Option<PathBuf>,
    pub(crate) folder: Option<PathBuf>,
    /// This process is one of the measurements.
    pub(crate) case: Option<Case>,
    pub(crate) help: bool,
}

impl Asked {
    pub(crate) fn wants(&self, case: Case) -> bool {
        self.only.is_empty() || self.only.contains(&case)
    }

    pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let (mut sizes, mut only) = (None, None);
        let mut out = Self {
            sizes: Vec::new(),
            only: Vec::new(),
            window: false,
            #[cfg(feature = "servers")]
            parts: Vec::new(),
            quick: false,
            rooms: 50,
            messages: 200,
            json: None,
            folder: None,
            case: None,
            help: false,
        };
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .ok_or_else(|| wrong(&format!("{word} needs a value")))
            };
            match word.as_str() {
                "--full" => sizes = Some(vec![10_000, 100_000, 1_000_000]),
                "--sizes" | "--items" => sizes = Some(list(&value()?, size)?),
                "--only" => only = Some(value()?),
                "--window" => out.window = true,
                "--quick" => out.quick = true,
                "--rooms" => out.rooms = number(&value()?)?,
                "--messages" => out.messages = number(&value()?)?,
                "--json" => out.json = Some(value()?.into()),
                "--folder" => out.folder = Some(value()?.into()),
                "--case" => {
                    let name = value()?;
                    out.case = Some(Case::of(&name).ok_or_else(|| wrong(&name))?);
                }
                "--help" | "-h" => out.help = true,
                other => return Err(wrong(&format!("{other} is not an option"))),
            }
        }
        // What they mean depends on what is measured.
        out.sizes = sizes.unwrap_or_else(|| match (out.window, out.quick) {
            (true, true) => vec![5_000],
            (true, false) => vec![5_000, 1_000_000],
            (false, _) => vec![10_000, 100_000],
        });
        match only {
            #[cfg(feature = "servers")]
            Some(words) if out.window => out.parts = list(&words, Part::of)?,
            Some(words) => out.only = list(&words, Case::of)?,
            None => {}
        }
        Ok(out)
    }
}

fn wrong(what: &str) -> Failure {
    Failure::Usage(format!("{what}\n\n{USAGE}"))
}

fn number(text: &str) -> Result<u32, Failure> {
    let number = text.parse().ok().filter(|it| *it > 0);
    number.ok_or_else(|| wrong(&format!("{text} is not a number above 0")))
}

fn list<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Failure> {
    text.split(',')
        .map(|word| read(word).ok_or_else(|| wrong(&format!("\"{word}\" is not known"))))
        .collect()
}

/// `10k`, `1m` or a plain number; a world of fewer than a thousand has too few of everything.
fn size(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let (digits, unit) = match (lower.strip_suffix('k'), lower.strip_suffix('m')) {
        (Some(digits), _) => (digits, 1_000),
        (_, Some(digits)) => (digits, 1_000_000),
        _ => (lower.as_str(), 1),
    };
    let number: u64 = digits.parse().ok()?;
    number
        .checked_mul(unit)
        .filter(|it| (1_000..=20_000_000).contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Asked, Failure> {
        Asked::read(words.iter().map(|it| (*it).to_owned()))
    }

    #[test]
    fn sizes_may_be_written_short() {
        let asked = read(&["--sizes", "10k,1M,2500"]).expect("three sizes");
        assert_eq!(asked.sizes, [10_000, 1_000_000, 2_500]);
    }

    #[test]
    fn what_is_not_known_is_refused_with_the_usage() {
        for wrong in [
            &["--sizes", "ten"][..],
            &["--only", "lunch"],
            &["--json"],
            &["-x"],
        ] {
            let text = read(wrong).expect_err("not an option").to_string();
            assert!(text.contains("--full"), "{text}");
        }
    }

    #[cfg(feature = "servers")]
    #[test]
    fn the_window_has_sizes_and_parts_of_its_own() {
        let asked = read(&["--only", "start,scroll", "--window"]).expect("two parts");
        assert_eq!(asked.parts, [Part::Start, Part::Scroll]);
        assert_eq!(asked.sizes, [5_000, 1_000_000]);
        let asked = read(&["--window", "--items", "100k"]).expect("a size");
        assert_eq!(asked.sizes, [100_000]);
        assert!(read(&["--window", "--only", "ingest"]).is_err());
    }

    #[test]
    fn nothing_asked_means_everything() {
        let asked = read(&[]).expect("no words");
        assert!(asked.wants(Case::Matrix) && asked.wants(Case::Ingest));
        let asked = read(&["--only", "idle"]).expect("a case");
        assert!(asked.wants(Case::Idle) && !asked.wants(Case::Matrix));
    }
}
