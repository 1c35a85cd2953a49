use azekura_core::number::MyNumber;

fn log(number: &MyNumber) -> String {
    format!("{number:?}")
}

fn main() {}
