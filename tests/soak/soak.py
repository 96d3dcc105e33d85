"""Runs long checks on all cores, keeps what each piece found, goes on where it was stopped, and reports."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import signal
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field, fields
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.soak.check import Check, Found, Piece
from tests.soak.report import page

PROJECT = Path(__file__).resolve().parents[2]
FIELDS = [entry.name for entry in fields(Found)]
SHOWN = 5  # violations on the terminal; the report has them all


@dataclass(slots=True)
class Result:
    """`took`: seconds of all its pieces, added up. `resumed`: units that an earlier run of this seed had done."""

    check: Check
    found: Found = field(default_factory=lambda: Found(0))
    took: float = 0
    resumed: int = 0

    @property
    def passed(self) -> bool:
        return self.found.done == self.check.amount and not self.found.violations


def soak(checks: Sequence[Check], seed: int, folder: Path, console: Console) -> list[Result]:
    """Runs the pieces that no earlier run of this seed has done on this code. Ctrl-C ends it after the running ones."""
    results = [Result(check) for check in checks]
    kept = Kept(folder / f"seed-{seed}")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]}"),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        for result in results:
            check = result.check
            bar = progress.add_task(check.name, total=check.amount, unit=check.unit)
            for found, took in kept.of(check).values():
                _take(result, found, took)
            result.resumed = result.found.done
            progress.update(bar, completed=result.found.done)
            done = kept.of(check).keys()
            try:
                left = [piece for piece in check.pieces(seed) if piece.first not in done]
                for piece, found, took in _run(check, left):
                    if found.done:
                        kept.keep(check, piece, found, took)
                    _take(result, found, took)
                    progress.update(bar, completed=result.found.done)
            except KeyboardInterrupt:
                console.print(f"Stopped. What is done is kept: `make soak SEED={seed}` goes on.")
                break
    report = folder / "report.html"
    report.write_text(page(results, seed), encoding="utf-8")
    _tell(results, seed, report, console)
    return results


def _take(result: Result, found: Found, took: float) -> None:
    result.found.add(found)
    result.took += took


def _run(check: Check, pieces: Sequence[Piece]) -> Iterable[tuple[Piece, Found, float]]:
    """As they get done. A piece that breaks is a violation: it says so, and is run again next time."""
    context = multiprocessing.get_context("spawn")  # a fork would copy the thread that draws the progress
    with ProcessPoolExecutor(check.at_once, context, initializer=_ignore_interrupts) as pool:
        running: dict[Future[tuple[Found, float]], Piece] = {}
        waiting = iter(pieces)
        try:
            while True:
                for piece in waiting:
                    running[pool.submit(_timed, check, piece)] = piece
                    if len(running) > check.at_once:  # one more than run, so that no core waits
                        break
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    piece = running.pop(future)
                    yield piece, *future.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _timed(check: Check, piece: Piece) -> tuple[Found, float]:
    began = time.perf_counter()
    try:
        found = check.run(piece)
    except Exception:  # noqa: BLE001  the other pieces go on
        found = Found(0, [f"broke at {piece}: {traceback.format_exc(limit=-4)}"])
    return found, time.perf_counter() - began


def _ignore_interrupts() -> None:
    """Ctrl-C is the terminal's word to every process; the first one decides."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Kept:
    """What pieces found, a line of JSON each. What other code found does not count."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / _digest_of_sources()
        self._folder.mkdir(parents=True, exist_ok=True)

    def of(self, check: Check) -> dict[int, tuple[Found, float]]:
        """By the piece's first unit."""
        path = self._path(check)
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        return {line["first"]: (_found(line["found"]), line["took"]) for line in map(json.loads, lines)}

    def keep(self, check: Check, piece: Piece, found: Found, took: float) -> None:
        line = json.dumps(
            {"first": piece.first, "took": took, "found": {name: getattr(found, name) for name in FIELDS}}
        )
        with self._path(check).open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def _path(self, check: Check) -> Path:
        return self._folder / f"{check.name}-{check.amount}-{check.piece}.jsonl"


def _found(kept: dict[str, object]) -> Found:
    found = Found(**kept)  # type: ignore[arg-type]  # as it was kept
    found.counts = Counter(found.counts)
    found.histograms = {
        name: {int(value): times for value, times in values.items()} for name, values in found.histograms.items()
    }
    return found


def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    for part in ("shared", "functions", "infra", "tests", "dev"):
        for path in sorted((PROJECT / part).rglob("*")):
            if path.suffix in (".py", ".toml", ".yaml", ".html"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _tell(results: Sequence[Result], seed: int, report: Path, console: Console) -> None:
    for result in results:
        found, check = result.found, result.check
        state = "held" if result.passed else "BROKEN" if found.violations else "not finished"
        console.print(f"{check.name}: {state}, {found.done:,} of {check.amount:,} {check.unit}", highlight=False)
        for violation in found.violations[:SHOWN]:
            console.print(f"    {violation}", highlight=False, markup=False)
        if len(found.violations) > SHOWN:
            console.print(f"    and {len(found.violations) - SHOWN} more")
    console.print(f"seed {seed}; report: {report.relative_to(PROJECT) if report.is_relative_to(PROJECT) else report}")
