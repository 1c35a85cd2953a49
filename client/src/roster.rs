//! Roles, roster lines and purpose notices of one organisation.

use azekura_wire::changes::Change;
use azekura_wire::page::{Page, PageQuery};
use azekura_wire::roster::{
    Acceptance, Appointment, Designation, NewAppointment, NewDesignation, NewNotice, Notice,
    Officer, OnDay,
};

use crate::{Error, Org};

impl Org<'_> {
    /// The change that offers a role to its user.
    pub async fn propose_appointment(&self, new: &NewAppointment) -> Result<Change, Error> {
        self.client.post(self.url(&["appointments"]), new).await
    }

    /// A page of roles, ended ones too.
    pub async fn appointments(&self, page: &PageQuery) -> Result<Page<Appointment>, Error> {
        self.client.fetch(self.url(&["appointments"]), page).await
    }

    /// The caller's role, accepted.
    pub async fn accept_appointment(&self, id: &str) -> Result<Appointment, Error> {
        self.client.act(self.url(&["appointments", id, "accept"])).await
    }

    /// The role, ended now.
    pub async fn end_appointment(&self, id: &str) -> Result<Appointment, Error> {
        self.client.act(self.url(&["appointments", id, "end"])).await
    }

    /// The change that offers a roster line to its designee.
    pub async fn propose_designation(&self, new: &NewDesignation) -> Result<Change, Error> {
        self.client.post(self.url(&["designations"]), new).await
    }

    /// A page of the roster, ended lines too.
    pub async fn designations(&self, page: &PageQuery) -> Result<Page<Designation>, Error> {
        self.client.fetch(self.url(&["designations"]), page).await
    }

    /// Who fills the named offices on a day, deputies after the holders.
    pub async fn offices(&self, day: &OnDay) -> Result<Page<Officer>, Error> {
        self.client.fetch(self.url(&["offices"]), day).await
    }

    /// The caller's roster line, accepted with the pledge of that version.
    pub async fn accept_designation(&self, id: &str, pledge: u16) -> Result<Designation, Error> {
        let acceptance = Acceptance { pledge };
        self.client.post(self.url(&["designations", id, "accept"]), &acceptance).await
    }

    /// The roster line, ended now.
    pub async fn end_designation(&self, id: &str) -> Result<Designation, Error> {
        self.client.act(self.url(&["designations", id, "end"])).await
    }

    /// The change that proposes a version of the purpose notice.
    pub async fn propose_notice(&self, new: &NewNotice) -> Result<Change, Error> {
        self.client.post(self.url(&["notices"]), new).await
    }

    /// A page of the versions of the purpose notice.
    pub async fn notices(&self, page: &PageQuery) -> Result<Page<Notice>, Error> {
        self.client.fetch(self.url(&["notices"]), page).await
    }
}
