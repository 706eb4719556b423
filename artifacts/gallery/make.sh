#!/usr/bin/env bash
# Every experiment in full, and from their results the gallery, the claims and the tables of docs/results.md.
#
# What is done is not done again: stop it, go on, or make one run with `experiments run` before. In all some six hours on two
# cores, of which half is for field-1d and field-2d with SEEDS of the paper's four machines each (the files have 8).
set -euo pipefail
cd "$(dirname "$0")/../.."
seeds=${SEEDS:-1}
gallery=artifacts/gallery
cargo build --release --quiet
experiments=target/release/experiments

run() { "$experiments" run "configs/$1.toml" "${@:2}"; }
# What verdicts are reached from, small enough to be kept: of the energies those of data and of ends,
# from a twenty-fifth of the training on, of first steps those of single machines. The manifest vouches for whole tables.
keep() {
    local kept=$gallery/${2:-runs}/$1
    mkdir -p "$kept/analysis"
    grep -vE '^"analysis/(energy-relation|vector-field).csv" = ' "artifacts/$1/manifest.toml" >"$kept/manifest.toml"
    for table in markers end-points agreement-of-starts weights ridges end-states state-references ends-along-training; do
        cp "artifacts/$1/analysis/$table.csv" "$kept/analysis"
    done
    # How well the RBMs were trained.
    (cd "artifacts/$1" && cp --parents rbm/*/seed-*/likelihood.csv "$OLDPWD/$kept")
    awk -F, 'NR == FNR { if (FNR > 1 && $3 > last[$1]) last[$1] = $3; next } FNR == 1 || ($4 != "reconstruction" && $3 >= last[$1] / 25)' \
        "artifacts/$1/analysis/energy-relation.csv"{,} >"$kept/analysis/energy-relation.csv"
    grep -v ',all,' "artifacts/$1/analysis/vector-field.csv" >"$kept/analysis/vector-field.csv"
}
show() { cp "artifacts/$1/figures/$2.png" "$gallery/${3:-$2}.png"; } # run, figure, name in the gallery

talk=(talk-2d talk-2d-16 talk-2d-wide talk-2d-cold talk-2d-gap talk-2d-full-batch training-time
    talk-1d-field talk-2d-field talk-1d-field-long talk-2d-field-long)
zero_field=(zero-field-persistent zero-field-wide zero-field-gap low-temperature high-temperature two-temperatures hidden-units)
controls=(permuted-sites mean-field untrained)
for name in "${talk[@]}" "${zero_field[@]}" "${controls[@]}" zero-field critical-energy energy-relation magnetization-exponent; do run "$name"; done
for name in field-1d field-2d; do run "$name" --set rbm.n-hidden.seeds="$seeds"; done
for side in 6 8 10 16 24 32; do run critical-point --set data.side="$side" --out "artifacts/critical-point/$side"; done

run training-time --set rbm.batch_size=500 --set rbm.n_epochs=1000 --out artifacts/training-time-500
for figure in ends-along-training end-state; do
    show training-time-500 "$figure"
    show training-time "$figure" "long-$figure"
done
for figure in temperature-against-step thermometer-histogram; do show talk-2d "$figure" "talk-2d-$figure"; done
show talk-2d-16 eigenvectors talk-2d-16-eigenvectors
show talk-2d-cold eigenvectors-n-hidden-16 talk-2d-cold-eigenvectors
show energy-relation energy-relation-panels
for lattice in 1d 2d; do
    show "talk-$lattice-field" softmax-map-n-hidden-9 "talk-$lattice-field-softmax-map"
    show "talk-$lattice-field" ends-in-plane "talk-$lattice-field-ends-in-plane"
done
for figure in temperature-against-step configurations thermometer-histogram calibration likelihood observables training stationary \
    correlation-length correlations map-on-temperature-axis energy-relation spectrum-along-training receptive-fields weight-products; do
    show zero-field-persistent "$figure"
done
for name in wide gap; do
    show "zero-field-$name" map-on-temperature-axis-persistent "$name-map-persistent"
    show "zero-field-$name" map-on-temperature-axis "$name-map-talk"
done
show zero-field-wide temperature-against-step-persistent wide-temperature-against-step
show low-temperature map-on-temperature-axis-persistent low-map
show low-temperature spectrum-along-training low-spectrum-along-training
show high-temperature map-on-temperature-axis-persistent high-map
show two-temperatures temperature-against-step two-temperatures
show hidden-units end-point-against-n-hidden
show field-1d plane field-1d-plane
show field-1d plane-persistent field-1d-plane-persistent
show field-1d specific-heat-map field-1d-specific-heat-map
show field-2d plane field-2d-plane
show field-2d plane-persistent field-2d-plane-persistent
for figure in spectrum spectrum-along-training eigenvectors; do show zero-field-wide "$figure" "wide-$figure"; done
for figure in couplings correlations energy-relation; do show critical-energy "$figure" "$figure-critical-energy"; done
show magnetization-exponent magnetization-exponent

"$experiments" compare artifacts/{zero-field-wide,two-temperatures,permuted-sites,mean-field,untrained} --out artifacts/controls
cp artifacts/controls/controls.png "$gallery"
"$experiments" compare artifacts/talk-2d artifacts/talk-2d-cold --out artifacts/spectra
cp artifacts/spectra/spectra.png "$gallery"
"$experiments" compare artifacts/talk-2d{,-wide,-cold,-gap} --out artifacts/grids
cp artifacts/grids/ends-along-training.png "$gallery/grids-ends-along-training.png"
"$experiments" exponents artifacts/critical-point/* --out artifacts/exponents
cp artifacts/exponents/finite-size.png artifacts/exponents/exponents.csv "$gallery"
for name in "${zero_field[@]}" critical-energy field-1d field-2d; do keep "$name"; done
for name in "${talk[@]/*-long/}"; do [ -z "$name" ] || keep "$name" talk-runs; done
"$experiments" claims "$gallery"/runs/* --out "$gallery/claims.csv"
"$experiments" claims "$gallery"/talk-runs/* --out "$gallery/claims-talk.csv"
