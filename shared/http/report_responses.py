"""The model of the manager's report."""

from __future__ import annotations

from datetime import date

from shared.domain.leads.report import DayFigures, Figures, PageCount, RuleCount
from shared.http.visitor_responses import ResponseModel


class ReportShown(ResponseModel):
    """Figures about the leads of a date range, computed from counts that identify no lead.

    rules: for each rule, how many leads are in their tier because of that rule alone; empty for fewer than 20 leads.
    pages: for each page, how many visitors with JavaScript left the form there unsent; empty for fewer than 20
    visitors.
    suspects: how many leads are suspected to come from bots; no other figure includes these leads.
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
