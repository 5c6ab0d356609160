//! The `rapport` command from end to end, in a home of its own, without a
//! keychain: what somebody types on the first day.

mod writing;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const PASSPHRASE: &str = "seven blue whales";

/// The binary lies where cargo put it, beside this test's own folder.
fn binary() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let folder = this.parent().and_then(Path::parent).unwrap();
    let path = folder.join(format!("rapport{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "{} is missing; build it first: cargo build -p rapport-cli",
        path.display()
    );
    path
}

/// Somebody at a terminal.
pub(crate) struct Desk {
    dir: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the command is tested as people use it: as a process"
    )]
    fn command(&self, passphrase: &str, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.dir.path())
            .env("TZ", "UTC")
            .env("RAPPORT_HOME", self.home())
            .env("RAPPORT_NO_KEYCHAIN", "1")
            .env("RAPPORT_PASSPHRASE", passphrase);
        command
    }

    fn with(&self, passphrase: &str, args: &[&str]) -> Output {
        self.command(passphrase, args).output().unwrap()
    }

    /// Begins something that waits for a browser; gives the address to open.
    pub(crate) fn begin(&self, args: &[&str]) -> (Child, String) {
        let mut command = self.command(PASSPHRASE, args);
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut heard = Vec::new();
        let address = said.find_map(|line| {
            heard.extend(line.ok());
            heard.last().filter(|it| it.starts_with("http")).cloned()
        });
        let address = address.unwrap_or_else(|| panic!("no address to open: {heard:?}"));
        (child, address)
    }

    fn run(&self, args: &[&str]) -> Output {
        self.with(PASSPHRASE, args)
    }

    /// It works, and prints this.
    pub(crate) fn text(&self, args: &[&str]) -> String {
        let out = self.run(args);
        let errors = String::from_utf8_lossy(&out.stderr);
        assert!(
            out.status.success(),
            "rapport {args:?} ended with {}: {errors}",
            out.status
        );
        String::from_utf8(out.stdout).unwrap()
    }

    /// It works, and prints this as JSON.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let text = self.text(&[&["--json"], args].concat());
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("rapport {args:?}: {why}: {text}"))
    }

    /// It fails with this exit code, and says why in a line without a panic.
    fn fails(&self, code: i32, args: &[&str]) -> String {
        let out = self.run(args);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(code), "rapport {args:?}: {said}");
        assert!(
            !said.trim().is_empty() && !said.contains("panicked"),
            "{said}"
        );
        said
    }
}

fn rows(value: &Value) -> &Vec<Value> {
    value
        .as_array()
        .unwrap_or_else(|| panic!("a list: {value}"))
}

#[test]
fn somebody_without_a_server_finds_everything_and_keeps_it_on_the_first_day() {
    let desk = Desk::new();
    assert!(
        desk.fails(3, &["customers", "list"])
            .contains("rapport init")
    );
    desk.text(&["init"]);
    assert!(desk.fails(2, &["init"]).contains("Nothing was changed"));
    let wrong = desk.with("eight blue whales", &["customers", "list"]);
    assert_eq!(
        wrong.status.code(),
        Some(6),
        "{}",
        String::from_utf8_lossy(&wrong.stderr)
    );
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("not the recovery passphrase"));

    let made = desk.json(&["sample", "--seed", "3", "--needles"]);
    let needles = rows(&made["needles"]);
    assert!(needles.len() >= 5, "{made}");
    let synced = desk.json(&["sync", "--once"]);
    for account in rows(&synced) {
        assert_eq!(rows(&account["faults"]).len(), 0, "{account}");
        // What the sample's morning changed is there, though it was written a moment ago.
        assert_ne!(account["changed"], 0, "{account}");
    }

    let back = desk.json(&["today"])["back"].clone();
    assert_eq!(
        rows(&back).len(),
        1,
        "what was put off last evening: {back}"
    );

    // A sync without news changes nothing but the moment of the last success,
    // which a process writes down when it ends.
    let journal = desk.json(&["journal", "--limit", "100000"]);
    let length = fs::metadata(desk.home().join("rapport.db")).unwrap().len();
    for account in rows(&desk.json(&["sync", "--once"])) {
        assert_eq!(account["changed"], 0, "{account}");
    }
    assert!(
        desk.json(&["journal", "--limit", "100000"]) == journal,
        "nothing happened"
    );
    assert_eq!(
        fs::metadata(desk.home().join("rapport.db")).unwrap().len(),
        length
    );

    customers(&desk);
    for needle in needles {
        let query = needle["query"].as_str().unwrap();
        let expect = needle["expect"].as_str().unwrap();
        let found = desk.json(&["search", "--limit", "200", query]);
        let found = found.to_string();
        assert!(
            found.contains(expect),
            "{query:?} does not find {expect:?} ({}): {found}",
            needle["why"]
        );
    }
    let none = desk.fails(3, &["search", "xyzzyplughnothing"]);
    assert!(none.contains("xyzzyplughnothing"), "{none}");

    tasks(&desk);
    assert!(!rows(&desk.json(&["records", "list", "--kind", "invoice"])).is_empty());
    assert!(!rows(&desk.json(&["journal", "--limit", "5"])).is_empty());
    drafts(&desk);
    reading(&desk);
    first_aid(&desk);

    exports(&desk);
    let report = desk.run(&["--json", "doctor"]);
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    let findings = rows(&report["findings"]);
    let ill = findings
        .iter()
        .filter(|it| it["well"] == Value::Bool(false));
    let ill: Vec<&Value> = ill
        .filter(|it| !it["what"].to_string().to_lowercase().contains("keychain"))
        .collect();
    assert!(!findings.is_empty() && ill.is_empty(), "{ill:?}");
    assert!(desk.text(&["completions", "bash"]).contains("rapport"));
    assert!(desk.text(&["man"]).contains(".TH"));
}

#[test]
fn what_is_wrong_is_named_in_words_of_its_own() {
    let desk = Desk::new();
    let word = |said: &str| {
        let said: Value = serde_json::from_str(said).unwrap();
        said["error"]["code"].as_str().unwrap().to_owned()
    };
    let none = desk.fails(3, &["--json", "customers", "list"]);
    assert_eq!(word(&none), "no_database");
    desk.text(&["init"]);
    let twice = desk.fails(2, &["--json", "init"]);
    assert_eq!(word(&twice), "database_exists");
    let wrong = desk.with("eight blue whales", &["--json", "customers", "list"]);
    assert_eq!(wrong.status.code(), Some(6));
    assert_eq!(
        word(&String::from_utf8_lossy(&wrong.stderr)),
        "wrong_passphrase"
    );

    for lists in [
        &["ledger", "--account", "NOPE"][..],
        &["ledger", "--reconcile", "--account", "NOPE"],
        &["records", "list", "--account", "NOPE"],
        &["conversations", "list", "--account", "NOPE"],
    ] {
        let said = desk.fails(3, lists);
        assert!(said.contains("no account \"NOPE\""), "{said}");
    }
    for (connector, asked) in [("matrix", "homeserver"), ("tryton", "database")] {
        let said = desk.fails(2, &["account", "add", connector]);
        assert!(
            said.contains(asked) && said.contains("--set") && !said.contains("missing field"),
            "{said}"
        );
    }

    let path = desk.home().join("rapport.db");
    let good = fs::read(&path).unwrap();
    fs::write(&path, "Dear diary,\n".repeat(1000)).unwrap();
    let damaged = desk.fails(7, &["--json", "customers", "list"]);
    assert_eq!(word(&damaged), "corrupt");
    fs::write(&path, good).unwrap();
    desk.json(&["customers", "list"]);
}

#[test]
fn a_profile_is_saved_into_a_new_one_with_what_lies_beside_it() {
    let desk = Desk::new();
    desk.text(&["init"]);
    desk.json(&["tasks", "add", "Water the office palm"]);
    desk.json(&["sync", "--once"]);
    let keys = desk.home().join("state/chat-1");
    fs::create_dir_all(&keys).unwrap();
    fs::write(keys.join("keys.db"), "keys").unwrap();

    let to = desk.dir.path().join("saved");
    let to = to.to_str().unwrap();
    let saved = desk.json(&["doctor", "--recover", to]);
    assert_eq!(saved["dropped"], 0, "{saved}");
    assert!(!rows(&saved["tables"]).is_empty());
    let names = saved["carried"].to_string();
    assert!(names.contains("state/chat-1"), "{saved}");
    assert_eq!(
        fs::read_to_string(Path::new(to).join("state/chat-1/keys.db")).unwrap(),
        "keys"
    );
    let tasks = desk.json(&["--home", to, "tasks", "list"]);
    assert!(tasks.to_string().contains("office palm"), "{tasks}");
    // Never over another database.
    desk.fails(7, &["doctor", "--recover", to]);
}

/// What is wrong is said of a profile that does not open, too; and what would be lost is
/// told from what is safe.
fn first_aid(desk: &Desk) {
    let ill = desk.with("eight blue whales", &["doctor"]);
    assert_eq!(ill.status.code(), Some(6));
    let said = String::from_utf8_lossy(&ill.stdout);
    assert!(
        said.contains("not the recovery passphrase") && said.contains("GB free"),
        "{said}"
    );
    let loss = desk.json(&["account", "remove", "local"]);
    let lines = loss["lines"].to_string();
    assert!(
        lines.contains("task, nowhere else") && !lines.contains("still at the source"),
        "{loss}"
    );
    assert_ne!(loss["unsynced"], 0);
    let deals = desk.json(&["records", "list", "--kind", "opportunity", "--limit", "1"]);
    let number = rows(&deals)[0]["number"].as_str().unwrap();
    let refused = desk.fails(2, &["tasks", "done", number]);
    assert!(refused.contains("works on tasks"), "{refused}");
}

/// Everything that is here leaves in open formats; of one customer, only what is its own.
fn exports(desk: &Desk) {
    let export = |name: &str, more: &[&str]| {
        let to = desk.dir.path().join(name);
        let done = desk.json(&[&["export", to.to_str().unwrap()], more].concat());
        for file in rows(&done["files"]) {
            let text = fs::read_to_string(file["path"].as_str().unwrap()).unwrap();
            assert_eq!(
                file["items"],
                Value::from(text.lines().count()),
                "every line is one: {file}"
            );
        }
        assert!(to.join("README.txt").is_file());
        to
    };
    let read = |folder: &Path, name: &str| -> Vec<Value> {
        let text = fs::read_to_string(folder.join(format!("{name}.jsonl"))).unwrap();
        let lines = text.lines().map(serde_json::from_str);
        lines.collect::<Result<_, _>>().unwrap()
    };
    let whole = export("export", &[]);
    assert!(!read(&whole, "settings").is_empty());
    let accounts = read(&whole, "accounts");
    assert!(accounts.iter().any(|it| it["connector"] == "files"));
    let journal = read(&whole, "journal");
    let told = desk.json(&["journal", "--limit", "1000000"]);
    assert_eq!(journal.len(), rows(&told).len());
    assert_eq!(journal[0]["item"], told[0]["item"], "the newest first");
    let people = read(&whole, "people");
    let joined = people.iter().filter(|it| {
        rows(&it["handles"]).len() > 1
            && rows(&it["evidence"])
                .iter()
                .any(|row| row["stance"] == "link")
    });
    assert!(joined.count() > 0, "people with what joins them");
    let drafts = read(&whole, "drafts");
    let kept = drafts
        .iter()
        .find(|it| it["content"].to_string().contains("half a thought"));
    assert_eq!(
        kept.unwrap()["stands"],
        false,
        "it was thrown away: {kept:?}"
    );

    let listed = desk.json(&["customers", "list"]);
    let (id, name) = (&listed[0]["id"], listed[0]["name"].as_str().unwrap());
    let one = export("export-one", &["--customer", name]);
    let customers = read(&one, "customers");
    assert_eq!(customers.len(), 1, "{customers:?}");
    assert_eq!(
        (&customers[0]["customer"], &customers[0]["name"]),
        (id, &listed[0]["name"])
    );
    assert!(read(&whole, "customers").contains(&customers[0]));
    let own = read(&one, "people");
    assert!(!own.is_empty() && own.len() < people.len());
    assert!(own.iter().all(|it| it["customer"] == *id), "{own:?}");
    let known: Vec<&Value> = own
        .iter()
        .chain(&customers)
        .flat_map(|it| rows(&it["handles"]))
        .map(|it| &it["key"])
        .collect();
    for row in own.iter().flat_map(|it| rows(&it["evidence"])) {
        assert!(
            known.contains(&&row["a"]) && known.contains(&&row["b"]),
            "{row} leads to somebody else"
        );
    }
    assert!(!one.join("settings.jsonl").exists(), "they are nobody's");
    let changes = read(&one, "journal");
    assert!(!changes.is_empty() && changes.len() < journal.len());
    assert!(changes.iter().all(|it| it["customer"] == *id));
}

fn customers(desk: &Desk) {
    let customers = desk.json(&["customers", "list"]);
    let customers = rows(&customers);
    assert!(customers.len() >= 8, "{customers:?}");
    let name = customers[0]["name"].as_str().unwrap();
    let shown = desk.json(&["customers", "show", name]);
    assert!(shown.to_string().contains(name), "{shown}");
    assert!(
        desk.text(&["customers", "list"]).contains(name),
        "the table, too"
    );
    let unknown = desk.fails(3, &["customers", "show", "Nobody & Daughters"]);
    assert!(unknown.contains("Nobody & Daughters"), "{unknown}");
}

fn tasks(desk: &Desk) {
    desk.json(&["tasks", "add", "Water the office palm"]);
    let waiting = desk.json(&["outbox", "list"]);
    assert!(
        waiting.to_string().contains("Water the office palm"),
        "{waiting}"
    );
    let listed = |all: &[&str]| {
        let tasks = desk.json(&[&["tasks", "list", "--limit", "5000"], all].concat());
        rows(&tasks)
            .iter()
            .find(|it| it["title"] == "Water the office palm")
            .cloned()
    };
    let task = listed(&[]).expect("it is shown before any sync");
    desk.json(&["sync", "--once"]);
    let id = listed(&[]).unwrap_or(task)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    desk.json(&["tasks", "done", &id]);
    desk.json(&["sync", "--once"]);
    assert!(listed(&[]).is_none(), "it is done");
    assert_eq!(rows(&desk.json(&["outbox", "list"])).len(), 0);

    // Taken back before it leaves.
    desk.json(&["tasks", "add", "Never mind"]);
    let waiting = desk.json(&["outbox", "list"]);
    let id = rows(&waiting)[0]["id"].as_str().unwrap();
    desk.text(&["outbox", "undo", id]);
    assert_eq!(rows(&desk.json(&["outbox", "list"])).len(), 0);
    let tasks = desk.json(&["tasks", "list", "--limit", "5000"]);
    assert!(
        !tasks.to_string().contains("Never mind"),
        "its row went with it"
    );
}

/// A folder has no place for a read position: it is kept here, and nothing waits to be refused.
fn reading(desk: &Desk) {
    let talks = desk.json(&["conversations", "list", "--limit", "1"]);
    let id = rows(&talks)[0]["id"].as_str().unwrap().to_owned();
    let one = format!("{{\"conversation\":\"{id}\"}}");
    desk.text(&["call", "mark_unread", &one]);
    assert_ne!(desk.json(&["call", "conversation", &one])["unread"], 0);
    desk.text(&["conversations", "read", &id]);
    assert_eq!(desk.json(&["call", "conversation", &one])["unread"], 0);
    let waits = desk.json(&["outbox", "list"]).to_string();
    assert!(!waits.contains("mark_read"), "{waits}");
}

fn drafts(desk: &Desk) {
    let rooms = desk.json(&["conversations", "list", "--limit", "1"]);
    let id = rows(&rooms)[0]["id"].as_str().unwrap();
    desk.text(&["drafts", id, "--save", "half a thought"]);
    assert!(
        desk.json(&["drafts"])
            .to_string()
            .contains("half a thought")
    );
    desk.text(&["drafts", id, "--discard"]);
    assert!(
        !desk
            .json(&["drafts"])
            .to_string()
            .contains("half a thought")
    );
}
