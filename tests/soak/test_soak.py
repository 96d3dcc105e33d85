from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from tests.soak.check import Check, Found, Piece
from tests.soak.mutation import with_imports
from tests.soak.report import percentile, plot
from tests.soak.soak import PROJECT, soak

pytestmark = pytest.mark.slow


def count(piece: Piece) -> Found:
    bad = [f"unit 7 of seed {piece.seed}"] if piece.seed == 2 and piece.first <= 7 < piece.first + piece.count else []
    if piece.seed == 3 and piece.first == 10:
        raise KeyError("a piece that breaks")
    return Found(piece.count, bad, Counter(units=piece.count), {"number": dict.fromkeys(range(piece.count), 1)})


def interrupt(piece: Piece) -> Found:
    if piece.first == 2:
        os.killpg(0, signal.SIGINT)
    return Found(piece.count)


COUNT = Check("count", "what is counted is counted", "units", 25, 10, count, takes=1)
INTERRUPT = Check("interrupt", "Ctrl-C loses nothing", "units", 60, 1, interrupt, takes=1, alone=True)


def run(seed: int, folder: Path) -> tuple[bool, str]:
    console = Console(file=io.StringIO(), width=120)
    [result] = soak([COUNT], seed, folder, console)
    written = console.file
    assert isinstance(written, io.StringIO)
    return result.passed, written.getvalue()


def test_a_run_adds_up_reports_and_resumes(tmp_path: Path) -> None:
    passed, output = run(1, tmp_path)
    assert passed
    assert "count: held, 25 of 25 units" in output
    report = (tmp_path / "report.html").read_text()
    assert "25 of 25 units" in report
    assert "<svg" in report

    [kept] = (tmp_path / "seed-1").rglob("*.jsonl")
    lines = kept.read_text().splitlines()
    assert len(lines) == 3
    kept.write_text(lines[0] + "\n")
    assert run(1, tmp_path)[0]
    assert kept.read_text().splitlines()[0] == lines[0]
    assert len(kept.read_text().splitlines()) == 3


def test_a_violation_is_reported_and_fails(tmp_path: Path) -> None:
    passed, output = run(2, tmp_path)
    assert not passed
    assert "count: BROKEN" in output
    assert "unit 7 of seed 2" in output
    assert "unit 7 of seed 2" in (tmp_path / "report.html").read_text()


def test_a_crashed_piece_is_reported_and_run_again(tmp_path: Path) -> None:
    passed, output = run(3, tmp_path)
    assert not passed
    assert "count: BROKEN, 15 of 25 units" in output
    assert "a piece that breaks" in output
    [kept] = (tmp_path / "seed-3").rglob("*.jsonl")
    assert len(kept.read_text().splitlines()) == 2


def test_an_interrupted_run_keeps_finished_pieces(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from rich.console import Console\n"
        "from tests.soak import soak, test_soak\n"
        "if __name__ == '__main__': soak.soak([test_soak.INTERRUPT], 1, Path(sys.argv[1]), Console())"
    )
    script = tmp_path / "interrupted.py"
    script.write_text(program)
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        start_new_session=True,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert "`make soak SEED=1` continues" in done.stdout
    [kept] = tmp_path.rglob("*.jsonl")
    assert len(kept.read_text().splitlines()) == 3
    assert "interrupt: not finished" in done.stdout


def test_a_percentile_is_a_value_that_was_seen() -> None:
    values = {1: 90, 5: 9, 100: 1}
    assert [percentile(values, share) for share in (0.5, 0.9, 0.99, 1.0)] == [1, 1, 5, 100]
    assert plot(values).count("<rect") == 3
    with pytest.raises(ValueError, match="empty"):
        percentile({}, 0.5)


def test_what_imports_call_is_mutated_with_all_tests() -> None:
    tests = {f"test {number}": 0.1 for number in range(150)}
    called = {"by an import": ["test 0", "test 7"], "by a test": ["test 7"], "by many tests": list(tests)[:120]}
    found = with_imports({"duration_by_test": tests, "tests_by_mangled_function_name": called, "stats_time": 1})
    assert found["tests_by_mangled_function_name"] == called | {"by an import": list(tests)}
    assert found["stats_time"] == 1
