//! Free energies of configurations.

use rayon::prelude::*;

use super::{
    lanes::{Lanes, LnCoshSum, WIDTH, each},
    layer::{Layer, widened},
};
use crate::{
    ModelError, RbmParameters,
    cpu::{Kernel, Level, Wide},
    error::same,
};

/// Free energy F(v) = −cᵀv − Σₐ ln 2cosh(bₐ + Σᵢ vᵢwᵢₐ) of each row of `spins`, shape `[n_rows, n_visible]`, values ±1;
/// p(v) = e^−F(v)/Z.
///
/// # Errors
/// As [`RbmParameters::validate`]; [`ModelError::Shape`] when the rows are not of `n_visible` spins,
/// [`ModelError::NotSpins`] when they are not ±1.
pub fn free_energies(parameters: &RbmParameters, spins: &[f32]) -> Result<Vec<f64>, ModelError> {
    parameters.validate()?;
    let n_rows = n_rows(parameters.n_visible, spins)?;
    let hidden = Layer::hidden(parameters);
    let visible_bias = widened(&parameters.visible_bias);
    let energies = spins.par_chunks(WIDTH * parameters.n_visible.max(1)).flat_map_iter(|rows| {
        let visible = &side_by_side(rows, parameters.n_visible);
        Level::best().run(Rows { visible, visible_bias: &visible_bias, hidden: &hidden })
    });
    let mut energies: Vec<f64> = energies.collect();
    energies.truncate(n_rows);
    Ok(energies)
}

/// Eight configurations of a machine.
struct Rows<'a> {
    /// Shape `[n_visible]`.
    visible: &'a [Lanes],
    visible_bias: &'a [f64],
    hidden: &'a Layer,
}

/// Their free energies.
impl Kernel for Rows<'_> {
    type Output = Lanes;

    #[inline(always)]
    fn run<V: Wide>(self) -> Lanes {
        let mut fields = vec![[0.0; WIDTH]; self.hidden.n_units()];
        self.hidden.fields(self.visible, &mut fields);
        let mut sum = LnCoshSum::ZERO;
        for field in &fields {
            sum.add(field);
        }
        let total = sum.total();
        let mut energies = each(|lane| -total[lane]);
        for (bias, spins) in self.visible_bias.iter().zip(self.visible) {
            for lane in 0..WIDTH {
                energies[lane] -= bias * spins[lane];
            }
        }
        energies
    }
}

/// Number of configurations in `spins`, shape `[n_rows, n_visible]`; refuses other shapes and values other than ±1.
pub(crate) fn n_rows(n_visible: usize, spins: &[f32]) -> Result<usize, ModelError> {
    let n_rows = spins.len().checked_div(n_visible).unwrap_or_default();
    same("spins", spins.len(), n_rows * n_visible)?;
    // A sum rather than a search: the compiler turns it into vector instructions.
    let n_others: usize = spins.iter().map(|&spin| usize::from(!matches!(spin, 1.0 | -1.0))).sum();
    if n_others == 0 { Ok(n_rows) } else { Err(ModelError::NotSpins { name: "spins" }) }
}

/// Up to eight rows, one on each lane, shape `[n_visible]`; zeros on the lanes that are left over.
pub(crate) fn side_by_side(rows: &[f32], n_visible: usize) -> Vec<Lanes> {
    let spin = |row: usize, unit: usize| rows.get(row * n_visible + unit).map_or(0.0, |&spin| spin.into());
    (0..n_visible).map(|unit| std::array::from_fn(|row| spin(row, unit))).collect()
}
