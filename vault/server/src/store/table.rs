//! The form that most sealed tables have: the id, at most two columns that are searched, and the value
//! as JSON. Their statements differ by names only.

use azekura_core::crypto::row::RowInput;
use sqlx::FromRow;
use uuid::Uuid;

use super::sealed::Columns;

/// The search column of what belongs to an organisation.
#[derive(FromRow)]
pub struct OfOrg {
    /// Which one.
    pub org_id: Uuid,
}

impl Columns for OfOrg {
    fn input(&self, row: RowInput) -> RowInput {
        row.id(self.org_id)
    }
}

/// Keeps a type in such a table:
///
/// ```text
/// sealed! {
///     Type in "table" as "what errors call it" by field_of_the_id;
///     ColumnsType [column, column] = |row| ColumnsType { … };
/// }
/// ```
///
/// `held as Row`, after the field, makes it part of the copy of rights in memory.
macro_rules! sealed {
    ($name:ident in $table:literal as $what:literal by $key:ident $(held as $row:ident)?;
     $columns:ty [] = $of:expr;) => {
        $crate::store::table::sealed! {
            @ $name $table $what $key ($($row)?) $columns [] "$2" "$3" $of
        }
    };
    ($name:ident in $table:literal as $what:literal by $key:ident $(held as $row:ident)?;
     $columns:ty [$one:ident] = $of:expr;) => {
        $crate::store::table::sealed! {
            @ $name $table $what $key ($($row)?) $columns [$one "$2"] "$3" "$4" $of
        }
    };
    ($name:ident in $table:literal as $what:literal by $key:ident $(held as $row:ident)?;
     $columns:ty [$one:ident, $two:ident] = $of:expr;) => {
        $crate::store::table::sealed! {
            @ $name $table $what $key ($($row)?) $columns [$one "$2" $two "$3"] "$4" "$5" $of
        }
    };
    (@ $name:ident $table:literal $what:literal $key:ident ($($row:ident)?)
     $columns:ty [$($column:ident $at:literal)*] $sealed:literal $stamp:literal $of:expr) => {
        impl $crate::store::Sealed for $name {
            type Body = Self;
            type Columns = $columns;

            const TABLE: azekura_core::crypto::row::Table =
                azekura_core::crypto::row::Table::$name;
            const WHAT: &'static str = $what;

            fn id(&self) -> uuid::Uuid {
                self.$key.into()
            }

            fn body(&self) -> &Self {
                self
            }

            fn columns(&self, _: &azekura_core::crypto::RowKey) -> $columns {
                let columns: fn(&Self) -> $columns = $of;
                columns(self)
            }

            fn from_parts(_: uuid::Uuid, body: Self, _: $columns) -> Option<Self> {
                Some(body)
            }

            fn insert<'t>(
                tx: &'t mut $crate::store::Tx,
                row: &$crate::store::sealed::Raw<$columns>,
            ) -> $crate::store::sql::Statement<'t> {
                $crate::store::sql::sql!(
                    tx,
                    concat!(
                        "insert into ", $table, " (id, ", $(stringify!($column), ", ",)*
                        "sealed) values ($1, ", $($at, ", ",)* $sealed, ")"
                    ),
                    row.id
                    $(, &row.columns.$column)*,
                    &row.sealed[..],
                )
            }

            fn replace<'t>(
                tx: &'t mut $crate::store::Tx,
                row: &$crate::store::sealed::Raw<$columns>,
                stamp: &[u8],
            ) -> $crate::store::sql::Statement<'t> {
                $crate::store::sql::sql!(
                    tx,
                    concat!(
                        "update ", $table, " set ", $(stringify!($column), " = ", $at, ", ",)*
                        "sealed = ", $sealed, " where id = $1 and substr(sealed, 1, 16) = ", $stamp
                    ),
                    row.id
                    $(, &row.columns.$column)*,
                    &row.sealed[..],
                    stamp,
                )
            }

            fn find(
                tx: &mut $crate::store::Tx,
                id: uuid::Uuid,
            ) -> $crate::store::sql::Statement<'_> {
                $crate::store::sql::sql!(
                    tx,
                    concat!(
                        "select id, ", $(stringify!($column), ", ",)*
                        "sealed from ", $table, " where id = $1"
                    ),
                    id,
                )
            }

            fn scan(
                tx: &mut $crate::store::Tx,
                id: uuid::Uuid,
                limit: i64,
            ) -> $crate::store::sql::Statement<'_> {
                $crate::store::sql::sql!(
                    tx,
                    concat!(
                        "select id, ", $(stringify!($column), ", ",)*
                        "sealed from ", $table, " where id > $1 order by id limit $2"
                    ),
                    id,
                    limit,
                )
            }

            $(
                fn authority(
                    kept: &$crate::store::Kept<Self>,
                ) -> Option<$crate::store::authority::AuthorityRow> {
                    Some($crate::store::authority::AuthorityRow::$row(kept.clone()))
                }
            )?
        }
    };
}

pub(super) use sealed;
