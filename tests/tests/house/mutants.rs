//! The mistakes that RT-30 must find: one against each invariant, and each can still be made.

use std::process::Command;

use crate::repository::{File, files, root};

const INVARIANTS: u32 = 14;

#[test]
fn a_mistake_against_each_invariant_can_still_be_made() {
    let patches = files().into_iter().filter(|file| file.path.starts_with("tests/mutants/"));
    let patches: Vec<File> = patches.filter(|file| file.ends_in(&["patch"])).collect();
    let broken: Vec<u32> = patches.iter().map(invariant).collect();
    assert_eq!(broken, (1..=INVARIANTS).collect::<Vec<_>>());
    for patch in &patches {
        let mut git = Command::new("git");
        let checked = git.args(["apply", "--check", &patch.path]).current_dir(root()).output();
        let checked = checked.expect("git is there");
        let said = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success(), "make {} anew: {said}", patch.path);
    }
}

/// The invariant that a patch breaks, which its first line and its name say.
fn invariant(patch: &File) -> u32 {
    let said = patch.text.strip_prefix('I').and_then(|text| text.split_once(": "));
    let said = said.and_then(|(number, _)| number.parse().ok());
    let number = said.expect("a patch says first which invariant it breaks");
    let name = format!("tests/mutants/{number:02}-");
    assert!(patch.path.starts_with(&name), "{} is about I{number}", patch.path);
    number
}
