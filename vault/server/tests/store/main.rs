//! The contract of every function of the store, on both engines.

#![expect(clippy::cognitive_complexity, reason = "it counts each await and assertion")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of a test fails the test"
)]

/// Makes a test of each function for SQLite and for PostgreSQL.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::fixtures::Vault::on_sqlite().await).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::fixtures::Vault::on_postgres().await).await;
            })+
        }
    };
}

mod fixtures;
mod forgery;
mod log;
mod opening;
mod oversight;
mod people;
mod rows;
