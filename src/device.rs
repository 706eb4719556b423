//! The devices compiled in: the only place that knows the backends' cargo features.

use std::{
    fmt,
    panic::{self, AssertUnwindSafe},
    str::FromStr,
};

use anyhow::{Result, bail};
use burn::tensor::{Device, Tensor};

/// A backend that `--device` can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Pure Rust on the CPU.
    Flex,
    /// The older CPU backend, deprecated by Burn.
    NdArray,
    /// GPUs through Vulkan, Metal or WebGPU.
    Wgpu,
    /// NVIDIA GPUs.
    Cuda,
}

impl Backend {
    /// Every backend, the preferred first.
    const ALL: [Self; 4] = [Self::Flex, Self::NdArray, Self::Cuda, Self::Wgpu];

    /// Its name for `--device` and its cargo feature.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flex => "flex",
            Self::NdArray => "ndarray",
            Self::Wgpu => "wgpu",
            Self::Cuda => "cuda",
        }
    }

    /// The backends compiled into this program, the default first.
    pub fn compiled() -> Vec<Self> {
        Self::ALL.into_iter().filter(|backend| backend.is_compiled()).collect()
    }

    fn is_compiled(self) -> bool {
        match self {
            Self::Flex => cfg!(feature = "flex"),
            Self::NdArray => cfg!(feature = "ndarray"),
            Self::Wgpu => cfg!(feature = "wgpu"),
            Self::Cuda => cfg!(feature = "cuda"),
        }
    }

    /// Whether it computes on the CPU, where several tasks can run side by side.
    pub fn is_cpu(self) -> bool {
        matches!(self, Self::Flex | Self::NdArray)
    }

    /// Opens the device. Burn does not look whether the hardware is there before the first operation.
    ///
    /// # Errors
    /// When the backend is not compiled in.
    pub fn open(self) -> Result<Device> {
        match self {
            #[cfg(feature = "flex")]
            Self::Flex => Ok(Device::flex()),
            #[cfg(feature = "ndarray")]
            #[expect(deprecated, reason = "Burn 0.22 still carries the backend, and the project asks for it")]
            Self::NdArray => Ok(Device::ndarray()),
            #[cfg(feature = "wgpu")]
            Self::Wgpu => Ok(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice)),
            #[cfg(feature = "cuda")]
            Self::Cuda => Ok(Device::cuda(0)),
            #[allow(unreachable_patterns, reason = "reachable unless every backend is compiled in")]
            missing => bail!(
                "the device {missing} is not compiled into this program, which has: {}\n  \
                 build with: cargo build --release --features {missing}",
                list(&Self::compiled())
            ),
        }
    }
}

/// Whether a first operation on the backend's device comes out right; what is wrong if not.
pub fn try_out(backend: Backend) -> Result<(), String> {
    let device = backend.open().map_err(|error| error.to_string())?;
    let sum = || Tensor::<1>::ones([4], &device).sum().try_into_scalar::<f32>();
    // Burn panics where the hardware or its driver is missing.
    let loud = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let tried = panic::catch_unwind(AssertUnwindSafe(sum));
    panic::set_hook(loud);
    match tried {
        Ok(Ok(sum)) if (sum - 4.0).abs() < 1e-6 => Ok(()),
        Ok(Ok(sum)) => Err(format!("1 + 1 + 1 + 1 came out as {sum}")),
        Ok(Err(error)) => Err(format!("{error:?}")),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            Err(text.unwrap_or("the device cannot be opened").to_owned())
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Backend {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|backend| backend.name() == name);
        found.ok_or_else(|| format!("devices are: {}; compiled in: {}", list(&Self::ALL), list(&Self::compiled())))
    }
}

fn list(backends: &[Backend]) -> String {
    backends.iter().map(|backend| backend.name()).collect::<Vec<_>>().join(", ")
}
