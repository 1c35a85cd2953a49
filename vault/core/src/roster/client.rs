//! Programs that call the API (API クライアント), and what two people granted them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Hours, Networks, PublicKey};
use crate::access::{Denial, Scope};
use crate::id::{ClientId, OrganisationId, UserId};
use crate::time::{CivilDate, Timestamp};

/// The longest that a key goes on beside the one that follows it. Source: decision 12.
pub const OVERLAP_DAYS: i32 = 30;

/// Keys that are good at one time: the newest and the one it follows.
pub const MOST_KEYS: usize = 2;

/// What a program may call.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Record retention facts.
    Events,
    /// Create and change people and relationships.
    People,
    /// Read numbers for a purpose.
    Reads,
    /// Submit numbers for checking.
    Submit,
}

/// A program of one organisation. It acts as its owner wherever people are compared.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Names the program.
    pub id: ClientId,
    /// Where it may call.
    pub org: OrganisationId,
    /// What two people agreed on, or what was left of it.
    pub grant: Grant,
    /// Its keys, the newest last; none until its owner fetched the first.
    pub keys: Vec<ClientKey>,
    /// Stopped; two people let it go on.
    pub stopped: Option<Stopped>,
    /// Ended before its last day, for good.
    pub ended_at: Option<Timestamp>,
}

/// Everything a program may do. Widening any of it takes two people, narrowing one.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// As its owner calls it.
    pub name: String,
    /// Who answers for it.
    pub owner: UserId,
    /// For which purposes and kinds of people.
    pub scope: Scope,
    /// What it may call.
    pub operations: BTreeSet<Operation>,
    /// When it may call.
    pub hours: Hours,
    /// From where it may call.
    pub networks: Networks,
    /// Numbers an hour.
    pub quota_per_hour: u32,
    /// Numbers a Tokyo day.
    pub quota_per_day: u32,
    /// Last day.
    pub until: CivilDate,
}

/// What is kept of a program's key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClientKey {
    /// Eight hexadecimal characters that name the key.
    pub id: String,
    /// By what its holder is known.
    pub proof: Proof,
    /// When its owner fetched or brought it.
    pub made_at: Timestamp,
    /// Good until then; as long as the program if there is no such instant.
    pub until: Option<Timestamp>,
}

/// What is kept to prove that somebody holds a key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// A keyed MAC of a secret that is sent with each call, as hexadecimal.
    Mac(String),
    /// The public half of an Ed25519 key that signs [assertions](super::Assertion) and never leaves
    /// the program.
    Public(PublicKey),
}

/// Since when and why a program does not go on.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Stopped {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: StopReason,
}

/// Why a program was stopped.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// Its owner, a manager or an administrator stopped it.
    Person,
    /// It was refused too often within a minute.
    Refusals,
}

impl StopReason {
    /// The constant in the log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Refusals => "refusals",
        }
    }
}

impl Grant {
    /// Whether this allows nothing that `wider` does not. The name and the rest of a program's life
    /// are its owner's; another owner is another responsibility, so that is never narrower.
    pub fn is_within(&self, wider: &Self) -> bool {
        self.owner == wider.owner
            && self.scope.is_within(&wider.scope)
            && self.operations.is_subset(&wider.operations)
            && self.hours.is_within(&wider.hours)
            && self.networks.is_within(&wider.networks)
            && self.quota_per_hour <= wider.quota_per_hour
            && self.quota_per_day <= wider.quota_per_day
            && self.until <= wider.until
    }

    /// Whether a call of `operation` at `now` from `address` is covered.
    pub fn covers(&self, operation: Operation, now: Timestamp, address: Option<IpAddr>) -> bool {
        self.operations.contains(&operation) && self.is_open(now, address)
    }

    /// Whether any call at `now` from `address` is covered.
    pub fn is_open(&self, now: Timestamp, address: Option<IpAddr>) -> bool {
        self.hours.admit(now) && self.networks.admit(address)
    }
}

impl Client {
    /// Whether the program exists on `day`: not ended, not past its last day.
    pub fn in_force(&self, day: CivilDate) -> bool {
        self.ended_at.is_none() && day <= self.grant.until
    }

    /// Whether it may call `operation` at `now` from `address`; `None` stands for what no program may.
    ///
    /// # Errors
    ///
    /// [`Denial::ClientStopped`], or [`Denial::ClientNotGranted`] for anything beyond its grant.
    pub fn admit(
        &self,
        operation: Option<Operation>,
        now: Timestamp,
        address: Option<IpAddr>,
    ) -> Result<(), Denial> {
        let covered = |operation| self.grant.covers(operation, now, address);
        if self.stopped.is_some() {
            Err(Denial::ClientStopped)
        } else if operation.is_some_and(covered) {
            Ok(())
        } else {
            Err(Denial::ClientNotGranted)
        }
    }

    /// The key of this public part, if it is good at `now`.
    pub fn key(&self, id: &str, now: Timestamp) -> Option<&ClientKey> {
        self.keys.iter().find(|key| key.id == id && key.is_good(now))
    }

    /// The program with `key` as its newest. The one before stays good until `old_until`, at most
    /// [`OVERLAP_DAYS`] from now and never longer than before; any older one ends.
    #[must_use]
    pub fn with_key(&self, key: ClientKey, old_until: Timestamp) -> Self {
        let now = key.made_at;
        let last = now.plus_millis(i64::from(OVERLAP_DAYS) * 86_400_000);
        let mut next = self.clone();
        next.keys.retain(|old| old.is_good(now));
        let older = next.keys.len().saturating_sub(MOST_KEYS - 1);
        next.keys.drain(..older);
        for old in &mut next.keys {
            old.until = Some(old.until.unwrap_or(last).min(old_until).min(last));
        }
        next.keys.retain(|old| old.is_good(now));
        next.keys.push(key);
        next
    }
}

impl ClientKey {
    /// Whether a call at `now` may bring it.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::purpose::Purpose;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_millis(1_795_237_200_000);
    const DAY_MS: i64 = 86_400_000;

    fn grant() -> Grant {
        Grant {
            name: String::from("給与計算（見本）"),
            owner: UserId::from(Uuid::from_u128(1)),
            scope: Scope { purposes: purposes(&["withholding_slip"]), kinds: kinds(&["employee"]) },
            operations: [Operation::Reads].into(),
            hours: serde_json::from_str(r#"[{"days":["mon"],"from":"08:00","until":"20:00"}]"#)
                .unwrap(),
            networks: serde_json::from_str(r#"["192.0.2.0/24"]"#).unwrap(),
            quota_per_hour: 100,
            quota_per_day: 200,
            until: "2027-03-31".parse().unwrap(),
        }
    }

    fn purposes(codes: &[&str]) -> BTreeSet<Purpose> {
        codes.iter().map(|code| code.parse().unwrap()).collect()
    }

    fn kinds(codes: &[&str]) -> BTreeSet<crate::person::PersonKind> {
        serde_json::from_value(serde_json::json!(codes)).unwrap()
    }

    fn client(keys: Vec<ClientKey>) -> Client {
        let (id, org) = (Uuid::from_u128(2).into(), Uuid::from_u128(3).into());
        Client { id, org, grant: grant(), keys, stopped: None, ended_at: None }
    }

    fn key(id: &str, made_at: Timestamp) -> ClientKey {
        ClientKey { id: id.to_owned(), proof: Proof::Mac(String::new()), made_at, until: None }
    }

    #[test]
    fn whatever_allows_more_is_wider() {
        type Widen = fn(&mut Grant);
        let wider: [(&str, Widen); 10] = [
            ("owner", |grant| grant.owner = UserId::from(Uuid::from_u128(9))),
            ("purposes", |grant| grant.scope.purposes.extend(purposes(&["fee_payment_report"]))),
            ("kinds", |grant| grant.scope.kinds.extend(kinds(&["dependant"]))),
            ("operations", |grant| grant.operations.extend([Operation::Submit])),
            ("hours", |grant| grant.hours = Hours::default()),
            ("networks", |grant| grant.networks = Networks::default()),
            ("one more network", |grant| {
                grant.networks = serde_json::from_str(r#"["192.0.2.0/24","192.0.3.1"]"#).unwrap();
            }),
            ("quota an hour", |grant| grant.quota_per_hour += 1),
            ("quota a day", |grant| grant.quota_per_day += 1),
            ("last day", |grant| grant.until = grant.until.plus_days(1)),
        ];
        for (what, widen) in wider {
            let (before, mut after) = (grant(), grant());
            widen(&mut after);
            assert!(!after.is_within(&before), "{what}");
            assert_eq!(before.is_within(&after), what != "owner", "{what}");
        }
        assert!(grant().is_within(&grant()));
    }

    #[test]
    fn a_stopped_program_is_told_so_before_anything_else() {
        let mut client = client(Vec::new());
        let inside = Some("192.0.2.9".parse().unwrap());
        // NOW is 14:00 on a Saturday in Tokyo; two days later is a Monday.
        let monday = NOW.plus_millis(2 * DAY_MS);
        assert_eq!(client.admit(Some(Operation::Reads), monday, inside), Ok(()));
        for (operation, now, address) in [
            (None, monday, inside),
            (Some(Operation::People), monday, inside),
            (Some(Operation::Reads), NOW, inside),
            (Some(Operation::Reads), monday, None),
            (Some(Operation::Reads), monday, Some("192.0.3.1".parse().unwrap())),
        ] {
            let denied = client.admit(operation, now, address);
            assert_eq!(denied, Err(Denial::ClientNotGranted), "{operation:?} {now} {address:?}");
        }
        client.stopped = Some(Stopped { at: NOW, reason: StopReason::Person });
        let denied = client.admit(Some(Operation::Reads), monday, inside);
        assert_eq!(denied, Err(Denial::ClientStopped));
    }

    #[test]
    fn the_key_before_goes_on_to_the_chosen_end_and_no_longer() {
        let first = client(vec![key("a", NOW)]);
        let end = NOW.plus_millis(5 * DAY_MS);
        let second = first.with_key(key("b", NOW), end);
        assert!(second.key("a", end.plus_millis(-1)).is_some());
        assert!(second.key("a", end).is_none() && second.key("b", end).is_some());
        let far = first.with_key(key("b", NOW), NOW.plus_millis(1_000 * DAY_MS));
        assert!(far.key("a", NOW.plus_millis(30 * DAY_MS - 1)).is_some());
        assert!(far.key("a", NOW.plus_millis(30 * DAY_MS)).is_none());
        let at_once = first.with_key(key("b", NOW), NOW);
        assert!(at_once.key("a", NOW).is_none() && at_once.key("b", NOW).is_some());
    }

    #[test]
    fn two_keys_are_good_at_most_and_an_end_is_never_put_off() {
        let (day, end) = (NOW.plus_millis(DAY_MS), NOW.plus_millis(2 * DAY_MS));
        let two = client(vec![key("a", NOW)]).with_key(key("b", NOW), end);
        let three = two.with_key(key("c", day), day.plus_millis(9 * DAY_MS));
        let good: Vec<&str> = three.keys.iter().map(|key| key.id.as_str()).collect();
        assert_eq!(good, ["b", "c"]);
        let ended = Client { keys: vec![ClientKey { until: Some(end), ..key("a", NOW) }], ..two };
        let again = ended.with_key(key("d", NOW), NOW.plus_millis(9 * DAY_MS));
        assert!(again.key("a", end).is_none());
    }
}
