//! Programs: grants with their hours and networks, and the end of a key.

use std::collections::BTreeSet;

use azekura_core::roster::{Grant, Network, Networks, PublicKey, TimeOfDay, Window};
use azekura_core::time::{Timestamp, Weekday};
use azekura_wire::clients as wire;
use data_encoding::BASE64URL_NOPAD;
use secrecy::SecretString;

use super::Faults;
use crate::http::problem::Failed;

/// Windows, or networks, that one grant may name.
const MOST: usize = 64;

/// What a program is to be granted.
pub(in crate::http) fn grant(new: &wire::NewClient) -> Result<Grant, Failed> {
    let mut faults = Faults::default();
    let name = faults.line("/name", &new.name);
    let owner = faults.id("/owner", &new.owner);
    let scope = faults.scope(&new.purposes, &new.kinds);
    let operations = faults.codes("/operations", &new.operations);
    let hours = faults.each("/hours", &new.hours, Faults::window);
    let networks = faults.networks(&new.networks);
    let until = faults.day("/until", &new.until);
    let who = name.zip(owner);
    let what = scope.zip(operations);
    let grant =
        who.zip(what).zip(until).map(|(((name, owner), (scope, operations)), until)| Grant {
            name,
            owner,
            scope,
            operations,
            hours,
            networks,
            quota_per_hour: new.quota_per_hour,
            quota_per_day: new.quota_per_day,
            until,
        });
    faults.finish(grant)
}

/// To when the key before is good.
pub(in crate::http) fn old_until(new: &wire::NewKey) -> Result<Option<Timestamp>, Failed> {
    let mut faults = Faults::default();
    let until = faults.old_until(new.old_until.as_ref());
    faults.finish(Some(until))
}

/// The public half of a key, and to when the key before is good.
pub(in crate::http) fn public_key(
    new: &wire::NewPublicKey,
) -> Result<(PublicKey, Option<Timestamp>), Failed> {
    let mut faults = Faults::default();
    let until = faults.old_until(new.old_until.as_ref());
    let public = faults.jwk(&new.jwk);
    faults.finish(public.map(|public| (public, until)))
}

/// The statement of a program that asks for a token.
pub(in crate::http) fn statement(asked: &wire::TokenRequest) -> Result<SecretString, Failed> {
    let mut faults = Faults::default();
    if asked.grant_type != wire::TokenRequest::GRANT_TYPE {
        faults.add::<()>("/grant_type", "value", "client_credentials");
    }
    if asked.client_assertion_type != wire::TokenRequest::ASSERTION_TYPE {
        faults.add::<()>("/client_assertion_type", "value", wire::TokenRequest::ASSERTION_TYPE);
    }
    faults.finish(Some(asked.client_assertion.expose().into()))
}

impl Faults {
    fn old_until(&mut self, text: Option<&String>) -> Option<Timestamp> {
        self.optional(text, |faults, text| {
            let read = text.parse().ok();
            read.or_else(|| faults.add("/old_until", "instant", "an instant as RFC 3339"))
        })
    }

    fn jwk(&mut self, jwk: &wire::Jwk) -> Option<PublicKey> {
        if jwk.kty != "OKP" || jwk.crv != "Ed25519" {
            return self.add("/jwk", "key", "kty OKP and crv Ed25519");
        }
        let bytes = BASE64URL_NOPAD.decode(jwk.x.as_bytes()).ok();
        let public = bytes.and_then(|bytes| PublicKey::from_bytes(bytes.try_into().ok()?));
        public.or_else(|| {
            self.add("/jwk/x", "key", "an Ed25519 public key in base64url without padding")
        })
    }

    /// Networks from which a call may come.
    pub(super) fn networks(&mut self, texts: &[String]) -> Networks {
        self.each("/networks", texts, |faults, pointer, text: &String| {
            faults.network(pointer, text)
        })
    }

    fn each<T, R, C>(
        &mut self,
        pointer: &str,
        texts: &[T],
        read: fn(&mut Self, &str, &T) -> Option<R>,
    ) -> C
    where
        C: FromIterator<R>,
    {
        if texts.len() > MOST {
            self.add::<()>(pointer, "length", "at most 64");
        }
        let read = |(at, text)| read(self, &format!("{pointer}/{at}"), text);
        texts.iter().take(MOST).enumerate().filter_map(read).collect()
    }

    fn window(&mut self, pointer: &str, hours: &wire::Hours) -> Option<Window> {
        let days: Option<BTreeSet<Weekday>> = self.codes(&format!("{pointer}/days"), &hours.days);
        let from = self.time_of_day(&format!("{pointer}/from"), &hours.from);
        let until = self.time_of_day(&format!("{pointer}/until"), &hours.until);
        let window = Window::new(days?, from?, until?);
        window.ok().or_else(|| {
            self.add(&format!("{pointer}/until"), "order", "after the beginning of the window")
        })
    }

    fn time_of_day(&mut self, pointer: &str, text: &str) -> Option<TimeOfDay> {
        let read = text.parse().ok();
        read.or_else(|| self.add(pointer, "time", "a time of day as 08:00, up to 24:00"))
    }

    fn network(&mut self, pointer: &str, text: &str) -> Option<Network> {
        let read = text.parse().ok();
        read.or_else(|| {
            let detail = "an address or a network as 192.0.2.0/24 or 2001:db8::/32, without bits \
                          behind its prefix";
            self.add(pointer, "address", detail)
        })
    }
}
