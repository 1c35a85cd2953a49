//! What people do at random: the same for the same seed.

/// One act, with what it needs to be about somebody and something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Op {
    pub(super) act: Act,
    /// Who does it.
    pub(super) who: usize,
    /// Whether it is one of those who work there, if they are not.
    pub(super) apt: bool,
    pub(super) org: usize,
    /// About which of the things that are there, counted around.
    pub(super) at: usize,
    /// Anything else, from 0 to 99.
    pub(super) luck: usize,
}

/// What can be done.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Act {
    Add,
    Again,
    Appoint,
    Approve,
    Cancel,
    Check,
    Checkpoint,
    Confirm,
    Crash,
    DeadToken,
    Designate,
    EndLine,
    EndOffice,
    Expire,
    HelpOneself,
    Hours,
    JumpAhead,
    Leave,
    NewProgram,
    ObservedDays,
    ProgramReads,
    ProgramSubmits,
    Propose,
    ProposeAhead,
    PutBack,
    Read,
    Reject,
    Run,
    SetGrace,
    SettleGrace,
    SignOut,
    SilentDays,
    Submit,
    Withdraw,
}

/// How often each act comes.
pub(super) const OFTEN: [(Act, u64); 34] = [
    (Act::Add, 10),
    (Act::Again, 7),
    (Act::Appoint, 4),
    (Act::Approve, 14),
    (Act::Cancel, 2),
    (Act::Check, 30),
    (Act::Checkpoint, 3),
    (Act::Confirm, 12),
    (Act::Crash, 1),
    (Act::DeadToken, 2),
    (Act::Designate, 6),
    (Act::EndLine, 2),
    (Act::EndOffice, 1),
    (Act::Expire, 1),
    (Act::HelpOneself, 3),
    (Act::Hours, 4),
    (Act::JumpAhead, 3),
    (Act::Leave, 12),
    (Act::NewProgram, 2),
    (Act::ObservedDays, 10),
    (Act::ProgramReads, 12),
    (Act::ProgramSubmits, 3),
    (Act::Propose, 8),
    (Act::ProposeAhead, 3),
    (Act::PutBack, 1),
    (Act::Read, 24),
    (Act::Reject, 3),
    (Act::Run, 10),
    (Act::SetGrace, 5),
    (Act::SettleGrace, 9),
    (Act::SignOut, 2),
    (Act::SilentDays, 2),
    (Act::Submit, 26),
    (Act::Withdraw, 3),
];

/// Handlers do most.
const WHO: [usize; 12] = [0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7];

/// `SplitMix64`.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }
}

impl Op {
    /// The acts of a seed.
    pub(super) fn list(seed: u64, count: usize) -> Vec<Self> {
        let mut random = Random(seed);
        (0..count).map(|_| Self::draw(&mut random)).collect()
    }

    fn draw(random: &mut Random) -> Self {
        let all: u64 = OFTEN.iter().map(|(_, often)| often).sum();
        let mut drawn = random.next() % all;
        let act = OFTEN.iter().find(|(_, often)| {
            let here = drawn < *often;
            drawn = drawn.saturating_sub(*often);
            here
        });
        Self {
            act: act.unwrap().0,
            who: WHO[random.below(WHO.len())],
            apt: random.below(3) > 0,
            org: random.below(2),
            at: random.below(1 << 16),
            luck: random.below(100),
        }
    }
}
