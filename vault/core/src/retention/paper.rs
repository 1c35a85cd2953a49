//! The calendar of paper: which declaration may be shredded when (様式8).

use super::Settings;
use super::employment::Employment;
use crate::id::RelationshipId;
use crate::person::Person;
use crate::time::CivilDate;

/// A payroll declaration on paper, and the day from which it may be shredded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Paper {
    /// Whose employment it belongs to.
    pub relationship: RelationshipId,
    /// The tax year it is for.
    pub tax_year: i16,
    /// The day by which it was due.
    pub deadline: CivilDate,
    /// The first day on which it need not be kept.
    pub shred_from: CivilDate,
    /// 推定: nobody recorded that it came in.
    pub estimated: bool,
}

/// The declarations of an employee that are kept on `today` or became free within the year before,
/// oldest first.
pub fn declarations(person: &Person, settings: &Settings, today: CivilDate) -> Vec<Paper> {
    let staff = person.relationships.iter().filter(|held| held.kind.is_staff());
    let employments = staff.map(|held| Employment::of(person, held, settings));
    employments.flat_map(|employment| of(&employment, today)).collect()
}

fn of(employment: &Employment<'_>, today: CivilDate) -> Vec<Paper> {
    let paper = |tax_year| {
        let declaration = employment.declaration(tax_year)?;
        Some(Paper {
            relationship: employment.relationship.id,
            tax_year,
            deadline: declaration.deadline,
            shred_from: declaration.keep_until.plus_days(1),
            estimated: declaration.estimated,
        })
    };
    let year_ago = today.plus_months(-12);
    let years = today.year() - 10..=today.year() + 1;
    years.filter_map(paper).filter(|paper| year_ago < paper.shred_from).collect()
}
