"""Redraws two figures from the tables of a run, with matplotlib.

    python3 figures.py ../artifacts/zero-field-quick --out .

`thermometer-histogram`: what the network reads along the flow, from the coldest and the hottest start (figure 2 of the talk).
`plane`: the (T, H) plane with the renormalization group, the machine's steps and ends, and the line of maximal specific heat
(figure 12); only for data in several fields.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rbm_flow import Run, Table

# Okabe and Ito's colours, which the colour-blind can tell apart.
BLUE, SKY, VERMILLION, ORANGE, GREEN = "#0072b2", "#56b4e9", "#d55e00", "#e69f00", "#009e73"
GREY, INK = "#7a7a7a", "#222222"
MARKERS = {
    "critical_temperature": (r"$T_c$", GREEN, ":", "*"),
    "specific_heat_maximum": ("maximal $c$", INK, "--", "s"),
    "training_mixture": ("training mixture", VERMILLION, "-", "D"),
    "training_mixture_by_network": ("training mixture, by the network", VERMILLION, "-", "D"),
}
STYLE: Any = {
    "font.size": 9,
    "axes.linewidth": 0.7,
    "legend.frameon": False,
    "svg.hashsalt": "rbm-flow",
    "pdf.fonttype": 42,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="folder of a run")
    parser.add_argument("--out", type=Path, default=Path("."), help="folder of the figures (here)")
    parser.add_argument("--machine", help="name of the machine shown (the first of the config)")
    parser.add_argument("--reading", default="thermometer", choices=["thermometer", "exact"], help="how (T, H) is read")
    parser.add_argument("--format", default="pdf", choices=["pdf", "svg", "png"])
    options = parser.parse_args()

    run = Run(options.run)
    machine = options.machine or run.manifest()["config"]["rbm"][0]["name"]
    figures = {"thermometer-histogram": thermometer_histogram(run, machine)}
    if len(np.unique(run.table("data/observables.csv")["field"])) > 1:
        figures["plane"] = plane(run, machine, options.reading)
    else:
        print("one field only: no figure of the (T, H) plane")
    options.out.mkdir(parents=True, exist_ok=True)
    for name, figure in figures.items():
        path = options.out / f"{name}.{options.format}"
        figure.savefig(path, dpi=300)
        print(path)
    return 0


# Thermometer histograms ----------------------------------------------------------------------------------------------

N_STEPS = 5


def thermometer_histogram(run: Run, machine: str) -> Figure:
    """The averaged softmax over the temperatures, one row a step; left the coldest start, right the hottest."""
    table, markers = run.flow(machine, table="histogram"), run.table("analysis/markers.csv")
    starts = np.unique(table[["start_temperature", "start_field"]])[[0, -1]]
    recorded = np.unique(table["step"])
    steps = recorded[np.round(np.linspace(0, len(recorded) - 1, N_STEPS)).astype(int)]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            len(steps), 2, figsize=(6.8, 7.4), sharex=True, sharey="row", layout="constrained", squeeze=False
        )
        for column, start in zip(axes.T, starts):
            of_start = table[table[["start_temperature", "start_field"]] == start]
            for ax, step in zip(column, steps):
                draw_histogram(ax, of_start[of_start["step"] == step])
                draw_temperatures(ax, of_reading(markers, "thermometer"))
            t = "∞" if np.isinf(start[0]) else f"{start[0]:g}"
            in_fields = f", $H$ = {start[1]:g}" if starts["start_field"].any() else ""
            column[0].set_title(f"start $T$ = {t}{in_fields}", fontsize=9)
            column[-1].set_xlabel(r"temperature class $T$ [$J/k_B$]")
        for ax, step in zip(axes[:, 1], steps):
            ax.set_ylim(bottom=0)
            ax.annotate(f"step {step}", (1.02, 0.5), xycoords="axes fraction", rotation=-90, va="center")
        n_seeds = len(np.unique(table["seed"]))
        error = "standard error of one machine" if n_seeds == 1 else f"standard deviation of {n_seeds} machines"
        figure.supylabel("probability", fontsize=9)
        figure.legend(
            *axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4, title=f"± {error}", fontsize=8
        )
    return figure


def draw_histogram(ax: Axes, table: Table) -> None:
    """Probability of each temperature, summed over the fields, averaged over the seeds."""
    temperatures = np.unique(table["class_temperature"])
    of_seeds = []
    for seed in np.unique(table["seed"]):
        rows = table[table["seed"] == seed]
        classes = [rows[rows["class_temperature"] == t] for t in temperatures]
        of_seeds.append([(c["probability"].sum(), np.hypot.reduce(c["probability_error"])) for c in classes])
    probabilities, errors = np.moveaxis(np.array(of_seeds), 2, 0)
    error = errors[0] if len(of_seeds) == 1 else probabilities.std(axis=0, ddof=1)
    places = np.copy(temperatures)
    width = np.diff(places[np.isfinite(places)]).min(initial=1.0)
    if np.isinf(places[-1]):
        places[-1] = places[-2]
        places[-1] += max(3 * width, 0.12 * places[-1])
        ticks = [t for t in range(int(places[-2]) + 1) if t % 2 == 0]
        ax.set_xticks([*ticks, places[-1]], [*map(str, ticks), "∞"])
    whisker: dict[str, Any] = {"ecolor": INK, "elinewidth": 0.7, "capsize": 1}
    ax.bar(places, probabilities.mean(axis=0), 0.92 * width, color=SKY, yerr=error, error_kw=whisker)
    ax.spines[["top", "right"]].set_visible(False)


def of_reading(markers: Table, reading: str) -> Table:
    """The network sees the training mixture elsewhere than where its means are those of the lattice."""
    is_read = reading == "thermometer" and "training_mixture_by_network" in markers["name"]
    other = "training_mixture" if is_read else "training_mixture_by_network"
    return markers[markers["name"] != other]


def draw_temperatures(ax: Axes, markers: Table) -> None:
    for marker in markers:
        label, color, dash, _ = MARKERS[marker["name"]]
        t = marker["temperature"]
        ax.axvline(t, color=color, linestyle=dash, linewidth=1.1, label=f"{label}, $T$ = {t:.3f}")


# The plane -----------------------------------------------------------------------------------------------------------


def plane(run: Run, machine: str, reading: str) -> Figure:
    """Renormalization (grey), the machine's steps and ends, lines of maximal specific heat, singled-out points."""
    with plt.rc_context(STYLE):
        figure, ax = plt.subplots(figsize=(6.8, 4.6), layout="constrained")
        fields = np.unique(run.table("data/observables.csv")["field"])
        hottest = run.table("analysis/specific-heat-map.csv")["temperature"].max()
        margin = 0.05 * np.ptp(fields)
        ax.set(xlim=(-0.03 * hottest, 1.03 * hottest), ylim=(fields[0] - margin, fields[-1] + 2 * margin))
        ax.set(xlabel=r"temperature $T$ [$J/k_B$]", ylabel="field $H$ [$J$]")
        draw_renormalization(ax, run.table("analysis/rg-lines.csv"), run.table("analysis/rg-steps.csv"))
        draw_ridges(ax, run.table("analysis/ridges.csv"))
        draw_steps(ax, of_machine(run.table("analysis/vector-field.csv"), machine, reading), reading)
        draw_points(ax, of_reading(run.table("analysis/markers.csv"), reading))
        draw_ends(ax, of_machine(run.table("analysis/end-points.csv"), machine, reading))
        figure.legend(loc="outside upper center", ncols=3, fontsize=8, columnspacing=1.2)
        how = "read by the network" if reading == "thermometer" else "by the exact likelihood"
        ax.set_title(f"machine “{machine}”, {how}", fontsize=9, loc="left")
    return figure


def of_machine(table: Table, machine: str, reading: str) -> Table:
    rows = table[(table["machine"] == machine) & (table["reading"] == reading)]
    if not len(rows):
        names = ", ".join(np.unique(table["machine"]))
        raise ValueError(f"nothing is known of a machine '{machine}' in the reading '{reading}'; there are: {names}")
    return rows


def draw_renormalization(ax: Axes, lines: Table, steps: Table) -> None:
    """The lines of decimation (ring), or streamlines of Migdal's and Kadanoff's steps (torus)."""
    style: dict[str, Any] = {"color": GREY, "linewidth": 0.8}
    ax.plot([], [], **style, label="renormalization group, " + ("exact" if len(lines) else "approximate"))
    for number in np.unique(lines["line"]):
        line = lines[lines["line"] == number]
        points = np.array([line["temperature"], line["field"]])
        ax.plot(*points, **style)
        way = np.cumsum(np.hypot(*np.diff(points)))
        for i in np.searchsorted(way, [0.45 * way[-1], 0.85 * way[-1]]):
            arrow: dict[str, Any] = {"arrowstyle": "-|>,head_width=0.2,head_length=0.4", **style}
            ax.annotate("", points[:, i + 1], points[:, i], arrowprops=arrow)
    if not len(lines):
        steps = steps[steps["map"] == "migdal-kadanoff"]
        t, h = np.unique(steps["temperature"]), np.unique(steps["field"])
        shift = np.full((2, len(h), len(t)), np.nan)
        at = np.searchsorted(h, steps["field"]), np.searchsorted(t, steps["temperature"])
        shift[0][at] = steps["next_temperature"] - steps["temperature"]
        shift[1][at] = steps["next_field"] - steps["field"]
        ax.streamplot(t, h, *shift, **style, arrowsize=0.8, density=0.7)


def draw_ridges(ax: Axes, ridges: Table) -> None:
    for name, dash, label in [("specific-heat", "-", "maximal $c$, exact"), ("susceptibility", ":", r"maximal $\chi$")]:
        line = ridges[ridges["line"] == name]
        if len(line):
            ax.plot(line["temperature"], line["field"], color=INK, linestyle=dash, linewidth=1.4, label=label)
    sampled = ridges[ridges["line"] == "specific-heat-sampled"]
    if len(sampled):
        point: dict[str, Any] = {
            "fmt": "s",
            "color": INK,
            "markersize": 3,
            "elinewidth": 0.8,
            "label": "maximal $c$, sampled",
        }
        ax.errorbar(sampled["temperature"], sampled["field"], xerr=sampled["temperature_error"], **point)


# χ² of two degrees of freedom above which a step is significant: 95 %.
SIGNIFICANT = 5.99


def draw_steps(ax: Axes, steps: Table, reading: str) -> None:
    """One step from every start at finite T, in the mean over the seeds; all shortened alike, so that three of four are
    shorter than the distance of the starts, and the others to that. A dot where a step is not significant."""
    seeds = np.unique(steps["seed"])
    steps = steps[(steps["seed"] == ("all" if len(seeds) > 2 else seeds[0])) & np.isfinite(steps["next_temperature"])]
    steps = steps[np.isfinite(steps["start_temperature"])]
    start, read, after, error = (
        np.array([steps[f"{when}temperature{what}"], steps[f"{when}field{what}"]])
        for when, what in [("start_", ""), ("", ""), ("next_", ""), ("next_", "_error")]
    )
    # Where the network reads the start, its reading is the origin of the step, so that its bias cancels.
    shift = after - (read if reading == "thermometer" else start)
    with np.errstate(invalid="ignore", divide="ignore"):
        is_significant = np.nansum((shift / error) ** 2, axis=0) > SIGNIFICANT
    if not is_significant.all():
        ax.plot(*start[:, ~is_significant], ".", color=BLUE, markersize=2.5, label="step within its errors")
    start, shift = start[:, is_significant], shift[:, is_significant]
    # Lengths on paper: in units of the axes' ranges.
    ranges = np.array([[np.ptp(ax.get_xlim())], [np.ptp(ax.get_ylim())]])
    length = np.hypot(*(shift / ranges))
    longest = 0.8 * np.diff(np.unique(start[0])).min(initial=1.0) / ranges[0, 0]
    shift = shift * np.minimum(min(1, longest / np.quantile(length, 0.75)), longest / length)
    ax.quiver(*start, *shift, color=BLUE, angles="xy", scale_units="xy", scale=1, width=0.0028, zorder=3)
    ax.plot(
        [],
        [],
        color=BLUE,
        linestyle="",
        marker=r"$\rightarrow$",
        markersize=12,
        label="step of the RBM flow (shortened)",
    )


def draw_points(ax: Axes, markers: Table) -> None:
    for marker in markers:
        label, color, _, shape = MARKERS[marker["name"]]
        place = f"({marker['temperature']:.3g}, {marker['field']:.3g})"
        point: dict[str, Any] = {"markeredgecolor": INK, "linestyle": "", "zorder": 5, "markersize": 8}
        color = ORANGE if marker["name"].startswith("training_mixture") else color
        ax.plot(marker["temperature"], marker["field"], shape, color=color, label=f"{label} {place}", **point)


def draw_ends(ax: Axes, ends: Table) -> None:
    """The end of every seed's flow; the legend has their mean, which may lie outside."""
    seeds, mean = ends[ends["seed"] != "all"], ends[ends["seed"] == "all"][0]
    label = f"end of the flow ({mean['temperature']:.3g}, {mean['field']:.3g})"
    point: dict[str, Any] = {"markeredgecolor": INK, "linestyle": "", "zorder": 6, "markersize": 6}
    ax.plot(seeds["temperature"], seeds["field"], "o", color=VERMILLION, label=label, **point)


if __name__ == "__main__":
    sys.exit(main())
