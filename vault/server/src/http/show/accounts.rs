//! Sessions, users, organisations and their settings.

use azekura_core::retention::Settings;
use azekura_core::roster::{Lost, Organisation, User};
use azekura_wire::accounts as wire;
use azekura_wire::number::SecretText;
use secrecy::{ExposeSecret, SecretString};

use super::{code, codes, oversight, text, training};
use crate::service::enrolments::Begun;
use crate::service::sessions::{Opened, Place};
use crate::service::staff::Staffing;

/// A session just opened, with its token.
pub(in crate::http) fn opened(opened: &Opened) -> wire::NewSession {
    wire::NewSession {
        token: secret(&opened.token),
        device: opened.device.as_ref().map(secret),
        expires_at: opened.session.expires_at.to_string(),
        user: user(&opened.user),
        organisations: opened.places.iter().map(place).collect(),
        recovery_codes: opened.recovery_codes.iter().map(secret).collect(),
    }
}

/// The seed of an enrolment.
pub(in crate::http) fn begun(begun: &Begun) -> wire::EnrolmentBegun {
    wire::EnrolmentBegun {
        id: begun.id.to_string(),
        totp_secret: secret(&begun.totp_secret),
        otpauth_uri: secret(&begun.otpauth_uri),
    }
}

/// What a user may do in one organisation today.
pub(in crate::http) fn place(place: &Place) -> wire::Membership {
    wire::Membership {
        id: place.org.to_string(),
        name: place.name.clone(),
        roles: codes(&place.roles),
        capabilities: codes(&place.capabilities),
        training: training::own(place.training),
    }
}

/// An account.
pub(in crate::http) fn user(user: &User) -> wire::User {
    wire::User {
        id: user.id.to_string(),
        display_name: user.display_name.clone(),
        staff_ref: user.staff_ref.clone(),
        administrator: user.administrator,
        state: code(user.state),
        last_day: text(user.last_day),
        created_at: user.created_at.to_string(),
    }
}

/// A tenant, with what few people lose and lack in it.
pub(in crate::http) fn organisation(org: &Organisation, staff: &Staffing) -> wire::Organisation {
    wire::Organisation {
        id: org.id.to_string(),
        name: org.name.clone(),
        corporate_number: org.corporate_number.clone(),
        profile: code(org.profile),
        processor: org.processor,
        lost: staff.lost.iter().copied().map(lost).collect(),
        missing: staff.missing.iter().map(|one| String::from(one.code())).collect(),
        settings: settings(&org.settings),
        frozen: org.frozen.as_ref().map(oversight::frozen),
        created_at: org.created_at.to_string(),
    }
}

fn lost(lost: Lost) -> wire::Lost {
    wire::Lost {
        code: String::from(lost.code()),
        ja: String::from(lost.ja()),
        en: String::from(lost.en()),
    }
}

/// The settings of an organisation.
pub(in crate::http) fn settings(settings: &Settings) -> wire::Settings {
    wire::Settings {
        pay_rule: wire::PayRule {
            closing_day: settings.pay_rule.closing_day.0,
            pay_day: settings.pay_rule.pay_day.0,
            pay_month_offset: settings.pay_rule.pay_month_offset,
        },
        r6_keep: settings.r6_keep,
        cycle: code(settings.cycle),
        after_last_use: code(settings.after_last_use),
        purge: wire::PurgeSettings { grace_days: settings.grace_days.into() },
    }
}

/// A secret on its way to the one who is shown it once.
pub(in crate::http) fn secret(secret: &SecretString) -> SecretText {
    SecretText::from(secret.expose_secret())
}
