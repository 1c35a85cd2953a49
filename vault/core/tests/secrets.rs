//! What must not compile: a personal number or key that is printed, copied or serialised.

#[test]
fn a_personal_number_or_key_that_leaks_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/secrets/*.rs");
}
