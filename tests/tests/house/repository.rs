//! The repository as these tests see it: its text files, its manifests, its dependency graph.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// One file of the repository; what is not UTF-8 in it is replaced.
pub(crate) struct File {
    /// From the root of the repository, parts joined by `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// Whether the name ends in `.` and one of `endings`.
    pub(crate) fn ends_in(&self, endings: &[&str]) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending))
    }
}

/// Every file but those that the repository itself ignores, in order of their paths.
pub(crate) fn files() -> Vec<File> {
    let ignored = read(".gitignore");
    let ignored: BTreeSet<&str> = ignored.lines().map(|line| line.trim_matches('/')).collect();
    let mut found = Vec::new();
    collect(&root(), "", &ignored, &mut found);
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}

/// The Rust sources among [`files`].
pub(crate) fn rust_files() -> Vec<File> {
    files().into_iter().filter(|file| file.ends_in(&["rs"])).collect()
}

/// The text of the file at `path`, counted from the root of the repository.
pub(crate) fn read(path: &str) -> String {
    let bytes = fs::read(root().join(path));
    String::from_utf8_lossy(&bytes.expect("the house rules name a file that is there")).into_owned()
}

/// The manifest of the workspace and, by folder, those of its members.
pub(crate) fn manifests() -> (toml::Table, BTreeMap<String, toml::Table>) {
    let workspace: toml::Table = read("Cargo.toml").parse().expect("cargo has read it before us");
    let members = workspace
        .get("workspace")
        .and_then(|table| table.get("members"))
        .and_then(toml::Value::as_array)
        .expect("the workspace lists its members")
        .iter()
        .filter_map(toml::Value::as_str)
        .map(|folder| {
            let manifest = read(&format!("{folder}/Cargo.toml"));
            (folder.to_owned(), manifest.parse().expect("cargo has read it before us"))
        })
        .collect();
    (workspace, members)
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests is a folder of it").to_owned()
}

/// What is built from what, as `cargo metadata` tells it for every platform.
pub(crate) struct Graph(Value);

impl Graph {
    /// Asks cargo, with the versions of the lock file.
    pub(crate) fn load() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(root())
            .output()
            .expect("cargo runs these tests, so it can be run");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "could not read the dependency graph: {complaint}");
        Self(serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON"))
    }

    pub(crate) fn packages(&self) -> impl Iterator<Item = &Value> {
        self.list("/packages")
    }

    /// The packages of this repository.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Value> {
        self.packages().filter(|package| package["source"].is_null())
    }

    /// Names of what the package `name` itself asks for to build, tests and benches aside.
    pub(crate) fn asked_by(&self, name: &str) -> BTreeSet<&str> {
        self.members()
            .filter(|package| package["name"] == name)
            .flat_map(|package| package["dependencies"].as_array().into_iter().flatten())
            .filter(|dependency| dependency["kind"] != "dev")
            .filter_map(|dependency| dependency["name"].as_str())
            .collect()
    }

    /// Names of all that is built into the package `name`, at any depth.
    pub(crate) fn built_into(&self, name: &str) -> BTreeSet<&str> {
        let nodes: BTreeMap<&str, &Value> = self
            .list("/resolve/nodes")
            .filter_map(|node| Some((node["id"].as_str()?, node)))
            .collect();
        let names: BTreeMap<&str, &str> = self
            .packages()
            .filter_map(|package| Some((package["id"].as_str()?, package["name"].as_str()?)))
            .collect();
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<&str> = self
            .members()
            .filter(|package| package["name"] == name)
            .filter_map(|package| package["id"].as_str())
            .collect();
        while let Some(id) = waiting.pop() {
            let below = nodes.get(id).map_or(&Value::Null, |node| &node["deps"]);
            for edge in below.as_array().into_iter().flatten().filter(|edge| is_built_in(edge)) {
                waiting.extend(edge["pkg"].as_str().filter(|package| seen.insert(*package)));
            }
        }
        seen.into_iter().filter_map(|id| names.get(id).copied()).collect()
    }

    fn list(&self, pointer: &str) -> impl Iterator<Item = &Value> {
        self.0.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
    }
}

fn is_built_in(edge: &Value) -> bool {
    edge["dep_kinds"].as_array().into_iter().flatten().any(|kind| kind["kind"] != "dev")
}

fn collect(folder: &Path, path: &str, ignored: &BTreeSet<&str>, found: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("the repository can be read") {
        let entry = entry.expect("the repository can be read");
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        if name == ".git" || ignored.contains(path.as_str()) {
            continue;
        }
        let kind = entry.file_type().expect("the repository can be read");
        if kind.is_dir() {
            collect(&entry.path(), &path, ignored, found);
        } else if kind.is_file() {
            let bytes = fs::read(entry.path()).expect("the repository can be read");
            found.push(File { path, text: String::from_utf8_lossy(&bytes).into_owned() });
        }
    }
}
