//! When users last acted. The process knows it exactly; the database learns it every ten seconds,
//! all sessions together, so that a restart can only lock earlier.

use std::collections::HashMap;
use std::sync::Mutex;

use azekura_core::id::SessionId;
use azekura_core::roster::Session;
use azekura_core::time::Timestamp;

use crate::app::lock;

/// The last acts of the sessions of this process.
#[derive(Default)]
pub struct Activity(Mutex<HashMap<SessionId, Act>>);

#[derive(Clone, Copy)]
struct Act {
    at: Timestamp,
    written: bool,
}

impl Activity {
    /// When `session` last acted: as known here, or else as the row says.
    pub fn last(&self, session: &Session) -> Timestamp {
        lock(&self.0).get(&session.id).map_or(session.active_at, |act| act.at)
    }

    /// Notes an act. A clock that went back changes nothing, so it cannot keep a session open.
    pub fn touch(&self, session: SessionId, at: Timestamp) {
        let mut acts = lock(&self.0);
        let act = acts.entry(session).or_insert(Act { at, written: false });
        if at >= act.at {
            *act = Act { at, written: false };
        }
    }

    /// Forgets a session that ended.
    pub fn forget(&self, session: SessionId) {
        lock(&self.0).remove(&session);
    }

    /// The acts that the database does not know yet; they count as written from now on.
    pub fn take_unwritten(&self) -> Vec<(SessionId, Timestamp)> {
        lock(&self.0)
            .iter_mut()
            .filter_map(|(session, act)| {
                let known = std::mem::replace(&mut act.written, true);
                (!known).then_some((*session, act.at))
            })
            .collect()
    }
}
