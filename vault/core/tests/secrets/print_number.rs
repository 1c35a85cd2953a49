use azekura_core::number::MyNumber;

fn show(number: &MyNumber) -> String {
    number.to_string()
}

fn main() {}
