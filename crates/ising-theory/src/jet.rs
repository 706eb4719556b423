//! Exact first and second derivatives of functions of (K, h) by automatic differentiation.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A value with its first and second derivatives in the coupling K and the reduced field h.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Jet {
    pub(crate) value: f64,
    pub(crate) k: f64,
    pub(crate) h: f64,
    pub(crate) kk: f64,
    pub(crate) kh: f64,
    pub(crate) hh: f64,
}

impl Jet {
    /// A number that depends on neither K nor h.
    pub(crate) const fn constant(value: f64) -> Self {
        Self { value, k: 0.0, h: 0.0, kk: 0.0, kh: 0.0, hh: 0.0 }
    }

    /// The variable K.
    pub(crate) const fn coupling(value: f64) -> Self {
        Self { k: 1.0, ..Self::constant(value) }
    }

    /// The variable h.
    pub(crate) const fn field(value: f64) -> Self {
        Self { h: 1.0, ..Self::constant(value) }
    }

    /// f(self), from the value, the slope and the curvature of f at `self.value`.
    fn chain(self, value: f64, slope: f64, curvature: f64) -> Self {
        Self {
            value,
            k: slope * self.k,
            h: slope * self.h,
            kk: slope * self.kk + curvature * self.k * self.k,
            kh: slope * self.kh + curvature * self.k * self.h,
            hh: slope * self.hh + curvature * self.h * self.h,
        }
    }

    pub(crate) fn scale(self, factor: f64) -> Self {
        self.chain(self.value * factor, factor, 0.0)
    }

    pub(crate) fn exp(self) -> Self {
        let value = self.value.exp();
        self.chain(value, value, value)
    }

    pub(crate) fn ln(self) -> Self {
        let slope = self.value.recip();
        self.chain(self.value.ln(), slope, -slope * slope)
    }

    pub(crate) fn ln_1p(self) -> Self {
        let slope = (1.0 + self.value).recip();
        self.chain(self.value.ln_1p(), slope, -slope * slope)
    }

    pub(crate) fn sqrt(self) -> Self {
        let value = self.value.sqrt();
        self.chain(value, 0.5 / value, -0.25 / (value * self.value))
    }

    pub(crate) fn powi(self, exponent: i32) -> Self {
        let n = f64::from(exponent);
        let slope = n * self.value.powi(exponent - 1);
        self.chain(self.value.powi(exponent), slope, n * (n - 1.0) * self.value.powi(exponent - 2))
    }
}

impl Add for Jet {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            k: self.k + other.k,
            h: self.h + other.h,
            kk: self.kk + other.kk,
            kh: self.kh + other.kh,
            hh: self.hh + other.hh,
        }
    }
}

impl Neg for Jet {
    type Output = Self;
    fn neg(self) -> Self {
        self.scale(-1.0)
    }
}

impl Sub for Jet {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Jet {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let (a, b) = (self, other);
        Self {
            value: a.value * b.value,
            k: a.k * b.value + a.value * b.k,
            h: a.h * b.value + a.value * b.h,
            kk: a.kk * b.value + 2.0 * a.k * b.k + a.value * b.kk,
            kh: a.kh * b.value + a.k * b.h + a.h * b.k + a.value * b.kh,
            hh: a.hh * b.value + 2.0 * a.h * b.h + a.value * b.hh,
        }
    }
}

impl Div for Jet {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let inverse = other.value.recip();
        self * other.chain(inverse, -inverse * inverse, 2.0 * inverse.powi(3))
    }
}
