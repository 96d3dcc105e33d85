"""Runs long checks on all cores, and resumes an interrupted run."""

from __future__ import annotations

import gc
import hashlib
import json
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

# tests.aws starts moto, which must precede the functions' AWS clients.
from tests import leaks
from tests.aws import ENVIRONMENT
from tests.soak.check import Check, Found, Piece
from tests.soak.report import page

leaks.install()
PROJECT = Path(__file__).resolve().parents[2]
FIELDS = [entry.name for entry in fields(Found)]
CORES = 2
SHOWN = 5
YOUNG = 20_000  # allocations until the garbage collector runs


@dataclass(slots=True)
class Result:
    """The result of one check. `took` is in CPU seconds, `resumed` counts units of earlier runs."""

    check: Check
    found: Found = field(default_factory=lambda: Found(0))
    took: float = 0
    resumed: int = 0

    @property
    def passed(self) -> bool:
        return self.found.done == self.check.amount and not self.found.violations


def soak(checks: Sequence[Check], seed: int, folder: Path, console: Console) -> list[Result]:
    """Runs the pieces that no earlier run of this seed and code finished."""
    began = time.monotonic()
    results = [Result(check) for check in checks]
    kept = SavedPieces(folder / f"seed-{seed}")
    for result in results:
        for found, took in kept.of(result.check).values():
            _add(result, found, took)
        result.resumed = result.found.done
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]}"),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
    )
    with _interruptible() as interrupted, _processes() as pool, Progress(*columns, console=console) as progress:
        whole = sum(check.amount * check.takes for check in checks) / 1000 / CORES
        all_of_it = progress.add_task("all", total=round(whole), unit="s, roughly")
        progress.update(all_of_it, completed=_work(results))
        for result in results:
            check = result.check
            bar = progress.add_task(check.name, total=check.amount, unit=check.unit, completed=result.found.done)
            done = kept.of(check).keys()
            left = [piece for piece in check.pieces(seed) if piece.first not in done]
            for piece, found, took in _run(pool, check, left, interrupted):
                if found.done:
                    kept.keep(check, piece, found, took)
                _add(result, found, took)
                progress.update(bar, completed=result.found.done)
                progress.update(all_of_it, completed=_work(results))
            if interrupted:
                console.print(f"Stopped. Finished pieces are kept: `make soak SEED={seed}` continues.", highlight=False)
                break
    report = folder / "report.html"
    report.write_text(page(results, seed), encoding="utf-8")
    _print_results(results, seed, report, console)
    console.print(f"this run took {timedelta(seconds=round(time.monotonic() - began))}", highlight=False)
    return results


def _work(results: Iterable[Result]) -> float:
    return sum(result.found.done * result.check.takes for result in results) / 1000 / CORES


def _add(result: Result, found: Found, took: float) -> None:
    result.found.add(found)
    result.took += took


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """Yields a list, to which the first Ctrl-C adds. A second Ctrl-C raises KeyboardInterrupt."""
    pressed: list[int] = []

    def press(number: int, frame: FrameType | None) -> None:
        if pressed:
            signal.default_int_handler(number, frame)
        pressed.append(number)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _processes() -> Iterator[ProcessPoolExecutor]:
    """Yields one process pool for all checks, because starting a process takes long."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(CORES, context, initializer=_initialize)
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _run(
    pool: ProcessPoolExecutor, check: Check, pieces: Sequence[Piece], interrupted: Sequence[int]
) -> Iterable[tuple[Piece, Found, float]]:
    """Yields (piece, result, CPU seconds) as pieces finish.

    A crashed piece has no units, so that the next run repeats the piece.
    """
    running: dict[Future[tuple[Found, float]], Piece] = {}
    waiting = iter(pieces)
    most = 1 if check.alone else CORES + 1
    while True:
        while not interrupted and len(running) < most and (piece := next(waiting, None)):
            running[_submit(pool, check, piece)] = piece
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            yield running.pop(future), *future.result()


def _submit(pool: ProcessPoolExecutor, check: Check, piece: Piece) -> Future[tuple[Found, float]]:
    """Blocks SIGINT, because the processes that the first call starts must not get a Ctrl-C."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(_timed, check, piece)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _initialize() -> None:
    os.environ.update(ENVIRONMENT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    # sys.exit stops the processes that the piece started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    gc.freeze()
    gc.set_threshold(YOUNG)


def _timed(check: Check, piece: Piece) -> tuple[Found, float]:
    began = os.times()
    try:
        found = check.run(piece)
    except Exception:  # noqa: BLE001  the other pieces continue
        found = Found(0, [f"broke at {piece}: {traceback.format_exc(limit=-4)}"])
    return found, round(sum(os.times()[:4]) - sum(began[:4]), 2)


class SavedPieces:
    """The saved results of pieces. Each version of the code has its own folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / digest_of_sources()
        self._folder.mkdir(parents=True, exist_ok=True)

    def of(self, check: Check) -> dict[int, tuple[Found, float]]:
        """Returns the number of a piece's first unit -> result and CPU seconds."""
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
    found = Found(**kept)  # type: ignore[arg-type]  # as saved
    found.counts = Counter(found.counts)
    found.histograms = {
        name: {int(value): times for value, times in values.items()} for name, values in found.histograms.items()
    }
    return found


def digest_of_sources() -> str:
    """Returns a digest of all source files that can change a check's result."""
    digest = hashlib.sha256()
    # `sam build` puts 80,000 files into subfolders of infra/.
    for part in ("shared/**", "functions/**", "infra", "tests/**", "dev/**", "benchmarks/**"):
        for path in sorted(PROJECT.glob(f"{part}/*")):
            if path.suffix in (".py", ".toml", ".yaml", ".html", ".json"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _print_results(results: Sequence[Result], seed: int, report: Path, console: Console) -> None:
    for result in results:
        found, check = result.found, result.check
        state = "held" if result.passed else "BROKEN" if found.violations else "not finished"
        console.print(f"{check.name}: {state}, {found.done:,} of {check.amount:,} {check.unit}", highlight=False)
        for violation in found.violations[:SHOWN]:
            console.print(f"    {violation}", highlight=False, markup=False, soft_wrap=True)
        if len(found.violations) > SHOWN:
            console.print(f"    and {len(found.violations) - SHOWN} more")
        for line in check.summary(found):
            console.print(f"    {line}", highlight=False, markup=False, soft_wrap=True)
    where = report.relative_to(PROJECT) if report.is_relative_to(PROJECT) else report
    console.print(f"seed {seed}; report: {where}", highlight=False)
