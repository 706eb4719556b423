"""Faults of the process and of what is around it."""

import os
import random
import resource
import signal
import subprocess
import time
from pathlib import Path

from laboratory import Laboratory, Loss, Trials

MEBIBYTE = 1 << 20
CGROUP = Path("/sys/fs/cgroup")


def signalled(lab: Laboratory, out: Path, kind: signal.Signals, after: float) -> tuple[int, str]:
    """A run that gets a signal; its exit code and words."""
    child = lab.start(out)
    time.sleep(after)
    child.send_signal(kind)
    said = child.communicate(timeout=60)[1]
    # Before the program listens a signal ends it as the system does.
    if child.returncode not in (0, 75, -kind):
        raise Loss(f"{kind.name} after {after:.3f} s: exit code {child.returncode}: {said}")
    return child.returncode, said or "ended by the system"


def at_random_moments(lab: Laboratory, kinds: list[signal.Signals], tries: int) -> Trials:
    def disturb(kind: signal.Signals, after: float) -> None:
        out = lab.new_folder()
        lab.judge(out, *signalled(lab, out, kind, after))

    length = duration(lab)
    for number in range(lab.some(tries)):
        kind, after = kinds[number % len(kinds)], random.uniform(0, length)
        yield f"{kind.name} after {after:.3f} s", lambda: disturb(kind, after)


def duration(lab: Laboratory) -> float:
    """Of an undisturbed run, in seconds."""
    began = time.monotonic()
    lab.run(lab.new_folder())
    return time.monotonic() - began


def kills(lab: Laboratory) -> Trials:
    yield from at_random_moments(lab, [signal.SIGKILL], 100)


def stops(lab: Laboratory) -> Trials:
    yield from at_random_moments(lab, [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1], 60)


def soak(lab: Laboratory, minutes: float) -> Trials:
    """One run after another, each killed again and again until it gets through."""
    kinds = [signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGUSR1]
    length, until = duration(lab), time.monotonic() + 60 * minutes
    n_signals = 0

    def disturb() -> None:
        nonlocal n_signals
        out, returncode = lab.new_folder(), 1
        while returncode != 0:
            returncode, said = signalled(lab, out, random.choice(kinds), random.uniform(0, 1.5 * length))
            n_signals += returncode != 0
        lab.judge(out, returncode, said)
        subprocess.run(["rm", "-r", out.parent], check=True)

    number = 0
    while time.monotonic() < until:
        number += 1
        yield f"run {number}", disturb
    lab.n_ended_early = n_signals


def limits(lab: Laboratory) -> Trials:
    def limited(kind: int, value: int) -> None:
        out = lab.new_folder()
        done = lab.run(out, preexec_fn=lambda: resource.setrlimit(kind, (value, value)))
        lab.judge(out, done.returncode, done.stderr or "ended by the system")

    sizes = (8, 32, 64, 96, 128, 192, 256, 512)
    cases = [("address space", resource.RLIMIT_AS, n * MEBIBYTE, f"{n} MiB") for n in sizes]
    cases += [("open files", resource.RLIMIT_NOFILE, n, str(n)) for n in range(4, 16)]
    cases += [("size of a file", resource.RLIMIT_FSIZE, n, f"{n} bytes") for n in (0, 100, 1000, 4000, 10_000, 50_000)]
    for what, kind, value, text in cases[:: lab.every]:
        yield f"{what}: {text}", lambda: limited(kind, value)


def control_groups(lab: Laboratory) -> Trials:
    """Memory of a control group, of either version of the interface."""
    old = (CGROUP / "memory").is_dir()
    group = CGROUP / ("memory" if old else "") / f"faults-{os.getpid()}"

    def limited(size: int) -> None:
        out = lab.new_folder()
        group.mkdir()
        try:
            (group / ("memory.limit_in_bytes" if old else "memory.max")).write_text(str(size))
            done = lab.run(out, preexec_fn=lambda: (group / "cgroup.procs").write_text(str(os.getpid())))
        finally:
            time.sleep(0.1)
            group.rmdir()
        lab.judge(out, done.returncode, done.stderr or "ended by the system")

    for size in (4, 8, 12, 16, 20, 24, 28, 32, 48, 64, 128, 256)[:: lab.every]:
        yield f"control group of {size} MiB", lambda: limited(size * MEBIBYTE)


def surroundings(lab: Laboratory) -> Trials:
    def elsewhere(**variables: str) -> None:
        out = lab.new_folder()
        done = lab.run(out, env={**os.environ, **variables})
        lab.judge(out, done.returncode, done.stderr)

    def closed(**how) -> None:
        out = lab.new_folder()
        lab.judge(out, lab.run(out, capture_output=False, **how).returncode, "nowhere to speak")

    def locked_by_the_dead() -> None:
        out = lab.new_folder()
        out.mkdir()
        (out / ".lock").write_text("4194304\n")
        done = lab.run(out)
        if done.returncode != 0:
            raise Loss(f"a stale lock is in the way: {done.stderr}")
        lab.judge(out, done.returncode, done.stderr)

    yield "another locale", lambda: elsewhere(LC_ALL="tr_TR.UTF-8", LANG="de_DE.UTF-8", LC_NUMERIC="de_DE.UTF-8")
    yield "another time zone", lambda: elsewhere(TZ="Pacific/Chatham")
    yield "no home, no terminal", lambda: elsewhere(HOME="/nonexistent", TERM="")
    yield "closed standard output", lambda: closed(stdout=None, stderr=subprocess.DEVNULL, preexec_fn=lambda: os.close(1))
    yield "closed standard error", lambda: closed(stdout=subprocess.DEVNULL, stderr=None, preexec_fn=lambda: os.close(2))
    yield "the lock of a process that is gone", locked_by_the_dead


# The time of day jumps back by a year, forward by ten and stands still, in turn.
CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    static unsigned n;
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, now);
    if (result == 0 && id == CLOCK_REALTIME) {
        unsigned k = __sync_fetch_and_add(&n, 1);
        if (k % 3 == 0) now->tv_sec -= 31557600;
        if (k % 3 == 1) now->tv_sec += 315576000;
        if (k % 3 == 2) *now = (struct timespec){0, 0};
    }
    return result;
}
"""


def clocks(lab: Laboratory) -> Trials:
    library = lab.folder / "clock.so"
    source = lab.folder / "clock.c"
    source.write_text(CLOCK)
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)

    def jumping() -> None:
        out = lab.new_folder()
        done = lab.run(out, env={**os.environ, "LD_PRELOAD": str(library)})
        if done.returncode != 0:
            raise Loss(f"a jumping clock ends the run: {done.stderr}")
        lab.judge(out, done.returncode, done.stderr)

    for number in range(lab.some(10)):
        yield f"jumping clock, try {number}", jumping


def two_at_once(lab: Laboratory) -> Trials:
    def both() -> None:
        out = lab.new_folder()
        pair = [lab.start(out) for _ in range(2)]
        said = [one.communicate(timeout=60)[1] for one in pair]
        codes = [one.returncode for one in pair]
        if sorted(codes)[0] != 0 or any(code not in (0, 1) for code in codes):
            raise Loss(f"exit codes {codes}: {said}")
        lab.judge(out, 0, "".join(said))

    for number in range(lab.some(10)):
        yield f"two processes, try {number}", both
