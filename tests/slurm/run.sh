#!/usr/bin/env bash
# A sweep of 24 runs through a Slurm of one node: two jobs are killed and the sweep is handed over again, one job is told to stop and
# requeued. What `collect` makes of it must be the bytes of the same sweep done here.
#
#   tests/slurm/run.sh                  as root, with Debian's packages slurm-wlm and munge; some five minutes
set -euo pipefail
cd "$(dirname "$0")/../.."
program="${CARGO_TARGET_DIR:-$PWD/target}"/release/experiments
[ -x "$program" ] || { echo "build the program first: cargo build --release" >&2; exit 1; }
command -v slurmctld munged >/dev/null || { echo "it needs slurmctld and munged: apt install slurm-wlm munge" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "it needs root to start Slurm" >&2; exit 1; }
work=$(mktemp -d)
chmod 755 "$work"

stop() {
    set +e
    for daemon in slurmd slurmctld munged; do [ -s "$work/$daemon.pid" ] && kill "$(cat "$work/$daemon.pid")"; done
    wait
    sleep 1
    rm -rf "$work"
}
trap stop EXIT

mkdir "$work"/{controller,node,log,munge}
dd if=/dev/urandom of="$work/munge/key" bs=128 count=1 status=none
chmod 400 "$work/munge/key"
chown -R munge "$work/munge"
socket=$work/munge/socket
setpriv --reuid munge --regid munge --clear-groups munged --key-file "$work/munge/key" --socket "$socket" --log-file "$work/munge/log" \
    --seed-file "$work/munge/seed" --pid-file "$work/munge/pid"
ln -s munge/pid "$work/munged.pid"
sed "s#@DIR@#$work#; s#@HOST@#$(hostname -s)#; s#^AuthType=.*#&\nAuthInfo=socket=$socket#" tests/slurm/slurm.conf >"$work/slurm.conf"
export SLURM_CONF=$work/slurm.conf
slurmctld
slurmd
for _ in $(seq 60); do sinfo --noheader --format=%T 2>/dev/null | grep -q idle && break; sleep 1; done
sinfo

sweep() {
    "$program" sweep configs/smoke.toml --grid rbm.n_hidden=4,9,16 --grid seed=1..8 --set data.n_samples=100 --set rbm.n_epochs=8000 \
        --set flow.n_steps=10 --set likelihood.n_temperatures=100 --checkpoint-every 0.2 --out "$@"
}
state() { squeue --noheader --array --format='%i %T' "$@"; }
until_done() {
    for _ in $(seq 600); do [ -z "$(state)" ] && return; sleep 1; done
    echo "jobs are still there:" >&2
    state >&2
    exit 1
}
# A job of the sweep in the middle of its training: its array and index, and the folder of its run.
trained() {
    for _ in $(seq 3000); do
        for checkpoint in $(find "$work/cluster/runs" -name 'checkpoint-*.safetensors' -path '*train-rbm*' 2>/dev/null); do
            run=${checkpoint#"$work/cluster/"}
            run=$(echo "$run" | cut -d/ -f1,2)
            index=$(grep -F "\"$run\"" "$work/cluster/tasks.jsonl" | head -1 | sed 's/.*"index":\([0-9]*\).*/\1/')
            job=$(state --states=RUNNING | awk -v element="_$((index - 8))" '{ if (substr($1, length($1) - length(element) + 1) == element) print $1 }')
            [ -n "$job" ] && { echo "$job $run"; return; }
        done
        sleep 0.05
    done
    echo "no job was met in its training" >&2
    exit 1
}

began=$SECONDS
sweep "$work/local" >"$work/local.log" 2>&1
echo "here: $((SECONDS - began)) s"
began=$SECONDS
sweep "$work/cluster" --engine slurm --set cluster.runs_per_job=1 --submit
for _ in 1 2; do
    until
        read -r job run < <(trained)
        scancel --signal=KILL --full "$job" 2>/dev/null
    do sleep 0.2; done
    echo "killed: job $job ($run)"
done
until
    # Told to stop, a job is back in the queue before scancel has heard that it got the signal.
    read -r job run < <(trained)
    scancel --signal=USR1 --batch "$job" 2>/dev/null || sleep 1
    scontrol show job "$job" | grep "Restarts=[1-9]" >/dev/null
do sleep 0.2; done
echo "told to stop, and requeued: job $job ($run)"
"$program" status "$work/cluster"
until_done
"$program" status "$work/cluster"
echo "once more, for the jobs that were killed"
bash "$work/cluster/submit.sh"
until_done
"$program" status "$work/cluster"
echo "through Slurm: $((SECONDS - began)) s"
for folder in local cluster; do "$program" collect "$work/$folder" --table analysis/weights.csv; done
for table in end-points summary weights; do cmp "$work/local/$table.csv" "$work/cluster/$table.csv"; done
(cd "$work/local" && find runs -name weights.safetensors | sort | xargs sha256sum) >"$work/sums"
(cd "$work/cluster" && sha256sum --check --quiet "$work/sums")
echo "the tables are the same bytes, and the weights of $(wc -l <"$work/sums") files"
