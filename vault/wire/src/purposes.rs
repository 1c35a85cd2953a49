//! `GET /v1/purposes?form=`: the closed table of purposes (利用目的) and the bundles that notices name.

use serde::{Deserialize, Serialize};

/// What the table is asked for.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct PurposesQuery {
    /// Only what this form is made for: `315`, or a form's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
}

/// The table, or the part of it that a form asks for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Purposes {
    /// What reads name.
    pub purposes: Vec<Purpose>,
    /// What notices, changes and imports name.
    pub bundles: Vec<Bundle>,
}

/// One statutory office work.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Purpose {
    /// The constant.
    #[cfg_attr(feature = "openapi", schema(example = "withholding_slip"))]
    pub code: String,
    /// In Japanese.
    #[cfg_attr(feature = "openapi", schema(example = "源泉徴収票作成事務"))]
    pub ja: String,
    /// In English.
    pub en: String,
    /// The article it rests on.
    pub legal_basis: String,
    /// The documents it is for.
    pub documents: Vec<String>,
    /// Numbers of their forms.
    #[cfg_attr(feature = "openapi", schema(example = json!(["315"])))]
    pub forms: Vec<String>,
    /// Whose numbers.
    pub kinds: Vec<String>,
    /// `R1` to `R8`, or `null` if no statutory period applies.
    pub retention_rule: Option<String>,
    /// Where it goes unless a read says otherwise.
    pub destination: String,
}

/// One line of a purpose notice.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bundle {
    /// The constant.
    #[cfg_attr(feature = "openapi", schema(example = "withholding"))]
    pub code: String,
    /// In Japanese, as on the notice.
    pub ja: String,
    /// In English.
    pub en: String,
    /// The works it contains.
    pub purposes: Vec<String>,
    /// Bundles that come with it.
    pub implies: Vec<String>,
}
