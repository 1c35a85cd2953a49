//! Source networks (接続元): from which addresses a call may come.

use core::fmt;
use core::str::FromStr;
use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// Addresses that begin alike, written `192.0.2.0/24` or `2001:db8::/32`; a single address stands for
/// itself alone. Source: RFC 4632 §3.1, RFC 4291 §2.3.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

/// Networks of which one must hold the address of a caller; none at all means from anywhere.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Networks(BTreeSet<Network>);

/// The text is no network: not an address, a prefix too long, or bits set behind the prefix.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("could not read a network")]
pub struct NetworkError;

impl Network {
    /// Whether `address` lies in it. An IPv4 address that came in an IPv6 one counts as itself.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4()
            && leading(address, self.prefix) == leading(self.first, self.prefix)
    }

    /// Whether all of it lies in `wider`.
    pub fn is_within(&self, wider: &Self) -> bool {
        wider.prefix <= self.prefix && wider.contains(self.first)
    }
}

impl Networks {
    /// Whether a caller at `address` may come in. One whose address is not known may only where
    /// anyone may.
    pub fn admit(&self, address: Option<IpAddr>) -> bool {
        let inside = |address| self.0.iter().any(|network| network.contains(address));
        self.0.is_empty() || address.is_some_and(inside)
    }

    /// Whether nobody comes in here who could not by `wider`.
    pub fn is_within(&self, wider: &Self) -> bool {
        let covered = |network: &Network| wider.0.iter().any(|other| network.is_within(other));
        wider.0.is_empty() || (!self.0.is_empty() && self.0.iter().all(covered))
    }

    /// Each of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Network> {
        self.0.iter()
    }
}

impl FromIterator<Network> for Networks {
    fn from_iter<I: IntoIterator<Item = Network>>(networks: I) -> Self {
        Self(networks.into_iter().collect())
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| NetworkError)?;
        let longest = bits(first);
        let plain = |text: &&str| !text.starts_with(['0', '+']) || *text == "0";
        let prefix = match prefix {
            Some(text) => Some(text).filter(plain).and_then(|text| text.parse().ok()),
            None => Some(longest),
        };
        let prefix = prefix.filter(|prefix| *prefix <= longest).ok_or(NetworkError)?;
        let mapped = first.to_canonical() != first;
        if mapped || leading(first, prefix) != whole(first) {
            return Err(NetworkError);
        }
        Ok(Self { first, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix == bits(self.first) {
            return fmt::Display::fmt(&self.first, f);
        }
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Bits of an address of this kind.
const fn bits(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The bits of the address, the first one on top.
const fn whole(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => (four.to_bits() as u128) << 96,
        IpAddr::V6(six) => six.to_bits(),
    }
}

/// The same with all behind the prefix cleared.
fn leading(address: IpAddr, prefix: u8) -> u128 {
    let behind = u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
    whole(address) & !behind
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    fn networks(texts: &[&str]) -> Networks {
        texts.iter().map(|text| network(text)).collect()
    }

    #[test]
    fn an_address_lies_in_the_networks_that_begin_as_it_does() {
        for (text, inside, outside) in [
            ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.128/25", "::ffff:192.0.2.200", "192.0.2.127"),
            ("0.0.0.0/0", "203.0.113.9", "2001:db8::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::/0", "2001:db8::1", "192.0.2.1"),
            ("::1", "::1", "::2"),
        ] {
            let network = network(text);
            assert!(network.contains(inside.parse().unwrap()), "{text} {inside}");
            assert!(!network.contains(outside.parse().unwrap()), "{text} {outside}");
            assert_eq!(network.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "192.0.2.1/24",
            "192.0.2.0/33",
            "192.0.2.0/",
            "192.0.2.0/-1",
            "192.0.2.0/024",
            "192.0.2.0/+24",
            "192.0.2",
            "2001:db8::1/32",
            "2001:db8::/129",
            "example.jp",
            "::ffff:192.0.2.1",
            "192.0.2.0/24/24",
            " 192.0.2.1",
            "１９２.0.2.1",
        ] {
            assert_eq!(text.parse::<Network>(), Err(NetworkError), "{text}");
        }
    }

    #[test]
    fn no_network_means_anywhere_and_is_wider_than_any() {
        let anywhere = Networks::default();
        let office = networks(&["192.0.2.0/24", "2001:db8::/32"]);
        let desk = networks(&["192.0.2.7"]);
        assert!(anywhere.admit(None) && !office.admit(None));
        assert!(office.admit(Some("192.0.2.7".parse().unwrap())));
        assert!(desk.is_within(&office) && office.is_within(&anywhere));
        assert!(!office.is_within(&desk) && !anywhere.is_within(&office));
        assert!(!networks(&["192.0.0.0/16"]).is_within(&office));
    }

    proptest! {
        #[test]
        fn foreign_text_never_panics(text in "[0-9a-f:./]{0,45}") {
            if let Ok(network) = text.parse::<Network>() {
                prop_assert_eq!(network.to_string().parse(), Ok(network));
            }
        }
    }
}
