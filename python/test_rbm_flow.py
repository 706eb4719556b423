"""The reader against the numbers that the program wrote.

cargo run --release -- run configs/smoke.toml
python3 -m unittest discover python           # RBM_FLOW_RUN=FOLDER: the output of the smoke config elsewhere
"""

import contextlib
import dataclasses
import importlib.util
import io
import json
import os
import re
import tempfile
import unittest
from pathlib import Path

import numpy as np

from rbm_flow import FormatError, Run, all_states, read_machine, read_samples, read_snapshots, read_table, read_tensors

HERE = Path(__file__).resolve().parent
FOLDER = Path(os.environ.get("RBM_FLOW_RUN", HERE.parent / "artifacts/smoke")).resolve()
RUN = Run(FOLDER)


def setUpModule():
    if not (FOLDER / "manifest.toml").exists():
        raise FileNotFoundError(f"{FOLDER} holds no run: first `cargo run --release -- run configs/smoke.toml`")


def evenly(spins, n):
    """The configurations that the program looks at: n, evenly spread over the data."""
    n = min(n, len(spins))
    return spins[np.arange(n) * len(spins) // n]


class DataAgreesWithItsTable(unittest.TestCase):
    def test_means_are_those_of_observables_csv(self):
        samples, table = RUN.samples(), RUN.table("data/observables.csv")
        self.assertEqual(set(np.unique(samples.spins)), {-1, 1})
        energy, magnetization = samples.energy_per_site(), samples.spins.mean(axis=1)
        for row in table:
            here = (samples.temperature == row["temperature"]) & (samples.field == row["field"])
            self.assertEqual(here.sum(), row["n_samples"])
            self.assertAlmostEqual(energy[here].mean(), row["energy_per_site"], places=12)
            self.assertAlmostEqual(magnetization[here].mean(), row["magnetization_per_site"], places=12)
            self.assertAlmostEqual(abs(magnetization[here]).mean(), row["abs_magnetization_per_site"], places=12)

    def test_permuted_sites_are_put_back(self):
        samples, sites = RUN.samples(), np.random.default_rng(1).permutation(16)
        metadata = {"permuted_sites": " ".join(map(str, sites))}
        permuted = dataclasses.replace(samples, spins=samples.spins[:, sites], metadata=metadata)
        np.testing.assert_array_equal(permuted.on_lattice(), samples.spins)
        np.testing.assert_array_equal(permuted.energy_per_site(), samples.energy_per_site())

    def test_further_data_sets_are_read_by_their_number(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "data").mkdir()
            held_out = RUN.path("data/held-out.safetensors").read_bytes()
            (Path(folder) / "data/samples-1.safetensors").write_bytes(held_out)
            np.testing.assert_array_equal(Run(folder).samples(data_seed=1).spins, RUN.held_out().spins)
            with self.assertRaisesRegex(OSError, "samples-2.safetensors"):
                Run(folder).samples(data_seed=2)

    def test_settings_are_in_the_manifest(self):
        manifest = RUN.manifest()
        data = manifest["config"]["data"]
        self.assertEqual(RUN.samples().n_sites, data["side"] ** 2)
        self.assertIn("data/samples.safetensors", manifest["tasks"]["sample"]["outputs"])


class MachinesAgreeWithTheirTables(unittest.TestCase):
    def setUp(self):
        self.training, self.held_out = RUN.samples().spins, RUN.held_out().spins
        self.machines = [(name, seed, RUN.machine(name, seed)) for name, seed in RUN.machines()]
        self.assertEqual([(name, seed) for name, seed, _ in self.machines], [("reference", 0), ("reference", 1)])

    def test_pseudo_likelihood_free_energy_gap_and_weights_are_those_of_training_csv(self):
        training, held_out = evenly(self.training, 500), evenly(self.held_out, 500)
        for name, seed, machine in self.machines:
            last = RUN.table(f"rbm/{name}/seed-{seed}/training.csv")[-1]
            self.assertAlmostEqual(machine.pseudo_likelihood(training).mean(), last["pseudo_likelihood"], places=9)
            gap = machine.free_energy(held_out).mean() - machine.free_energy(training).mean()
            self.assertAlmostEqual(gap, last["free_energy_gap"], places=9)
            norm = np.sqrt(np.mean(machine.weights.astype(float) ** 2))
            self.assertAlmostEqual(norm, last["weight_norm"], places=6)

    def test_ln_z_and_relative_entropy_are_those_of_likelihood_csv(self):
        ln_q = self.exact_ln_q()
        for name, seed, _ in self.machines:
            snapshots = RUN.snapshots(name, seed)
            for row in RUN.table(f"rbm/{name}/seed-{seed}/likelihood.csv"):
                machine = snapshots[float(row["epoch"])]
                ln_p = -machine.free_energy(self.held_out) - machine.ln_z()
                self.assertEqual(row["method"], "exact")
                self.assertAlmostEqual(machine.ln_z(), row["ln_z"], places=9)
                self.assertAlmostEqual(ln_p.mean(), row["ln_likelihood"], places=9)
                self.assertAlmostEqual((ln_q - ln_p).mean(), row["relative_entropy"], places=9)

    def exact_ln_q(self):
        """ln q of the held-out data: the mixture of the Boltzmann laws of the 4 × 4 torus, by enumeration."""
        spins = all_states(16).reshape(-1, 4, 4)
        energy = -sum((spins * np.roll(spins, 1, axis)).sum(axis=(1, 2)) for axis in (1, 2)).astype(float)
        energy -= energy.min()
        held_out = RUN.held_out()
        own = held_out.energy_per_site() * 16 + 32
        with np.errstate(divide="ignore"):
            laws = [np.exp(-own / t) / np.exp(-energy / t).sum() for t in np.unique(held_out.temperature) if t > 0]
            laws.append((own == 0) / (energy == 0).sum())
        return np.log(np.mean(laws, axis=0))

    def test_the_last_snapshot_is_the_machine(self):
        for name, seed, machine in self.machines:
            snapshots = RUN.snapshots(name, seed)
            np.testing.assert_array_equal(snapshots[max(snapshots)].weights, machine.weights)

    def test_a_step_has_the_means_of_the_machine(self):
        """Reconstructions of one configuration against ⟨v⟩ given other draws of h: 5 standard errors, 6e-7 false alarms."""
        machine, rng, n = self.machines[0][2], np.random.default_rng(1), 4000
        data = np.tile(self.training[:1], (n, 1))
        drawn = machine.reconstruct(data, rng).mean(axis=1)
        hidden = np.where(
            rng.random((n, len(machine.hidden_bias))) < 0.5 * (1 + np.tanh(machine.hidden_field(data))), 1, -1
        )
        expected = np.tanh(machine.visible_field(hidden)).mean(axis=1)
        error = np.sqrt((drawn.var() + expected.var()) / n)
        self.assertLess(abs(drawn.mean() - expected.mean()), 5 * error)

    def test_torch_gives_the_same_free_energies(self):
        try:
            import torch
        except ImportError:
            self.skipTest("torch is not installed")
        machine = self.machines[0][2]
        w, b, c = (torch.from_numpy(x) for x in (machine.weights, machine.hidden_bias, machine.visible_bias))
        v = torch.from_numpy(self.held_out).float()
        energies = -v @ c - torch.log(2 * torch.cosh(b + v @ w)).sum(dim=1)
        np.testing.assert_allclose(energies, machine.free_energy(self.held_out), rtol=1e-5)


class FlowIsRead(unittest.TestCase):
    def test_steps_starts_and_errors(self):
        flow = RUN.flow("reference")
        self.assertEqual(set(flow["seed"]), {0, 1})
        self.assertEqual(flow["step"].dtype, np.int64)
        self.assertTrue(np.isinf(flow["start_temperature"]).any())
        start = flow[(flow["step"] == 0) & (flow["start_temperature"] == 0)]
        np.testing.assert_array_equal(start["energy_per_site"], -2)

    def test_histogram_is_normalized_and_configurations_stay_texts(self):
        histogram = RUN.flow("reference", 0, "histogram")
        first = histogram[(histogram["step"] == 0) & (histogram["start_temperature"] == 0)]
        self.assertAlmostEqual(first["probability"].sum(), 1, places=5)
        self.assertEqual(RUN.flow("reference", 0, "configurations")["spins"][0], "1" * 16)

    def test_every_table_of_the_run_is_read(self):
        tables = list(FOLDER.rglob("*.csv"))
        self.assertGreater(len(tables), 40)
        for path in tables:
            self.assertGreater(len(read_table(path).dtype.names), 2)

    def test_an_unknown_machine_is_named(self):
        with self.assertRaisesRegex(ValueError, "no machine 'talk'; it has: .*reference"):
            RUN.flow("talk")


class DamagedFilesAreRefused(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "damaged"

    def assert_refused(self, content, read, message):
        self.path.write_bytes(content)
        with self.assertRaisesRegex(FormatError, re.escape(str(self.path)) + ".*" + message):
            read(self.path)

    def test_prefixes_of_a_file_are_refused(self):
        content = RUN.path("rbm/reference/seed-0/weights.safetensors").read_bytes()
        for n in range(0, len(content), 11):
            self.assert_refused(content[:n], read_tensors, "")
        self.assert_refused(content[:-1], read_tensors, "cut short")
        self.assert_refused(content + b"\0", read_tensors, "bytes follow the header")

    def test_headers_that_do_not_fit_are_refused(self):
        def file(dtype="F32", shape=(2,), data_offsets=(0, 8), **others):
            header = json.dumps({"a": {"dtype": dtype, "shape": shape, "data_offsets": data_offsets, **others}})
            return len(header).to_bytes(8, "little") + header.encode() + bytes(8)

        self.path.write_bytes(file())
        self.assertEqual(read_tensors(self.path).arrays["a"].shape, (2,))
        for wrong, message in [
            ({"dtype": "I99"}, "of type I99"),
            ({"shape": (3,)}, "is not what F32"),
            ({"shape": (-2,)}, "no sensible shape"),
            ({"shape": "ab"}, "no sensible shape"),
            ({"data_offsets": (0, 80)}, "cut short"),
            ({"data_offsets": (8, 0)}, "is not what F32"),
            ({"data_offsets": (0, 4, 8)}, "no sensible shape"),
            ({"shape": 2}, "no safetensors header"),
        ]:
            with self.subTest(wrong):
                self.assert_refused(file(**wrong), read_tensors, message)
        self.assert_refused(b"[1, 2]" * 4, read_tensors, "no safetensors file")
        self.assert_refused((2).to_bytes(8, "little") + b"[]", read_tensors, "no safetensors header")

    def test_files_of_another_kind_are_refused(self):
        samples = RUN.path("data/samples.safetensors").read_bytes()
        weights = RUN.path("rbm/reference/seed-0/weights.safetensors").read_bytes()
        self.assert_refused(samples, read_machine, "no array 'weights'; there are: field, spins, temperature")
        self.assert_refused(weights, read_samples, "no array 'spins'")
        self.assert_refused(weights, read_snapshots, "no array 'snapshot_epochs'")
        self.assert_refused(samples.replace(b'"side":"4"', b'"side":"9"'), read_samples, "no samples with 81 sites")
        self.assert_refused(samples.replace(b'"lattice"', b'"lettuce"'), read_samples, "no lattice")

    def test_tables_that_are_none_are_refused(self):
        self.assert_refused(b"", read_table, "no table in CSV with a header")
        self.assert_refused(b"\xff\xfe", read_table, "no table in CSV")
        self.assert_refused(b"a,b\n1,2\n3\n", read_table, "line 3: 1 cells, the header has 2")
        self.assert_refused(b"a,a\n1,2\n", read_table, "twice")

    def test_numbers_and_texts_of_a_table(self):
        self.path.write_text('seed,n_values,machine,x,note\n0,3,16,inf,"a, b"\nall,4,16,,c\n', encoding="utf-8")
        table = read_table(self.path)
        self.assertEqual([table[name].dtype.kind for name in table.dtype.names], ["U", "i", "U", "f", "U"])
        self.assertTrue(np.isinf(table["x"][0]) and np.isnan(table["x"][1]))
        self.assertEqual(table["note"][0], "a, b")


class DocumentedCodeRuns(unittest.TestCase):
    def test_python_blocks_of_the_documents(self):
        for page in ["README.md", "../README.md", "../docs/quick-start.md"]:
            text = (HERE / page).read_text(encoding="utf-8")
            blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
            self.assertTrue(blocks, page)
            scope = {}
            for block in blocks:
                if "import torch" in block and not importlib.util.find_spec("torch"):
                    continue
                code = re.sub(r"artifacts/[\w-]+", str(FOLDER), block)
                with self.subTest(page), contextlib.redirect_stdout(io.StringIO()):
                    exec(compile(code, page, "exec"), scope)


if __name__ == "__main__":
    unittest.main()
