"""Runs long checks on all cores, keeps what each piece found, goes on where it was stopped, and reports."""

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

from tests.aws import ENVIRONMENT  # with it moto, before any function: their clients are made when they are imported
from tests.soak.check import Check, Found, Piece
from tests.soak.report import page

PROJECT = Path(__file__).resolve().parents[2]
FIELDS = [entry.name for entry in fields(Found)]
CORES = 2
SHOWN = 5  # violations on the terminal; the report has them all
YOUNG = 20_000  # objects before Python looks for garbage: pieces make millions, and next to none in circles


@dataclass(slots=True)
class Result:
    """`took`: CPU-seconds of all its pieces. `resumed`: units that an earlier run of this seed had done."""

    check: Check
    found: Found = field(default_factory=lambda: Found(0))
    took: float = 0
    resumed: int = 0

    @property
    def passed(self) -> bool:
        return self.found.done == self.check.amount and not self.found.violations


def soak(checks: Sequence[Check], seed: int, folder: Path, console: Console) -> list[Result]:
    """Runs the pieces that no earlier run of this seed has done on this code.

    Ctrl-C ends it after the running ones, and a second one at once.
    """
    began = time.monotonic()
    results = [Result(check) for check in checks]
    kept = Kept(folder / f"seed-{seed}")
    for result in results:
        for found, took in kept.of(result.check).values():
            _take(result, found, took)
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
                _take(result, found, took)
                progress.update(bar, completed=result.found.done)
                progress.update(all_of_it, completed=_work(results))
            if interrupted:
                console.print(f"Stopped. What is done is kept: `make soak SEED={seed}` goes on.", highlight=False)
                break
    report = folder / "report.html"
    report.write_text(page(results, seed), encoding="utf-8")
    _tell(results, seed, report, console)
    console.print(f"this run took {timedelta(seconds=round(time.monotonic() - began))}", highlight=False)
    return results


def _work(results: Iterable[Result]) -> float:
    """What is done, in seconds of all cores, roughly."""
    return sum(result.found.done * result.check.takes for result in results) / 1000 / CORES


def _take(result: Result, found: Found, took: float) -> None:
    result.found.add(found)
    result.took += took


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """Ctrl-C adds to the list, and tears nothing apart; who presses it again means it."""
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
    """The same for all checks: beginning takes longer than many a piece."""
    context = multiprocessing.get_context("spawn")  # a fork would copy the thread that draws the progress
    pool = ProcessPoolExecutor(CORES, context, initializer=_begin)
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
    """As they get done. A piece that breaks is a violation: it says so, and is run again next time."""
    running: dict[Future[tuple[Found, float]], Piece] = {}
    waiting = iter(pieces)
    most = 1 if check.alone else CORES + 1  # one more than run, so that no core waits
    while True:
        while not interrupted and len(running) < most and (piece := next(waiting, None)):
            running[_submit(pool, check, piece)] = piece
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            yield running.pop(future), *future.result()


def _submit(pool: ProcessPoolExecutor, check: Check, piece: Piece) -> Future[tuple[Found, float]]:
    """The first one starts the processes, and Ctrl-C is the terminal's word to them too: they never hear it, not even
    while they begin."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(_timed, check, piece)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _begin() -> None:
    """In each process. What was imported stays, and is no garbage."""
    os.environ.update(ENVIRONMENT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # what a piece has started is stopped too
    gc.freeze()
    gc.set_threshold(YOUNG)


def _timed(check: Check, piece: Piece) -> tuple[Found, float]:
    began = os.times()
    try:
        found = check.run(piece)
    except Exception:  # noqa: BLE001  the other pieces go on
        found = Found(0, [f"broke at {piece}: {traceback.format_exc(limit=-4)}"])
    return found, round(sum(os.times()[:4]) - sum(began[:4]), 2)  # its own and its children's, user and system


class Kept:
    """What pieces found, a line of JSON each. What other code found does not count."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / digest_of_sources()
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


def digest_of_sources() -> str:
    """Of all that can change what a check finds."""
    digest = hashlib.sha256()
    for part in ("shared", "functions", "infra", "tests", "dev", "benchmarks"):
        for path in sorted((PROJECT / part).rglob("*")):
            if path.suffix in (".py", ".toml", ".yaml", ".html", ".json"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _tell(results: Sequence[Result], seed: int, report: Path, console: Console) -> None:
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
