//! The GPU of this machine.

use std::{panic::catch_unwind, sync::OnceLock};

use burn::tensor::{Device, DeviceKind, Tensor};
use models::runs_fused;

/// The device, or nothing where there is no adapter.
pub(crate) fn device() -> Option<Device> {
    static IS_THERE: OnceLock<bool> = OnceLock::new();
    let probe = || Tensor::<1>::ones([1], &Device::wgpu(DeviceKind::DefaultDevice)).into_scalar::<f32>() > 0.0;
    let is_there = *IS_THERE.get_or_init(|| catch_unwind(probe).unwrap_or(false));
    if !is_there {
        eprintln!("skipped: no adapter for wgpu on this machine");
    }
    let device = Device::wgpu(DeviceKind::DefaultDevice);
    assert!(runs_fused(&device), "the device takes the plain path");
    is_there.then_some(device)
}
