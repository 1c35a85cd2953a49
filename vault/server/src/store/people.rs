//! People whose numbers are kept: the sealed row, its personal fields, and what finds it.

use azekura_core::access::Grounds;
use azekura_core::crypto::row::{RowInput, Table};
use azekura_core::crypto::{RowKey, same};
use azekura_core::id::{OrganisationId, PersonId};
use azekura_core::person::{Key, NumberState, Person, PersonKind};
use azekura_core::time::{CivilDate, Timestamp};
use sqlx::FromRow;
use uuid::Uuid;

use super::sealed::{Columns, Kept, Raw, Reading, Sealed};
use super::sql::{Statement, Tx, sql};
use super::write::Write;
use super::{Error, Result, index};

/// A person as a row.
#[derive(Clone)]
pub struct PersonRow {
    /// The aggregate.
    pub person: Person,
    /// Name, kana and birth date, sealed for [`Person::personal_version`].
    pub personal: Vec<u8>,
}

/// Which people a page shows; `None` admits all.
#[derive(Clone, Copy, Default)]
pub struct Filter<'a> {
    /// References that begin so.
    pub external_ref: Option<&'a str>,
    /// The one who has this key.
    pub key: Option<&'a Key>,
    /// In a relationship of this kind.
    pub kind: Option<PersonKind>,
    /// Whose number stands there, as [`state_code`] names it.
    pub state: Option<&'a str>,
}

/// Adds a person.
///
/// # Errors
///
/// [`Error::Duplicate`] of `person` if the reference is taken, of `key` if one of the keys is.
pub async fn insert(write: &mut Write<'_>, row: PersonRow) -> Result<Kept<PersonRow>> {
    let kept = write.insert(row).await?;
    index::insert(write, &kept.person).await?;
    Ok(kept)
}

/// Replaces a person's row.
///
/// # Errors
///
/// As [`insert`]; [`Error::Stale`] if the row is not as it was when `kept` was read.
pub async fn replace(
    write: &mut Write<'_>,
    kept: &Kept<PersonRow>,
    row: PersonRow,
) -> Result<Kept<PersonRow>> {
    let same = kept.person.keys == row.person.keys
        && index::parents(&kept.person).eq(index::parents(&row.person));
    let next = write.replace(kept, row).await?;
    if !same {
        index::remove(write, next.person.id).await?;
        index::insert(write, &next.person).await?;
    }
    Ok(next)
}

/// One person of an organisation.
pub async fn by_id(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    id: PersonId,
) -> Result<Option<Kept<PersonRow>>> {
    Ok(reading.find::<PersonRow>(id).await?.filter(|row| row.person.org == org))
}

/// The person whom the organisation knows by this reference.
pub async fn by_external_ref(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    external_ref: &str,
) -> Result<Option<Kept<PersonRow>>> {
    reading
        .optional(|tx| {
            sql!(
                tx,
                "select id, org_id, external_ref, state, kinds, due_on, created_at, grounds, personal, sealed
                   from person
                  where org_id = $1 and external_ref = $2",
                Uuid::from(org),
                external_ref,
            )
        })
        .await
}

/// People of one organisation, oldest first, at most `limit` of them after `cursor`.
///
/// The pair (`created_at`, `id`) is unique and indexed, so a page costs the same at any depth and a
/// person added meanwhile never shifts the pages already seen.
pub async fn page(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    filter: Filter<'_>,
    cursor: Option<(Timestamp, PersonId)>,
    limit: u16,
) -> Result<Vec<Kept<PersonRow>>> {
    let (after, after_id) = super::after(cursor);
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, external_ref, state, kinds, due_on, created_at, grounds, personal, sealed
                   from person
                  where org_id = $1 and (created_at, id) > ($2, $3)
                    and (substr(external_ref, 1, length($4)) = $4 or $4 is null)
                    and (state = $5 or $5 is null)
                    and ($6 = 0 or (kinds & $6) <> 0)
                    and (id in (select k.person_id from person_key k
                                where k.org_id = $1 and k.system = $7 and k.value = $8)
                         or $7 is null)
                  order by created_at, id
                  limit $9",
                Uuid::from(org),
                after,
                after_id,
                filter.external_ref,
                filter.state,
                filter.kind.map_or(0, bit),
                filter.key.map(|key| key.system.as_str()),
                filter.key.map(|key| key.value.as_str()),
                i64::from(limit),
            )
        })
        .await
}

/// The family and heirs of a person, oldest first.
pub async fn dependants_of(
    reading: &mut Reading<'_>,
    parent: PersonId,
) -> Result<Vec<Kept<PersonRow>>> {
    reading
        .all(|tx| {
            sql!(
                tx,
                "select p.id, p.org_id, p.external_ref, p.state, p.kinds, p.due_on, p.created_at,
                        p.grounds, p.personal, p.sealed
                   from person_of o join person p on p.id = o.person_id
                  where o.parent_id = $1
                  order by p.created_at, p.id",
                Uuid::from(parent),
            )
        })
        .await
}

/// People with an active number whose first deletable day is `until` or before, the earliest
/// first, at most `limit` after `cursor`.
pub async fn due(
    reading: &mut Reading<'_>,
    org: OrganisationId,
    until: CivilDate,
    cursor: Option<(CivilDate, PersonId)>,
    limit: u16,
) -> Result<Vec<Kept<PersonRow>>> {
    let (after, after_id) = cursor
        .map_or_else(|| (String::new(), Uuid::nil()), |(day, id)| (day.to_string(), id.into()));
    reading
        .all(|tx| {
            sql!(
                tx,
                "select id, org_id, external_ref, state, kinds, due_on, created_at, grounds, personal, sealed
                   from person
                  where org_id = $1 and due_on <= $2 and (due_on, id) > ($3, $4)
                  order by due_on, id
                  limit $5",
                Uuid::from(org),
                until.to_string(),
                after,
                after_id,
                i64::from(limit),
            )
        })
        .await
}

/// The code of a number's state, as the column has it. What depends on the day of asking
/// (`Person::status`) is not in the column.
pub const fn state_code(state: &NumberState) -> &'static str {
    match state {
        NumberState::Active(_) => "active",
        NumberState::Disposed { .. } => "disposed",
        NumberState::NotSubmitted => "not_submitted",
        NumberState::Pending { .. } => "pending",
        NumberState::Requested { .. } => "requested",
        NumberState::Returned { .. } => "returned",
    }
}

/// The bit of a kind in the column.
const fn bit(kind: PersonKind) -> i64 {
    1 << (kind as i64 - 1)
}

/// The MAC of a person's grounds, and the grounds.
fn seal_grounds(key: &RowKey, grounds: &Grounds) -> Vec<u8> {
    let bytes = grounds.encode();
    [&key.grounds_mac(&bytes)[..], &bytes].concat()
}

/// The grounds of a person of `org`, if the vault wrote them for this very row.
///
/// # Errors
///
/// [`Error::Forged`] if it did not.
pub(super) fn open_grounds(
    key: &RowKey,
    org: OrganisationId,
    id: PersonId,
    sealed: &[u8],
) -> Result<Grounds> {
    let forged = Error::Forged { what: PersonRow::WHAT };
    let Some((mac, bytes)) = sealed.split_first_chunk::<32>() else { return Err(forged) };
    if !same(&key.grounds_mac(bytes), mac) {
        return Err(forged);
    }
    let grounds = Grounds::decode(bytes).map_err(|_| Error::Corrupt { what: PersonRow::WHAT })?;
    if (grounds.org, grounds.person) == (org, id) { Ok(grounds) } else { Err(forged) }
}

impl Sealed for PersonRow {
    type Body = Person;
    type Columns = PersonColumns;

    const TABLE: Table = Table::Person;
    const WHAT: &'static str = "person";

    fn id(&self) -> Uuid {
        self.person.id.into()
    }

    fn body(&self) -> &Person {
        &self.person
    }

    fn columns(&self, key: &RowKey) -> PersonColumns {
        let kinds = self.person.relationships.iter();
        PersonColumns {
            org_id: self.person.org.into(),
            external_ref: self.person.external_ref.clone(),
            state: String::from(state_code(&self.person.number.state)),
            kinds: kinds.fold(0, |bits, relationship| bits | bit(relationship.kind)),
            due_on: due_on(&self.person).map(|day| day.to_string()),
            created_at: self.person.created_at.as_millis(),
            grounds: seal_grounds(key, &Grounds::of(&self.person)),
            personal: self.personal.clone(),
        }
    }

    fn from_parts(_: Uuid, person: Person, columns: PersonColumns) -> Option<Self> {
        Some(Self { person, personal: columns.personal })
    }

    fn insert<'t>(tx: &'t mut Tx, row: &Raw<PersonColumns>) -> Statement<'t> {
        sql!(
            tx,
            "insert into person
               (id, org_id, external_ref, state, kinds, due_on, created_at, grounds, personal, sealed)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            row.id,
            row.columns.org_id,
            row.columns.external_ref.as_str(),
            row.columns.state.as_str(),
            row.columns.kinds,
            row.columns.due_on.as_deref(),
            row.columns.created_at,
            row.columns.grounds.as_slice(),
            row.columns.personal.as_slice(),
            &row.sealed[..],
        )
    }

    fn replace<'t>(tx: &'t mut Tx, row: &Raw<PersonColumns>, stamp: &[u8]) -> Statement<'t> {
        sql!(
            tx,
            "update person
                set org_id = $2, external_ref = $3, state = $4, kinds = $5, due_on = $6,
                    created_at = $7, grounds = $8, personal = $9, sealed = $10
              where id = $1 and substr(sealed, 1, 16) = $11",
            row.id,
            row.columns.org_id,
            row.columns.external_ref.as_str(),
            row.columns.state.as_str(),
            row.columns.kinds,
            row.columns.due_on.as_deref(),
            row.columns.created_at,
            row.columns.grounds.as_slice(),
            row.columns.personal.as_slice(),
            &row.sealed[..],
            stamp,
        )
    }

    fn find(tx: &mut Tx, id: Uuid) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, external_ref, state, kinds, due_on, created_at, grounds, personal, sealed from person where id = $1",
            id
        )
    }

    fn scan(tx: &mut Tx, id: Uuid, limit: i64) -> Statement<'_> {
        sql!(
            tx,
            "select id, org_id, external_ref, state, kinds, due_on, created_at, grounds, personal, sealed from person
              where id > $1 order by id limit $2",
            id,
            limit,
        )
    }
}

/// The first day on which the number in force may go.
fn due_on(person: &Person) -> Option<CivilDate> {
    person.number.active()?;
    person.holdings.due().map(|due| due.first_deletable)
}

/// The columns of `person`.
#[derive(FromRow)]
pub struct PersonColumns {
    org_id: Uuid,
    external_ref: String,
    state: String,
    kinds: i64,
    due_on: Option<String>,
    created_at: i64,
    grounds: Vec<u8>,
    personal: Vec<u8>,
}

impl Columns for PersonColumns {
    fn mark(&self) -> [u8; 8] {
        self.grounds.first_chunk().copied().unwrap_or_default()
    }

    fn input(&self, row: RowInput) -> RowInput {
        row.id(self.org_id)
            .column(self.external_ref.as_str())
            .column(self.state.as_str())
            .column(self.kinds)
            .column(self.due_on.as_deref())
            .column(self.created_at)
            .column(self.grounds.as_slice())
            .column(self.personal.as_slice())
    }
}
