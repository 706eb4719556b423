#!/usr/bin/env python3
"""How the cost of training and flow grows: exponents of log-log fits, and a figure.

    python3 benches/cost.py target/release/experiments --out artifacts/gallery

Varies one size at a time, everything else fixed, with `experiments bench`; every point is the least of ROUNDS rounds, in which all
points come in turn, for what else the machine does only adds; bars reach to the median. Needs numpy and matplotlib. Writes cost.csv
and cost.png; prints the exponents with their standard errors. The exponent of the weights is fitted where they outweigh the units
(the larger half of the sizes).
"""

import argparse
import csv
import re
import subprocess
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import NullFormatter

ROUNDS = 7
TRAINING = {"visible": 1024, "hidden": 256, "batch": 500, "samples": 4000, "epochs": 1, "machines": 1, "threads": 1}
FLOW = {"visible": 1024, "hidden": 256, "chains": 1000, "steps": 10, "threads": 1}
# Of each curve: the benchmark, its fixed sizes, which size varies, its values, the work of a run in words.
CURVES = [
    ("hidden units", "rbm", TRAINING, "hidden", [32, 64, 128, 256, 512, 1024]),
    ("visible units", "rbm", TRAINING, "visible", [128, 256, 512, 1024, 2048, 4096]),
    ("samples", "rbm", {**TRAINING, "visible": 100, "hidden": 81}, "samples", [2000, 4000, 8000, 16000, 32000, 64000]),
    ("machines", "rbm", {**TRAINING, "visible": 100, "hidden": 81}, "machines", [1, 2, 4, 8, 16, 32]),
    ("flow: hidden units", "flow", FLOW, "hidden", [128, 256, 512, 1024, 2048, 4096]),
    ("flow: chains", "flow", FLOW, "chains", [500, 1000, 2000, 4000, 8000]),
]


def seconds(program: str, kind: str, sizes: dict[str, int]) -> float:
    """Of an epoch of all machines, or of a step of all chains."""
    options = [word for name, value in sizes.items() for word in (f"--{name}", str(value))]
    said = subprocess.run([program, "bench", kind, *options], capture_output=True, text=True, check=True).stdout
    name, rate = re.search(r"(epochs_per_s|.*steps_per_s): ([\d.e+]+)", said).groups()
    # Epochs of all machines are added up; steps of all chains, too.
    return sizes.get("machines", 1) / float(rate) if name == "epochs_per_s" else sizes["chains"] / float(rate)


def fit(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope of y over x and its standard error."""
    slope, offset = np.polyfit(x, y, 1)
    rest = y - slope * x - offset
    return slope, np.sqrt(rest @ rest / (len(x) - 2) / np.sum((x - x.mean()) ** 2))


def measure(program: str, table: Path) -> None:
    points = [(curve, value) for curve in CURVES for value in curve[4]]
    rounds = []
    for number in range(ROUNDS):
        print(f"round {number + 1} of {ROUNDS}", flush=True)
        rounds.append([seconds(program, kind, {**sizes, key: value}) for (_, kind, sizes, key, _), value in points])
    with table.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["curve", "size", "seconds", "median_seconds", "largest_seconds"])
        numbers = zip(np.min(rounds, axis=0), np.median(rounds, axis=0), np.max(rounds, axis=0))
        writer.writerows([curve[0], value, *three] for (curve, value), three in zip(points, numbers))


def draw(table: Path) -> None:
    with table.open() as file:
        rows = list(csv.DictReader(file))
    figure, axes = plt.subplots(2, 3, figsize=(11, 6.5), constrained_layout=True)
    for (name, kind, _, key, _), axis in zip(CURVES, axes.flat):
        own = [row for row in rows if row["curve"] == name]
        x, y, median = (np.array([float(row[column]) for row in own]) for column in ("size", "seconds", "median_seconds"))
        fitted = slice(len(x) // 2 - 1, None) if key in ("hidden", "visible") else slice(None)
        slope, error = fit(np.log(x[fitted]), np.log(y[fitted]))
        print(f"{name}: exponent {slope:.3f} +- {error:.3f}")
        axis.errorbar(x, 1e3 * y, 1e3 * np.array([0 * y, median - y]), fmt="o", color="#0072B2", capsize=3)
        line = np.exp(np.mean(np.log(y[fitted]) - slope * np.log(x[fitted]))) * x**slope
        axis.plot(x, 1e3 * line, "--", color="#D55E00", label=f"exponent {slope:.2f} ± {error:.2f}")
        axis.set(xscale="log", yscale="log", xlabel=name, ylabel="ms per epoch" if kind == "rbm" else "ms per step")
        axis.set_xticks(x, [f"{int(size)}" for size in x])
        for one in (axis.xaxis, axis.yaxis):
            one.set_minor_formatter(NullFormatter())
        axis.legend()
        axis.grid(which="both", alpha=0.2)
    figure.savefig(table.with_suffix(".png"), dpi=150)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?", help="without it the figure is drawn from the table alone")
    parser.add_argument("--out", type=Path, default=Path("."))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    table = arguments.out / "cost.csv"
    if arguments.program:
        measure(arguments.program, table)
    draw(table)


if __name__ == "__main__":
    main()
