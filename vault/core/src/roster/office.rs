//! Roles and named offices (役職): who answers for what, since when, and who stands in meanwhile.
//!
//! Source: regulation 000 §4.1, 001 組織 1, 001 §4 3.1 and 3.2.

use serde::{Deserialize, Serialize};

use crate::id::{AppointmentId, OrganisationId, UserId};
use crate::time::{CivilDate, Timestamp};

/// What a user is in an organisation, besides a handler.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 監査責任者: ledgers, log and certificates, never a number.
    Auditor,
    /// 苦情相談責任者: whom people ask and complain to; masked views only.
    Complaints,
    /// 教育責任者: plans trainings and writes down who attended.
    Educator,
    /// 管理責任者: designates, approves deletion, reviews ledgers.
    Manager,
    /// 一般利用者: masked views only.
    Viewer,
}

/// A user's role in one organisation, for a time.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// Names the appointment.
    pub id: AppointmentId,
    /// Where it holds.
    pub org: OrganisationId,
    /// Who holds it.
    pub user: UserId,
    /// As what.
    pub role: Role,
    /// Whom they stand in for, if it is a deputy's (代理); such a term has a last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deputy_for: Option<UserId>,
    /// First day.
    pub from: CivilDate,
    /// Last day, if one was set.
    pub until: Option<CivilDate>,
    /// Ended before its last day.
    pub ended_at: Option<Timestamp>,
}

/// Why nobody can be appointed so.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AppointmentError {
    /// Nobody stands in for themself.
    DeputyOfSelf,
    /// A deputy's term must say when it ends.
    EndlessDeputy,
    /// The role is no office that someone else could fill.
    NoOffice,
}

impl Role {
    /// Every role, in the order of the codes.
    pub const ALL: [Self; 5] =
        [Self::Auditor, Self::Complaints, Self::Educator, Self::Manager, Self::Viewer];

    /// The offices that an organisation names on its documents.
    pub const OFFICES: [Self; 4] = [Self::Manager, Self::Complaints, Self::Educator, Self::Auditor];

    /// The `snake_case` code of the API and the log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Auditor => "auditor",
            Self::Complaints => "complaints",
            Self::Educator => "educator",
            Self::Manager => "manager",
            Self::Viewer => "viewer",
        }
    }

    /// The title on documents.
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Auditor => "監査責任者",
            Self::Complaints => "苦情相談責任者",
            Self::Educator => "教育責任者",
            Self::Manager => "管理責任者",
            Self::Viewer => "一般利用者",
        }
    }
}

impl Appointment {
    /// Whether somebody can be appointed so.
    ///
    /// # Errors
    ///
    /// The first rule that is broken.
    pub fn check(&self) -> Result<(), AppointmentError> {
        match self.deputy_for {
            Some(_) if !Role::OFFICES.contains(&self.role) => Err(AppointmentError::NoOffice),
            Some(absent) if absent == self.user => Err(AppointmentError::DeputyOfSelf),
            Some(_) if self.until.is_none() => Err(AppointmentError::EndlessDeputy),
            None | Some(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::new_uuid;

    fn appointment(role: Role, deputy_for: Option<u8>, until: Option<&str>) -> Appointment {
        let id = |byte| new_uuid(Timestamp::from_millis(0), [byte; 10]);
        Appointment {
            id: id(1).into(),
            org: id(2).into(),
            user: id(3).into(),
            role,
            deputy_for: deputy_for.map(|byte| id(byte).into()),
            from: "2026-08-10".parse().unwrap(),
            until: until.map(|day| day.parse().unwrap()),
            ended_at: None,
        }
    }

    #[test]
    fn a_deputy_fills_an_office_of_somebody_else_until_a_day() {
        use AppointmentError::{DeputyOfSelf, EndlessDeputy, NoOffice};
        let day = Some("2026-08-21");
        for (made, expected) in [
            (appointment(Role::Manager, Some(4), day), Ok(())),
            (appointment(Role::Viewer, None, None), Ok(())),
            (appointment(Role::Manager, Some(4), None), Err(EndlessDeputy)),
            (appointment(Role::Manager, Some(3), day), Err(DeputyOfSelf)),
            (appointment(Role::Viewer, Some(4), day), Err(NoOffice)),
        ] {
            assert_eq!(made.check(), expected, "{made:?}");
        }
    }

    #[test]
    fn a_deputy_holds_the_office_on_the_days_of_the_term_only() {
        let deputy = appointment(Role::Manager, Some(4), Some("2026-08-21"));
        for (day, held) in [
            ("2026-08-09", false),
            ("2026-08-10", true),
            ("2026-08-21", true),
            ("2026-08-22", false),
        ] {
            assert_eq!(deputy.in_force(day.parse().unwrap()), held, "{day}");
        }
    }

    #[test]
    fn every_role_is_named_by_its_code() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.code());
        }
        assert!(Role::ALL.is_sorted_by_key(|role| role.code()));
    }
}
