"""Reads the access log, which records who opened which lead, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.errors import FieldProblem, InvalidInput
from shared.domain.leads.access import Access, AccessQuery
from shared.domain.leads.search_keys import half_in
from shared.domain.leads.staff import Staff
from shared.domain.leads.worklist import reference_in
from shared.usecases.inbox import must_administer
from shared.usecases.ports import AccessHistory

ENTRIES_ON_PAGE = 500
# The most entries read for one page. A page without matches may still have a next page.
READ_FOR_A_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class AccessPage:
    """A page of the access log, latest entry first. `next_cursor`: None on the last page."""

    entries: tuple[Access, ...]
    next_cursor: str | None


def read_accesses(
    query: AccessQuery, staff: Staff, accesses: AccessHistory, at: datetime, zone: ZoneInfo
) -> AccessPage:
    """Also records that `staff` read the log.

    Raises: NotAllowed, InvalidInput, StoreUnavailable.
    """
    must_administer(staff)
    period = query.period(at, zone)
    reference = _reference(query)
    accesses.add_reading(staff, at)
    found: list[Access] = []
    next_cursor = None
    for read, (access, cursor) in enumerate(accesses.between(period, query.cursor), start=1):
        if query.wants(access, reference):
            found.append(access)
        if len(found) >= ENTRIES_ON_PAGE or read >= READ_FOR_A_PAGE:
            next_cursor = cursor
            break
    return AccessPage(tuple(found), next_cursor)


def _reference(query: AccessQuery) -> str | None:
    if query.reference is None:
        return None
    if reference := reference_in(query.reference) or half_in(query.reference):
        return reference
    raise InvalidInput((FieldProblem("/reference", "Enter the reference as in the alert, or half of it."),))
