#!/usr/bin/env bash
# The long form of tests/program/resume.rs: runs a config straight through with one thread, and again with two threads while it is
# killed (SIGKILL) at ten random moments of the training and started anew. The weights of both must be the same bytes.
#
#   tests/kill-and-resume.sh [CONFIG [--set KEY=VALUE ...]]
set -euo pipefail
cd "$(dirname "$0")/.."
config=${1:-configs/zero-field-quick.toml}
[ $# -gt 0 ] && shift
program="${CARGO_TARGET_DIR:-target}"/release/experiments
[ -x "$program" ] || { echo "build the program first: cargo build --release" >&2; exit 1; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

"$program" run "$config" "$@" --out "$out/straight" --until train-rbm --threads 1 2>/dev/null
"$program" run "$config" "$@" --out "$out/killed" --until train-thermometer --threads 2 2>/dev/null
kills=0
for attempt in 1 2 3 4 5 6 7 8 9 10; do
    "$program" run "$config" "$@" --out "$out/killed" --until train-rbm --threads 2 --checkpoint-every 0.5 2>/dev/null &
    pid=$!
    sleep "$(awk -v seed="$RANDOM" 'BEGIN { srand(seed); print 0.3 + 2.5 * rand() }')"
    if kill -9 "$pid" 2>/dev/null; then kills=$((kills + 1)); fi
    wait "$pid" 2>/dev/null || true
done
"$program" run "$config" "$@" --out "$out/killed" --until train-rbm --threads 2 2>/dev/null
(cd "$out/straight" && find rbm -type f | sort | xargs sha256sum) >"$out/straight.sums"
(cd "$out/killed" && sha256sum --check --quiet "$out/straight.sums")
echo "$kills kills: $(wc -l <"$out/straight.sums") files of the trained machines are the same bytes"
