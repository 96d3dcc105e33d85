"""The model of the manager's report."""

from __future__ import annotations

from datetime import date

from shared.domain.leads.report import DayFigures, Figures, PageCount, RuleCount
from shared.http.visitor_responses import ResponseModel


class ReportShown(ResponseModel):
    """Figures about the leads of a date range, from counts that name no lead.

    rules: rules that alone caused the tier of leads; empty with fewer than 20 leads.
    pages: where visitors with JavaScript left the form unsent; empty with fewer than 20 such visitors.
    suspects: how many leads bots may have sent; no other figure counts them.
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
