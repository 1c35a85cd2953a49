//! Where random bytes come from. Nothing in this crate draws any: they are always arguments.

/// A source of random bytes fit for keys; tests pass one that repeats itself.
pub trait Rng: Send + Sync {
    /// Fills `out` with random bytes.
    fn fill(&self, out: &mut [u8]);
}
