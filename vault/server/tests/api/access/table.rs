//! `docs/access.md`, read as the tables that it is.

use std::collections::BTreeMap;

/// A method and the template of a path.
pub(crate) type Call = (String, String);

/// By need and column, what the answer is.
type Rights = BTreeMap<String, BTreeMap<String, String>>;

/// The whole page.
pub(crate) struct Table {
    /// What each call needs.
    pub(crate) calls: BTreeMap<Call, String>,
    /// Who calls, in the order of the columns.
    pub(crate) roles: Vec<String>,
    own: Rights,
    vault: Rights,
    states: Vec<State>,
}

/// A row of the table of states.
struct State {
    name: String,
    who: Vec<String>,
    needs: Vec<String>,
    except: Option<String>,
    answer: String,
}

/// Where a call is made.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Place {
    /// In the organisation in which the cast has its places.
    Own,
    /// In one in which nobody of the cast has one.
    Other,
    /// At the vault itself.
    Vault,
}

impl Table {
    /// Reads the page.
    pub(crate) fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/access.md");
        let page = std::fs::read_to_string(path).expect("docs/access.md is there");
        let calls = rows(&page, "## Calls").into_iter().map(|row| {
            let [method, path, needs] = row.try_into().expect("a call has three cells");
            ((method, path), needs)
        });
        let (own, roles) = rights(&page, "## Rights in one's own organisation");
        let (vault, _) = rights(&page, "## Rights elsewhere");
        let states = rows(&page, "## States").into_iter().map(|row| {
            let [name, who, needs, answer] = row.try_into().expect("a state has four cells");
            let (needs, except) = match needs.strip_prefix("any") {
                Some(rest) => (vec![], rest.strip_prefix(" but ").map(String::from)),
                None => (list(&needs), None),
            };
            State { name, who: list(&who), needs, except, answer }
        });
        Self { calls: calls.collect(), roles, own, vault, states: states.collect() }
    }

    /// The names of the states.
    pub(crate) fn states(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.states.iter().map(|state| &*state.name).collect();
        names.dedup();
        names
    }

    /// What `role` is answered in `place` by a call that needs `need`, while `state` holds.
    pub(crate) fn answer(&self, need: &str, role: &str, place: Place, state: &str) -> &str {
        let state = self.states.iter().find(|row| row.name == state && row.is_about(role, need));
        let answer = state.map(|row| &*row.answer);
        let outside = answer == Some("as outsider")
            || place == Place::Other && !["administrator", "nobody"].contains(&role);
        let rights = if place == Place::Vault { &self.vault } else { &self.own };
        let row = rights.get(need).unwrap_or_else(|| panic!("no row “{need}” for {place:?}"));
        let usual = &*row[if outside { "outsider" } else { role }];
        match answer {
            Some(first @ ("locked" | "unauthenticated")) => first,
            Some(other) if usual == "yes" && other != "as outsider" => other,
            _ => usual,
        }
    }
}

impl State {
    fn is_about(&self, role: &str, need: &str) -> bool {
        let any = self.needs.is_empty() && need != "public";
        let about = any || self.needs.iter().any(|named| named == need);
        about && self.except.as_deref() != Some(need) && self.who.iter().any(|who| who == role)
    }
}

fn rights(page: &str, heading: &str) -> (Rights, Vec<String>) {
    let mut rows = table(page, heading).into_iter();
    let roles: Vec<String> = rows.next().expect("a heading").into_iter().skip(1).collect();
    let rights = rows.map(|row| {
        let mut cells = row.into_iter();
        let need = cells.next().expect("a first cell");
        (need, roles.iter().cloned().zip(cells).collect())
    });
    (rights.collect(), roles)
}

fn rows(page: &str, heading: &str) -> Vec<Vec<String>> {
    table(page, heading).split_off(1)
}

/// Heading and rows of the table under `heading`.
fn table(page: &str, heading: &str) -> Vec<Vec<String>> {
    let section = page.split_once(&format!("\n{heading}\n")).expect("the section is there").1;
    let section = section.split("\n## ").next().unwrap_or_default();
    let lines = section.lines().filter(|line| line.starts_with('|') && !line.starts_with("|--"));
    lines
        .map(|line| {
            let cells = line.trim().trim_matches('|').split('|');
            cells.map(|cell| String::from(cell.trim().trim_matches('`'))).collect()
        })
        .collect()
}

fn list(cell: &str) -> Vec<String> {
    cell.split(',').map(|part| String::from(part.trim())).collect()
}
