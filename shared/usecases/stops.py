"""Counts, for each page of the form, the visitors who stop there."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.errors import FieldProblem, InvalidInput
from shared.domain.intake.stop import Stop
from shared.domain.leads.counts import stop_cells, views
from shared.usecases.ports import RuleSets, StopCounts
from shared.usecases.scoring import rule_set_for


def count_stop(stop: Stop, rule_sets: RuleSets, counts: StopCounts, zone: ZoneInfo, at: datetime) -> None:
    """Counts a visitor who left the form on page `stop.page`, under today's date.

    Takes back the visitor's earlier count on page `stop.before`. `stop.page` is None once the visitor sends the form.

    Raises: InvalidInput if the page or the questionnaire is unknown; StoreUnavailable.
    """
    known = views(rule_set_for(rule_sets, stop.questionnaire).questionnaire)
    for field, page in (("page", stop.page), ("before", stop.before)):
        if page is not None and page not in known:
            raise InvalidInput((FieldProblem(f"/{field}", "This questionnaire has no such page."),))
    if cells := stop_cells(stop):
        counts.add_stop(at.astimezone(zone).date(), cells)
