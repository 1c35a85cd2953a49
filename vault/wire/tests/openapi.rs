//! The schemas say what serde does.

use azekura_wire::changes::NewChange;
use azekura_wire::number::{NumberText, SecretText};
use azekura_wire::retention::Event;
use serde_json::{Value, json};
use utoipa::{PartialSchema, ToSchema};

fn schema<T: PartialSchema>() -> Value {
    serde_json::to_value(T::schema()).expect("a schema is JSON")
}

#[test]
fn a_new_change_is_one_object_that_names_its_type_and_every_field() {
    let schema = schema::<NewChange>();
    let kinds: Vec<&Value> = schema["oneOf"].as_array().unwrap().iter().collect();
    let names: Vec<&Value> =
        kinds.iter().map(|kind| &kind["properties"]["type"]["enum"][0]).collect();
    assert_eq!(names, ["register", "correct", "fact_corrected", "rebind"]);
    for kind in &kinds {
        assert_eq!(kind["additionalProperties"], false);
        assert!(kind["required"].as_array().unwrap().contains(&json!("type")));
    }
    for field in ["person", "number", "purposes", "notice", "identity_check", "replaces"] {
        assert!(kinds[0]["properties"].get(field).is_some(), "{field}");
    }
}

#[test]
fn what_a_new_change_refers_to_is_described_too() {
    let mut schemas = Vec::new();
    NewChange::schemas(&mut schemas);
    let names: Vec<&str> = schemas.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["NumberText", "IdentityCheck", "Event"] {
        assert!(names.contains(&name), "{name} of {names:?}");
    }
}

#[test]
fn secrets_are_strings() {
    assert_eq!(schema::<NumberText>()["type"], "string");
    assert_eq!(schema::<SecretText>()["format"], "password");
}

#[test]
fn each_event_names_its_type_and_only_what_it_needs() {
    let schema = schema::<Event>();
    let kinds = schema["oneOf"].as_array().unwrap();
    assert_eq!(kinds.len(), 18);
    for kind in kinds {
        assert!(kind["required"].as_array().unwrap().contains(&json!("type")), "{kind}");
    }
    let ended =
        kinds.iter().find(|kind| kind["properties"]["type"]["enum"][0] == "employment_ended");
    let required = ended.unwrap()["required"].as_array().unwrap();
    assert!(required.contains(&json!("reason")) && !required.contains(&json!("last_paid_on")));
}
