"""Writes the report as CSV for people outside the clinic, such as its advertising agency: no figure under 5 people,
and none that can be found by subtraction."""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.leads.report import DayFigures, Figures, Report
from shared.formats.leads_csv import BYTE_ORDER_MARK, row, safe_cell

FEWEST = 5  # people in a figure
HIDDEN = f"under {FEWEST}"
HEADER = (
    "group",
    "name",
    "leads",
    "called_in_time",
    "booked",
    "median_minutes_to_acknowledgement",
    "median_minutes_to_first_call",
)


def report_csv(report: Report) -> str:
    """Returns a line for each day, tier, source and campaign. There is no line for all leads together."""
    groups: dict[str, Iterable[Figures | DayFigures]] = {
        "day": report.days,
        "tier": report.tiers,
        "source": report.sources,
        "campaign": report.campaigns,
    }
    lines: list[tuple[str, ...]] = [HEADER]
    for group, found in groups.items():
        figures = list(found)
        hidden = hidden_of([each.leads for each in figures])
        lines += [_line(group, each, hide=number in hidden) for number, each in enumerate(figures)]
    return BYTE_ORDER_MARK + "".join(map(row, lines))


def hidden_of(numbers: list[int]) -> frozenset[int]:
    """Returns the places of the numbers to hide: those under FEWEST, and the next ones while the sum of the hidden is
    under FEWEST, since it is the difference between all and the rest."""
    hidden: list[int] = []
    for place in sorted((place for place, number in enumerate(numbers) if number), key=numbers.__getitem__):
        if numbers[place] >= FEWEST and (not hidden or sum(numbers[each] for each in hidden) >= FEWEST):
            break
        hidden.append(place)
    return frozenset(hidden)


def _line(group: str, figures: Figures | DayFigures, *, hide: bool) -> tuple[str, ...]:
    name = figures.day.isoformat() if isinstance(figures, DayFigures) else safe_cell(figures.name)
    if hide:
        return (group, name, HIDDEN, "", "", "", "")
    if isinstance(figures, DayFigures):
        return (group, name, str(figures.leads), "", _few_hidden(figures.booked), "", "")
    medians = (figures.minutes_to_acknowledgement, figures.minutes_to_call)
    acknowledged_in, called_in = ("" if minutes is None else str(minutes) for minutes in medians)
    in_time, booked = _few_hidden(figures.called_in_time), _few_hidden(figures.booked)
    return (group, name, str(figures.leads), in_time, booked, acknowledged_in, called_in)


def _few_hidden(number: int) -> str:
    return HIDDEN if 0 < number < FEWEST else str(number)
