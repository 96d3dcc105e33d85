"""Makes the manager's report from the daily counts, which name no person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from shared.domain.intake.fields import Day
from shared.domain.leads.counts import (
    ACKNOWLEDGED_IN,
    BOOKED,
    CALLED,
    CALLED_IN,
    CAMPAIGN,
    DUE,
    IN_TIME,
    LEADS,
    RULE,
    SOURCE,
    STOPPED,
    SUSPECTS,
    TIER,
    Cell,
    is_over,
    views,
)
from shared.domain.leads.export import days_between
from shared.domain.model import Model
from shared.domain.rules.triage import RuleSet

# With fewer leads or visitors, a list could reveal something about one person.
ENOUGH = 20
DayCounts = Mapping[Cell, int]


class ReportQuery(Model):
    """A request for the report of a date range, first and last day included.

    Days are in the clinic's time zone. The default is the last 30 days.
    """

    format: Literal["json", "csv"] = "json"
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None

    def days(self, at: datetime, zone: ZoneInfo) -> tuple[date, date]:
        return days_between(self.first, self.last, at, zone)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts for a group of leads, without suspected bots.

    acknowledged: 0 for a campaign, for which acknowledgements are not counted.
    due: leads with a deadline in a clock hour (UTC) that has ended.
    called_in_time: of the `due` leads, those called by the deadline.
    minutes_to_acknowledgement, minutes_to_call: medians from arrival; None without such leads, and for a campaign.
    """

    name: str
    leads: int
    acknowledged: int
    due: int
    called: int
    called_in_time: int
    booked: int
    minutes_to_acknowledgement: int | None
    minutes_to_call: int | None


@dataclass(frozen=True, slots=True)
class DayFigures:
    day: date
    leads: int
    booked: int
    tiers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many leads are in their tier because of one rule alone.

    reason: the reason that the rule gives; "" if the rule no longer exists.
    """

    rule: str
    reason: str
    tier: str
    leads: int


@dataclass(frozen=True, slots=True)
class PageCount:
    """How many visitors left the form on a page. Visitors without JavaScript are not counted."""

    questionnaire: str
    page: str
    title: str
    visitors: int


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a date range.

    rules: empty for fewer than ENOUGH leads.
    pages: empty for fewer than ENOUGH visitors.
    """

    first: date
    last: date
    total: Figures
    days: tuple[DayFigures, ...]
    tiers: tuple[Figures, ...]
    sources: tuple[Figures, ...]
    campaigns: tuple[Figures, ...]
    rules: tuple[RuleCount, ...]
    pages: tuple[PageCount, ...]
    suspects: int


def report(
    first: date, last: date, counts: Mapping[date, DayCounts], rule_sets: Iterable[RuleSet], at: datetime
) -> Report:
    """Makes the report of a date range. `counts`: day -> cell -> number."""
    total: Counter[Cell] = Counter()
    for cells in counts.values():
        total.update(cells)
    for cell, number in list(total.items()):
        if cell[2:3] in ((DUE,), (IN_TIME,)) and is_over(cell[3], at):
            total[cell[:3]] += number
    in_use = tuple(rule_sets)
    tiers = dict.fromkeys(tier for rule_set in in_use for tier in rule_set.tiers)
    reasons = {rule.id: rule.reason for rule_set in in_use for rule in (*rule_set.safety, *rule_set.not_fit)}
    by_tier = [_figures(tier, (TIER, tier), total) for tier in _ordered(tiers, _names(TIER, total))]
    everybody = _figures("all", (TIER,), _over_all(TIER, total))
    rules = [
        RuleCount(cell[1], reasons.get(cell[1], ""), cell[2], number)
        for cell, number in total.items()
        if cell[0] == RULE and number > 0
    ]
    return Report(
        first,
        last,
        everybody,
        tuple(_day(day, counts[day]) for day in sorted(counts)),
        tuple(by_tier),
        _groups(SOURCE, total),
        _groups(CAMPAIGN, total),
        tuple(sorted(rules, key=lambda rule: (-rule.leads, rule.rule))) if everybody.leads >= ENOUGH else (),
        _pages(in_use, total),
        total[(SUSPECTS,)],
    )


def _pages(rule_sets: Iterable[RuleSet], total: Counter[Cell]) -> tuple[PageCount, ...]:
    forms = [rule_set.questionnaire for rule_set in rule_sets]
    found = tuple(
        # at least 0, because a visitor who comes back is subtracted from the day of the return
        PageCount(form.id, page, title, max(0, total[STOPPED, form.id, page]))
        for form in forms
        for page, title in views(form).items()
    )
    return found if sum(page.visitors for page in found) >= ENOUGH else ()


def _groups(kind: str, total: Counter[Cell]) -> tuple[Figures, ...]:
    found = (_figures(name, (kind, name), total) for name in _names(kind, total))
    return tuple(sorted(found, key=lambda figures: (-figures.leads, figures.name)))


def _figures(name: str, group: Cell, total: Counter[Cell]) -> Figures:
    return Figures(
        name=name,
        leads=total[(*group, LEADS)],
        acknowledged=sum(_minutes((*group, ACKNOWLEDGED_IN), total).values()),
        due=total[(*group, DUE)],
        called=total[(*group, CALLED)],
        called_in_time=total[(*group, IN_TIME)],
        booked=total[(*group, BOOKED)],
        minutes_to_acknowledgement=_median((*group, ACKNOWLEDGED_IN), total),
        minutes_to_call=_median((*group, CALLED_IN), total),
    )


def _day(day: date, cells: DayCounts) -> DayFigures:
    total = Counter(cells)
    by_tier = {tier: total[TIER, tier, LEADS] for tier in _names(TIER, total)}
    booked = _over_all(TIER, total)[TIER, BOOKED]
    return DayFigures(day, sum(by_tier.values()), booked, by_tier)


def _over_all(kind: str, total: Counter[Cell]) -> Counter[Cell]:
    together: Counter[Cell] = Counter()
    for cell, number in total.items():
        if cell[0] == kind:
            together[(kind, *cell[2:])] += number
    return together


def _names(kind: str, total: Counter[Cell]) -> list[str]:
    return sorted({cell[1] for cell, number in total.items() if cell[0] == kind and cell[2] == LEADS and number > 0})


def _ordered(order: Iterable[str], found: list[str]) -> list[str]:
    known = [name for name in order if name in found]
    return known + [name for name in found if name not in known]


def _median(group: Cell, total: Counter[Cell]) -> int | None:
    minutes = _minutes(group, total)
    half = (sum(minutes.values()) + 1) // 2
    for value, number in sorted(minutes.items()):
        half -= number
        if half <= 0:
            return value
    return None


def _minutes(group: Cell, total: Counter[Cell]) -> dict[int, int]:
    return {int(cell[-1]): number for cell, number in total.items() if cell[:-1] == group and number > 0}
