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

/// Every literal in the sources of the store.
fn literals() -> Vec<Literal> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut found = Vec::new();
    for file in fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name == "sql.rs" {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        for (at, _) in source.match_indices("sql!(") {
            let line = source[..at].lines().count();
            let place = format!("{name}:{line}");
            match of_tables(&source, at + 5, &place) {
                Some(literals) => found.extend(literals),
                None => found.extend(literals_of(&source[at + 5..], &place)),
            }
        }
    }
    found
}

/// The literals of a `sql!` whose text is put together for each table that its macro is called with;
/// `None` for one with a plain text.
fn of_tables(source: &str, arguments: usize, place: &str) -> Option<Vec<Literal>> {
    let (_, text) = source[arguments..].split_once(',')?;
    let text = text.trim_start().strip_prefix("concat!(")?;
    let closing = |at: &usize| text[..*at].matches('"').count() % 2 == 0;
    let end = text.match_indices(')').map(|(at, _)| at).find(closing)?;
    let parts = &text[..end];
    let (_, calls) = source.split_once("of_org_and_user! {").unwrap();
    let tables = calls.split('}').next().unwrap().split('"').skip(1).step_by(2);
    let text = |table: &str| -> String {
        let pieces = parts.split('"').enumerate();
        let piece = |(at, piece): (usize, &str)| match at % 2 {
            1 => piece.to_owned(),
            _ if piece.contains("$table") => table.to_owned(),
            _ => String::new(),
        };
        pieces.map(piece).collect()
    };
    let literal = |table| Literal {
        place: format!("{place} for {table}"),
        text: text(table),
        sqlite: true,
        postgres: true,
    };
    Some(tables.map(literal).collect())
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
