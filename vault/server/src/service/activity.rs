//! When users last acted, by the wall clock and by one that is never set. The process knows it
//! exactly; the database learns it every ten seconds, all sessions together, so that a restart can
//! only lock earlier. Of the two clocks the one that is further on counts: neither setting the wall
//! clock nor stopping the process gives a session more time.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use azekura_core::id::SessionId;
use azekura_core::roster::Session;
use azekura_core::time::{Clock, Timestamp};

use crate::app::lock;

/// The last acts of the sessions of this process.
#[derive(Default)]
pub struct Activity(Mutex<HashMap<SessionId, Seen>>);

/// What this process saw of a session.
#[derive(Clone, Copy)]
struct Seen {
    act: Moment,
    written: bool,
    ends: Duration,
    factor: Option<Moment>,
    checked: Option<Moment>,
}

#[derive(Clone, Copy)]
struct Moment {
    wall: Timestamp,
    steady: Duration,
}

impl Activity {
    /// Milliseconds since the user of `session` last acted. A row that is later than the clock, as
    /// after a restart with the clock set back, is as good as never.
    pub fn idle(&self, session: &Session, clock: &dyn Clock) -> i64 {
        let now = Moment::of(clock);
        match lock(&self.0).get(&session.id) {
            Some(seen) => now.since(seen.act),
            None => from_row(session.active_at, now),
        }
    }

    /// Milliseconds since the user of `session` last gave their second factor.
    pub fn factor(&self, session: &Session, clock: &dyn Clock) -> i64 {
        let now = Moment::of(clock);
        match lock(&self.0).get(&session.id).and_then(|seen| seen.factor) {
            Some(factor) => now.since(factor),
            None => from_row(session.factor_at, now),
        }
    }

    /// Milliseconds since the user of `session` last checked a number, as far as this process knows.
    pub fn checking(&self, session: &Session, clock: &dyn Clock) -> Option<i64> {
        let checked = lock(&self.0).get(&session.id).and_then(|seen| seen.checked)?;
        Some(Moment::of(clock).since(checked))
    }

    /// Whether the life of `session` is over. A session that this process has not seen yet is
    /// measured from now on.
    pub fn is_over(&self, session: &Session, clock: &dyn Clock) -> bool {
        let now = Moment::of(clock);
        if now.wall >= session.expires_at {
            return true;
        }
        match lock(&self.0).get(&session.id) {
            Some(seen) => now.steady >= seen.ends,
            None => now.wall < session.issued_at,
        }
    }

    /// Notes an act of the user.
    pub fn touch(&self, session: &Session, clock: &dyn Clock) {
        self.note(session, clock, |seen, now| {
            // What is written never goes back.
            let wall = seen.act.wall.max(now.wall);
            (seen.act, seen.written) = (Moment { wall, ..now }, false);
        });
    }

    /// Notes that the user gave their second factor.
    pub fn gave_factor(&self, session: &Session, clock: &dyn Clock) {
        self.note(session, clock, |seen, now| (seen.factor, seen.checked) = (Some(now), Some(now)));
    }

    /// Notes that the user checked a number.
    pub fn checked(&self, session: &Session, clock: &dyn Clock) {
        self.note(session, clock, |seen, now| seen.checked = Some(now));
    }

    /// Forgets a session that ended.
    pub fn forget(&self, session: SessionId) {
        lock(&self.0).remove(&session);
    }

    /// The acts that the database does not know yet; they count as written from now on.
    pub fn take_unwritten(&self) -> Vec<(SessionId, Timestamp)> {
        lock(&self.0)
            .iter_mut()
            .filter_map(|(session, seen)| {
                let known = std::mem::replace(&mut seen.written, true);
                (!known).then_some((*session, seen.act.wall))
            })
            .collect()
    }

    fn note(&self, session: &Session, clock: &dyn Clock, note: impl Fn(&mut Seen, Moment)) {
        let now = Moment::of(clock);
        let left = session.expires_at.millis_since(now.wall.max(session.issued_at)).max(0);
        let first = Seen {
            act: Moment { wall: session.active_at, ..now },
            written: true,
            ends: now.steady + Duration::from_millis(left.unsigned_abs()),
            factor: None,
            checked: None,
        };
        note(lock(&self.0).entry(session.id).or_insert(first), now);
    }
}

impl Moment {
    fn of(clock: &dyn Clock) -> Self {
        Self { wall: clock.now(), steady: clock.steady() }
    }

    /// Milliseconds since `earlier`, by the clock that went further.
    fn since(self, earlier: Self) -> i64 {
        let steady = self.steady.saturating_sub(earlier.steady).as_millis();
        let steady = i64::try_from(steady).unwrap_or(i64::MAX);
        self.wall.millis_since(earlier.wall).max(steady)
    }
}

/// The row is all that is known: a time that is still to come is no time at all.
fn from_row(at: Timestamp, now: Moment) -> i64 {
    let since = now.wall.millis_since(at);
    if since < 0 { i64::MAX } else { since }
}
