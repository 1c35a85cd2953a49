//! The vault itself: sign-in, accounts, organisations, its own queue.

use azekura_wire::accounts::{
    Approval, BeginEnrolment, Closing, ConfirmEnrolment, EnrolmentBegun, Health, Leaving,
    NewOrganisation, NewPassword, NewSession, NewUser, Organisation, Session, SignIn, StepUp,
    Unlock, User,
};
use azekura_wire::changes::{Change, ChangesQuery, Rejection};
use azekura_wire::emergencies::{Emergency, NewEmergencyReview};
use azekura_wire::log::Checkpoint;
use azekura_wire::page::{Page, PageQuery};
use azekura_wire::purposes::{Purposes, PurposesQuery};
use azekura_wire::roster::Pledge;

use crate::{Client, Error};

impl Client {
    /// A new session. Give its token to [`Client::with_session`]:
    /// `SecretString::from(session.token.expose())`.
    ///
    /// Sent once: repeat it with the app's next code.
    pub async fn sign_in(&self, sign_in: &SignIn) -> Result<NewSession, Error> {
        self.post_once(self.url(&["v1", "sessions"]), sign_in).await
    }

    /// Ends the session.
    pub async fn sign_out(&self) -> Result<(), Error> {
        self.delete(self.url(&["v1", "sessions", "current"])).await
    }

    /// Who is signed in, and whether the session is locked.
    pub async fn session(&self) -> Result<Session, Error> {
        self.fetch(self.url(&["v1", "sessions", "current"]), &()).await
    }

    /// A session that five idle minutes locked, open and with another token.
    pub async fn unlock(&self, unlock: &Unlock) -> Result<NewSession, Error> {
        self.post_once(self.url(&["v1", "sessions", "current", "unlock"]), unlock).await
    }

    /// The session with a fresh second factor and another token: for approving, granting, exporting
    /// and keys.
    pub async fn step_up(&self, step_up: &StepUp) -> Result<NewSession, Error> {
        self.post_once(self.url(&["v1", "sessions", "current", "step-up"]), step_up).await
    }

    /// Lets no device of the caller be known any more.
    pub async fn forget_devices(&self) -> Result<(), Error> {
        self.delete(self.url(&["v1", "sessions", "current", "devices"])).await
    }

    /// The change that proposes to a second administrator to open an account that failures locked.
    pub async fn propose_unlock(&self, user: &str) -> Result<Change, Error> {
        self.act(self.url(&["v1", "users", user, "unlock"])).await
    }

    /// A new session under a new password; every session before it is over.
    pub async fn change_password(&self, new: &NewPassword) -> Result<NewSession, Error> {
        self.post_once(self.url(&["v1", "sessions", "current", "password"]), new).await
    }

    /// The seed for an authenticator app, in exchange for a one-time token.
    pub async fn begin_enrolment(&self, begin: &BeginEnrolment) -> Result<EnrolmentBegun, Error> {
        self.post(self.url(&["v1", "enrolments"]), begin).await
    }

    /// A session, once the app's first code proves that the seed arrived.
    pub async fn confirm_enrolment(
        &self,
        id: &str,
        confirm: &ConfirmEnrolment,
    ) -> Result<NewSession, Error> {
        self.post(self.url(&["v1", "enrolments", id, "confirm"]), confirm).await
    }

    /// The change that proposes an account to a second administrator.
    pub async fn propose_user(&self, user: &NewUser) -> Result<Change, Error> {
        self.post(self.url(&["v1", "users"]), user).await
    }

    /// A page of all accounts.
    pub async fn users(&self, page: &PageQuery) -> Result<Page<User>, Error> {
        self.fetch(self.url(&["v1", "users"]), page).await
    }

    /// The account, closed for good.
    pub async fn disable_user(&self, id: &str, why: &Closing) -> Result<User, Error> {
        self.post(self.url(&["v1", "users", id, "disable"]), why).await
    }

    /// The account, with the leaver's last day.
    pub async fn user_leaves(&self, id: &str, when: &Leaving) -> Result<User, Error> {
        self.post(self.url(&["v1", "users", id, "leave"]), when).await
    }

    /// What a designee promises by accepting a roster line.
    pub async fn pledge(&self) -> Result<Pledge, Error> {
        self.fetch(self.url(&["v1", "pledge"]), &()).await
    }

    /// The change that proposes an organisation to a second administrator.
    pub async fn propose_organisation(&self, org: &NewOrganisation) -> Result<Change, Error> {
        self.post(self.url(&["v1", "orgs"]), org).await
    }

    /// A page of the organisations the caller may see.
    pub async fn organisations(&self, page: &PageQuery) -> Result<Page<Organisation>, Error> {
        self.fetch(self.url(&["v1", "orgs"]), page).await
    }

    /// One organisation.
    pub async fn organisation(&self, id: &str) -> Result<Organisation, Error> {
        self.fetch(self.url(&["v1", "orgs", id]), &()).await
    }

    /// A page of the vault's own queue: users and organisations.
    pub async fn vault_changes(&self, query: &ChangesQuery) -> Result<Page<Change>, Error> {
        self.fetch(self.url(&["v1", "changes"]), query).await
    }

    /// One change of the vault's own queue.
    pub async fn vault_change(&self, id: &str) -> Result<Change, Error> {
        self.fetch(self.url(&["v1", "changes", id]), &()).await
    }

    /// The change, approved; for a user with the one-time token, which is shown this once.
    pub async fn approve_vault_change(&self, id: &str) -> Result<Approval, Error> {
        self.act(self.url(&["v1", "changes", id, "approve"])).await
    }

    /// The change, rejected.
    pub async fn reject_vault_change(&self, id: &str, why: &Rejection) -> Result<Change, Error> {
        self.post(self.url(&["v1", "changes", id, "reject"]), why).await
    }

    /// The caller's own change, taken back.
    pub async fn withdraw_vault_change(&self, id: &str) -> Result<Change, Error> {
        self.act(self.url(&["v1", "changes", id, "withdraw"])).await
    }

    /// A page of uses of the recovery shares.
    pub async fn emergencies(&self, page: &PageQuery) -> Result<Page<Emergency>, Error> {
        self.fetch(self.url(&["v1", "emergencies"]), page).await
    }

    /// The use of the recovery shares, reviewed by an auditor or manager.
    pub async fn review_emergency(
        &self,
        id: &str,
        review: &NewEmergencyReview,
    ) -> Result<Emergency, Error> {
        self.post(self.url(&["v1", "emergencies", id, "review"]), review).await
    }

    /// The table of purposes; with a form, what to name for it.
    pub async fn purposes(&self, query: &PurposesQuery) -> Result<Purposes, Error> {
        self.fetch(self.url(&["v1", "purposes"]), query).await
    }

    /// The newest signed tree head of the log.
    pub async fn checkpoint(&self) -> Result<Checkpoint, Error> {
        self.fetch(self.url(&["v1", "log", "checkpoint"]), &()).await
    }

    /// Whether the process lives.
    pub async fn health(&self) -> Result<Health, Error> {
        self.probe(self.url(&["healthz"])).await
    }

    /// Whether the vault can serve, and if not why.
    pub async fn readiness(&self) -> Result<Health, Error> {
        self.probe(self.url(&["readyz"])).await
    }
}
