//! Known answers, and what every MAC, sum and seal depends on.

use data_encoding::HEXLOWER;
use proptest::prelude::*;

use super::*;
use crate::crypto::documented::is_documented;

fn key() -> RowKey {
    RowKey::from_random([0xa9; 32])
}

fn row() -> RowInput {
    let pk = core::array::from_fn(|at| 0x30 + u8::try_from(at).unwrap());
    RowInput::new(Table::Person, pk, 7, 123)
        .column(None::<i64>)
        .column(42_i64)
        .column("架")
        .column(&[1, 2])
}

fn sum_of(bytes: [u8; 32]) -> Sum {
    Sum(bytes)
}

#[test]
fn macs_sums_and_seals_are_the_known_answers() {
    let (key, row) = (key(), row());
    let sum = key.term(&row).add(&key.term(&row));
    let seal = key.seal(Table::Person, 124, &sum);
    let masked = key.mask(Table::Person, 124, &sum);
    let head = key.head_mac(124, &[0x77; 32], &[(Table::Person, 124, seal)]);
    let hex = |bytes: [u8; 32]| HEXLOWER.encode(&bytes);
    assert_eq!(HEXLOWER.encode(row.0.as_slice()), ROW_INPUT);
    assert_eq!(hex(key.row_mac(&row)), ROW_MAC);
    assert_eq!(hex(*key.term(&row).bytes()), TERM);
    assert_eq!(hex(*sum.bytes()), SUM);
    assert_eq!(hex(masked), MASKED);
    assert_eq!(hex(seal), SEAL);
    assert_eq!(hex(head), HEAD);
    assert!(key.unmask(Table::Person, 124, masked).same(&sum));
    for vector in [ROW_INPUT, ROW_MAC, TERM, SUM, MASKED, SEAL, HEAD] {
        assert!(is_documented(vector), "{vector}");
    }
}

#[test]
fn every_part_of_a_row_counts() {
    let base = || RowInput::new(Table::User, [1; 16], 2, 3);
    let rows = [
        base(),
        RowInput::new(Table::Client, [1; 16], 2, 3),
        RowInput::new(Table::User, [2; 16], 2, 3),
        RowInput::new(Table::User, [1; 16], 3, 3),
        RowInput::new(Table::User, [1; 16], 2, 4),
        base().column(None::<&str>),
        base().column(""),
        base().column(&[]),
        base().column(0_i64),
        base().column(false).column(None::<i64>),
        base().column(None::<i64>).column(false),
        base().column("a").column("b"),
        base().column("ab"),
        base().column("ab").column(""),
    ];
    let macs: std::collections::BTreeSet<_> = rows.iter().map(|row| key().row_mac(row)).collect();
    assert_eq!(macs.len(), rows.len());
}

#[test]
fn mask_and_seal_are_of_one_table_and_log_size() {
    let sum = sum_of([5; 32]);
    let masked = key().mask(Table::User, 9, &sum);
    assert!(!key().unmask(Table::User, 10, masked).same(&sum));
    assert!(!key().unmask(Table::Client, 9, masked).same(&sum));
    assert_ne!(key().seal(Table::User, 9, &sum), key().seal(Table::User, 10, &sum));
    assert_ne!(key().seal(Table::User, 9, &sum), key().seal(Table::Client, 9, &sum));
}

#[test]
fn the_head_binds_size_root_and_every_seal() {
    let seals = [(Table::User, 9, [1; 32]), (Table::Client, 8, [2; 32])];
    let head = key().head_mac(9, &[3; 32], &seals);
    assert_ne!(head, key().head_mac(10, &[3; 32], &seals));
    assert_ne!(head, key().head_mac(9, &[4; 32], &seals));
    assert_ne!(head, key().head_mac(9, &[3; 32], &seals[..1]));
    let older = [(Table::User, 9, [1; 32]), (Table::Client, 7, [2; 32])];
    assert_ne!(head, key().head_mac(9, &[3; 32], &older));
}

#[test]
fn the_numbers_of_tables_are_given_once_and_grow() {
    let numbers = Table::ALL.map(|table| table as u16);
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
}

#[test]
fn a_sum_wraps_around() {
    let one = sum_of(core::array::from_fn(|at| u8::from(at == 31)));
    assert!(sum_of([0xff; 32]).add(&one).same(&Sum::default()));
    assert!(Sum::default().sub(&one).same(&sum_of([0xff; 32])));
}

proptest! {
    #[test]
    fn terms_come_off_in_any_order(a in any::<[u8; 32]>(), b in any::<[u8; 32]>(), c in any::<[u8; 32]>()) {
        let [a, b, c] = [a, b, c].map(Sum);
        let left = a.add(&b).add(&c);
        prop_assert!(left.same(&c.add(&a).add(&b)));
        prop_assert!(left.sub(&a).sub(&c).same(&b));
    }
}

const ROW_INPUT: &str = "000a303132333435363738393a3b3c3d3e3f0000000000000007000000000000007b0000\
     0000000100000008000000000000002a0200000003e69eb603000000020102";
const ROW_MAC: &str = "657b32d10e11f78335c6cebcfced556fccead6d70fff6e66380bff8ba249cd02";
const TERM: &str = "c7e226a86103e4ff6924e041c2a475cec12c16c84c408d035262c8b39ca55b7c";
const SUM: &str = "8fc44d50c207c9fed249c0838548eb9d82582d9098811a06a4c59167394ab6f8";
const MASKED: &str = "86a92dfafdb6b4416be7b9c7af5932a8e5e3085da70e438e0f8c0a3b9cd49de2";
const SEAL: &str = "58e257d247baa5288e20f6c5b3b8903ae76598e4c977f1a98bdd9502fea9e3db";
const HEAD: &str = "8e3aa8c6bdf5c095739cc102f0f16512573a1eb984eb3c1607b3cc340677123d";
