"""Faults under the program: is anything lost, wrong in silence, or hung?

    python3 tests/faults target/release/experiments [--every N] [--minutes M] [FAULT ...]

A tiny experiment is disturbed in every way below, and then run again without the fault. It must end in the same bytes as an
experiment that was never disturbed; whoever says success (exit code 0) must have them already; nothing may panic, be silent about
its failure, or take more than a minute. `--every N` tries one place in N; `--minutes M` soaks: for M minutes, nothing but runs that
are killed again and again until they get through. Needs strace for system calls, root for disks and control groups, gcc for clocks;
what cannot be tried is said. Prints the table of docs/reliability.md; exit code 1 if there is a loss.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import calls
import disks
import processes
from laboratory import Laboratory, Loss

# What is done, and the program that it needs; mount stands for root.
FAULTS = {
    "kills": ("SIGKILL at random moments", processes.kills, None),
    "calls": ("SIGKILL at every system call of the commit path", calls.kills, "strace"),
    "errors": ("ENOSPC, EIO, EDQUOT, EMFILE, EINTR of the n-th call", calls.errors, "strace"),
    "signals": ("SIGINT, SIGTERM, SIGUSR1 at random moments", processes.stops, None),
    "power": ("power cut: image of the disk copied in mid-run", disks.power_cuts, "mount"),
    "disk": ("a disk that is full, then has room again", disks.full, "mount"),
    "read-only": ("a folder that is read-only, a disk whose journal breaks off in mid-run", disks.read_only, "mount"),
    "limits": ("limits on address space, open files, size of files", processes.limits, None),
    "groups": ("memory limit of a control group", processes.control_groups, "mount"),
    "clocks": ("a time of day that jumps back and forth", processes.clocks, "gcc"),
    "surroundings": ("other locale and time zone, no terminal, closed outputs, stale lock", processes.surroundings, None),
    "two": ("two processes on one folder", processes.two_at_once, None),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=", ".join(FAULTS))
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--minutes", type=float, metavar="M")
    arguments = parser.parse_intermixed_args()
    if unknown := set(arguments.faults) - set(FAULTS):
        parser.error(f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join(FAULTS)}")
    random.seed(1)
    chosen = {name: FAULTS[name] for name in arguments.faults or FAULTS}
    if arguments.minutes:
        words = f"killed again and again until it is through, {arguments.minutes:g} minutes"
        chosen = {"soak": (words, lambda lab: processes.soak(lab, arguments.minutes), None)}
    losses = []
    with tempfile.TemporaryDirectory() as folder:
        lab = Laboratory(arguments.program.resolve(), Path(folder), arguments.every)
        print("| fault | tries | ended the run | losses |\n|---|---|---|---|", flush=True)
        for words, trials, needs in chosen.values():
            if needs and (shutil.which(needs) is None or (needs == "mount" and os.geteuid() != 0)):
                print(f"| {words} | not tried: it needs {'root' if needs == 'mount' else needs} | | |", flush=True)
                continue
            tries, before, lab.n_ended_early = 0, len(losses), 0
            try:
                for what, trial in trials(lab):
                    tries += 1
                    try:
                        trial()
                    except (Loss, subprocess.TimeoutExpired) as loss:
                        losses.append(f"{what}: {loss}")
                        print(f"{what}: {loss}", file=sys.stderr, flush=True)
            except (OSError, subprocess.CalledProcessError) as problem:
                # A machine that does not let itself be disturbed so: no loop devices, no control groups.
                print(f"| {words} | not tried after {tries - 1}: {problem} | | |", flush=True)
                continue
            print(f"| {words} | {tries} | {lab.n_ended_early} | {len(losses) - before} |", flush=True)
    return 1 if losses else 0


if __name__ == "__main__":
    sys.exit(main())
