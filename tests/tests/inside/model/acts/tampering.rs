//! Somebody writes to the database beside the vault.

use azekura_tests::office::outcome;
use azekura_tests::sqlite;
use sqlx::Row as _;

use super::super::op::Op;
use super::super::rules::LINES;
use super::super::world::{Held, World, must};

/// Rows that are kept of one run.
const KEPT: usize = 6;

/// What makes a row again, as a question.
const PERSON: &str = "select 'insert or replace into person values (' || quote(id) || ',' || quote(org_id) \
    || ',' || quote(external_ref) || ',' || quote(state) || ',' || quote(kinds) || ',' || quote(due_on) \
    || ',' || quote(created_at) || ',' || quote(grounds) || ',' || quote(personal) || ',' \
    || quote(sealed) || ');' as made from person where id = ";
const NUMBER: &str = "select 'insert or replace into number values (' || quote(id) || ',' || quote(org_id) \
    || ',' || quote(person_id) || ',' || quote(version) || ',' || quote(state) || ',' || quote(blob) \
    || ',' || quote(slot) || ',' || quote(sealed) || ');' as made from number where person_id = ";

impl World<'_> {
    /// Sometimes keeps the rows of whoever a check is about, as they are before it.
    pub(super) fn keep_rows(&mut self, change: usize, op: Op) {
        let record = self.rules.changes[change].record;
        if op.luck >= 90 && self.older.len() < KEPT {
            self.older.push((record, self.rows(record)));
        }
    }

    /// Rows that the vault replaced are put back: nobody is given a number by them that is not in force.
    pub(in crate::model) fn put_back(&mut self, op: Op) -> Held {
        let some = self.older.len();
        let Some((at, older)) = self.older.get(op.at % some.max(1)).cloned() else { return Ok(()) };
        let now = self.rows(at);
        self.write(at, &older);
        let org = self.rules.records[at].org;
        let reader = self.rules.lines.iter().find(|line| line.org == org && line.may == LINES[0]);
        if let Some(reader) = reader.map(|line| line.who) {
            let body = self.asking(&[at], true, Op { luck: 1, ..op });
            let answer = self.post(reader, &self.path(org, "reads"), &body)?;
            if answer.is_yes()
                && let Ok(number) = outcome(&answer.value["results"][0])
            {
                let right = self.rules.records[at].current.as_ref();
                let right = right.is_some_and(|(_, right)| *right == number);
                must(right, 12, || String::from("an older row gives its number"))?;
            }
        }
        self.write(at, &now);
        self.did(op);
        Ok(())
    }

    /// While the vault does not run.
    fn write(&mut self, at: usize, rows: &str) {
        let id = self.literal(at);
        let edit = format!(
            "pragma foreign_keys = off; begin; delete from number where person_id = {id}; {rows} commit;"
        );
        self.vault.stop();
        sqlite::run(&self.vault.database(), &edit);
        self.vault.start();
    }

    fn rows(&self, at: usize) -> String {
        let id = self.literal(at);
        let made = [PERSON, NUMBER].map(|question| {
            let rows = sqlite::rows(&self.vault.database(), &format!("{question}{id}"));
            rows.iter().map(|row| row.get::<String, _>("made")).collect::<String>()
        });
        made.concat()
    }

    /// Somebody's id as SQL writes it.
    fn literal(&self, at: usize) -> String {
        let id = self.rules.records[at].id.strip_prefix("per_").unwrap();
        format!("X'{id}'")
    }
}
