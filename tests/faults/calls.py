"""Faults of single system calls, by strace."""

import random

from laboratory import Laboratory, Trials

# What a file goes through on its way to the disk, and what comes before and after.
COMMIT_PATH = ["openat", "write", "fsync", "rename", "unlink", "unlinkat", "mkdir"]
ERRORS = {
    "ENOSPC": ["write", "fsync", "rename", "openat", "mkdir"],
    "EIO": ["write", "fsync", "rename", "read", "unlink"],
    "EDQUOT": ["write", "fsync"],
    "EMFILE": ["openat"],
    "EINTR": ["write", "read", "openat", "fsync"],
}


def times(lab: Laboratory, call: str) -> range:
    """The numbers of the times that an undisturbed run makes a system call."""
    record = lab.folder / "strace"
    lab.run(lab.new_folder(), ["strace", "-f", "-qq", "-c", "-o", str(record), "-e", f"trace={call}"])
    rows = [line.split() for line in record.read_text().splitlines()]
    n = next((int(row[3]) for row in rows if len(row) > 4 and row[-1] == call), 0)
    return range(1 + random.randrange(lab.every), n + 1, lab.every)


def inject(lab: Laboratory, call: str, fault: str, when: int) -> None:
    out = lab.new_folder()
    around = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}"]
    done = lab.run(out, [*around, "-e", f"inject={call}:{fault}:when={when}"])
    lab.judge(out, done.returncode, done.stderr)


def kills(lab: Laboratory) -> Trials:
    for call in COMMIT_PATH:
        for when in times(lab, call):
            yield f"SIGKILL at {call} {when}", lambda: inject(lab, call, "signal=SIGKILL", when)


def errors(lab: Laboratory) -> Trials:
    for error, calls in ERRORS.items():
        for call in calls:
            for when in times(lab, call):
                yield f"{error} of {call} {when}", lambda: inject(lab, call, f"error={error}", when)
