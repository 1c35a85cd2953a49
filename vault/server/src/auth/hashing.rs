//! Password hashes, few at a time: each takes 64 MiB and a core for an eighth of a second, so
//! sign-in must not be a way to take all of them.

use std::sync::{Mutex, PoisonError};

use azekura_core::crypto::passphrase::Workspace;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Hashes that wait for their turn; whoever comes after them is told to come back.
const QUEUE: usize = 32;

/// The hashes of one process.
pub struct Hashing {
    queue: Semaphore,
    places: Semaphore,
    spaces: Mutex<Vec<Workspace>>,
}

/// Too many hashes wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Busy;

/// A place in the queue. It is taken before a failure is counted, so nobody is locked out by a
/// hash that was never made.
pub struct Turn<'a> {
    hashing: &'a Hashing,
    _queued: SemaphorePermit<'a>,
}

impl Hashing {
    /// As many hashes at one time as suit a machine with so many cores: one for every four.
    pub fn for_cores(cores: usize) -> Self {
        let places = (cores / 4).clamp(1, 4);
        Self {
            queue: Semaphore::new(QUEUE + places),
            places: Semaphore::new(places),
            spaces: Mutex::default(),
        }
    }

    /// A place in the queue.
    ///
    /// # Errors
    ///
    /// [`Busy`] if it is full.
    pub fn queue(&self) -> Result<Turn<'_>, Busy> {
        let queued = self.queue.try_acquire().map_err(|_| Busy)?;
        Ok(Turn { hashing: self, _queued: queued })
    }
}

impl Turn<'_> {
    /// What `job` makes in memory that the hash before it left, once it is its turn. Anything that
    /// hashes several passwords for one request does so in one job.
    ///
    /// # Errors
    ///
    /// [`Busy`] if the process ends.
    pub async fn run<T>(self, job: impl FnOnce(&mut Workspace) -> T) -> Result<T, Busy> {
        let _place = self.hashing.places.acquire().await.map_err(|_| Busy)?;
        let spaces = &self.hashing.spaces;
        let spare = || spaces.lock().unwrap_or_else(PoisonError::into_inner);
        let mut space = spare().pop().unwrap_or_default();
        let made = tokio::task::block_in_place(|| job(&mut space));
        spare().push(space);
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn one_runs_thirty_two_wait_and_the_next_is_sent_away() {
        let hashing = Hashing::for_cores(2);
        let turns: Vec<_> = (0..=QUEUE).map(|_| hashing.queue().unwrap()).collect();
        assert!(matches!(hashing.queue(), Err(Busy)));
        assert_eq!(hashing.places.available_permits(), 1);
        for turn in turns {
            turn.run(|_| ()).await.unwrap();
        }
        assert!(hashing.queue().is_ok());
        assert_eq!(hashing.spaces.lock().unwrap().len(), 1, "one memory served all of them");
    }
}
