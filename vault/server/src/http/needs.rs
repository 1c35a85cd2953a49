//! What each call needs, declared where the call is routed. `Calls` has no other way in, so a call
//! that declares nothing does not compile; `docs/access.md` is the same table, written by hand.

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::routing::MethodRouter;
use azekura_core::roster::Operation;
use utoipa::openapi::path::PathItem;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::app::App;
use crate::auth::Permission;

/// What a call needs of whoever calls it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Need {
    /// Nothing: anyone may call, or proves who they are in this very call.
    Public,
    /// A session of one's own, locked or not.
    Session,
    /// To be a person who is signed in: it is about what is their own.
    Person,
    /// To be known: the answer shows what is the caller's own.
    Caller,
    /// To be whom the thing itself names: its owner.
    Owner,
    /// To be whom the thing is about, or one right over it.
    OwnOr(Permission),
    /// One right.
    Right(Permission),
    /// Either of two rights.
    Either(Permission, Permission),
}

/// A call and what it needs.
#[derive(Clone, Debug)]
pub struct Declared {
    /// As in the request.
    pub method: Method,
    /// The template of its path.
    pub path: String,
    /// What it needs.
    pub need: Need,
}

/// Calls, each with what it needs.
#[derive(Default)]
pub(super) struct Calls {
    router: OpenApiRouter<Arc<App>>,
    declared: Vec<Declared>,
}

impl Calls {
    /// Adds one call of the API, as `routes!` made it.
    pub(super) fn call(mut self, need: Need, call: UtoipaMethodRouter<Arc<App>>) -> Self {
        for (path, item) in &call.1.paths {
            let declared =
                methods(item).map(|method| Declared { method, path: path.clone(), need });
            self.declared.extend(declared);
        }
        self.router = self.router.routes(call);
        self
    }

    /// Adds a page that the document does not describe.
    pub(super) fn page(
        mut self,
        need: Need,
        path: &'static str,
        page: MethodRouter<Arc<App>>,
    ) -> Self {
        self.router = self.router.route(path, page);
        self.declared.push(Declared { method: Method::GET, path: String::from(path), need });
        self
    }

    /// Adds all of `other`.
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.declared.extend(other.declared);
        self
    }

    /// The router, the document, and what was declared.
    pub(super) fn split(self) -> (Router<Arc<App>>, utoipa::openapi::OpenApi, Vec<Declared>) {
        let (router, api) = self.router.split_for_parts();
        (router, api, self.declared)
    }
}

impl Need {
    /// Accounts, organisations and programs.
    pub const ADMINISTER: Self = Self::Right(Permission::Administer);
    /// The log.
    pub const AUDIT: Self = Self::Right(Permission::Audit);
    /// Blind re-keying.
    pub const CHECK: Self = Self::Right(Permission::Check);
    /// Batches of deletions and the confirmation of their targets.
    pub const DELETE: Self = Self::Right(Permission::Delete);
    /// To give up what one holds, or to take it from somebody.
    pub const END: Self = Self::OwnOr(Permission::Manage);
    /// To stop what one answers for, or what somebody else does.
    pub const OWN_OR_OVERSEE: Self = Self::OwnOr(Permission::Oversee);
    /// What waits for a second person: numbers, and facts to be corrected.
    pub const ENTER_CHANGES: Self =
        Self::Either(Permission::Enter(Operation::Submit), Permission::Enter(Operation::Events));
    /// What the manager approves or proposes.
    pub const DRAFT: Self = Self::Right(Permission::Draft);
    /// Facts that move retention.
    pub const ENTER_EVENTS: Self = Self::Right(Permission::Enter(Operation::Events));
    /// People and relationships.
    pub const ENTER_PEOPLE: Self = Self::Right(Permission::Enter(Operation::People));
    /// The roster, notices, and approval of deletions.
    pub const MANAGE: Self = Self::Right(Permission::Manage);
    /// Settings, and what is stopped at once.
    pub const OVERSEE: Self = Self::Right(Permission::Oversee);
    /// What was done with the recovery shares.
    pub const REVIEW: Self = Self::Right(Permission::Review);
    /// Batches and certificates, to look at.
    pub const REVIEW_PURGES: Self = Self::Either(Permission::Audit, Permission::Delete);
    /// What a read asked and was answered.
    pub const REVIEW_READS: Self = Self::Either(Permission::Audit, Permission::Use);
    /// A change, which names its own second person.
    pub const SETTLE: Self = Self::Right(Permission::Settle);
    /// One change: whoever may settle it, and the program that proposed it.
    pub const SEE_CHANGE: Self = Self::Either(Permission::Settle, Permission::View);
    /// The plan of trainings, and who attended.
    pub const TRAIN: Self = Self::Right(Permission::Train);
    /// Numbers for a purpose.
    pub const USE: Self = Self::Right(Permission::Use);
    /// Masked views.
    pub const VIEW: Self = Self::Right(Permission::View);

    /// The name by which `docs/access.md` calls it.
    pub const fn name(self) -> &'static str {
        use Permission::{Audit, Delete, Enter, Use};
        match self {
            Self::Public => "public",
            Self::Session => "session",
            Self::Caller => "caller",
            Self::Person => "person",
            Self::Owner => "owner",
            Self::OwnOr(Permission::Manage) => "own or manage",
            Self::OwnOr(Permission::Oversee) => "own or oversee",
            Self::OwnOr(right) | Self::Right(right) => name(right),
            Self::Either(Audit, Delete) => "audit or delete",
            Self::Either(Audit, Use) => "audit or use",
            Self::Either(Enter(_), Enter(_)) => "enter submit or events",
            Self::Either(Permission::Settle, _) => "settle or view",
            Self::Either(first, _) => name(first),
        }
    }
}

const fn name(right: Permission) -> &'static str {
    match right {
        Permission::Administer => "administer",
        Permission::Audit => "audit",
        Permission::Check => "check",
        Permission::Delete => "delete",
        Permission::Draft => "draft",
        Permission::Enter(Operation::Events) => "enter events",
        Permission::Enter(Operation::People) => "enter people",
        Permission::Enter(Operation::Reads) => "enter reads",
        Permission::Enter(Operation::Submit) => "enter submit",
        Permission::Manage => "manage",
        Permission::Oversee => "oversee",
        Permission::Review => "review",
        Permission::Settle => "settle",
        Permission::Train => "train",
        Permission::Use => "use",
        Permission::View => "view",
    }
}

fn methods(item: &PathItem) -> impl Iterator<Item = Method> {
    let has = [
        (Method::DELETE, item.delete.is_some()),
        (Method::GET, item.get.is_some()),
        (Method::PATCH, item.patch.is_some()),
        (Method::POST, item.post.is_some()),
        (Method::PUT, item.put.is_some()),
    ];
    has.into_iter().filter(|(_, has)| *has).map(|(method, _)| method)
}
