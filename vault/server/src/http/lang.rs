//! The language of titles and explanations.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

/// Japanese where the caller prefers it, else English.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Lang {
    /// English.
    En,
    /// Japanese.
    Ja,
}

impl Lang {
    /// The language that `Accept-Language` prefers of the two: Japanese if it is named with a
    /// weight above zero and not below that of English. Source: RFC 9110 §12.5.4.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let accepted = headers.get(header::ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (ja, en) = (weight(accepted, "ja"), weight(accepted, "en"));
        if ja > 0 && ja >= en { Self::Ja } else { Self::En }
    }

    /// The one of an English and a Japanese text.
    pub(super) const fn pick(self, (en, ja): (&'static str, &'static str)) -> &'static str {
        match self {
            Self::En => en,
            Self::Ja => ja,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Lang {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

/// The weight of a language in thousandths, 0 if it is not named.
fn weight(accepted: &str, language: &str) -> u16 {
    let weights = accepted.split(',').filter_map(|range| {
        let (tag, rest) = range.split_once(';').unwrap_or((range, ""));
        let primary = tag.trim().split('-').next()?;
        if !primary.eq_ignore_ascii_case(language) {
            return None;
        }
        let weight = rest.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse().ok());
        weight.filter(|weight: &f32| (0.0..=1.0).contains(weight))
    });
    let most = weights.fold(0.0_f32, f32::max);
    if most <= 0.0 {
        return 0;
    }
    // Three decimals are all that the grammar has.
    (1..=1000_u16).rev().find(|step| f32::from(*step) <= most * 1000.0 + 0.5).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(accepted: &'static str) -> Lang {
        let value = header::HeaderValue::from_static(accepted);
        Lang::of(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)]))
    }

    #[test]
    fn japanese_is_spoken_to_those_who_prefer_it() {
        for accepted in ["ja", "ja-JP,ja;q=0.9,en;q=0.8", "en;q=0.5, JA;q=0.6", "fr, ja;q=0.1"] {
            assert_eq!(of(accepted), Lang::Ja, "{accepted}");
        }
        for accepted in ["", "en", "en-US,ja;q=0.5", "ja;q=0", "*", "ja;q=x", "jav"] {
            assert_eq!(of(accepted), Lang::En, "{accepted}");
        }
    }
}
