#!/usr/bin/env bash
# The modules with `unsafe`, and the smoke experiment, under valgrind's memcheck: reads and writes out of bounds, and values that were
# never set. It knows AVX2; on a processor with AVX-512 take `qemu-x86_64 -cpu Haswell` (tests/processors.sh) or another machine.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v valgrind >/dev/null || { echo "it needs valgrind" >&2; exit 1; }
checked() { valgrind --quiet --error-exitcode=9 --leak-check=no "$@"; }

# The file of a test target, as cargo names it.
target_of() {
    cargo test --release --workspace --no-run --message-format=json 2>/dev/null |
        python3 -c 'import json, sys
for line in sys.stdin:
    message = json.loads(line)
    target = message.get("target", {})
    if message.get("executable") and target["name"] == sys.argv[2] and message["package_id"].split("#")[0].endswith("/" + sys.argv[1]):
        print(message["executable"])' "$1" "$2" | tail -1
}

checked "$(target_of models models)" cpu:: --test-threads 1
checked "$(target_of ising-data ising_data)" level mapped packed sample_set --test-threads 1
checked "$(target_of ising-theory brute_force)" --test-threads 1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
checked target/release/experiments run configs/smoke.toml --out "$out/run" --threads 2 --until analyze 2>"$out/said"
grep -q "^analyze: done" "$out/said"
echo "no error of memory"
