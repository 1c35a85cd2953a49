//! What a decision about one person rests on (判断の根拠), as the few hundred bytes that each read decodes.
//!
//! It follows from [`Person`] alone, is derived whenever that row is written, and has a MAC of its own,
//! so that a read of ten thousand people decodes no fact, key, name or to-do. Layout: `docs/formats.md`.

use std::collections::BTreeSet;

use super::Denial;
use crate::canonical::{DecodeError, Decoder, Encoder};
use crate::id::{OrganisationId, PersonId, SlotId};
use crate::identity::{Document, IdentityCheck, Method};
use crate::person::{Active, NumberState, Person, PersonKind};
use crate::purpose::{Bundle, Purposes};
use crate::retention::{Holding, Holdings, Rule, Span};
use crate::time::CivilDate;

/// The layout below. A vault that finds another refuses the row.
const LAYOUT: u8 = 1;

/// Bytes of one holding.
const HOLDING: usize = 36;

/// What a decision rests on, apart from who asks for what and when.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Grounds {
    /// Who it is.
    pub person: PersonId,
    /// Whose record it is.
    pub org: OrganisationId,
    /// The payroll system's key, which goes back with the number.
    pub external_ref: String,
    /// In which relationships the person stands.
    pub kinds: BTreeSet<PersonKind>,
    /// The number that may be used, or why none may be, whoever asks.
    pub number: Result<Usable, Denial>,
    /// What it is held for, without to-dos, cycle and the facts behind it.
    pub holdings: Holdings,
}

/// A checked number whose use is not stopped.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Usable {
    /// The version in force.
    pub version: u64,
    /// Where its key lies.
    pub slot: SlotId,
    /// The epoch of the key.
    pub epoch: u32,
    /// The bundles the person was told of.
    pub purposes: Purposes,
    /// How person and number were verified.
    pub identity: IdentityCheck,
}

impl Grounds {
    /// The grounds that follow from a person.
    pub fn of(person: &Person) -> Self {
        let items = person.holdings.items.iter();
        let items = items.map(|holding| Holding { set_by: None, ..holding.clone() }).collect();
        Self {
            person: person.id,
            org: person.org,
            external_ref: person.external_ref.clone(),
            kinds: person.relationships.iter().map(|held| held.kind).collect(),
            number: usable(person),
            holdings: Holdings { items, ..Holdings::default() },
        }
    }

    /// The bytes of the row.
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Encoder::new();
        to.u8(LAYOUT).id(self.person).id(self.org).str(&self.external_ref);
        to.u32(bits(self.kinds.iter().map(|kind| *kind as u8)));
        match &self.number {
            Ok(number) => encode_usable(to.u8(0), number),
            Err(denial) => to.u8(1).str(denial.code()),
        };
        for holding in &self.holdings.items {
            encode_holding(&mut to, holding);
        }
        to.as_slice().to_vec()
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    ///
    /// If the bytes are of another layout or hold anything that is not known.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut from = Decoder::new(bytes);
        if from.u8()? != LAYOUT {
            return Err(DecodeError);
        }
        let (person, org) = (from.id()?, from.id()?);
        let external_ref = String::from(from.str()?);
        let kinds = set(from.u32()?, PersonKind::ALL, |kind| kind as u8)?.collect();
        let number = match from.u8()? {
            0 => Ok(decode_usable(&mut from)?),
            1 => Err(denial(from.str()?)?),
            _ => return Err(DecodeError),
        };
        let mut items = Vec::with_capacity(from.left() / HOLDING);
        while from.left() > 0 {
            items.push(decode_holding(&mut from)?);
        }
        let holdings = Holdings { items, ..Holdings::default() };
        Ok(Self { person, org, external_ref, kinds, number, holdings })
    }
}

fn usable(person: &Person) -> Result<Usable, Denial> {
    let active = in_force(&person.number.state)?;
    if active.purge.is_some() {
        return Err(Denial::DisposalPending);
    }
    if person.marks.suspended.is_some() || person.marks.misdirected.is_some() {
        return Err(Denial::Suspended);
    }
    Ok(Usable {
        version: active.version,
        slot: active.slot,
        epoch: active.epoch,
        purposes: active.purposes.clone(),
        identity: active.identity.clone(),
    })
}

fn in_force(state: &NumberState) -> Result<&Active, Denial> {
    match state {
        NumberState::Active(active) => Ok(active),
        NumberState::Disposed { .. } => Err(Denial::Deleted),
        NumberState::Pending { .. } => Err(Denial::PendingCheck),
        NumberState::NotSubmitted
        | NumberState::Requested { .. }
        | NumberState::Returned { .. } => Err(Denial::NoNumber),
    }
}

fn encode_usable<'a>(to: &'a mut Encoder, number: &Usable) -> &'a mut Encoder {
    let Usable { version, slot, epoch, purposes, identity } = number;
    to.u64(*version).id(*slot).u32(*epoch);
    to.u32(bits(purposes.bundles().map(|bundle| bundle as u8)));
    to.u8(identity.method as u8);
    to.u8(identity.number_document.map_or(0, |document| document as u8));
    to.u32(bits(identity.identity_documents.iter().map(|document| *document as u8)));
    to.u8(identity.agent_document.map_or(0, |document| document as u8));
    to.u32(day(Some(identity.verified_on)))
}

fn decode_usable(from: &mut Decoder<'_>) -> Result<Usable, DecodeError> {
    let document = |code| optional(code, Document::ALL, |document| document as u8);
    Ok(Usable {
        version: from.u64()?,
        slot: from.id()?,
        epoch: from.u32()?,
        purposes: set(from.u32()?, Bundle::ALL, |bundle| bundle as u8)?.collect(),
        identity: IdentityCheck {
            method: one(from.u8()?, Method::ALL, |method| method as u8)?,
            number_document: document(from.u8()?)?,
            identity_documents: set(from.u32()?, Document::ALL, |document| document as u8)?
                .collect(),
            agent_document: document(from.u8()?)?,
            verified_on: decode_day(from.u32()?)?.ok_or(DecodeError)?,
        },
    })
}

fn encode_holding(to: &mut Encoder, holding: &Holding) {
    to.id(holding.relationship).u8(holding.kind as u8).u8(holding.bundle as u8);
    to.u8(holding.rule.map_or(0, |rule| rule as u8));
    to.u8(u8::from(holding.retirement) | u8::from(holding.estimated) << 1);
    to.u32(day(holding.span.from)).u32(day(holding.span.until));
    to.u32(day(holding.use_until)).u32(day(holding.keep_until));
}

fn decode_holding(from: &mut Decoder<'_>) -> Result<Holding, DecodeError> {
    let relationship = from.id()?;
    let kind = one(from.u8()?, PersonKind::ALL, |kind| kind as u8)?;
    let bundle = one(from.u8()?, Bundle::ALL, |bundle| bundle as u8)?;
    let rule = optional(from.u8()?, Rule::ALL, |rule| rule as u8)?;
    let flags @ 0..=3 = from.u8()? else { return Err(DecodeError) };
    Ok(Holding {
        relationship,
        kind,
        bundle,
        rule,
        retirement: flags & 1 != 0,
        span: Span { from: decode_day(from.u32()?)?, until: decode_day(from.u32()?)? },
        use_until: decode_day(from.u32()?)?,
        keep_until: decode_day(from.u32()?)?,
        estimated: flags & 2 != 0,
        set_by: None,
    })
}

/// Year, month and day in 16, 8 and 8 bits; 0 for none.
fn day(day: Option<CivilDate>) -> u32 {
    day.map_or(0, |day| {
        let [high, low] = day.year().to_be_bytes();
        u32::from_be_bytes([high, low, day.month().cast_unsigned(), day.day().cast_unsigned()])
    })
}

fn decode_day(packed: u32) -> Result<Option<CivilDate>, DecodeError> {
    let [high, low, month, day] = packed.to_be_bytes();
    if packed == 0 {
        return Ok(None);
    }
    let year = i16::from_be_bytes([high, low]);
    let day = CivilDate::new(year, month.cast_signed(), day.cast_signed());
    day.map(Some).map_err(|_| DecodeError)
}

/// A set of codes 1 to 32 as bits.
fn bits(codes: impl Iterator<Item = u8>) -> u32 {
    codes.fold(0, |bits, code| bits | 1 << (code - 1))
}

fn set<T: Copy>(
    set: u32,
    all: &'static [T],
    code: fn(T) -> u8,
) -> Result<impl Iterator<Item = T>, DecodeError> {
    if set & !bits(all.iter().map(|one| code(*one))) != 0 {
        return Err(DecodeError);
    }
    Ok(all.iter().copied().filter(move |one| set & 1 << (code(*one) - 1) != 0))
}

fn one<T: Copy>(found: u8, all: &'static [T], code: fn(T) -> u8) -> Result<T, DecodeError> {
    all.iter().copied().find(|one| code(*one) == found).ok_or(DecodeError)
}

fn optional<T: Copy>(
    found: u8,
    all: &'static [T],
    code: fn(T) -> u8,
) -> Result<Option<T>, DecodeError> {
    if found == 0 { Ok(None) } else { one(found, all, code).map(Some) }
}

fn denial(found: &str) -> Result<Denial, DecodeError> {
    Denial::ALL.iter().copied().find(|denial| denial.code() == found).ok_or(DecodeError)
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;
    use crate::crypto::RowKey;
    use crate::crypto::documented::is_documented;
    use crate::retention::fixture::{PAYROLL, person};

    fn leaver() -> Person {
        person(1)
            .with(PersonKind::Landlord, None)
            .with(PersonKind::Employee, Some("2019-04-01"))
            .ended("2026-02-28")
            .registered(PAYROLL)
    }

    #[test]
    fn grounds_read_back_and_stay_small() {
        for person in [person(1), leaver()] {
            let grounds = Grounds::of(&person);
            let bytes = grounds.encode();
            assert_eq!(Grounds::decode(&bytes), Ok(grounds));
            assert!(bytes.len() < 600, "{} bytes", bytes.len());
        }
    }

    #[test]
    fn grounds_are_the_known_answer() {
        let bytes = Grounds::of(&leaver()).encode();
        let mac = RowKey::from_random([0xa9; 32]).grounds_mac(&bytes);
        for vector in [HEXLOWER.encode(&bytes), HEXLOWER.encode(&mac)] {
            assert!(is_documented(&vector), "{vector}");
        }
    }

    #[test]
    fn bytes_that_were_cut_or_are_unknown_are_refused() {
        let bytes = Grounds::of(&leaver()).encode();
        let whole = |len: usize| {
            Grounds::decode(&bytes[..len]).is_ok_and(|read| {
                read.holdings.items.len() == Grounds::of(&leaver()).holdings.items.len()
            })
        };
        assert!(whole(bytes.len()));
        assert!((0..bytes.len()).all(|len| !whole(len)));
        let mut other_layout = bytes.clone();
        other_layout[0] = LAYOUT + 1;
        assert_eq!(Grounds::decode(&other_layout), Err(DecodeError));
    }

    #[test]
    fn every_code_stands_for_one_thing() {
        assert!(PersonKind::ALL.iter().map(|kind| *kind as u8).eq(1..=8));
        assert!(Bundle::ALL.iter().map(|bundle| *bundle as u8).eq(1..=13));
        assert!(Rule::ALL.iter().map(|rule| *rule as u8).eq(1..=8));
        assert!(Method::ALL.iter().map(|method| *method as u8).eq(1..=14));
        assert!(Document::ALL.iter().map(|document| *document as u8).eq(1..=14));
    }
}
