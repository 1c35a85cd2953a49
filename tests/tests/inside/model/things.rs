//! What the rules are about.

/// A line of the roster in force.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) org: usize,
    pub(super) who: usize,
    pub(super) may: &'static [&'static str],
}

/// A handler who manages, too.
pub(super) struct Office {
    pub(super) id: String,
    pub(super) org: usize,
    pub(super) who: usize,
}

/// Somebody whose number is kept.
#[derive(Default)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) org: usize,
    /// Version and number in force.
    pub(super) current: Option<(u64, String)>,
    /// The change that waits, by its place.
    pub(super) waits: Option<usize>,
    /// The last version that was given to anything.
    pub(super) highest: u64,
    /// From which day on the number must go, and who wrote that down.
    pub(super) due: Option<(i64, usize)>,
    /// The confirmed batch that stops its use.
    pub(super) batch: Option<usize>,
    pub(super) gone: bool,
}

/// A number that somebody entered.
pub(super) struct Change {
    pub(super) id: String,
    pub(super) record: usize,
    pub(super) author: usize,
    pub(super) version: u64,
    pub(super) number: String,
    pub(super) until: i64,
    pub(super) attempts: u8,
    /// `pending`, or what became of it for good.
    pub(super) fate: &'static str,
}

/// A shorter grace that waits for a second person.
pub(super) struct Weaker {
    pub(super) id: String,
    pub(super) org: usize,
    pub(super) maker: usize,
    pub(super) grace: u8,
    pub(super) until: i64,
    pub(super) settled: bool,
}

/// Numbers on their way out.
pub(super) struct Batch {
    pub(super) id: String,
    pub(super) org: usize,
    pub(super) digest: String,
    /// Records with the versions they had.
    pub(super) items: Vec<(usize, u64)>,
    pub(super) not_before: i64,
    pub(super) confirmer: Option<usize>,
    /// How many heartbeats there were when it was approved.
    pub(super) approved: Option<usize>,
    pub(super) open: bool,
}

/// The one program, of the first organisation.
#[derive(Default)]
pub(super) struct Program {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) owner: usize,
    pub(super) hour: (i64, u32),
    pub(super) day: (i64, u32),
    pub(super) refused: Vec<i64>,
    pub(super) stopped: bool,
}
