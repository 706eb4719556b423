#!/usr/bin/env bash
# Fuzzes readers with coverage: tests/fuzz/run.sh SECONDS [READER ...]
#
# Needs no nightly compiler and no cargo-fuzz: libFuzzer is compiled by the package, and coverage is counted in the packages of this
# repository alone, so that the others are taken from target/. (cargo-fuzz works as well:
# `RUN=artifacts/smoke READER=config cargo +nightly fuzz run --fuzz-dir tests/fuzz reader tests/fuzz/corpus/config`.) What a reader cannot bear is left as
# crash-*, timeout-* or oom-* in tests/fuzz/found/READER; what reached new code is merged into tests/fuzz/corpus/READER.
set -euo pipefail
cd "$(dirname "$0")"
repository=$(cd ../.. && pwd)
seconds=${1:?the seconds for each reader}
readers=("${@:2}")
[ ${#readers[@]} -gt 0 ] || readers=(samples tensors table config manifest analysis page sweep)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work
RUSTC_WRAPPER=$PWD/with-coverage cargo build --release --quiet --target-dir "$repository/target"
cargo build --release --quiet --manifest-path "$repository/Cargo.toml"
export RUN=$work/run
"$repository/target/release/experiments" run "$repository/configs/smoke.toml" --out "$RUN" 2>/dev/null

# What the fuzzer starts from: real files, of this program and of earlier versions.
old=$repository/tests/fixtures/0.1
mkdir -p "$work/seeds"/{samples,tensors,table,config,manifest,analysis,page,sweep}
cp "$old"/finished/data/*.safetensors "$work/seeds/samples"
cp "$old"/finished/rbm/tiny/seed-0/*.safetensors "$old"/interrupted/checkpoints/train-rbm/tiny/seed-0/*-00000010.safetensors "$work/seeds/tensors"
cp "$old"/finished/{flow/tiny/seed-0,thermometer}/*.csv "$work/seeds/table"
cp "$repository"/configs/*.toml "$repository"/tests/config/bad/*.toml "$work/seeds/config"
cp "$RUN/manifest.toml" "$work/seeds/manifest"
which=0
for table in "$RUN"/analysis/*.csv; do
    { printf "\\x$(printf %02x $which)"; head -c 8000 "$table"; } >"$work/seeds/analysis/$(basename "$table")"
    which=$((which + 1))
done
cp "$work/seeds/analysis"/* "$work/seeds/page"
cat >"$work/seeds/sweep/two" <<'SWEEP'
#rbm.n_hidden=4,16
config = "damaged.toml"
set = ["rbm.n_epochs=5"]
axes = ["rbm.n_hidden", "seed"]
until = "render"
---
{"index":0,"folder":"shared/ab","values":["4","0..1"]}
{"index":1,"folder":"runs/cd","shared":"shared/ab","values":["4","0"]}
SWEEP

for reader in "${readers[@]}"; do
    seeds=$work/seeds/$reader new=$work/new/$reader
    mkdir -p "found/$reader" "corpus/$reader" "$new"
    fuzz() { READER=$reader "$repository/target/release/reader" -timeout=20 -rss_limit_mb=4096 -max_len=20000 -use_counters="$1" "${@:2}"; }
    if ! fuzz 1 -max_total_time="$seconds" -artifact_prefix="found/$reader/" -print_final_stats=1 "$new" "corpus/$reader" "$seeds" &>"$work/log"; then
        tail -n 30 "$work/log"
        exit 1
    fi
    printf '%s: %s inputs, nothing found\n' "$reader" "$(grep number_of_executed_units "$work/log" | tr -dc '0-9')"
    # Of the inputs those that reach code which neither real files nor the corpus reach.
    known=$work/known/$reader
    mkdir -p "$known"
    cp "$seeds"/* "$known"
    [ -z "$(ls -A "corpus/$reader")" ] || cp "corpus/$reader"/* "$known"
    ls "$known" >"$work/names"
    fuzz 0 -merge=1 "$known" "$new" &>"$work/log"
    comm -13 "$work/names" <(ls "$known") | while read -r name; do cp "$known/$name" "corpus/$reader"; done
done
rmdir found/* found 2>/dev/null || true
