"""Compares our functions with peers: handlers that do the main task of capture_lead with common libraries.

    make bench             measures everything; writes speed.md, speed.svg and speed.json in build/benchmarks
    make bench SHORT=1     compares only with the peers a, c, d and e, in fewer rounds

The machine's load affects times, so the variants take turns in rounds.
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib as mpl
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import artifacts, fake_aws, form_speed
from benchmarks.artifacts import BUILT, HERE, PROJECT, Variant
from benchmarks.fake_aws import FakeAws
from benchmarks.measuring import RuntimeEmulator, can_count, environment, run
from dev.cloud import function_names
from infra import build

mpl.use("svg")
OURS = "capture_lead"
# The difference between a run of MANY and a run of FEW gives the instructions of a warm request.
FEW, MANY = 10, 60
MILLION = 1e6
FORM_LOADS = 5


@dataclass
class Figures:
    """One variant's figures.

    cold, warm: millions of instructions for a cold start and for a warm request
    cpu: CPU time of a cold start in each round, in milliseconds
    emulator: duration of a cold start in the Lambda emulator in each round, in milliseconds
    memory, size: in MB
    opened: number of opened files
    calls: AWS calls per submission
    """

    cold: float | None = None
    warm: float | None = None
    cpu: list[float] = field(default_factory=list)
    emulator: list[float] = field(default_factory=list)
    memory: float = 0
    size: float = 0
    opened: int = 0
    calls: int = 0


class Bench:
    def __init__(self, aws: FakeAws, progress: Progress, *, short: bool) -> None:
        self.aws = aws
        self.variables = environment(aws)
        self.progress = progress
        self.rounds = 5 if short else 25
        self.starts = 3 if short else 15
        self.found: dict[str, Figures] = {}

    def build(self, variants: Iterable[Variant]) -> None:
        for variant in variants:
            figures = self.found[variant.key] = Figures()
            figures.size = artifacts.size(variant) / MILLION
            fake_aws.trust(variant.folder, self.aws.authority)

    def look(self, variants: list[Variant]) -> None:
        """Records each variant's memory, opened files and AWS calls."""
        for variant in self._steps("memory, files, calls", variants):
            self.aws.calls.clear()
            seen = run(variant, "0", self.variables, counted=False)
            figures = self.found[variant.key]
            figures.calls = len(self.aws.calls)
            figures.memory, figures.opened = seen.memory / 1000, seen.opened
            if variant.event in (artifacts.EVENT, BUILT / "rest-event.json") and seen.status != 201:  # noqa: PLR2004
                raise SystemExit(f"{variant.key} answers {seen.status}, not 201")

    def count(self, variants: list[Variant], *, warm: bool) -> None:
        """Counts instructions of two variants at a time, which does not change the counts."""
        counts = ["0", str(FEW), str(MANY)] if warm else ["0"]
        boot = self._counted((variants[0], "boot"))
        jobs = [(variant, count) for variant in variants for count in counts]
        task = self.progress.add_task("instructions", total=len(jobs))
        found: dict[tuple[str, str], float] = {}
        with ThreadPoolExecutor(2) as pool:
            for (variant, count), counted in zip(jobs, pool.map(self._counted, jobs), strict=True):
                found[variant.key, count] = counted
                self.progress.advance(task)
        for variant in variants:
            figures = self.found[variant.key]
            figures.cold = found[variant.key, "0"] - boot
            if warm:
                figures.warm = (found[variant.key, str(MANY)] - found[variant.key, str(FEW)]) / (MANY - FEW)

    def _counted(self, job: tuple[Variant, str]) -> float:
        variant, count = job
        return (run(variant, count, self.variables, counted=True).instructions or 0) / MILLION

    def time(self, variants: list[Variant]) -> None:
        def once(variant: Variant) -> None:
            self.found[variant.key].cpu.append(1000 * run(variant, "0", self.variables, counted=False).first)

        self._in_turns("CPU time", variants, self.rounds, once)

    def emulate(self, variants: list[Variant]) -> None:
        emulator = RuntimeEmulator(_runtime_client())

        def once(variant: Variant) -> None:
            self.found[variant.key].emulator.append(emulator.start(variant, self.variables))

        self._in_turns("runtime emulator", variants, self.starts, once)

    def _in_turns(self, name: str, variants: list[Variant], rounds: int, once: Callable[[Variant], None]) -> None:
        for _ in self._steps(name, range(rounds)):
            for variant in variants:
                once(variant)

    def _steps(self, name: str, things: Iterable[Any]) -> Iterable[Any]:
        things = list(things)
        return self.progress.track(things, total=len(things), description=name)


def _runtime_client() -> Path:
    """Installs Lambda's runtime client outside the function's folder, as on Lambda."""
    folder = BUILT / "packages-runtime-client"
    if not folder.exists():
        build.install(folder, PROJECT / "locks/benchmarks/runtime-client.txt", HERE, None)
        build.compile_all(HERE, folder, root=folder)
    return folder


def ratio(ours: list[float], theirs: list[float]) -> float | None:
    """Divides our figure by theirs in each round, and returns the median."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True)) if ours and theirs else None


def relative(value: float | None, base: float | None) -> float | None:
    return value / base if value and base else None


# (peer, highest acceptable ratio of our figure to the peer's, desired ratio)
Target = tuple[str, float, float]
TARGETS: Mapping[str, tuple[Target, ...]] = {
    "cold instructions": (("a", 1.25, 1.10), ("d", 0.96, 0.84), ("e", 0.60, 0.52)),
    "warm instructions": (("a", 0.85, 0.80), ("c", 0.57, 0.54)),
    "peak memory": (("a", 1.0, 0.93),),
    "size, unzipped": (("a", 0.95, 0.85),),
}


def compared(found: Mapping[str, Figures], key: str, base: str) -> dict[str, float | None]:
    ours, theirs = found[key], found[base]
    return {
        "cold instructions": relative(ours.cold, theirs.cold),
        "cold CPU time": ratio(ours.cpu, theirs.cpu),
        "emulator, INIT + first": ratio(ours.emulator, theirs.emulator),
        "warm instructions": relative(ours.warm, theirs.warm),
        "peak memory": relative(ours.memory, theirs.memory),
        "size, unzipped": relative(ours.size, theirs.size),
        "files opened": relative(ours.opened, theirs.opened),
    }


def report(found: Mapping[str, Figures], titles: Mapping[str, str], others: list[str]) -> str:
    lines = [
        f"Python {platform.python_version()}, {platform.machine()}. Ratios to **a**, which neither validates nor logs",
        "nor counts; all with shipped `.pyc` but those that say so.",
        "",
        "| | cold instructions (M) | cold CPU | emulator | warm (M) | memory (MB) | size (MB) | files | AWS calls |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for key, title in titles.items():
        figures, to_a = found[key], compared(found, key, "a")
        cells = [
            _cell(to_a["cold instructions"], figures.cold, 0),
            _cell(to_a["cold CPU time"]),
            _cell(to_a["emulator, INIT + first"]),
            _cell(to_a["warm instructions"], figures.warm, 2),
            _cell(to_a["peak memory"], figures.memory, 0),
            _cell(to_a["size, unzipped"], figures.size, 1),
            str(figures.opened or ""),
            str(figures.calls or ""),
        ]
        name = f"**{title}**" if key == OURS else f"{key.rstrip('-')}: {title}"
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", "| figure | beside | measured | must | goal | |", "|---|---|---|---|---|---|"]
    for figure, targets in TARGETS.items():
        for base, must, goal in targets:
            measured = compared(found, OURS, base)[figure] if base in found else None
            if measured is not None:
                verdict = "goal" if measured <= goal else "must" if measured <= must else "**missed**"
                lines.append(f"| {figure} | {base} | {measured:.2f} | {must:.2f} | {goal:.2f} | {verdict} |")
    if others:
        lines += ["", "| other function | cold instructions, to a |", "|---|---|"]
        lines += [f"| {key} | {_cell(relative(found[key].cold, found['a'].cold))} |" for key in others]
    return "\n".join(lines) + "\n"


def _cell(to_a: float | None, value: float | None = None, digits: int = 0) -> str:
    if to_a is None:
        return ""
    return f"{to_a:.2f}" if value is None else f"{to_a:.2f} ({value:.{digits}f})"


def plot(found: Mapping[str, Figures], titles: Mapping[str, str], file: Path) -> None:
    import matplotlib.pyplot as plt  # noqa: PLC0415

    measures = ("cold instructions", "emulator, INIT + first", "warm instructions", "peak memory")
    shown = [key for key in titles if not key.endswith("-")]
    figure, panels = plt.subplots(1, len(measures), figsize=(14, 0.5 * len(shown) + 1.4), sharey=True)
    for panel, measure in zip(panels, measures, strict=True):
        values = [compared(found, key, "a")[measure] or 0 for key in shown]
        bars = panel.barh([titles[key] for key in shown], values)
        for key, bar in zip(shown, bars, strict=True):
            bar.set_color("#0b6e6e" if key == OURS else "#b9c4c4")
        panel.bar_label(bars, fmt="%.2f", padding=2)
        panel.axvline(1, color="#444", linewidth=0.8)
        panel.set_title(f"{measure}, to a")
        panel.set_xlim(0, max([*values, 1]) * 1.2)
    panels[0].invert_yaxis()
    figure.tight_layout()
    figure.savefig(file)


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast functions start, beside their peers")
    parser.add_argument("--short", action="store_true")
    short = parser.parse_args().short
    started = time.monotonic()
    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with FakeAws() as aws, Progress(*columns) as progress:
        wanted = [peer for peer in artifacts.peers() if not short or peer.key in ("a", "c", "d", "e")]
        [ours] = artifacts.ours(OURS)
        variants = [*wanted, artifacts.floor(ours), ours]
        bench = Bench(aws, progress, short=short)
        bench.build(variants)
        bench.look(variants)
        uncompiled, others = [], []
        if not short:
            uncompiled = [artifacts.without_pyc(variant) for variant in variants if variant.key in ("a", OURS)]
            names = [build.module_name(name) for name in function_names()]
            others = artifacts.ours(*(name for name in names if name != OURS))
            fake_aws.trust(others[0].folder, aws.authority)
        if can_count():
            bench.count(variants, warm=True)
            if not short:
                for variant in uncompiled:
                    bench.found[variant.key] = Figures(size=artifacts.size(variant) / MILLION)
                for other in others:
                    bench.found.setdefault(other.key, Figures())
                bench.count([*uncompiled, *others], warm=False)
        bench.time(variants)
        if RuntimeEmulator.program():
            bench.emulate(variants)
    titles = {variant.key: variant.title for variant in [*variants, *uncompiled]}
    if not can_count():
        print("valgrind is not installed here: no instructions, only times.")
        titles = {variant.key: variant.title for variant in variants}
    text = report(bench.found, titles, [other.key for other in others if can_count()])
    if not short:
        text += f"\nThe form on a slow phone (benchmarks/form_speed.py):\n\n```\n{form_speed.tables(FORM_LOADS)}\n```\n"
    (BUILT / "speed.md").write_text(text, encoding="utf-8")
    plot(bench.found, titles, BUILT / "speed.svg")
    raw = {key: vars(figures) for key, figures in bench.found.items()}
    (BUILT / "speed.json").write_text(json.dumps(raw, indent=1), encoding="utf-8")
    print(text)
    print(f"{time.monotonic() - started:.0f} s. build/benchmarks: speed.md, speed.svg, speed.json")


if __name__ == "__main__":
    main()
