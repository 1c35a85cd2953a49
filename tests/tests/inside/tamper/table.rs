//! The tables of a vault as whoever holds the file sees them.

use std::path::Path;

use azekura_tests::sqlite;
use sqlx::Row as _;

/// A table and its columns.
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    /// How many of them are the primary key.
    key: Vec<String>,
}

/// A row: each value as a literal of SQL, in the order of the columns.
pub(crate) type Row = Vec<String>;

/// The vault's own tables.
pub(crate) fn all(file: &Path) -> Vec<Table> {
    let question = "select m.name as t, c.name as c, c.pk as pk from sqlite_schema m, \
                    pragma_table_info(m.name) c where m.type = 'table' and m.name not like '\\_%' \
                    escape '\\' and m.name not like 'sqlite%' order by m.name, c.cid";
    let mut tables: Vec<Table> = Vec::new();
    for row in sqlite::rows(file, question) {
        let (name, column): (String, String) = (row.get("t"), row.get("c"));
        if tables.last().is_none_or(|last| last.name != name) {
            tables.push(Table { name, columns: Vec::new(), key: Vec::new() });
        }
        let table = tables.last_mut().unwrap();
        if row.get::<i64, _>("pk") > 0 {
            table.key.push(column.clone());
        }
        table.columns.push(column);
    }
    tables
}

impl Table {
    /// All rows.
    pub(crate) fn rows(&self, file: &Path) -> Vec<Row> {
        let quoted: Vec<_> = self.columns.iter().map(|column| format!("quote({column})")).collect();
        let question = format!(
            "select {} from {} order by {}",
            quoted.join(", "),
            self.name,
            self.key.join(", ")
        );
        let rows = sqlite::rows(file, &question);
        rows.iter().map(|row| (0..self.columns.len()).map(|at| row.get(at)).collect()).collect()
    }

    /// The row of `rows` with the same key as `row`.
    pub(crate) fn same_key<'r>(&self, rows: &'r [Row], row: &Row) -> Option<&'r Row> {
        rows.iter().find(|other| self.key_of(other) == self.key_of(row))
    }

    /// Puts `row` in the place of the one with its key.
    pub(crate) fn put(&self, row: &Row) -> String {
        let (name, columns) = (&self.name, self.columns.join(", "));
        format!("insert or replace into {name} ({columns}) values ({});", row.join(", "))
    }

    /// Takes a row away.
    pub(crate) fn take(&self, row: &Row) -> String {
        format!("delete from {} where {};", self.name, self.found_by(row))
    }

    /// Puts other rows in the place of all.
    pub(crate) fn become_(&self, rows: &[Row]) -> String {
        let put: Vec<_> = rows.iter().map(|row| self.put(row)).collect();
        format!("delete from {}; {}", self.name, put.join(" "))
    }

    /// Gives one column of a row another value.
    pub(crate) fn set(&self, row: &Row, column: usize, value: &str) -> String {
        let (name, column) = (&self.name, &self.columns[column]);
        format!("update {name} set {column} = {value} where {};", self.found_by(row))
    }

    fn found_by(&self, row: &Row) -> String {
        let key = self.columns.iter().zip(row).filter(|(column, _)| self.key.contains(column));
        let key: Vec<_> = key.map(|(column, value)| format!("{column} = {value}")).collect();
        key.join(" and ")
    }

    fn key_of<'r>(&self, row: &'r Row) -> Vec<&'r String> {
        let columns = self.columns.iter().zip(row);
        columns.filter(|(column, _)| self.key.contains(column)).map(|(_, value)| value).collect()
    }
}

/// A literal with one bit of its value changed; `at` chooses the bit.
pub(crate) fn flipped(literal: &str, at: u64) -> String {
    if let Some(hex) = literal.strip_prefix("X'").and_then(|rest| rest.strip_suffix('\'')) {
        return format!("X'{}'", flipped_hex(hex, at));
    }
    if let Some(hex) = text_hex(literal) {
        return text_of(&flipped_hex(&hex, at));
    }
    let number: i64 = literal.parse().expect("a number");
    (number ^ (1 << (at % 63))).to_string()
}

/// The same value as [`flipped`] writes values.
pub(crate) fn unflipped(literal: &str) -> String {
    text_hex(literal).map_or_else(|| literal.to_owned(), |hex| text_of(&hex))
}

/// The bytes of a text literal.
fn text_hex(literal: &str) -> Option<String> {
    let text = literal.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(data_encoding::HEXUPPER.encode(text.replace("''", "'").as_bytes()))
}

fn text_of(hex: &str) -> String {
    format!("cast(X'{hex}' as text)")
}

fn flipped_hex(hex: &str, at: u64) -> String {
    let mut bytes = data_encoding::HEXUPPER.decode(hex.as_bytes()).expect("hexadecimal");
    let bit = usize::try_from(at).unwrap() % (bytes.len().max(1) * 8);
    if let Some(byte) = bytes.get_mut(bit / 8) {
        *byte ^= 1 << (bit % 8);
    }
    data_encoding::HEXUPPER.encode(&bytes)
}
