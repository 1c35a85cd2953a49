use azekura_core::number::MyNumber;

fn respond(number: &MyNumber) -> String {
    serde_json::to_string(number).unwrap()
}

fn main() {}
