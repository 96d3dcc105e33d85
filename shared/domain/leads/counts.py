"""Counts leads by day of arrival, and counts open leads.

A changed lead is subtracted from its former counts and added to its new counts.
The counts name no person, so an erased lead stays in the counts of its day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from shared.domain.leads.calls import first_call_at
from shared.domain.leads.lead import CANARY, Lead
from shared.domain.leads.my_day import day_keys_of
from shared.domain.leads.search_keys import search_keys_of
from shared.domain.rules.sole_cause import sole_cause
from shared.domain.rules.triage import RuleSet

if TYPE_CHECKING:
    from shared.domain.intake.stop import Stop
    from shared.domain.rules.questionnaire import Questionnaire

TIER, SOURCE, CAMPAIGN, RULE, SUSPECTS, STOPPED = "tier", "source", "campaign", "rule", "suspects", "stopped"
LEADS, DUE, CALLED, IN_TIME, BOOKED, ACKNOWLEDGED_IN, CALLED_IN = (
    "leads",
    "due",
    "called",
    "in_time",
    "booked",
    "acknowledged_in",
    "called_in",
)
UNTAKEN, TAKEN = "untaken", "taken"
HOUR = "%Y-%m-%dT%H"
NO_CAMPAIGN = "(none)"
LONGEST_NAME = 60
EXACT = 100  # minutes; longer times are rounded to limit the number of cells

# Medians are not counted per campaign, because a URL can name any campaign and table items must stay small.
MEDIANS = (ACKNOWLEDGED_IN, CALLED_IN)

# id -> title of the views of the form that are not pages
VIEWS = {"check": "Check your answers", "callback": "Just call me", "emergency": "Emergency advice"}

Cell = tuple[str, ...]  # the name of one count, such as ("tier", "URGENT", "leads"); stored joined by "|"


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts that include a lead, and its search keys.

    day: the day of arrival (ISO date, clinic's time zone); "" for a canary and for a lead without answers.
    cells: the counts of the day that include the lead.
    waiting: the lead's cell in the counts of open leads; () if the lead is not open.
    """

    day: str = ""
    cells: frozenset[Cell] = frozenset()
    waiting: Cell = ()
    found_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """What to change in counts and search keys when a lead changes.

    days: day -> cell -> number to add, which may be negative.
    """

    days: Mapping[str, Mapping[Cell, int]]
    waiting: Mapping[Cell, int]
    found_by: frozenset[str] = field(default_factory=frozenset)
    no_longer_found_by: frozenset[str] = field(default_factory=frozenset)


def counted(lead: Lead, rule_set: RuleSet | None, zone: ZoneInfo, person_key: str, before: Counted | None) -> Counted:
    """Returns the counts that include a lead now.

    before: the former counts, which supply the lead's rule if the rules have changed; None for a new lead.
    """
    if lead.source == CANARY:
        return Counted()
    waiting: Cell = ()
    if lead.needs_someone:
        waiting = (TAKEN if lead.work.status == "acknowledged" else UNTAKEN, lead.tier)
    found_by = frozenset((*search_keys_of(lead, person_key), *day_keys_of(lead, zone)))
    if lead.answers_removed_at is not None:
        return Counted(waiting=waiting, found_by=found_by)
    day = _arrived(lead).astimezone(zone).date().isoformat()
    if lead.assessment.suspicion.suspect:
        return Counted(day, frozenset({(SUSPECTS,)}), waiting, found_by)
    cells = {*_figures((TIER, lead.tier), lead), *_figures((SOURCE, lead.source), lead)}
    cells |= {cell for cell in _figures((CAMPAIGN, campaign(lead)), lead) if cell[2] not in MEDIANS}
    return Counted(day, frozenset(cells | _rule(lead, rule_set, before)), waiting, found_by)


def change(before: Counted | None, after: Counted | None) -> Change:
    """Returns what to change in the counts. A lead that is gone stays in the counts of its day."""
    was, now = before or Counted(), after or Counted()
    days: dict[str, Counter[Cell]] = {}
    if now.day:
        for counts, sign in ((was, -1), (now, 1)):
            if counts.day:
                days.setdefault(counts.day, Counter()).update(dict.fromkeys(counts.cells, sign))
    waiting = Counter({now.waiting: 1} if now.waiting else {})
    waiting.subtract({was.waiting: 1} if was.waiting else {})
    return Change(
        days={day: kept for day, cells in days.items() if (kept := _nonzero(cells))},
        waiting=_nonzero(waiting),
        found_by=now.found_by - was.found_by,
        no_longer_found_by=was.found_by - now.found_by,
    )


def untaken_leads(listed: Iterable[tuple[str, bool]], *, all_listed: bool, kept: Mapping[str, int]) -> dict[str, int]:
    """Returns tier -> number of open leads without an owner.

    Stored counts may be wrong, so they are used only for tiers that may continue after the listed rows.
    listed: (tier, whether the lead has an owner) of the worklist's first rows, leads without an owner first.
    all_listed: whether these rows are all open leads.
    kept: the stored counts, tier -> number.
    """
    rows = list(listed)
    seen = Counter(tier for tier, taken in rows if not taken)
    if all_listed or any(taken for _, taken in rows):
        return dict(seen)
    if not rows:
        return {tier: count for tier, count in kept.items() if count > 0}
    last = rows[-1][0]
    complete = {tier: count for tier, count in seen.items() if tier != last}
    beyond = {tier: max(count, seen[tier]) for tier, count in kept.items() if tier not in complete}
    return {**complete, last: seen[last], **{tier: count for tier, count in beyond.items() if count > 0}}


def campaign(lead: Lead) -> str:
    given = lead.submitted.attribution
    named = " / ".join(filter(None, (given.get("utm_source"), given.get("utm_campaign"))))
    return named.replace("|", " ")[:LONGEST_NAME] or NO_CAMPAIGN


def views(questionnaire: Questionnaire) -> dict[str, str]:
    return {page.id: page.title for page in questionnaire.form_pages} | VIEWS


def stop_cells(stop: Stop) -> dict[Cell, int]:
    moved: Counter[Cell] = Counter()
    for page, number in ((stop.page, 1), (stop.before, -1)):
        if page is not None:
            moved[STOPPED, stop.questionnaire, page] += number
    return _nonzero(moved)


def rounded_minutes(since: datetime, until: datetime) -> int:
    """Returns whole minutes, from 100 on rounded down to two significant digits."""
    minutes = max(0, int((until - since).total_seconds() // 60))
    step = 1
    while minutes // step >= EXACT:
        step *= 10
    return minutes // step * step


def _arrived(lead: Lead) -> datetime:
    return min([lead.assessment.received_at, *(earlier.received_at for earlier in lead.earlier)])


def _figures(group: Cell, lead: Lead) -> Iterator[Cell]:
    since, deadline, called_at = _arrived(lead), lead.escalation.deadline, first_call_at(lead)
    yield (*group, LEADS)
    if deadline is not None:
        yield (*group, DUE, _hour_of(deadline))
        if called_at is not None and called_at <= deadline:
            yield (*group, IN_TIME, _hour_of(deadline))
    if called_at is not None:
        yield (*group, CALLED)
        yield (*group, CALLED_IN, str(rounded_minutes(since, called_at)))
    if lead.work.acknowledged_at is not None:
        yield (*group, ACKNOWLEDGED_IN, str(rounded_minutes(since, lead.work.acknowledged_at)))
    if lead.work.status == "booked":
        yield (*group, BOOKED)


def _hour_of(deadline: datetime) -> str:
    """Only the hour, because minutes would need too many cells per day."""
    return deadline.astimezone(UTC).strftime(HOUR)


def is_over(hour: str, at: datetime) -> bool:
    return at >= datetime.strptime(hour, HOUR).replace(tzinfo=UTC) + timedelta(hours=1)


def _rule(lead: Lead, rule_set: RuleSet | None, before: Counted | None) -> set[Cell]:
    """Returns the cell of the rule that alone caused the tier, from `before` if the rules have changed."""
    result = lead.assessment.triage
    if rule_set is None or rule_set.version != result.rule_set_version:
        return {cell for cell in before.cells if cell[0] == RULE} if before else set()
    if result.failed:
        return set()
    rule = sole_cause(rule_set, lead.submitted.answers, result, lead.door)
    return {(RULE, rule, result.tier)} if rule else set()


def _nonzero(cells: Mapping[Cell, int]) -> dict[Cell, int]:
    return {cell: number for cell, number in cells.items() if number}
