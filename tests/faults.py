#!/usr/bin/env python3
"""Faults under the program: is anything lost, wrong in silence, or hung?

    python3 tests/faults.py target/release/experiments [--every N] [FAULT ...]

A tiny experiment is disturbed in every way below, and then run again without the fault. It must end in the same bytes as an
experiment that was never disturbed; whoever says success (exit code 0) must have them already; nothing may panic, be silent about
its failure, or take more than a minute. `--every N` tries one place in N. Needs strace for system calls, and root for full disks;
what cannot be tried is said. Prints the table of docs/reliability.md; exit code 1 if there is a loss.
"""

import argparse
import hashlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ["data.n_samples=100", "data.n_held_out=50", "thermometer.n_epochs=2", "rbm.n_epochs=4", "rbm.seeds=1"]
SETTINGS += ["flow.n_steps=5", "flow.n_chains=20"]
OPTIONS = ["--until", "train-rbm", "--threads", "1", "--checkpoint-every", "0"]
# What a file goes through on its way to the disk, and what comes before and after.
COMMIT_PATH = ["openat", "write", "fsync", "rename", "unlink", "unlinkat", "mkdir"]
ERRORS = {
    "ENOSPC": ["write", "fsync", "rename", "openat", "mkdir"],
    "EIO": ["write", "fsync", "rename", "read", "unlink"],
    "EDQUOT": ["write", "fsync"],
    "EMFILE": ["openat"],
    "EINTR": ["write", "read", "openat", "fsync"],
}
NOT_COMPARED = ("manifest.toml", ".lock", "log.jsonl")


class Loss(Exception):
    """What must not happen."""


class Laboratory:
    """Runs the experiment, disturbed or not."""

    def __init__(self, program: Path, folder: Path, every: int) -> None:
        self.program, self.folder, self.every = program, folder, every
        self.n_ended_early = 0
        straight = self.new_folder()
        done = self.run(straight)
        assert done.returncode == 0, done.stderr
        self.wanted = contents(straight)

    def new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder)) / "run"

    def command(self, out: Path, options: list[str] = OPTIONS) -> list[str]:
        settings = [word for setting in SETTINGS for word in ("--set", setting)]
        return [str(self.program), "run", "configs/smoke.toml", *settings, "--out", str(out), *options]

    def run(self, out: Path, around: list[str] = [], **how) -> subprocess.CompletedProcess:
        how = {"capture_output": True, **how}
        return subprocess.run([*around, *self.command(out)], cwd=ROOT, text=True, errors="replace", timeout=60, **how)

    def judge(self, out: Path, returncode: int, said: str) -> None:
        """After the fault: was it told, and is all made good by the same command?"""
        self.n_ended_early += returncode != 0
        if "panicked" in said:
            raise Loss(f"panic: {said}")
        if returncode == 0 and contents(out) != self.wanted:
            raise Loss("success was said, but files differ")
        if returncode not in (0, -signal.SIGKILL, 128 + signal.SIGKILL) and not said.strip():
            raise Loss(f"exit code {returncode} without a word")
        again = self.run(out)
        if again.returncode != 0:
            raise Loss(f"not made good: {again.stderr.strip()}")
        if contents(out) != self.wanted:
            differ = [name for name, sum in self.wanted.items() if contents(out).get(name) != sum]
            raise Loss(f"other bytes: {differ}")

    def calls(self, call: str) -> range:
        """The numbers of the times that an undisturbed run makes a system call."""
        record = self.folder / "strace"
        self.run(self.new_folder(), ["strace", "-f", "-qq", "-c", "-o", str(record), "-e", f"trace={call}"])
        rows = [line.split() for line in record.read_text().splitlines()]
        n = next((int(row[3]) for row in rows if len(row) > 4 and row[-1] == call), 0)
        return range(1 + random.randrange(self.every), n + 1, self.every)

    def inject(self, call: str, fault: str, when: int) -> None:
        out = self.new_folder()
        around = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}"]
        done = self.run(out, [*around, "-e", f"inject={call}:{fault}:when={when}"])
        self.judge(out, done.returncode, done.stderr)


def contents(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in NOT_COMPARED]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


Trial = tuple[str, Callable[[], None]]


def killed_at_system_calls(lab: Laboratory) -> Iterator[Trial]:
    for call in COMMIT_PATH:
        for when in lab.calls(call):
            yield f"SIGKILL at {call} {when}", lambda: lab.inject(call, "signal=SIGKILL", when)


def errors_of_system_calls(lab: Laboratory) -> Iterator[Trial]:
    for error, calls in ERRORS.items():
        for call in calls:
            for when in lab.calls(call):
                yield f"{error} of {call} {when}", lambda: lab.inject(call, f"error={error}", when)


def signals_at_random_moments(lab: Laboratory, kinds: list[signal.Signals], tries: int) -> Iterator[Trial]:
    def disturb(kind: signal.Signals, after: float) -> None:
        out = lab.new_folder()
        child = subprocess.Popen(lab.command(out), cwd=ROOT, text=True, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        time.sleep(after)
        child.send_signal(kind)
        said = child.communicate(timeout=60)[1]
        # Before the program listens a signal ends it as the system does.
        if child.returncode not in (0, 75, -kind):
            raise Loss(f"{kind.name} after {after:.3f} s: exit code {child.returncode}: {said}")
        lab.judge(out, child.returncode, said or "ended by the system")

    began = time.monotonic()
    lab.run(lab.new_folder())
    length = time.monotonic() - began
    for number in range(max(1, tries // lab.every)):
        kind, after = kinds[number % len(kinds)], random.uniform(0, length)
        yield f"{kind.name} after {after:.3f} s", lambda: disturb(kind, after)


def kills(lab: Laboratory) -> Iterator[Trial]:
    yield from signals_at_random_moments(lab, [signal.SIGKILL], 100)


def stops(lab: Laboratory) -> Iterator[Trial]:
    yield from signals_at_random_moments(lab, [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1], 60)


def full_disks(lab: Laboratory) -> Iterator[Trial]:
    def fill(kibibytes: int) -> None:
        place = lab.new_folder().parent
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs", place], check=True)
        try:
            done = lab.run(place / "run")
            if done.returncode == 0 and contents(place / "run") != lab.wanted:
                raise Loss("success was said on a full disk")
            subprocess.run(["mount", "-o", "remount,size=64m", place], check=True)
            lab.judge(place / "run", done.returncode, done.stderr)
        finally:
            subprocess.run(["umount", place], check=True)

    for kibibytes in list(range(8, 136, 8))[:: lab.every]:
        yield f"disk of {kibibytes} KiB", lambda: fill(kibibytes)


def limits(lab: Laboratory) -> Iterator[Trial]:
    def limited(kind: int, value: int) -> None:
        out = lab.new_folder()
        done = lab.run(out, preexec_fn=lambda: resource.setrlimit(kind, (value, value)))
        lab.judge(out, done.returncode, done.stderr or "ended by the system")

    mebibyte = 1 << 20
    cases = [("address space", resource.RLIMIT_AS, n * mebibyte, f"{n} MiB") for n in (8, 32, 64, 96, 128, 192, 256, 512)]
    cases += [("open files", resource.RLIMIT_NOFILE, n, str(n)) for n in range(4, 16)]
    cases += [("size of a file", resource.RLIMIT_FSIZE, n, f"{n} bytes") for n in (0, 100, 1000, 4000, 10_000, 50_000)]
    for what, kind, value, text in cases[:: lab.every]:
        yield f"{what}: {text}", lambda: limited(kind, value)


def surroundings(lab: Laboratory) -> Iterator[Trial]:
    def elsewhere(**variables: str) -> None:
        out = lab.new_folder()
        done = lab.run(out, env={**os.environ, **variables})
        lab.judge(out, done.returncode, done.stderr)

    def closed(**how) -> None:
        out = lab.new_folder()
        lab.judge(out, lab.run(out, capture_output=False, **how).returncode, "nowhere to speak")

    yield "another locale", lambda: elsewhere(LC_ALL="tr_TR.UTF-8", LANG="de_DE.UTF-8", LC_NUMERIC="de_DE.UTF-8")
    yield "another time zone", lambda: elsewhere(TZ="Pacific/Chatham")
    yield "no home, no terminal", lambda: elsewhere(HOME="/nonexistent", TERM="")
    yield "closed standard output", lambda: closed(stdout=None, stderr=subprocess.DEVNULL, preexec_fn=lambda: os.close(1))
    yield "closed standard error", lambda: closed(stdout=subprocess.DEVNULL, stderr=None, preexec_fn=lambda: os.close(2))


def two_at_once(lab: Laboratory) -> Iterator[Trial]:
    def both() -> None:
        out = lab.new_folder()
        pair = [
            subprocess.Popen(lab.command(out), cwd=ROOT, text=True, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
            for _ in range(2)
        ]
        said = [one.communicate(timeout=60)[1] for one in pair]
        codes = [one.returncode for one in pair]
        if sorted(codes)[0] != 0 or any(code not in (0, 1) for code in codes):
            raise Loss(f"exit codes {codes}: {said}")
        lab.judge(out, 0, "".join(said))

    for number in range(max(1, 10 // lab.every)):
        yield f"two processes, try {number}", both


FAULTS = {
    "kills": ("SIGKILL at random moments", kills, None),
    "calls": ("SIGKILL at every system call of the commit path", killed_at_system_calls, "strace"),
    "errors": ("ENOSPC, EIO, EDQUOT, EMFILE, EINTR of the n-th call", errors_of_system_calls, "strace"),
    "signals": ("SIGINT, SIGTERM, SIGUSR1 at random moments", stops, None),
    "disk": ("a disk that is full, then has room again", full_disks, "mount"),
    "limits": ("limits on address space, open files, size of files", limits, None),
    "surroundings": ("other locale and time zone, no terminal, closed outputs", surroundings, None),
    "two": ("two processes on one folder", two_at_once, None),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=", ".join(FAULTS))
    parser.add_argument("--every", type=int, default=1, metavar="N")
    arguments = parser.parse_args()
    if unknown := set(arguments.faults) - set(FAULTS):
        parser.error(f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join(FAULTS)}")
    random.seed(1)
    losses = []
    with tempfile.TemporaryDirectory() as folder:
        lab = Laboratory(arguments.program.resolve(), Path(folder), arguments.every)
        print("| fault | tries | ended the run | losses |\n|---|---|---|---|", flush=True)
        for name in arguments.faults or FAULTS:
            words, trials, needs = FAULTS[name]
            if needs and (shutil.which(needs) is None or (needs == "mount" and os.geteuid() != 0)):
                print(f"| {words} | not tried: it needs {needs}{' and root' * (needs == 'mount')} | | |", flush=True)
                continue
            tries, before, lab.n_ended_early = 0, len(losses), 0
            for what, trial in trials(lab):
                tries += 1
                try:
                    trial()
                except (Loss, subprocess.TimeoutExpired) as loss:
                    losses.append(f"{what}: {loss}")
                    print(f"{what}: {loss}", file=sys.stderr, flush=True)
            print(f"| {words} | {tries} | {lab.n_ended_early} | {len(losses) - before} |", flush=True)
    return 1 if losses else 0


if __name__ == "__main__":
    sys.exit(main())
