//! Who may be connected: a bounded number in all, and of each source.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use super::Limits;
use crate::app::lock;

/// The places for connections. Once all are taken, a new connection gets the place of the one that
/// has waited longest without a request, so that a silent crowd keeps nobody out.
pub(super) struct Places {
    limits: Limits,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    taken: usize,
    by_source: HashMap<IpAddr, usize>,
    /// Those between requests, the one that waits longest first.
    waiting: BTreeMap<u64, CancellationToken>,
    next: u64,
}

/// The place of one connection, given back when dropped.
pub(super) struct Place {
    places: Arc<Places>,
    source: Option<IpAddr>,
    lost: CancellationToken,
    /// Its turn among those that wait, if it does.
    ticket: Mutex<Option<u64>>,
}

/// What counts as one source: an IPv4 address, or the network that one IPv6 customer gets whole.
pub(super) fn source(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & (u128::MAX << 64)).into(),
    }
}

impl Places {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, held: Mutex::default() })
    }

    /// A place for a connection, unless its source has as many as it may, or all work.
    pub(super) fn take(self: &Arc<Self>, source: Option<IpAddr>) -> Option<Place> {
        let mut held = lock(&self.held);
        let of_source = source.and_then(|source| held.by_source.get(&source).copied());
        if of_source.is_some_and(|count| count >= self.limits.per_source) {
            return None;
        }
        if held.taken >= self.limits.connections {
            let (_, longest) = held.waiting.pop_first()?;
            longest.cancel();
        } else {
            held.taken += 1;
        }
        if let Some(source) = source {
            *held.by_source.entry(source).or_default() += 1;
        }
        let lost = CancellationToken::new();
        let ticket = Mutex::new(Some(held.queue(&lost)));
        Some(Place { places: Arc::clone(self), source, lost, ticket })
    }
}

impl Held {
    fn queue(&mut self, lost: &CancellationToken) -> u64 {
        let ticket = self.next;
        self.next += 1;
        self.waiting.insert(ticket, lost.clone());
        ticket
    }
}

impl Place {
    /// Ends when the place went to another connection.
    pub(super) async fn lost(&self) {
        self.lost.cancelled().await;
    }

    /// A request begins: the place is kept until [`Place::wait`].
    pub(super) fn work(&self) {
        if let Some(ticket) = lock(&self.ticket).take() {
            lock(&self.places.held).waiting.remove(&ticket);
        }
    }

    /// The request is over.
    pub(super) fn wait(&self) {
        let mut ticket = lock(&self.ticket);
        if ticket.is_none() && !self.lost.is_cancelled() {
            *ticket = Some(lock(&self.places.held).queue(&self.lost));
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.work();
        let mut held = lock(&self.places.held);
        // A lost place is another's already.
        if !self.lost.is_cancelled() {
            held.taken -= 1;
        }
        if let Some(source) = self.source
            && let Some(count) = held.by_source.get_mut(&source)
        {
            *count -= 1;
            if *count == 0 {
                held.by_source.remove(&source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(connections: usize, per_source: usize) -> Arc<Places> {
        Places::new(Limits { connections, per_source, ..Limits::default() })
    }

    fn ip(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    #[test]
    fn a_source_has_its_share_and_gets_it_back() {
        let places = places(10, 2);
        let (first, _second) = (places.take(ip("192.0.2.1")), places.take(ip("192.0.2.1")));
        assert!(first.is_some());
        assert!(places.take(ip("192.0.2.1")).is_none());
        let _other = places.take(ip("192.0.2.2")).unwrap();
        drop(first);
        assert!(places.take(ip("192.0.2.1")).is_some());
        assert_eq!(lock(&places.held).by_source.len(), 2, "nothing is kept of who left");
    }

    #[test]
    fn one_ipv6_network_is_one_source() {
        let of = |text: &str| source(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn the_longest_wait_ends_for_a_newcomer_and_work_is_never_cut() {
        let places = places(2, 2);
        let (works, waits) = (places.take(None).unwrap(), places.take(None).unwrap());
        works.work();
        let newcomer = places.take(None).unwrap();
        assert!(waits.lost.is_cancelled() && !works.lost.is_cancelled());
        newcomer.work();
        assert!(places.take(None).is_none(), "everybody works");
        drop(waits);
        assert_eq!(lock(&places.held).taken, 2, "the lost place was given back twice");
        works.wait();
        assert!(places.take(None).is_some());
        assert!(works.lost.is_cancelled());
    }
}
