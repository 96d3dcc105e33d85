"""Writes the report as CSV for people outside the clinic, such as its advertising agency.

Hides figures about 1 to 4 people, and larger figures from which readers could compute a hidden figure.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.leads.report import DayFigures, Figures, Report
from shared.formats.leads_csv import BYTE_ORDER_MARK, row, safe_cell

FEWEST = 5  # smaller figures are hidden, except zero
HIDDEN = "not shown"
HEADER = (
    "group",
    "name",
    "leads",
    "calls_due",
    "called_in_time",
    "booked",
    "median_minutes_to_acknowledgement",
    "median_minutes_to_first_call",
)


def report_csv(report: Report) -> str:
    """There is no grand total."""
    groups: dict[str, Sequence[Figures | DayFigures]] = {
        "day": report.days,
        "tier": report.tiers,
        "source": report.sources,
        "campaign": report.campaigns,
    }
    lines: list[tuple[str, ...]] = [HEADER]
    for group, found in groups.items():
        lines += _lines(group, found)
    return BYTE_ORDER_MARK + "".join(map(row, lines))


def hidden_of(numbers: Sequence[int], already: frozenset[int] = frozenset()) -> frozenset[int]:
    """Returns the positions of the numbers to hide: `already`, and the positions of numbers from 1 to FEWEST - 1.

    Readers may know the total and so the sum of hidden numbers. A sum below FEWEST hides one more number.

    already: positions that are hidden for another reason.
    """
    hidden = set(already)
    shown = [place for place, number in enumerate(numbers) if number and place not in already]
    for place in sorted(shown, key=numbers.__getitem__):
        if numbers[place] >= FEWEST and not 0 < sum(numbers[each] for each in hidden) < FEWEST:
            break
        hidden.add(place)
    return frozenset(hidden)


def _lines(group: str, found: Sequence[Figures | DayFigures]) -> list[tuple[str, ...]]:
    whole = hidden_of([each.leads for each in found])
    due = hidden_of([each.due if isinstance(each, Figures) else 0 for each in found], whole)
    in_time = hidden_of([each.called_in_time if isinstance(each, Figures) else 0 for each in found], due)
    booked = hidden_of([each.booked for each in found], whole)
    lines: list[tuple[str, ...]] = []
    for place, each in enumerate(found):
        name = safe_cell(each.name) if isinstance(each, Figures) else each.day.isoformat()
        bookings = HIDDEN if place in booked else str(each.booked)
        if place in whole:
            lines.append((group, name, HIDDEN, "", "", "", "", ""))
        elif isinstance(each, Figures):
            calls_due = HIDDEN if place in due else str(each.due)
            in_time_of_due = HIDDEN if place in in_time else str(each.called_in_time) if each.due else ""
            taken_in = _median(each.minutes_to_acknowledgement, each.acknowledged)
            called_in = _median(each.minutes_to_call, each.called)
            lines.append((group, name, str(each.leads), calls_due, in_time_of_due, bookings, taken_in, called_in))
        else:
            lines.append((group, name, str(each.leads), "", "", bookings, "", ""))
    return lines


def _median(minutes: int | None, people: int) -> str:
    if minutes is None:
        return ""
    return HIDDEN if people < FEWEST else str(minutes)
