"""The documents: every link leads somewhere, every `experiments` command in them runs.

    python3 .ci/documents.py target/release/experiments

Commands are run as printed, in a folder of their own, on experiments made small with `--set` (SMALL). Of long experiments
the settings are checked, of benchmarks the help is asked for. Other commands of a page (cargo build, pip, …) are not run, nor
those for another device.
"""

import itertools
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("python/*.md"))]
SMALL = [
    "data.side=4",
    "data.n_samples=20",
    "data.n_held_out=10",
    "thermometer.n_epochs=1",
    "thermometer.batch_size=100",
]
SMALL += ["rbm.n_epochs=2", "rbm.batch_size=100", "rbm.seeds=1", "flow.n_steps=3", "flow.n_chains=5"]
SMALL += ["likelihood.n_temperatures=10", "likelihood.n_chains=10"]
SHORT = {"smoke.toml", "zero-field-quick.toml", "mine.toml"}
NAMES = [["cargo", "run", "--release", "--"], ["target/release/experiments"]]


def broken_links(page: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not leads_somewhere(page, link)]


def leads_somewhere(page: Path, link: str) -> bool:
    if link.startswith(("http://", "https://", "mailto:")):
        return True
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return False
    headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
    return not anchor or anchor in [slug(heading) for heading in headings]


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def commands(page: Path) -> list[list[str]]:
    """The words of every `experiments` command in the page's shell blocks."""
    found = []
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            lexer = shlex.shlex(line, posix=True, punctuation_chars=";&")
            lexer.whitespace_split = True
            for is_end, words in itertools.groupby(lexer, lambda word: set(word) <= {";", "&"}):
                found += [] if is_end else [list(words)]
    named = [
        next((["experiments", *words[len(name) :]] for name in NAMES if words[: len(name)] == name), words)
        for words in found
    ]
    return [words for words in named if words[0] == "experiments" and "--device" not in words]


def run(program: Path, words: list[str], folder: Path) -> str | None:
    """Runs a command in `folder`; what it said if it failed."""
    kind, words = words[1], [str(program), *words[1:]]
    if kind == "run" and Path(words[2]).name in SHORT:
        words += ["--until", "analyze", *(word for setting in SMALL for word in ("--set", setting))]
    elif kind == "run":
        out = words.index("--out") if "--out" in words else len(words)
        words = [words[0], "config", "check", *words[2:out], *words[out + 2 :]]
    elif kind == "sweep":
        words = [word for word in words if word != "--submit"]
        words += [word for setting in SMALL for word in ("--set", setting)]
    elif kind == "bench":
        words.append("--help")
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    return None if done.returncode == 0 else f"exit code {done.returncode}: {done.stderr.strip()}"


def main(program: Path) -> int:
    problems = [f"{page.relative_to(ROOT)}: no such place: {link}" for page in PAGES for link in broken_links(page)]
    done: set[tuple[str, ...]] = set()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "configs", Path(folder) / "configs")
        # New configs first, then the runs, whose results the other commands read.
        order = {"init": 0, "run": 1, "sweep": 1}
        of_pages = [(page, words) for page in PAGES for words in commands(page)]
        of_pages.sort(key=lambda command: order.get(command[1][1], 2))
        for page, words in of_pages:
            if tuple(words) in done:
                continue
            done.add(tuple(words))
            if said := run(program, words, Path(folder)):
                problems.append(f"{page.relative_to(ROOT)}: {shlex.join(words)}: {said}")
    print("\n".join(problems) or f"{len(PAGES)} pages: all links lead somewhere, {len(done)} commands run")
    return len(problems) > 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
