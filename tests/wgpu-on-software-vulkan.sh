#!/usr/bin/env bash
# Builds with the wgpu backend, tests the kernels and runs the smoke config on Mesa's software Vulkan driver (Debian:
# mesa-vulkan-drivers).
set -euo pipefail
cd "$(dirname "$0")/.."
driver=$(find /usr/share/vulkan/icd.d -name 'lvp_icd*.json' 2>/dev/null | head -1)
[ -n "$driver" ] || { echo "no software Vulkan driver found: install mesa-vulkan-drivers" >&2; exit 1; }
VK_DRIVER_FILES=$driver VK_ICD_FILENAMES=$driver cargo test -p models --features wgpu --test gpu --test together
cargo build --features wgpu
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
VK_DRIVER_FILES=$driver VK_ICD_FILENAMES=$driver \
    "${CARGO_TARGET_DIR:-target}"/debug/experiments run configs/smoke.toml --device wgpu --out "$out/smoke" "$@"
"${CARGO_TARGET_DIR:-target}"/debug/experiments status "$out/smoke"
