//! Row MACs, which prove that the vault wrote a row, and table seals, which prove it the newest.
//!
//! Each sealed table has one running [`Sum`] of the terms of its rows. The database holds it masked
//! and sealed with the size of the log at the table's last change, and a head MAC binds the seals
//! of all tables to one size and root of the log. A row put back, removed or swapped changes a sum.

use uuid::Uuid;

use super::{RowKey, hmac};
use crate::canonical::Encoder;
use crate::time::Timestamp;

/// A sealed table; the number is part of every MAC and is never given to another table.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u16)]
pub enum Table {
    /// Tenants.
    Organisation = 1,
    /// People who sign in.
    User = 2,
    /// Passwords and second factors.
    Credential = 3,
    /// Signed-in sessions.
    Session = 4,
    /// The roster of handlers.
    Designation = 5,
    /// Managers, auditors and viewers.
    Appointment = 6,
    /// Programs that call the API.
    Client = 7,
    /// Quota counters of those programs.
    ClientUse = 8,
    /// Notices of purposes.
    Notice = 9,
    /// People whose numbers are kept.
    Person = 10,
    /// Sealed numbers.
    Number = 11,
    /// Changes that wait for a second person.
    Change = 12,
    /// Batches of deletions.
    Purge = 13,
    /// Deletion certificates.
    Certificate = 14,
    /// One-time rights to make credentials.
    Enrolment = 15,
    /// Trainings of handlers.
    Training = 16,
    /// Counted guesses at accounts.
    Attempts = 17,
    /// Devices from which people signed in.
    Device = 18,
    /// Uses of the recovery shares.
    Emergency = 19,
    /// The plan of trainings.
    TrainingPlan = 23,
    /// Credentials that were made anew.
    Reset = 26,
    /// Visits of IT staff.
    ItAccess = 27,
}

/// One value of a row, as its MAC sees it.
#[derive(Clone, Copy)]
pub enum Column<'a> {
    /// Binary, and ids as their 16 bytes.
    Bytes(&'a [u8]),
    /// An id.
    Id(Uuid),
    /// A number, a truth value as 0 or 1, an instant in ms.
    Integer(i64),
    /// Nothing; differs from an empty text.
    Null,
    /// Text.
    Text(&'a str),
}

/// The bytes a row's MAC and term are computed over, collected column by column in schema order.
pub struct RowInput(Encoder);

/// A sum of row terms modulo 2^256. It is secret from whoever writes the database.
#[derive(Clone, Copy, Default)]
pub struct Sum([u8; 32]);

impl RowKey {
    /// The MAC that stands in the row.
    pub fn row_mac(&self, row: &RowInput) -> [u8; 32] {
        hmac(self.bytes(), &[b"mnv1/row\0", row.0.as_slice()])
    }

    /// The MAC of a person's grounds, which a read decodes without the rest of the row.
    pub fn grounds_mac(&self, grounds: &[u8]) -> [u8; 32] {
        hmac(self.bytes(), &[b"mnv1/grounds\0", grounds])
    }

    /// The MAC of an answer that is kept for a repeated request.
    pub fn answer_mac(&self, answer: &[u8]) -> [u8; 32] {
        hmac(self.bytes(), &[b"mnv1/answer\0", answer])
    }

    /// What the row adds to its table's sum.
    pub fn term(&self, row: &RowInput) -> Sum {
        Sum(hmac(self.bytes(), &[b"mnv1/term\0", row.0.as_slice()]))
    }

    /// The sum as the database may hold it. A pair of table and log size never repeats.
    pub fn mask(&self, table: Table, log_size: u64, sum: &Sum) -> [u8; 32] {
        let mut masked =
            hmac(self.bytes(), &[b"mnv1/mask\0", &table.id(), &log_size.to_be_bytes()]);
        masked.iter_mut().zip(sum.0).for_each(|(byte, of_sum)| *byte ^= of_sum);
        masked
    }

    /// The sum behind what [`Self::mask`] made with the same table and log size.
    pub fn unmask(&self, table: Table, log_size: u64, masked: [u8; 32]) -> Sum {
        Sum(self.mask(table, log_size, &Sum(masked)))
    }

    /// Proof that the table had this sum when the log had this size.
    pub fn seal(&self, table: Table, log_size: u64, sum: &Sum) -> [u8; 32] {
        hmac(self.bytes(), &[b"mnv1/seal\0", &table.id(), &log_size.to_be_bytes(), &sum.0])
    }

    /// Proof that the tables had these seals, each from its own log size, when the log had `size`
    /// entries and this `root`. Callers pass the tables in the order of [`Table::ALL`].
    pub fn head_mac(
        &self,
        size: u64,
        root: &[u8; 32],
        seals: &[(Table, u64, [u8; 32])],
    ) -> [u8; 32] {
        let mut input = Encoder::new();
        input.u64(size).raw(root);
        for (table, log_size, seal) in seals {
            input.raw(&table.id()).u64(*log_size).raw(seal);
        }
        hmac(self.bytes(), &[b"mnv1/head\0", input.as_slice()])
    }
}

impl Table {
    /// Every sealed table, in the order of their numbers.
    pub const ALL: [Self; 22] = [
        Self::Organisation,
        Self::User,
        Self::Credential,
        Self::Session,
        Self::Designation,
        Self::Appointment,
        Self::Client,
        Self::ClientUse,
        Self::Notice,
        Self::Person,
        Self::Number,
        Self::Change,
        Self::Purge,
        Self::Certificate,
        Self::Enrolment,
        Self::Training,
        Self::Attempts,
        Self::Device,
        Self::Emergency,
        Self::TrainingPlan,
        Self::Reset,
        Self::ItAccess,
    ];

    fn id(self) -> [u8; 2] {
        (self as u16).to_be_bytes()
    }
}

impl RowInput {
    /// A row without columns yet. `audit_seq` is the log entry of the row's last change.
    pub fn new(table: Table, pk: [u8; 16], row_version: u64, audit_seq: u64) -> Self {
        let mut input = Encoder::new();
        input.raw(&table.id()).raw(&pk).u64(row_version).u64(audit_seq);
        Self(input)
    }

    /// Adds the next column.
    #[must_use]
    pub fn column<'a>(mut self, value: impl Into<Column<'a>>) -> Self {
        match value.into() {
            Column::Null => self.0.u8(0).bytes(&[]),
            Column::Integer(value) => self.0.u8(1).bytes(&value.to_be_bytes()),
            Column::Text(value) => self.0.u8(2).str(value),
            Column::Bytes(value) => self.0.u8(3).bytes(value),
            Column::Id(value) => self.0.u8(3).bytes(value.as_bytes()),
        };
        self
    }

    /// Adds a column that holds an id.
    #[must_use]
    pub fn id(self, id: impl Into<Uuid>) -> Self {
        self.column(Column::Id(id.into()))
    }

    /// Adds a column that may hold an id.
    #[must_use]
    pub fn optional_id(self, id: Option<impl Into<Uuid>>) -> Self {
        self.column(id.map(|id| Column::Id(id.into())))
    }
}

impl Sum {
    /// This sum with one more term.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "the term comes by reference")]
    pub fn add(self, term: &Self) -> Self {
        let mut carry = 0;
        self.zip_from_the_right(term, |left, right| {
            let sum = u16::from(left) + u16::from(right) + carry;
            carry = sum >> 8;
            sum
        })
    }

    /// This sum with one term less.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "the term comes by reference")]
    pub fn sub(self, term: &Self) -> Self {
        let mut borrow = 0;
        self.zip_from_the_right(term, |left, right| {
            let difference = 0x100 + u16::from(left) - u16::from(right) - borrow;
            borrow = 1 - (difference >> 8);
            difference
        })
    }

    /// The 32 bytes, most significant first.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether the sums are equal, compared in constant time.
    pub fn same(&self, other: &Self) -> bool {
        super::same(&self.0, &other.0)
    }

    fn zip_from_the_right(mut self, other: &Self, mut each: impl FnMut(u8, u8) -> u16) -> Self {
        for (left, right) in self.0.iter_mut().zip(other.0).rev() {
            let [_, low] = each(*left, right).to_be_bytes();
            *left = low;
        }
        self
    }
}

impl<'a> From<&'a [u8]> for Column<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Column<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Self::Bytes(value)
    }
}

impl<'a> From<&'a str> for Column<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl From<bool> for Column<'_> {
    fn from(value: bool) -> Self {
        Self::Integer(value.into())
    }
}

impl From<i64> for Column<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u32> for Column<'_> {
    fn from(value: u32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<u64> for Column<'_> {
    fn from(value: u64) -> Self {
        Self::Integer(value.cast_signed())
    }
}

impl From<Timestamp> for Column<'_> {
    fn from(value: Timestamp) -> Self {
        Self::Integer(value.as_millis())
    }
}

impl From<Uuid> for Column<'_> {
    fn from(value: Uuid) -> Self {
        Self::Id(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for Column<'_> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests;
