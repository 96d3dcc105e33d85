"""Updates the counts and search keys when leads change, and makes the manager's report from the counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.domain.errors import LeadChanged, StoreUnavailable
from shared.domain.leads.counts import Counted, change, counted
from shared.domain.leads.export import Period
from shared.domain.leads.report import Report, ReportQuery, report
from shared.domain.leads.staff import Staff
from shared.domain.opening_hours import OpeningHours
from shared.usecases.inbox import must_export
from shared.usecases.ports import CountedLeads, Counts, RuleSets

ATTEMPTS = 5
# The daily run counts leads of this time again, because a table's stream keeps changes for only a day.
LOOKS_BACK = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Counting:
    """The clients and settings needed to count leads. `person_key`: the secret that hashes the search keys."""

    leads: CountedLeads
    counts: Counts
    rule_sets: RuleSets
    hours: OpeningHours
    person_key: str


def count_lead(lead_id: UUID, counting: Counting) -> None:
    """Updates the counts and search keys for the current state of a lead. Harmless if repeated.

    Raises: StoreUnavailable.
    """
    for _ in range(ATTEMPTS):
        # Read the counts before the lead, so that an older state of the lead never overwrites a newer one.
        before = counting.counts.counted(lead_id)
        lead = counting.leads.get(lead_id)
        after = Counted()
        if lead is not None:
            rule_set = counting.rule_sets.of(lead.submitted.questionnaire)
            after = counted(lead, rule_set, counting.hours.zone, counting.person_key, before)
        if after == (before or Counted()):
            return
        try:
            counting.counts.count(lead_id, before, after, change(before, after))
        except LeadChanged:
            continue
        return
    raise StoreUnavailable


def count_recent_leads(counting: Counting, clock: Callable[[], datetime], until: datetime) -> int:
    """Counts again the leads that arrived within LOOKS_BACK, until `until`. Returns how many leads it counted.

    Raises: StoreUnavailable.
    """
    number = 0
    for lead_id, _ in counting.leads.arrivals(Period(clock() - LOOKS_BACK, clock())):
        if clock() >= until:
            break
        count_lead(lead_id, counting)
        number += 1
    return number


def make_report(
    query: ReportQuery, staff: Staff, counts: Counts, rule_sets: RuleSets, hours: OpeningHours, at: datetime
) -> Report:
    """Reads only counts, no leads.

    Raises: NotAllowed, InvalidInput, StoreUnavailable.
    """
    must_export(staff)
    first, last = query.days(at, hours.zone)
    return report(first, last, counts.days(first, last), rule_sets.rule_sets.values(), at)
