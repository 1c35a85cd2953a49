//! Purpose notices (利用目的の通知), and what a record is bound to by them.

use std::collections::BTreeMap;

use azekura_core::audit::event::{NumberEvent, RosterEvent};
use azekura_core::change::{Change, Content, Rebinding};
use azekura_core::id::{NoticeId, OrganisationId, PersonId};
use azekura_core::person::{NumberState, Person, PersonKind};
use azekura_core::purpose::{Bundle, Purposes};
use azekura_core::roster::{Notice, NoticeError, Operation};
use azekura_core::text::FreeText;
use azekura_core::time::CivilDate;

use super::audit::{self, Journal};
use super::{Error, Result, holdings, people, queue, rights};
use crate::app::App;
use crate::auth::{Actor, Permission};
use crate::store::notices;

/// What a notice is to say.
pub struct NoticeText {
    /// The lines it contains.
    pub bundles: Purposes,
    /// What people are shown, by why their number is held.
    pub texts: BTreeMap<PersonKind, String>,
    /// How.
    pub channel: String,
    /// In force from this day on.
    pub from: CivilDate,
}

/// Proposes the next version of the purpose notice; the manager is one of its two people.
///
/// # Errors
///
/// A fault for a line that reaches nobody, or a text of people whom no line concerns.
pub async fn publish(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    text: NoticeText,
) -> Result<Change> {
    let mut journal = audit::begin(app, actor, Some(org), Permission::Draft).await?;
    let earlier = notices::of_org(journal.reading(), org).await?;
    let last = earlier.iter().map(|notice| notice.version).max().unwrap_or(0);
    let NoticeText { bundles, texts, channel, from } = text;
    let (id, version) = (app.new_id(), last.saturating_add(1));
    let notice = Notice { id, org, version, bundles, texts, channel, from };
    notice.check().map_err(|error| match error {
        NoticeError::Untold(_) => {
            Error::fault("/texts", "untold", "a text for people whom each line concerns")
        }
        NoticeError::Unconcerned(kind) => {
            let detail = "no line of the notice concerns people of this kind";
            Error::fault(format!("/texts/{kind}"), "unconcerned", detail)
        }
    })?;
    queue::proposed(app, journal, actor, org, Content::Notice(notice)).await
}

/// The version is published from here on.
pub(super) async fn published(journal: &mut Journal<'_>, notice: &Notice) -> Result<()> {
    let bundles = codes(&notice.bundles);
    journal.append(RosterEvent::NoticePublished { bundles, notice: notice.id })?;
    journal.insert(notice.clone()).await.map(drop)
}

/// All versions of the purpose notice, oldest first.
pub async fn all(app: &App, actor: &Actor, org: OrganisationId) -> Result<Vec<Notice>> {
    let mut view = audit::view(app, actor, Some(org), Permission::View).await?;
    let kept = notices::of_org(&mut view.reading, org).await?;
    Ok(kept.iter().map(|kept| (**kept).clone()).collect())
}

/// The notice by which a person was told of `purposes`: the newest in force that tells people in
/// their relationships, or the one that is `named`.
///
/// # Errors
///
/// [`Error::NoticeMissing`].
pub(super) async fn covering(
    journal: &mut Journal<'_>,
    person: &Person,
    purposes: &Purposes,
    named: Option<NoticeId>,
) -> Result<Notice> {
    let today = journal.at().tokyo_date();
    let kinds = person.kinds();
    let known = notices::of_org(journal.reading(), person.org).await?;
    known
        .iter()
        .filter(|notice| notice.tells(&kinds, purposes, today))
        .filter(|notice| named.is_none_or(|named| named == notice.id))
        .max_by_key(|notice| notice.version)
        .map(|kept| (**kept).clone())
        .ok_or(Error::NoticeMissing)
}

/// What a record is to be bound to.
pub struct NewPurposes {
    /// Whose record.
    pub person: PersonId,
    /// All of its purposes from then on.
    pub purposes: Purposes,
    /// By which notice; the newest in force that covers them if left out.
    pub notice: Option<NoticeId>,
    /// Why.
    pub reason: FreeText,
}

/// Proposes other purposes for a record; a second person approves them.
///
/// # Errors
///
/// [`Error::NoticeMissing`] unless a notice after the one the record is bound by tells of what is
/// added; [`Error::PastRetention`]; a fault if there is no number, or nothing would change.
pub async fn propose_rebinding(
    app: &App,
    actor: &Actor,
    org: OrganisationId,
    new: NewPurposes,
) -> Result<Change> {
    let need = Permission::Enter(Operation::Submit);
    let mut journal = audit::begin(app, actor, Some(org), need).await?;
    let today = journal.at().tokyo_date();
    let kept = people::find(journal.reading(), org, new.person).await?;
    let person = &kept.person;
    rights::reaches(journal.authority(), actor, org, need, person, today)?;
    let Some(active) = person.number.active() else {
        return Err(Error::fault("/person", "no-number", "a person with a checked number"));
    };
    if active.purposes == new.purposes {
        return Err(Error::fault("/purposes", "unchanged", "other purposes than before"));
    }
    let notice = covering(&mut journal, person, &new.purposes, new.notice).await?;
    let earlier = journal.reading().find::<Notice>(active.notice).await?;
    let earlier = earlier.ok_or(Error::NoticeMissing)?;
    if !notice.widens(&active.purposes, &earlier, &new.purposes) {
        return Err(Error::NoticeMissing);
    }
    active.identity.verify(&person.kinds(), &new.purposes, today).map_err(|_| {
        let detail = "the identity check does not verify this person for these purposes";
        Error::fault("/purposes", "unverified", detail)
    })?;
    let settings = holdings::settings(&journal, org)?;
    let held = holdings::derive(journal.reading(), person, &new.purposes, &settings).await?;
    if held.past_retention(today) {
        return Err(Error::PastRetention);
    }
    let rebinding = Rebinding {
        person: person.id,
        version: active.version,
        before: active.purposes.clone(),
        purposes: new.purposes,
        notice: notice.id,
        reason: String::from(new.reason.as_str()),
    };
    queue::proposed(app, journal, actor, org, Content::Rebind(rebinding)).await
}

/// The record is bound to its new purposes from here on.
///
/// # Errors
///
/// [`Error::Stale`] if number or purposes are not those that were seen.
pub(super) async fn rebound(
    journal: &mut Journal<'_>,
    change: &Change,
    rebinding: &Rebinding,
) -> Result<()> {
    let org = change.org.ok_or(Error::NotFound)?;
    let kept = people::find(journal.reading(), org, rebinding.person).await?;
    let mut person = kept.person.clone();
    let NumberState::Active(active) = &mut person.number.state else {
        return Err(Error::Stale);
    };
    if active.version != rebinding.version || active.purposes != rebinding.before {
        return Err(Error::Stale);
    }
    active.purposes = rebinding.purposes.clone();
    active.notice = rebinding.notice;
    journal.append(NumberEvent::Rebound {
        change: change.id,
        notice: rebinding.notice,
        person: rebinding.person,
        purposes: codes(&rebinding.purposes),
        version: rebinding.version,
    })?;
    holdings::save(journal, &kept, person).await.map(drop)
}

fn codes(purposes: &Purposes) -> Vec<String> {
    purposes.bundles().map(Bundle::code).map(String::from).collect()
}
