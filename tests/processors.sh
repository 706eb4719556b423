#!/usr/bin/env bash
# The smoke experiment on processors that this machine is not, emulated (Debian's qemu-user): an x86-64 without AVX and FMA, and one
# with AVX2. Samples, machines and the chains of the flow must be the same bytes everywhere; with AVX2 and FMA all files.
set -euo pipefail
cd "$(dirname "$0")/.."
program="${CARGO_TARGET_DIR:-target}"/release/experiments
[ -x "$program" ] || { echo "build the program first: cargo build --release" >&2; exit 1; }
command -v qemu-x86_64 >/dev/null || { echo "it needs qemu-x86_64: apt install qemu-user" >&2; exit 1; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

run() { "${@:2}" "$program" run configs/smoke.toml --out "$out/$1" --threads 1 --until analyze 2>/dev/null; }
files() { (cd "$out/$1" && find . -type f ! -name manifest.toml ! -name log.jsonl ! -name .lock | sort); }

run here env
for processor in Nehalem Haswell; do
    run "$processor" qemu-x86_64 -cpu "$processor"
    diff <(files here) <(files "$processor")
    same=0 other=()
    for file in $(files here); do
        if cmp -s "$out/here/$file" "$out/$processor/$file"; then same=$((same + 1)); else other+=("$file"); fi
    done
    echo "$processor: $same files are the same bytes, ${#other[@]} are not"
    for file in "${other[@]}"; do
        case $file in
        ./data/* | ./rbm/* | */configurations.csv | */correlations.csv) echo "$file differs" >&2; exit 1 ;;
        esac
    done
done
