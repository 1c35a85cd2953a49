//! Every statement of the store prepares on both engines, and both have the same tables.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use azekura::store::{Open, Store};
use sqlx::{AssertSqlSafe, Executor, PgPool, SqlSafeStr, SqlitePool};
use tempfile::TempDir;

/// A literal of a `sql!`, where it stands, and for which engines it is.
struct Literal {
    place: String,
    text: String,
    sqlite: bool,
    postgres: bool,
}

struct Engines {
    sqlite: SqlitePool,
    postgres: PgPool,
    _directory: TempDir,
}

async fn engines() -> Engines {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("data/vault.db");
    let Store::Sqlite { readers: sqlite, .. } = Store::open_sqlite(&path, Open::New).await.unwrap()
    else {
        panic!("a file is opened as a file")
    };
    let url = tokio::task::spawn_blocking(azekura_tests::postgres::database);
    let url = url.await.unwrap().unwrap();
    let Store::Postgres(postgres) = Store::open_postgres(&url).await.unwrap() else {
        panic!("a server is opened as a server")
    };
    Engines { sqlite, postgres, _directory: directory }
}

#[tokio::test]
async fn every_statement_prepares_on_its_engines() {
    let engines = engines().await;
    let mut refused = Vec::new();
    for literal in literals() {
        let text = || AssertSqlSafe(literal.text.clone()).into_sql_str();
        if literal.sqlite
            && let Err(error) = engines.sqlite.prepare(text()).await
        {
            refused.push(format!("{} on SQLite: {error}", literal.place));
        }
        if literal.postgres
            && let Err(error) = engines.postgres.prepare(text()).await
        {
            refused.push(format!("{} on PostgreSQL: {error}", literal.place));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// Left to itself SQLite may walk a table and read the list again for each of its rows.
#[tokio::test]
async fn a_list_is_walked_once_and_its_rows_are_looked_up() {
    let engines = engines().await;
    let mut walked = 0;
    for literal in literals().into_iter().filter(|literal| literal.text.contains("json_each")) {
        let steps = plan(&engines.sqlite, &literal.text).await;
        assert!(steps[0].starts_with("SCAN j "), "{}: {steps:?}", literal.place);
        walked += 1;
    }
    assert!(walked >= 5, "the statements were found");
}

#[tokio::test]
async fn the_lines_about_somebody_are_looked_up_in_each_block() {
    let engines = engines().await;
    let mut looked = 0;
    for literal in literals().into_iter().filter(|literal| literal.text.contains("use_index u")) {
        let steps = plan(&engines.sqlite, &literal.text).await;
        let lookup = "SEARCH u USING PRIMARY KEY (block=? AND subject_id=? AND seq>?)";
        assert!(steps.iter().any(|step| step == lookup), "{}: {steps:?}", literal.place);
        looked += 1;
    }
    assert_eq!(looked, 1, "the statement was found");
}

#[test]
fn a_statement_stands_in_one_place_only() {
    let mut places: BTreeMap<(String, bool, bool), Vec<String>> = BTreeMap::new();
    for literal in literals() {
        let words: Vec<_> = literal.text.split_whitespace().collect();
        let statement = (words.join(" "), literal.sqlite, literal.postgres);
        places.entry(statement).or_default().push(literal.place);
    }
    assert!(places.len() > 100, "the statements were found");
    let twice: Vec<_> = places.values().filter(|places| places.len() > 1).collect();
    assert!(twice.is_empty(), "the same text in {twice:?}");
}

#[tokio::test]
async fn both_engines_have_the_same_tables() {
    let engines = engines().await;
    let sqlite = sqlx::query_as::<_, (String, String, String, bool, i64)>(
        "select m.name, c.name, c.type, c.\"notnull\" = 1, c.pk
           from sqlite_master m join pragma_table_info(m.name) c
          where m.type = 'table' and m.name not like '\\_%' escape '\\'",
    )
    .fetch_all(&engines.sqlite)
    .await
    .unwrap();
    let postgres = sqlx::query_as::<_, (String, String, String, bool, i64)>(
        "select c.table_name::text, c.column_name::text, c.data_type::text,
                c.is_nullable = 'NO', coalesce(k.ordinal_position, 0)::bigint
           from information_schema.columns c
           left join information_schema.table_constraints t
             on t.table_schema = c.table_schema and t.table_name = c.table_name
            and t.constraint_type = 'PRIMARY KEY'
           left join information_schema.key_column_usage k
             on k.constraint_name = t.constraint_name and k.table_schema = c.table_schema
            and k.table_name = c.table_name and k.column_name = c.column_name
          where c.table_schema = 'public' and c.table_name not like '\\_%'",
    )
    .fetch_all(&engines.postgres)
    .await
    .unwrap();
    let named = |rows: Vec<(String, String, String, bool, i64)>| -> BTreeSet<_> {
        rows.into_iter().map(|row| (row.0, row.1, kind(&row.2), row.3, row.4)).collect()
    };
    let (sqlite, postgres) = (named(sqlite), named(postgres));
    assert!(sqlite.len() > 100, "the columns were found");
    assert_eq!(differences(&sqlite, &postgres), Vec::<String>::new());
}

#[tokio::test]
async fn both_engines_have_the_same_unique_keys() {
    let engines = engines().await;
    let sqlite = sqlx::query_as::<_, (String, String, bool)>(
        "select m.name, (select group_concat(i.name, ' ') from pragma_index_info(l.name) i),
                l.partial = 1
           from sqlite_master m join pragma_index_list(m.name) l
          where m.type = 'table' and l.\"unique\" = 1 and l.origin <> 'pk'
            and m.name not like '\\_%' escape '\\'",
    )
    .fetch_all(&engines.sqlite)
    .await
    .unwrap();
    let postgres = sqlx::query_as::<_, (String, String, bool)>(
        "select c.relname::text,
                (select string_agg(a.attname, ' ' order by k.at)
                   from unnest(i.indkey) with ordinality k(num, at)
                   join pg_attribute a on a.attrelid = c.oid and a.attnum = k.num),
                i.indpred is not null
           from pg_index i join pg_class c on c.oid = i.indrelid
          where i.indisunique and not i.indisprimary
            and c.relnamespace = 'public'::regnamespace and c.relname not like '\\_%'",
    )
    .fetch_all(&engines.postgres)
    .await
    .unwrap();
    let sqlite: BTreeSet<_> = sqlite.into_iter().collect();
    let postgres: BTreeSet<_> = postgres.into_iter().collect();
    assert!(sqlite.len() > 5, "the keys were found");
    assert_eq!(differences(&sqlite, &postgres), Vec::<String>::new());
}

/// The steps by which SQLite would run a statement.
async fn plan(sqlite: &SqlitePool, text: &str) -> Vec<String> {
    let explained = AssertSqlSafe(format!("explain query plan {text}"));
    let steps = sqlx::query_as::<_, (i64, i64, i64, String)>(explained);
    let steps = steps.fetch_all(sqlite).await.unwrap();
    steps.into_iter().map(|(_, _, _, step)| step).collect()
}

/// What a type is for: the engines call it differently.
fn kind(name: &str) -> &'static str {
    match name.to_lowercase().as_str() {
        "blob" | "bytea" | "uuid" => "bytes",
        "integer" | "bigint" => "integer",
        "text" => "text",
        _ => "other",
    }
}

fn differences<T: Ord + std::fmt::Debug>(
    sqlite: &BTreeSet<T>,
    postgres: &BTreeSet<T>,
) -> Vec<String> {
    let only = |engine: &str, row: &T| format!("only in {engine}: {row:?}");
    let in_sqlite = sqlite.difference(postgres).map(|row| only("SQLite", row));
    let in_postgres = postgres.difference(sqlite).map(|row| only("PostgreSQL", row));
    in_sqlite.chain(in_postgres).collect()
}

/// A table whose statements `sealed!` puts together.
struct Called {
    table: String,
    columns: Vec<String>,
}

/// Every literal in the sources of the store.
fn literals() -> Vec<Literal> {
    let sources = sources();
    let called: Vec<Called> = sources.iter().flat_map(|(_, source)| called(source)).collect();
    assert!(called.len() > 10, "the tables were found");
    let mut found = Vec::new();
    for (name, source) in sources {
        for (at, _) in source.match_indices("sql!(") {
            let line = source[..at].lines().count();
            let (place, arguments) = (format!("{name}:{line}"), &source[at + 5..]);
            match parts(arguments) {
                Some(parts) => found.extend(called.iter().map(|table| Literal {
                    place: format!("{place} for {}", table.table),
                    text: table.text(parts),
                    sqlite: true,
                    postgres: true,
                })),
                None => found.extend(literals_of(arguments, &place)),
            }
        }
    }
    found
}

/// The files of the store and what is in them, but for the one that defines `sql!`.
fn sources() -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let files = fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    let named = files.map(|path| {
        (
            path.file_name().unwrap().to_string_lossy().into_owned(),
            fs::read_to_string(&path).unwrap(),
        )
    });
    named.filter(|(name, _)| name != "sql.rs").collect()
}

/// The calls of `sealed!` in a file: `Type in "table" as … [column, column] = …`.
fn called(source: &str) -> Vec<Called> {
    let calls = source.split("\nsealed! {").skip(1);
    let table = |call: &str| {
        let (_, named) = call.split_once(" in \"").unwrap();
        let (_, columns) = call.split_once('[').unwrap();
        let columns = columns.split(']').next().unwrap().split(',').map(str::trim);
        Called {
            table: named.split('"').next().unwrap().to_owned(),
            columns: columns.filter(|column| !column.is_empty()).map(str::to_owned).collect(),
        }
    };
    calls.map(table).collect()
}

/// What a `sql!` puts its text together from, if it does.
fn parts(arguments: &str) -> Option<&str> {
    let (_, text) = arguments.split_once(',')?;
    let text = text.trim_start().strip_prefix("concat!(")?;
    let (mut depth, mut quoted) = (0, false);
    let end = text.find(|letter| {
        match letter {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        depth < 0
    });
    Some(&text[..end.unwrap()])
}

impl Called {
    /// The text of a statement for this table.
    fn text(&self, parts: &str) -> String {
        let (mut text, mut rest) = (String::new(), parts);
        while let Some((before, after)) = rest.split_once("$(") {
            let (each, after) = after.split_once(")*").unwrap();
            text += &self.pieces(before, ("", 0));
            for column in self.columns.iter().map(String::as_str).zip(2..) {
                text += &self.pieces(each, column);
            }
            rest = after;
        }
        text + &self.pieces(rest, ("", 0))
    }

    /// Literals as they are, and the names and places between them.
    fn pieces(&self, parts: &str, (column, at): (&str, usize)) -> String {
        let last = self.columns.len();
        let piece = |(nth, piece): (usize, &str)| match nth % 2 {
            1 => piece.to_owned(),
            _ if piece.contains("$table") => self.table.clone(),
            _ if piece.contains("$column") => column.to_owned(),
            _ if piece.contains("$at") => format!("${at}"),
            _ if piece.contains("$sealed") => format!("${}", last + 2),
            _ if piece.contains("$stamp") => format!("${}", last + 3),
            _ => String::new(),
        };
        parts.split('"').enumerate().map(piece).collect()
    }
}

/// The literals of one `sql!`, whose arguments are at the beginning of `source`: the first one, or
/// one for each engine.
fn literals_of(source: &str, place: &str) -> Vec<Literal> {
    let literal = |text: &str, sqlite, postgres| {
        let from = text.find('"').unwrap() + 1;
        let until = from + text[from..].find('"').unwrap();
        let text = text[from..until].to_owned();
        Literal { place: place.to_owned(), text, sqlite, postgres }
    };
    let first = source.find('"').unwrap();
    if source[..first].trim_end().ends_with("sqlite:") {
        let second = source.find("postgres:").unwrap();
        vec![literal(source, true, false), literal(&source[second..], false, true)]
    } else {
        vec![literal(source, true, true)]
    }
}
