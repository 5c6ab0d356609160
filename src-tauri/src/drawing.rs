//! How the page is drawn where there is no graphics card.
//!
//! WebKitGTK hands its frames over in a card's memory; without a card every frame of a full
//! window then takes a quarter of a second instead of a sixtieth. It reads its choice out of the
//! environment, and only at the start of the program.

/// Starts this program again, in the same process, with the choice made, where no card is there
/// and nobody has chosen. What cannot be started again goes on, and draws slowly.
pub(crate) fn suit_the_machine() {
    #[cfg(target_os = "linux")]
    if !card() && CHOICES.iter().all(|it| std::env::var_os(it).is_none()) {
        again();
    }
}

/// What a user or a packager may have chosen already; the first is ours.
#[cfg(target_os = "linux")]
const CHOICES: [&str; 2] = [
    "WEBKIT_DISABLE_DMABUF_RENDERER",
    "WEBKIT_DISABLE_COMPOSITING_MODE",
];

/// Whether programs without a screen of their own can draw on a card.
#[cfg(target_os = "linux")]
fn card() -> bool {
    std::fs::read_dir("/dev/dri").is_ok_and(|all| {
        all.flatten()
            .any(|it| it.file_name().as_encoded_bytes().starts_with(b"renderD"))
    })
}

#[cfg(target_os = "linux")]
#[expect(
    clippy::disallowed_methods,
    reason = "the same program in the same process, before anything was begun"
)]
fn again() {
    use std::os::unix::process::CommandExt as _;
    let Ok(own) = std::env::current_exe() else {
        return;
    };
    let [choice, ..] = CHOICES;
    // Answers only when it failed.
    let _slower = std::process::Command::new(own)
        .args(std::env::args_os().skip(1))
        .env(choice, "1")
        .exec();
}
