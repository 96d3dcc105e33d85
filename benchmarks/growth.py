"""Measures how the cost of reads grows with the table, and how evenly leads spread over an index's partitions.

    python -m benchmarks.growth [--leads 1000 100000 1000000]

Also draws build/growth.svg. A table of a million leads takes about 3 GB of memory and a minute.
"""

from __future__ import annotations

import argparse
import io
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.capacity import Item
from benchmarks.cost import GOAL, Facts, partitions_for, units_shared_by_all
from benchmarks.table_in_memory import TableInMemory
from dev import template
from shared.adapters.dynamodb.items import item_of
from shared.adapters.dynamodb.leads_table import LeadsTable
from shared.adapters.dynamodb.partitions import Partitions
from shared.domain.leads.export import ExportQuery
from shared.domain.leads.staff import Staff
from shared.domain.leads.worklist import Search, WorklistQuery
from shared.rulebook.loading import load
from shared.rulebook.retention import retention
from shared.usecases.exporting import export_leads
from shared.usecases.inbox import Workspace
from shared.usecases.listing import Listing, list_leads, search_leads
from shared.usecases.retiring import retire_leads
from tests.functions.calls import URGENT
from tests.leads import HOURS, PERSON_KEY, NoAccessLog, a_lead, varied

PLOT = Path(__file__).resolve().parents[1] / "build" / "growth.svg"
NOW = datetime(2026, 1, 14, 16, 0, tzinfo=UTC)
SIZES = (1_000, 100_000, 1_000_000)
OPEN, DUE, LAST_WEEK, OVERDUE_TO_RETIRE = 40, 5, 60, 20
ADMIN = Staff("benchmark", "Benchmark", frozenset({"clinician", "admin"}))
ONE = Partitions(1)
SECONDS = 5  # duration of the simulated flood


class NoCounts:
    """An empty substitute for the table of derived data."""

    def open_leads(self) -> dict[tuple[str, ...], int]:
        return {}

    def found_by(self, _search_keys: object) -> frozenset[UUID]:
        return frozenset()


def fill(count: int) -> Iterator[Item]:
    """Yields the items of `count` leads, of which the first OPEN are open."""
    for number in range(OPEN):
        due = NOW - timedelta(minutes=1) if number < DUE else NOW + timedelta(hours=1)
        lead = a_lead(URGENT, NOW - timedelta(hours=2, seconds=number), UUID(int=number))
        yield item_of(varied(lead, next_at=due), ONE)
    for number in range(OPEN, OPEN + LAST_WEEK + OVERDUE_TO_RETIRE):
        age = timedelta(days=400, minutes=number) if number >= OPEN + LAST_WEEK else timedelta(hours=2 * number)
        yield item_of(_closed(NOW - age, number), ONE)
    past = item_of(_closed(NOW - timedelta(days=60), 0), ONE)
    for number in range(OPEN + LAST_WEEK + OVERDUE_TO_RETIRE, count):
        at = NOW - timedelta(days=20 + number % 340, milliseconds=number)
        yield past | _changed(at, number)


def _closed(at: datetime, number: int) -> Any:
    ended = {"status": "closed", "closed_at": at, "closed_reason": "declined", "next_at": None}
    return varied(a_lead(URGENT, at, UUID(int=number)), **ended)


def _changed(at: datetime, number: int) -> Item:
    instant = at.isoformat(timespec="milliseconds")
    order = f"{instant}#{UUID(int=number)}"
    changed = {
        "lead_id": str(UUID(int=number)),
        "reference": f"R{number}",
        "phone_key": f"p{number}",
        "email_key": f"e{number}",
        "received_at": instant,
        "worklist_order": order,
        "arrival_order": order,
        "retention_since": instant,
    }
    return {name: {"S": value} for name, value in changed.items()}


def reads(table: LeadsTable) -> dict[str, Callable[[], object]]:
    records = Workspace(table, load(), NoAccessLog(), HOURS)
    phone, listing = Search(q="(312) 555-0142"), Listing(table, NoAccessLog(), NoCounts(), HOURS.zone)
    week = {"from": (NOW - timedelta(days=6)).date().isoformat(), "to": NOW.date().isoformat()}
    return {
        "worklist": lambda: list_leads(WorklistQuery(), ADMIN, listing, NOW),
        "a page of closed leads": lambda: list_leads(WorklistQuery(view="closed"), ADMIN, listing, NOW),
        "sweep": lambda: list(table.due(NOW)),
        "search by phone": lambda: search_leads(phone, (PERSON_KEY,), ADMIN, listing, NOW),
        "export of a week": lambda: export_leads(ExportQuery.model_validate(week), ADMIN, records, NOW),
        "retention": lambda: retire_leads(table, retention(), lambda: NOW, NOW + timedelta(hours=1)),
    }


def measure(count: int) -> dict[str, tuple[int, float]]:
    memory = TableInMemory(template.expand()["Resources"]["LeadsTable"]["Properties"])
    table = LeadsTable(memory, "leads", 1)  # type: ignore[arg-type]
    memory.load(fill(count))
    found = {}
    for name, read in reads(table).items():
        memory.forget()
        read()
        found[name] = (memory.requests, memory.units)
    return found


def busiest(rate: int, partitions: int, facts: Facts, seed: int = 1) -> dict[str, int]:
    """Returns index name -> write units of its busiest partition in the busiest second of a flood.

    rate: submissions per second
    partitions: partitions per index
    """
    chance = random.Random(seed)  # noqa: S311  a simulation
    spread = Partitions(partitions)
    most: Counter[str] = Counter()
    for _ in range(SECONDS):
        counts = Counter(spread.of(UUID(int=chance.getrandbits(128)), "any") for _ in range(rate))
        for index, units in units_shared_by_all(facts).items():
            most[index] = max(most[index], max(counts.values()) * units)
    return dict(most)


def draw(sizes: list[int], found: list[dict[str, tuple[int, float]]]) -> bytes:
    import matplotlib as mpl  # noqa: PLC0415  slow to import

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, panel = plt.subplots(figsize=(7, 4.2), layout="constrained")
    for name in found[0]:
        panel.plot(sizes, [each[name][1] for each in found], marker="o", label=name)
    panel.set(
        xscale="log", yscale="log", xlabel="leads in the table", ylabel="capacity units", title="What a read costs"
    )
    panel.legend(fontsize=8)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="svg")
    plt.close(figure)
    return drawn.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, nargs="+", default=list(SIZES))
    sizes = parser.parse_args().leads
    console = Console()
    found = [measure(count) for count in track(sizes, "Filling tables", console=console)]
    table = Table("requests / units", *(f"{count:,} leads" for count in sizes))
    for name in found[0]:
        table.add_row(name, *(f"{each[name][0]} / {each[name][1]:g}" for each in found))
    console.print(table)
    facts = Facts.gather()
    partitions = partitions_for(GOAL, facts)
    most = busiest(GOAL, partitions, facts)
    console.print(
        f"At {GOAL:,} submissions a second over {partitions} partitions, the busiest partition takes a second: {most}"
    )
    PLOT.parent.mkdir(exist_ok=True)
    PLOT.write_bytes(draw(sizes, found))
    console.print(f"Drawn: {PLOT.relative_to(Path.cwd()) if PLOT.is_relative_to(Path.cwd()) else PLOT}")


if __name__ == "__main__":
    main()
