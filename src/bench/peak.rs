//! The speed of dense products on this machine, to measure others against.

use burn::tensor::{Device, Tensor};

use super::rate;

/// Floating-point operations per second of a large 32-bit matrix product on all threads.
pub(super) fn multiply_adds() -> f64 {
    const SIDE: usize = 1024;
    let device = Device::default();
    let matrix = Tensor::<2>::ones([SIDE, SIDE], &device);
    let work = || {
        let product = matrix.clone().matmul(matrix.clone());
        // Reading a number waits for the product.
        if product.slice([0..1, 0..1]).into_scalar::<f32>() > 0.0 { 2.0 * (SIDE as f64).powi(3) } else { f64::NAN }
    };
    rate(7, work).largest
}
