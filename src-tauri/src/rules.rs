//! The files that say what the page may do, held to what we promise.

use serde_json::Value;

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn config() -> Value {
    read(include_str!("../tauri.conf.json"))
}

fn csp(directive: &str) -> Vec<String> {
    config()["app"]["security"]["csp"][directive]
        .as_str()
        .unwrap_or_else(|| panic!("no {directive}"))
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_script_runs_only_when_it_came_with_the_program() {
    assert_eq!(csp("default-src"), ["'none'"]);
    assert_eq!(csp("script-src"), ["'self'"]);
    for none in ["object-src", "base-uri", "form-action", "frame-ancestors"] {
        assert_eq!(csp(none), ["'none'"], "{none}");
    }
    let all = config()["app"]["security"]["csp"].to_string();
    assert!(!all.contains("unsafe-eval") && !all.contains('*'));
    // Svelte writes style attributes into its templates; style elements stay shut.
    assert_eq!(csp("style-src"), ["'self'"]);
    assert_eq!(csp("style-src-attr"), ["'unsafe-inline'"]);
    assert_eq!(all.matches("unsafe-inline").count(), 1);
}

#[test]
fn the_page_reaches_nothing_but_the_doors() {
    assert_eq!(csp("connect-src"), ["ipc:", "http://ipc.localhost"]);
    // Foreign mail lies in a frame that inherits all this; pictures from afar are
    // let in by the frame's own, narrower policy, when the user asks for them.
    assert_eq!(csp("img-src"), ["'self'", "data:", "blob:", "https:"]);
    for local in ["font-src", "media-src", "frame-src"] {
        assert!(
            csp(local)
                .iter()
                .all(|it| ["'self'", "data:", "blob:", "'none'"].contains(&it.as_str())),
            "{local}"
        );
    }
    let security = &config()["app"]["security"];
    assert!(
        security
            .get("dangerousDisableAssetCspModification")
            .is_none()
    );
    assert!(security.get("dangerousRemoteDomainIpcAccess").is_none());
    assert_eq!(config()["app"]["withGlobalTauri"], false);
}

#[test]
fn one_capability_for_one_window_with_our_doors_and_two_permissions_to_listen() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("capabilities");
    let files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    assert_eq!(files, ["main.json"]);
    let main = read(include_str!("../capabilities/main.json"));
    assert_eq!(main["windows"], serde_json::json!(["main"]));
    assert!(main.get("webviews").is_none() && main.get("remote").is_none());
    assert_eq!(
        main["permissions"],
        serde_json::json!([
            "doors",
            "core:event:allow-listen",
            "core:event:allow-unlisten"
        ])
    );
    assert_eq!(
        config()["app"]["security"]["capabilities"],
        serde_json::json!(["main"])
    );
}

#[test]
fn the_doors_are_those_the_program_opens() {
    let doors = include_str!("../permissions/doors.toml");
    let named = doors
        .lines()
        .find_map(|line| line.strip_prefix("commands.allow = "))
        .unwrap();
    let named: Vec<String> = serde_json::from_str(named).unwrap();
    let opened: Vec<&str> = include_str!("ipc.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("pub(crate) async fn "))
        .filter_map(|line| line.split('(').next())
        .collect();
    assert_eq!(named, opened);
}

#[test]
fn nothing_is_updated_unless_somebody_says_where_from_and_who_signs() {
    let updater = &config()["plugins"]["updater"];
    assert_eq!(updater["endpoints"], serde_json::json!([]));
    assert_eq!(updater["pubkey"], "");
    assert!(updater.get("dangerousInsecureTransportProtocol").is_none());
}

#[test]
fn an_installed_program_is_handed_the_link_that_was_clicked() {
    let linux = &config()["bundle"]["linux"];
    for package in ["deb", "rpm"] {
        assert_eq!(linux[package]["desktopTemplate"], "rapport.desktop");
    }
    assert!(include_str!("../rapport.desktop").contains("Exec={{exec}} %u"));
    let schemes = &config()["plugins"]["deep-link"]["desktop"]["schemes"];
    assert_eq!(schemes, &serde_json::json!(["rapport"]));
}
