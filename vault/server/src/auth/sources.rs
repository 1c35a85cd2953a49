//! How often one address may knock: a bucket of tokens for each, in front of sign-in.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use azekura_core::time::Timestamp;

/// Tries at once: an office behind one address comes to work at nine.
const FULL: i64 = 60;
/// Milliseconds until another try.
const REFILL_MS: i64 = 1_000;
/// Addresses that are told apart; beyond that those that knocked long ago are forgotten.
const AT_MOST: usize = 10_000;

/// The buckets of one process.
#[derive(Default)]
pub struct Sources(Mutex<HashMap<IpAddr, Bucket>>);

/// The address knocked too often.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Throttled;

#[derive(Clone, Copy)]
struct Bucket {
    tokens: i64,
    since: Timestamp,
}

impl Sources {
    /// Takes a token of the address: all of an IPv4 address, the network of an IPv6 one. A loopback
    /// address has none to take: it is a proxy or a test.
    ///
    /// # Errors
    ///
    /// [`Throttled`] if it has none left.
    pub fn knock(&self, from: Option<IpAddr>, now: Timestamp) -> Result<(), Throttled> {
        let Some(from) = from.filter(|ip| !ip.is_loopback()) else { return Ok(()) };
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= AT_MOST {
            buckets.retain(|_, bucket| bucket.at(now).tokens < FULL);
        }
        let known = buckets.get(&network(from)).copied();
        // Whoever commands so many addresses is held up by the queue of hashes, and others are let in.
        if known.is_none() && buckets.len() >= AT_MOST {
            return Ok(());
        }
        let bucket = known.unwrap_or(Bucket { tokens: FULL, since: now }).at(now);
        let tokens = bucket.tokens.checked_sub(1).filter(|left| *left >= 0).ok_or(Throttled)?;
        buckets.insert(network(from), Bucket { tokens, ..bucket });
        Ok(())
    }
}

impl Bucket {
    /// The bucket with what came in until `now`; a clock that went back fills nothing.
    fn at(self, now: Timestamp) -> Self {
        let came = (now.millis_since(self.since) / REFILL_MS).max(0);
        let since = self.since.plus_millis(came.saturating_mul(REFILL_MS));
        Self { tokens: self.tokens.saturating_add(came).min(FULL), since }
    }
}

fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries(sources: &Sources, from: &str, at: i64) -> usize {
        let from = Some(from.parse().unwrap());
        let now = Timestamp::from_millis(at);
        (0..100).take_while(|_| sources.knock(from, now).is_ok()).count()
    }

    #[test]
    fn an_address_has_sixty_tries_and_then_one_a_second() {
        let sources = Sources::default();
        assert_eq!(tries(&sources, "192.0.2.1", 0), 60);
        assert_eq!(tries(&sources, "192.0.2.1", 999), 0);
        assert_eq!(tries(&sources, "192.0.2.1", 2_000), 2);
        assert_eq!(tries(&sources, "192.0.2.1", -5_000), 0, "a clock that went back");
        assert_eq!(tries(&sources, "192.0.2.2", 0), 60, "another address");
        assert_eq!(tries(&sources, "192.0.2.1", 500_000), 60);
    }

    #[test]
    fn a_network_of_the_sixth_version_is_one_address() {
        let sources = Sources::default();
        assert_eq!(tries(&sources, "2001:db8::1", 0), 60);
        assert_eq!(tries(&sources, "2001:db8::2", 0), 0);
        assert_eq!(tries(&sources, "2001:db8:0:1::1", 0), 60);
        assert_eq!(tries(&sources, "::ffff:192.0.2.1", 0), 60);
        assert_eq!(tries(&sources, "192.0.2.1", 0), 0);
        assert_eq!(tries(&sources, "127.0.0.1", 0), 100);
    }

    #[test]
    fn many_addresses_do_not_fill_the_memory() {
        let sources = Sources::default();
        let ip = |n: u32| Some(IpAddr::from(n.to_be_bytes()));
        let now = Timestamp::from_millis(0);
        let base = 0x0a00_0000;
        let let_in = (0..20_000).filter(|n| sources.knock(ip(base + n), now).is_ok()).count();
        assert_eq!(let_in, 20_000);
        assert_eq!(sources.0.lock().unwrap().len(), AT_MOST);
        assert!(sources.knock(ip(base + 15_000), now.plus_millis(REFILL_MS)).is_ok());
        assert_eq!(sources.0.lock().unwrap().len(), 1, "those that are full again are forgotten");
    }
}
