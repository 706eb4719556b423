"""Faults of the disk, on file systems of their own (as root)."""

import contextlib
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from laboratory import Laboratory, Loss, Trials
from processes import duration


@contextlib.contextmanager
def mounted(place: Path, *what: str) -> Iterator[Path]:
    """A file system at `place`; a folder for a run in it."""
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", *what, place], check=True)
    try:
        yield place / "run"
    finally:
        subprocess.run(["umount", place], check=True)


def full(lab: Laboratory) -> Trials:
    def fill(kibibytes: int) -> None:
        place = lab.new_folder().parent
        with mounted(place, "-t", "tmpfs", "-o", f"size={kibibytes}k", "tmpfs") as out:
            done = lab.run(out)
            if done.returncode == 0 and lab.differences(out):
                raise Loss("success was said on a full disk")
            subprocess.run(["mount", "-o", "remount,size=64m", place], check=True)
            lab.judge(out, done.returncode, done.stderr)

    for kibibytes in list(range(8, 136, 8))[:: lab.every]:
        yield f"disk of {kibibytes} KiB", lambda: fill(kibibytes)


def read_only(lab: Laboratory) -> Trials:
    """A folder that cannot be written, and file systems whose journal breaks off, as after an error of the device."""

    def protected() -> None:
        place = lab.new_folder().parent
        with mounted(place, "-t", "tmpfs", "-o", "ro", "tmpfs") as out:
            done = lab.run(out)
            subprocess.run(["mount", "-o", "remount,rw", place], check=True)
            lab.judge(out, done.returncode, done.stderr)

    def broken_off(after: float) -> None:
        folder = lab.new_folder().parent
        image, disk = folder / "disk.img", folder / "disk"
        subprocess.run(["cp", "--sparse=always", blank, image], check=True)
        with mounted(disk, "-o", "loop", str(image)) as out:
            child = lab.start(out)
            time.sleep(after)
            subprocess.run(["mount", "-o", "remount,abort", disk], capture_output=True)
            said = child.communicate(timeout=60)[1]
        subprocess.run(["e2fsck", "-fy", image], capture_output=True)
        with mounted(disk, "-o", "loop", str(image)) as out:
            lab.judge(out, child.returncode, said)
        shutil.rmtree(folder)

    blank, length = disk_image(lab), duration(lab)
    yield "read-only from the start", protected
    for _ in range(lab.some(20)):
        after = random.uniform(0, length)
        yield f"journal breaks off after {after:.3f} s", lambda: broken_off(after)


def disk_image(lab: Laboratory) -> Path:
    """An empty file system."""
    blank = lab.folder / "blank.img"
    with blank.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", blank], check=True)
    return blank


def power_cuts(lab: Laboratory) -> Trials:
    """The image of a disk is copied in mid-run: what the file system had not yet handed to its device is lost."""
    def cut(after: float) -> None:
        folder = lab.new_folder().parent
        image, copy = folder / "disk.img", folder / "copy.img"
        subprocess.run(["cp", "--sparse=always", blank, image], check=True)
        with mounted(folder / "disk", "-o", "loop", str(image)) as out:
            child = lab.start(out)
            time.sleep(after)
            returncode = child.poll()
            subprocess.run(["cp", "--sparse=always", image, copy], check=True)
            said = child.communicate(timeout=60)[1]
        # The journal is replayed as after a cut.
        with mounted(folder / "disk", "-o", "loop", str(copy)) as out:
            lab.judge(out, -9 if returncode is None else returncode, said)
        shutil.rmtree(folder)

    blank, length = disk_image(lab), duration(lab)
    for number in range(lab.some(100)):
        # One in ten just after the end: what was said to be done must be on the disk.
        after = 1.2 * length if number % 10 == 9 else random.uniform(0, length)
        yield f"power cut after {after:.3f} s", lambda: cut(after)
