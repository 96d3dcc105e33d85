"""The model of a page of leads, from the worklist or a search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from shared.domain.leads.lead_summary import LeadRow
from shared.http.staff_responses import Instant
from shared.http.visitor_responses import ResponseModel

if TYPE_CHECKING:
    from shared.usecases import listing


class WorklistPage(ResponseModel):
    """A page of leads.

    cursor: the cursor for the next page; null on the last page.
    now: the service's current time.
    untaken: tier -> number of open leads without an owner; null for a search and for "My day".
    open: number of all open leads; null for a search and for "My day".
    more: whether a search may match more leads than it returned.
    """

    leads: tuple[LeadRow, ...]
    cursor: str | None
    now: Instant
    untaken: dict[str, int] | None
    open: int | None
    more: bool

    @classmethod
    def of(cls, page: listing.WorklistPage) -> Self:
        untaken = None if page.untaken is None else dict(page.untaken)
        return cls(
            leads=page.leads, cursor=page.next_cursor, now=page.at, untaken=untaken, open=page.open, more=page.more
        )
