"""Reads what `experiments run` writes: samples, machines, tables, the manifest. Needs numpy and Python 3.11.

    from rbm_flow import Run
    run = Run("artifacts/zero-field-quick")
    samples = run.samples()                       # spins ±1, shape [n_samples, n_sites]
    machine = run.machine("reference", seed=0)    # weights [n_visible, n_hidden] and biases
    flow = run.flow("reference", seed=0)          # a structured array: flow["step"], flow["energy_temperature"], …

Units: J = k_B = 1; energies, fields and temperatures are in units of J. A file that is not what it should be raises
`FormatError` with its path and what is wrong with it.
"""

from __future__ import annotations

import csv
import json
import math
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Spins = NDArray[np.int8]
Table = NDArray[np.void]


class FormatError(ValueError):
    """A file is damaged, or is not of the kind that was asked for."""


# Arrays: safetensors files -------------------------------------------------------------------------------------------

# Types of the format that the program writes.
DTYPES = {"U8": "<u1", "F32": "<f4", "F64": "<f8"}


@dataclass(frozen=True)
class Tensors:
    """What a safetensors file holds: arrays by name, and texts about them."""

    path: Path
    arrays: dict[str, NDArray[Any]]
    metadata: dict[str, str]

    def get(self, name: str, n_axes: int) -> NDArray[Any]:
        """The array of this name, which must have so many axes."""
        if name not in self.arrays:
            raise FormatError(f"{self.path}: there is no array '{name}'; there are: {', '.join(sorted(self.arrays))}")
        if self.arrays[name].ndim != n_axes:
            raise FormatError(f"{self.path}: '{name}' has the shape {self.arrays[name].shape}, not {n_axes} axes")
        return self.arrays[name]


def read_tensors(path: str | Path) -> Tensors:
    """Reads a safetensors file: eight bytes with the header's length, the header in JSON, the arrays.

    The checksum in the metadata is BLAKE3, which Python lacks: `experiments inspect FILE` compares it.
    """
    path = Path(path)
    content = path.read_bytes()
    n_header = int.from_bytes(content[:8], "little")
    if len(content) < 8 or 8 + n_header > len(content):
        raise FormatError(f"{path}: no safetensors file, or cut short within its header")
    try:
        header = json.loads(content[8 : 8 + n_header])
        metadata = header.pop("__metadata__", {})
        entries = [
            (name, entry["dtype"], tuple(entry["shape"]), tuple(entry["data_offsets"]))
            for name, entry in header.items()
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise FormatError(f"{path}: its header is no safetensors header ({problem!r})") from problem
    data = content[8 + n_header :]
    arrays = {name: _array(path, name, dtype, shape, offsets, data) for name, dtype, shape, offsets in entries}
    n_bytes = sum(array.nbytes for array in arrays.values())
    if n_bytes != len(data):
        raise FormatError(f"{path}: {len(data)} bytes follow the header, its arrays have {n_bytes}")
    return Tensors(path, arrays, metadata)


def _array(path: Path, name: str, dtype: str, shape: tuple[int, ...], offsets: tuple[int, ...], data: bytes) -> Any:
    if dtype not in DTYPES:
        raise FormatError(f"{path}: '{name}' is of type {dtype}; known are {', '.join(DTYPES)}")
    numbers = [*shape, *offsets]
    if len(offsets) != 2 or not all(isinstance(number, int) and number >= 0 for number in numbers):
        raise FormatError(f"{path}: '{name}' has no sensible shape {shape} or place {offsets}")
    start, end = offsets
    if end > len(data):
        raise FormatError(f"{path}: '{name}' ends {end - len(data)} bytes behind the end: the file is cut short")
    if end - start != math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize:
        raise FormatError(f"{path}: '{name}' has {end - start} bytes, which is not what {dtype} {shape} takes")
    return np.frombuffer(data[start:end], DTYPES[dtype]).reshape(shape).copy()


# Samples -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Samples:
    """Configurations of a ring or a torus, state point after state point."""

    spins: Spins
    """±1, shape [n_samples, n_sites]; the site in row r and column c of an L × L torus is number L·r + c. With permuted
    sites: as the networks see them."""
    temperature: Floats
    """T of each configuration, shape [n_samples]; T = ∞ is `inf`."""
    field: Floats
    """H of each configuration, shape [n_samples]."""
    lattice: str
    """"ring" or "square"."""
    metadata: dict[str, str]
    """What else the file says: sampler, seed, …"""

    @property
    def n_sites(self) -> int:
        """N."""
        return self.spins.shape[1]

    def on_lattice(self) -> Spins:
        """The spins in their places on the lattice: a permutation of the sites undone, if there is one."""
        if "permuted_sites" not in self.metadata:
            return self.spins
        spins = np.empty_like(self.spins)
        spins[:, [int(site) for site in self.metadata["permuted_sites"].split()]] = self.spins
        return spins

    def energy_per_site(self) -> Floats:
        """E/N of each configuration, E = −Σ sᵢsⱼ − H Σ sᵢ, shape [n_samples]."""
        spins = self.on_lattice().astype(np.int64)
        if self.lattice == "ring":
            bonds = (spins * np.roll(spins, 1, axis=1)).sum(axis=1)
        else:
            side = math.isqrt(self.n_sites)
            grid = spins.reshape(-1, side, side)
            bonds = sum((grid * np.roll(grid, 1, axis)).sum(axis=(1, 2)) for axis in (1, 2))
        return -(bonds + self.field * spins.sum(axis=1)) / self.n_sites


def read_samples(path: str | Path) -> Samples:
    """Reads `data/samples.safetensors` or `data/held-out.safetensors`: eight spins a byte, the first in the highest bit."""
    file = read_tensors(path)
    packed, temperature, field = file.get("spins", 2), file.get("temperature", 1), file.get("field", 1)
    metadata = dict(file.metadata)
    try:
        lattice = metadata.pop("lattice")
        n_sites = int(metadata.pop("n_sites")) if lattice == "ring" else int(metadata.pop("side")) ** 2
    except (KeyError, ValueError) as problem:
        raise FormatError(f"{path}: its metadata name no lattice and its extent ({problem!r})") from problem
    if packed.shape[1] != -(-n_sites // 8) or not len(packed) == len(temperature) == len(field):
        shapes = {name: array.shape for name, array in file.arrays.items()}
        raise FormatError(f"{path}: arrays of the shapes {shapes} are no samples with {n_sites} sites")
    spins = 2 * np.unpackbits(packed, axis=1, count=n_sites).astype(np.int8) - 1
    return Samples(spins, temperature, field, lattice, metadata)


# Machines ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Machine:
    """A Restricted Boltzmann Machine of units ±1: E(v, h) = −(Σ vᵢwᵢₐhₐ + Σ bₐhₐ + Σ cᵢvᵢ), p = e^−E/Z."""

    weights: NDArray[np.float32]
    """w, shape [n_visible, n_hidden]."""
    visible_bias: NDArray[np.float32]
    """c, shape [n_visible]."""
    hidden_bias: NDArray[np.float32]
    """b, shape [n_hidden]."""

    def hidden_field(self, visible: NDArray[Any]) -> Floats:
        """b + v w, shape [n, n_hidden], of `visible` [n, n_visible]; ⟨hₐ⟩ is its tanh."""
        return np.asarray(visible, np.float64) @ self.weights.astype(np.float64) + self.hidden_bias

    def visible_field(self, hidden: NDArray[Any]) -> Floats:
        """c + w h, shape [n, n_visible], of `hidden` [n, n_hidden]; ⟨vᵢ⟩ is its tanh."""
        return np.asarray(hidden, np.float64) @ self.weights.astype(np.float64).T + self.visible_bias

    def reconstruct(self, visible: NDArray[Any], rng: np.random.Generator) -> Spins:
        """One step of the flow, v → h → v′, both layers sampled, shape [n, n_visible]."""
        hidden = _draw(self.hidden_field(visible), rng)
        return _draw(self.visible_field(hidden), rng)

    def free_energy(self, visible: NDArray[Any]) -> Floats:
        """F(v) = −Σ cᵢvᵢ − Σₐ ln 2cosh(bₐ + Σᵢ vᵢwᵢₐ), shape [n], of `visible` [n, n_visible]; p(v) = e^−F/Z."""
        visible = np.asarray(visible, np.float64)
        return -visible @ self.visible_bias - _ln_2cosh(self.hidden_field(visible)).sum(axis=1)

    def pseudo_likelihood(self, visible: NDArray[Any]) -> Floats:
        """Mean over the sites of ln p(vᵢ | all others), in nats, shape [n], of `visible` [n, n_visible]."""
        visible = np.asarray(visible, np.float64)
        field, weights = self.hidden_field(visible), self.weights.astype(np.float64)
        energy, total = _ln_2cosh(field).sum(axis=1), np.zeros(len(visible))
        for spin, row, bias in zip(visible.T, weights, self.visible_bias):
            turned = _ln_2cosh(field - 2 * spin[:, None] * row).sum(axis=1) - 2 * bias * spin
            total -= np.logaddexp(0, turned - energy)
        return total / visible.shape[1]

    def ln_z(self) -> float:
        """ln Z in nats, by summing over all states of the smaller layer; refuses more than 20 units."""
        weights, one, other = self.weights.astype(np.float64), self.visible_bias, self.hidden_bias
        if len(other) < len(one):
            weights, one, other = weights.T, other, one
        if len(one) > 20:
            raise ValueError(f"ln Z needs a sum over 2^{len(one)} states: 20 units at most")
        states = all_states(len(one))
        return float(np.logaddexp.reduce(states @ one + _ln_2cosh(states @ weights + other).sum(axis=1)))


def all_states(n: int) -> Spins:
    """All configurations of n spins, shape [2^n, n]."""
    return (2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1) - 1).astype(np.int8)


def _draw(field: Floats, rng: np.random.Generator) -> Spins:
    """Spins that are up with probability (1 + tanh field)/2."""
    return np.where(rng.random(field.shape) < 0.5 * (1 + np.tanh(field)), 1, -1).astype(np.int8)


def _ln_2cosh(x: Floats) -> Floats:
    return np.logaddexp(x, -x)


def read_machine(path: str | Path) -> Machine:
    """Reads `rbm/NAME/seed-K/weights.safetensors`."""
    file = read_tensors(path)
    machine = Machine(file.get("weights", 2), file.get("visible_bias", 1), file.get("hidden_bias", 1))
    if machine.weights.shape != (len(machine.visible_bias), len(machine.hidden_bias)):
        raise FormatError(f"{path}: weights {machine.weights.shape} do not fit the biases")
    return machine


def read_snapshots(path: str | Path) -> dict[float, Machine]:
    """Reads `rbm/NAME/seed-K/snapshots.safetensors`: the RBM after so many epochs, a fraction within the first."""
    file = read_tensors(path)
    epochs, weights = file.get("snapshot_epochs", 1), file.get("snapshot_weights", 3)
    visible, hidden = file.get("snapshot_visible_bias", 2), file.get("snapshot_hidden_bias", 2)
    n, n_visible, n_hidden = weights.shape
    if epochs.shape != (n,) or visible.shape != (n, n_visible) or hidden.shape != (n, n_hidden):
        raise FormatError(f"{path}: the arrays of the snapshots do not fit together")
    return {float(epochs[i]): Machine(weights[i], visible[i], hidden[i]) for i in range(n)}


# Tables --------------------------------------------------------------------------------------------------------------

# Columns that are texts even where they look like numbers, and columns of whole numbers.
TEXTS = {"machine", "spins"}
WHOLE = {"seed", "step", "epoch", "chain", "line", "lag", "bin", "n"}


def read_table(path: str | Path) -> Table:
    """Reads a CSV table as a structured array, shape [n_rows]: `table["temperature"]` is a column.

    Columns are int64 (seed, step, epoch, n_…), float64 (unknown values are NaN) or texts; `X_error` is the error of `X`.
    """
    path = Path(path)
    try:
        with open(path, encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file, strict=True)
    except (csv.Error, UnicodeDecodeError, ValueError) as problem:
        raise FormatError(f"{path}: no table in CSV with a header ({problem})") from problem
    if len(set(header)) != len(header):
        raise FormatError(f"{path}: a column of the header {header} occurs twice")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise FormatError(f"{path}, line {line}: {len(row)} cells, the header has {len(header)}")
    columns = [_column(name, [row[i] for row in rows]) for i, name in enumerate(header)]
    table = np.empty(len(rows), [(name, column.dtype) for name, column in zip(header, columns)])
    for name, column in zip(header, columns):
        table[name] = column
    return table


def _column(name: str, cells: list[str]) -> NDArray[Any]:
    whole: list[type] = [np.int64] if name in WHOLE or name.startswith("n_") else []
    for dtype in [] if name in TEXTS else [*whole, np.float64]:
        try:
            return np.array([cell or "nan" for cell in cells], object).astype(dtype)
        except ValueError:
            pass
    return np.array(cells, str)


# A run ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """The folder of a run."""

    folder: str | Path

    def path(self, file: str) -> Path:
        """Path of a file of the run."""
        return Path(self.folder) / file

    def manifest(self) -> dict[str, Any]:
        """`manifest.toml`: version, commit, device, settings (`config`), and every task with its files' checksums."""
        path = self.path("manifest.toml")
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            raise FormatError(f"{path}: no TOML ({problem})") from problem

    def samples(self, data_seed: int = 0) -> Samples:
        """The configurations that the networks were trained on: machine K on set K mod `data_seeds`."""
        name = f"samples-{data_seed}" if data_seed else "samples"
        return read_samples(self.path(f"data/{name}.safetensors"))

    def held_out(self) -> Samples:
        """Configurations that no network was trained on."""
        return read_samples(self.path("data/held-out.safetensors"))

    def machines(self) -> list[tuple[str, int]]:
        """Name and seed of every trained machine."""
        found = self.path("rbm").glob("*/seed-*/weights.safetensors")
        return sorted((path.parts[-3], int(path.parts[-2].removeprefix("seed-"))) for path in found)

    def machine(self, name: str, seed: int) -> Machine:
        """A trained machine."""
        return read_machine(self.path(f"rbm/{name}/seed-{seed}/weights.safetensors"))

    def snapshots(self, name: str, seed: int) -> dict[float, Machine]:
        """The machine along its training, by number of epochs."""
        return read_snapshots(self.path(f"rbm/{name}/seed-{seed}/snapshots.safetensors"))

    def table(self, file: str) -> Table:
        """A table by its path in the run folder, as `analysis/ridges.csv`."""
        return read_table(self.path(file))

    def flow(self, name: str, seed: int | None = None, table: str = "flow") -> Table:
        """`flow.csv`, or another table, of a machine's flow; without a seed those of all its seeds, one under another."""
        seeds: Iterable[int] = [seed] if seed is not None else [k for other, k in self.machines() if other == name]
        tables = [self.table(f"flow/{name}/seed-{k}/{table}.csv") for k in seeds]
        if not tables:
            raise ValueError(f"{self.folder} has no machine '{name}'; it has: {self.machines()}")
        return np.concatenate(tables)
