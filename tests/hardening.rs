//! Full disks, damaged files, keychains that do not answer, and items nobody
//! meant well with: a clear word each time, nothing lost, nothing wiped.

mod child;
mod disk;
mod file;
mod given;
mod hostile;
mod keychain;
mod mail;
mod meanwhile;
mod secrets;

use std::io::Write;

/// Says something to the test that started this process.
fn say(text: &str) {
    // A line of its own: the test runner has begun one already.
    writeln!(std::io::stdout(), "\n{}{text}", child::SAYS).unwrap();
}

/// The other side of a test in [`disk`].
#[tokio::test]
#[ignore = "is run by a test in this file, in a process of its own"]
async fn a_sync_on_a_disk_that_takes_no_more() {
    disk::sync_until_the_disk_fails().await;
}

/// The other side of a test in [`file`].
#[test]
#[ignore = "is run by a test in this file, in a process of its own"]
fn a_second_process() {
    file::take_the_profile();
}
