//! GF(2^8) modulo `x^8 + x^4 + x^3 + x + 1`. No tables and no branches: the time depends on no byte.
//!
//! Source: FIPS 197 §4.

/// The product.
pub(super) fn multiply(left: u8, right: u8) -> u8 {
    let (mut product, mut left) = (0, left);
    for bit in 0..8 {
        // All ones where the bit of `right` is set.
        product ^= left & ((right >> bit) & 1).wrapping_neg();
        left = (left << 1) ^ (0x1b & (left >> 7).wrapping_neg());
    }
    product
}

/// `value^254`, which is 1 divided by it; 0 for 0.
pub(super) fn inverse(value: u8) -> u8 {
    let mut power = value;
    let mut inverse = 1;
    // 254 = 2 + 4 + … + 128.
    for _ in 1..8 {
        power = multiply(power, power);
        inverse = multiply(inverse, power);
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_standard() {
        assert_eq!(multiply(0x57, 0x83), 0xc1);
        assert_eq!(multiply(0x57, 0x13), 0xfe);
    }

    #[test]
    fn every_byte_but_zero_has_an_inverse() {
        assert_eq!(inverse(0), 0);
        for value in 1..=255 {
            assert_eq!(multiply(value, inverse(value)), 1);
        }
    }

    #[test]
    fn multiplying_is_linear_and_commutes() {
        for left in 0..=255 {
            for right in 0..=255 {
                assert_eq!(multiply(left, right), multiply(right, left));
                let apart = multiply(left, right & 0x0f) ^ multiply(left, right & 0xf0);
                assert_eq!(multiply(left, right), apart);
            }
        }
    }
}
