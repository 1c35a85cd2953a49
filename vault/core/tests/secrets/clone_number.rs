use azekura_core::number::MyNumber;

fn copy(number: &MyNumber) -> MyNumber {
    number.clone()
}

fn main() {}
