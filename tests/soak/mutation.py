"""Runs mutmut, which makes small changes (mutants) in functions/ and shared/, and checks that a quick test fails.

To see a mutant: `cd build/mutation/<digest>; ../../../.venv/bin/mutmut show NAME`.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from tests.soak.check import Check, Found, Piece
from tests.soak.soak import CORES, PROJECT, digest_of_sources

COPIES = PROJECT / "build" / "mutation"
MUTMUT = Path(sys.executable).with_name("mutmut")
MUTANTS = 100
AT_ONCE = 50
SURVIVED, UNTESTED = "survived", "no tests"
UNKNOWN = ("not checked", "skipped")
FEW = 100


def mutate(piece: Piece) -> Found:
    """Tests a piece's mutants, in an order that depends on the seed.

    Mark a mutant that does not change behaviour with `# pragma: no mutate` and the reason.
    """
    names = _in_order(piece.seed)[piece.first : piece.first + piece.count]
    output = _mutmut("run", "--max-children", str(CORES), *names)
    results = _results()
    unknown = [name for name in names if results.get(name, UNKNOWN[0]) in UNKNOWN]
    if unknown:
        raise RuntimeError(f"mutmut did not try {unknown[0]}:\n{output[-2000:]}")
    alive = [name for name in names if results[name] in (SURVIVED, UNTESTED)]
    counts = Counter(f"{_module(name)}: {'survived' if name in alive else 'killed'}" for name in names)
    return Found(len(names), counts=counts, notes=[f"{results[name]}: {name}\n{_change(name)}" for name in alive])


def _module(name: str) -> str:
    return name.rpartition(".")[0]


@cache
def _in_order(seed: int) -> list[str]:
    _prepare()
    names = sorted(_results())
    random.Random(seed).shuffle(names)
    return names


@cache
def _copy() -> Path:
    return COPIES / digest_of_sources()


def _prepare() -> None:
    """Copies the project, generates all mutants, and records each function's tests."""
    copy = _copy()
    if (copy / "mutants" / "mutmut-stats.json").exists():
        return
    shutil.rmtree(COPIES, ignore_errors=True)
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True).stdout
    for name in filter(None, files.split("\0")):
        if (PROJECT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, copy / name)
    output = _mutmut("run", "none of them")  # no mutant has this name, so mutmut only prepares
    statistics = copy / "mutants" / "mutmut-stats.json"
    if not statistics.exists():
        raise RuntimeError(f"mutmut could not prepare:\n{output[-3000:]}")
    found = with_imports(json.loads(statistics.read_text(encoding="utf-8")))
    statistics.write_text(json.dumps(found), encoding="utf-8")


def with_imports(statistics: dict[str, Any]) -> dict[str, Any]:
    """Lists all tests for a function that is called on import and by fewer than FEW tests.

    mutmut counts a call on import as a call by the first test.
    """
    everything = list(statistics["duration_by_test"])
    tests = {
        function: everything if everything[0] in called and len(called) < FEW else called
        for function, called in statistics["tests_by_mangled_function_name"].items()
    }
    return statistics | {"tests_by_mangled_function_name": tests}


def _results() -> dict[str, str]:
    lines = (line.strip().rpartition(": ") for line in _mutmut("results", "--all", "true").splitlines())
    return {name: results for name, _, results in lines if name}


def _change(name: str) -> str:
    lines = _mutmut("show", name).splitlines()
    return "\n".join(line for line in lines if line.startswith(("-", "+")) and not line.startswith(("---", "+++")))


def _mutmut(*arguments: str) -> str:
    environment = os.environ | {"PATH": f"{MUTMUT.parent}:{os.environ['PATH']}", "COLUMNS": "200"}
    done = subprocess.run(
        [str(MUTMUT), *arguments],
        cwd=_copy(),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def _summary(found: Found) -> list[str]:
    """Returns each module's mutation score, lowest first, and the surviving mutants."""
    modules = {name.rpartition(": ")[0] for name in found.counts}
    scores = []
    for module in modules:
        killed, survived = found.counts[f"{module}: killed"], found.counts[f"{module}: survived"]
        scores.append((killed / (killed + survived), f"{killed} of {killed + survived} killed: {module}"))
    survivors = [line for note in found.notes for line in note.splitlines()]
    return [f"{len(found.notes)} survived of {found.done}", *(line for _, line in sorted(scores)), *survivors]


CHECKS: tuple[Check, ...] = (
    Check(
        "mutation",
        "the quick tests fail after small changes to the product: score by module, and survivors",
        "mutants",
        MUTANTS,
        AT_ONCE,
        mutate,
        takes=20_000,
        alone=True,
        summary=_summary,
    ),
)
