use super::*;
use serde_json::json;

#[test]
fn keys_are_sorted_at_every_depth() {
    let value = json!({"b": [{"z": 1, "a": null}], "a": {"y": true, "x": "髙\n\"\u{1}"}});
    let text = r#"{"a":{"x":"髙\n\"\u0001","y":true},"b":[{"a":null,"z":1}]}"#;
    assert_eq!(String::from_utf8(to_canonical(&value).unwrap()).unwrap(), text);
}

#[test]
fn fields_are_sorted_however_they_are_declared_and_nested() {
    #[derive(Serialize)]
    struct Outer {
        z: Option<u8>,
        #[serde(flatten)]
        inner: Inner,
        b: (i8, &'static str),
    }
    #[derive(Serialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    enum Inner {
        Some { y: Vec<Plain>, a: std::collections::HashMap<&'static str, u64> },
    }
    #[derive(Serialize)]
    enum Plain {
        Unit,
        New(u8),
        Struct { d: (), c: char },
        Tuple(bool, i64),
    }
    let y = vec![
        Plain::Unit,
        Plain::New(1),
        Plain::Struct { d: (), c: '髙' },
        Plain::Tuple(true, i64::MIN),
    ];
    let a = [("q\"", 1), ("q!", 2), ("q", u64::MAX)].into();
    let value = Outer { z: None, inner: Inner::Some { y, a }, b: (-1, "\u{1}\\") };
    let text = concat!(
        r#"{"a":{"q":18446744073709551615,"q!":2,"q\"":1},"b":[-1,"\u0001\\"],"type":"some","#,
        r#""y":["Unit",{"New":1},{"Struct":{"c":"髙","d":null}},"#,
        r#"{"Tuple":[true,-9223372036854775808]}],"z":null}"#,
    );
    assert_eq!(String::from_utf8(to_canonical(&value).unwrap()).unwrap(), text);
}

#[test]
fn a_field_that_is_there_twice_is_refused() {
    #[derive(Serialize)]
    struct Twice {
        a: u8,
        #[serde(flatten)]
        again: std::collections::BTreeMap<&'static str, u8>,
    }
    assert!(to_canonical(&Twice { a: 1, again: [("b", 1), ("a", 2)].into() }).is_err());
    assert!(to_canonical(&Twice { a: 1, again: [("a", 2)].into() }).is_err());
}

#[test]
fn a_fraction_is_refused() {
    assert!(matches!(to_canonical(&json!([1.5])), Err(CanonicalError::Float)));
}
