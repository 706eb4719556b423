"""A tiny experiment, run disturbed and undisturbed, and the judgement on what is left."""

import hashlib
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS = ["data.n_samples=100", "data.n_held_out=50", "thermometer.n_epochs=2", "rbm.n_epochs=4", "rbm.seeds=1"]
SETTINGS += ["flow.n_steps=5", "flow.n_chains=20"]
OPTIONS = ["--until", "train-rbm", "--threads", "1", "--checkpoint-every", "0"]
NOT_COMPARED = ("manifest.toml", ".lock", "log.jsonl")

Trial = tuple[str, Callable[[], None]]
Trials = Iterator[Trial]


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

    def command(self, out: Path) -> list[str]:
        settings = [word for setting in SETTINGS for word in ("--set", setting)]
        return [str(self.program), "run", "configs/smoke.toml", *settings, "--out", str(out), *OPTIONS]

    def start(self, out: Path) -> subprocess.Popen:
        pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL}
        return subprocess.Popen(self.command(out), cwd=ROOT, text=True, errors="replace", **pipes)

    def run(self, out: Path, around: list[str] = [], **how) -> subprocess.CompletedProcess:
        how = {"capture_output": True, **how}
        return subprocess.run([*around, *self.command(out)], cwd=ROOT, text=True, errors="replace", timeout=60, **how)

    def judge(self, out: Path, returncode: int, said: str) -> None:
        """After the fault: was it told, and is all made good by the same command?"""
        self.n_ended_early += returncode != 0
        if "panicked" in said:
            raise Loss(f"panic: {said}")
        if returncode == 0 and (differ := self.differences(out)):
            raise Loss(f"success was said, but these differ: {differ}")
        if returncode not in (0, -signal.SIGKILL, 128 + signal.SIGKILL) and not said.strip():
            raise Loss(f"exit code {returncode} without a word")
        again = self.run(out)
        if again.returncode != 0:
            raise Loss(f"not made good: {again.stderr.strip()}")
        if contents(out) != self.wanted:
            raise Loss(f"other bytes: {self.differences(out) or sorted(contents(out).keys() - self.wanted.keys())}")

    def differences(self, out: Path) -> list[str]:
        """The files of an undisturbed run that are missing or have other bytes."""
        found = contents(out)
        return [name for name, sum in self.wanted.items() if found.get(name) != sum]

    def some(self, n: int) -> int:
        """How many of n tries to make."""
        return max(1, n // self.every)


def contents(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in NOT_COMPARED]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
