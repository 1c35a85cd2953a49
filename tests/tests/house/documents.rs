//! Documents that lead where they say, and texts that say nothing about one machine.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::repository::{File, files, read};

/// Parts of a decision, in this order.
const DECISION: [&str; 4] = ["## Context", "## Options", "## Decision", "## Consequences"];
const DECISION_LINES: usize = 60;

#[test]
fn links_in_documents_lead_somewhere() {
    let files = files();
    let mut broken = Vec::new();
    for file in files.iter().filter(|file| file.ends_in(&["md"])) {
        for link in links(&file.text) {
            if !leads_somewhere(file, &link, &files) {
                broken.push(format!("{}: {link}", file.path));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere: {broken:#?}");
}

#[test]
fn no_text_names_a_machine_or_a_registry() {
    let mut found = Vec::new();
    for file in files().iter().filter(|file| file.path != "Cargo.lock") {
        found.extend(places(&file.text).map(|place| format!("{}: {place}", file.path)));
    }
    assert!(found.is_empty(), "texts that hold on one machine only: {found:#?}");
}

#[test]
fn decisions_have_four_parts_in_sixty_lines() {
    let files = files();
    let mut numbers = BTreeSet::new();
    for file in files.iter().filter(|file| file.path.starts_with("docs/decisions/")) {
        let found: Vec<&str> = file.text.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(found, DECISION, "{}", file.path);
        let lines = file.text.lines().count();
        assert!(lines <= DECISION_LINES, "{} has {lines} lines", file.path);
        let number = file.path.rsplit('/').next().and_then(|name| name.split_once('-'));
        let number = number.map_or("", |(number, _)| number);
        assert!(number.len() == 4 && numbers.insert(number), "{} has no new number", file.path);
    }
    assert!(!numbers.is_empty(), "docs/decisions holds decisions");
}

#[test]
fn the_workflow_runs_the_checks_and_nothing_else() {
    let workflow = read(".github/workflows/ci.yml");
    assert!(workflow.lines().any(|line| line == "permissions: {}"));
    let after = |key: &str| -> Vec<String> {
        let lines = workflow
            .lines()
            .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix(key));
        lines.map(|rest| rest.trim().to_owned()).collect()
    };
    assert_eq!(after("run:"), [".ci/run"]);
    assert!(after("uses:").iter().all(|action| is_pinned(action)), "{:?}", after("uses:"));
}

/// Whether an action is named by a whole commit, its version beside it for the reader.
fn is_pinned(action: &str) -> bool {
    action.split_once('@').and_then(|(_, at)| at.split_once(" # v")).is_some_and(|(commit, _)| {
        commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Targets of the links of a Markdown text, those in code aside.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        found.extend(targets.map(str::to_owned));
    }
    found
}

fn leads_somewhere(from: &File, link: &str, files: &[File]) -> bool {
    if ["https://", "mailto:"].iter().any(|scheme| link.starts_with(scheme)) {
        return true;
    }
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let folder = Path::new(&from.path).parent().unwrap_or(Path::new(""));
    let target = match path {
        "" => from.path.clone(),
        _ => match resolved(&folder.join(path)) {
            Some(target) => target,
            None => return false,
        },
    };
    let is_folder = || files.iter().any(|file| file.path.starts_with(&format!("{target}/")));
    match files.iter().find(|file| file.path == target) {
        Some(file) => heading.is_empty() || anchors(&file.text).contains(heading),
        None => heading.is_empty() && is_folder(),
    }
}

/// The path without `.` and `..`; `None` if it leaves the repository.
fn resolved(path: &Path) -> Option<String> {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => parts.push(name),
            Component::CurDir => {}
            Component::ParentDir => parts.pop().then_some(())?,
            Component::Prefix(_) | Component::RootDir => return None,
        }
    }
    Some(parts.to_string_lossy().replace('\\', "/"))
}

/// Anchors of the headings as code hosts make them: small letters, hyphens for spaces, no signs.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

/// What in the text holds for one machine only: folders of a person or a job, and hosts of package
/// registries. The names are put together here, since this text is searched too.
fn places(text: &str) -> impl Iterator<Item = String> {
    let folders = ["home", "root", "work", "Users"].map(|name| format!("/{name}/"));
    let folders = folders.into_iter().filter(|folder| {
        let mut before = text.match_indices(folder).map(|(at, _)| text.split_at(at).0);
        before.any(|text| {
            text.chars().next_back().is_none_or(|c| "\"'`(<=:,/~".contains(c) || c.is_whitespace())
        })
    });
    let hosts = [("crates", "io"), ("npmjs", "org"), ("pypi", "org"), ("pythonhosted", "org")];
    let hosts = hosts.map(|(name, end)| format!("{name}.{end}"));
    folders.chain(hosts.into_iter().filter(|host| text.contains(host)))
}

#[test]
fn links_and_places_are_noticed() {
    let text = "see [a](b.md#c) and `[x](y)`\n```\n[no](no.md)\n```\n[d](https://example.jp)";
    assert_eq!(links(text), ["b.md#c", "https://example.jp"]);
    assert_eq!(resolved(Path::new("docs/decisions/../a.md")).as_deref(), Some("docs/a.md"));
    assert_eq!(resolved(Path::new("../a.md")), None);
    assert!(anchors("## Two people, 様式9\n").contains("two-people-様式9"));
    let folder = ["", "home", "taro"].join("/");
    assert_eq!(places(&format!("cd {folder}/x")).count(), 1);
    assert_eq!(places(&format!("https://example.jp{folder}/x")).count(), 0);
    assert_eq!(places(&["index.crates", "io"].join(".")).count(), 1);
}
