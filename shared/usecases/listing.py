"""Lists and searches leads for staff, with the patients' names and the number of open leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.domain.errors import NotAllowed, StoreUnavailable
from shared.domain.leads.counts import TAKEN, UNTAKEN, Cell, untaken_leads
from shared.domain.leads.lead_summary import LeadRow, LeadSummary, Listed
from shared.domain.leads.my_day import day_key, done_on
from shared.domain.leads.person_keys import SAME_PERSON
from shared.domain.leads.search_keys import partial_search
from shared.domain.leads.staff import Staff
from shared.domain.leads.worklist import Search, WorklistQuery, search_keys
from shared.usecases.ports import Accesses, OpenCounts, Worklist

PAGE_OF_LEADS = 50
MOST_FOUND = 500  # the most leads that a search by name, part of a reference or part of a number reads
MOST_OF_A_DAY = 100
# The most leads that are read for one page. A page without matches may still have a next page.
READ_FOR_A_PAGE = 3_000


@dataclass(frozen=True, slots=True)
class Listing:
    """The clients needed to list leads. `zone`: the clinic's time zone."""

    leads: Worklist
    accesses: Accesses
    counts: OpenCounts
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class WorklistPage:
    """A page of leads, from the worklist, "My day" or a search.

    next_cursor: the cursor for the next page; None on the last page.
    untaken: tier -> number of open leads without an owner; None for a search and for "My day".
    open: number of all open leads; None for a search and for "My day".
    more: whether a search may match more leads than it returned.
    """

    leads: tuple[LeadRow, ...]
    next_cursor: str | None
    at: datetime
    untaken: Mapping[str, int] | None = None
    open: int | None = None
    more: bool = False


def must_read(staff: Staff) -> None:
    if not staff.may_read:
        raise NotAllowed("Ask an administrator to add you to a group: clinician, desk, manager or admin.")


def list_leads(query: WorklistQuery, staff: Staff, listing: Listing, at: datetime) -> WorklistPage:
    """Raises NotAllowed, InvalidInput or StoreUnavailable."""
    must_read(staff)
    if query.view == "today":
        return _my_day(query, staff, listing, at)
    leads = listing.leads
    open_leads = leads.taken_leads if query.owner else leads.open_leads
    lists = {"open": open_leads, "mine": leads.taken_leads, "closed": leads.closed_leads}
    found: list[Listed] = []
    seen: list[LeadSummary] = []
    next_cursor = None
    for listed in lists[query.view](query.cursor):
        seen.append(listed.summary)
        if query.untaken and listed.summary.owner:  # leads without an owner come first
            break
        if query.wants(listed.summary, staff.id, at):
            found.append(listed)
        if len(found) >= PAGE_OF_LEADS or len(seen) >= READ_FOR_A_PAGE:
            next_cursor = listed.cursor
            break
    all_listed = next_cursor is None and not query.untaken
    if query.view != "open" or query.cursor is not None:
        seen = [listed.summary for listed in islice(leads.open_leads(), PAGE_OF_LEADS)]
        all_listed = len(seen) < PAGE_OF_LEADS
    untaken, number = _totals(seen, listing.counts, all_listed=all_listed)
    rows = named_rows([(each.lead_id, each.summary) for each in found], leads.names, staff, listing.accesses, at)
    return WorklistPage(rows, next_cursor, at, untaken, number)


def _my_day(query: WorklistQuery, staff: Staff, listing: Listing, at: datetime) -> WorklistPage:
    today = at.astimezone(listing.zone).date()
    ids = sorted(listing.counts.found_by((day_key(staff.id, today),)))[:MOST_OF_A_DAY]
    leads = {lead.lead_id: lead for lead in (listing.leads.batch(ids) if ids else ())}
    did = {lead_id: done_on(lead, staff.id, today, listing.zone) for lead_id, lead in leads.items()}
    latest_first = sorted((lead_id for lead_id in did if did[lead_id]), key=lambda one: did[one][-1].at, reverse=True)
    found = [(lead_id, LeadSummary.of(leads[lead_id])) for lead_id in latest_first]
    wanted = [(lead_id, summary) for lead_id, summary in found if query.wants(summary, staff.id, at)]
    names = {lead_id: lead.submitted.contact.name or "" for lead_id, lead in leads.items()}
    rows = named_rows(wanted, lambda _: names, staff, listing.accesses, at)
    shown = (row.model_copy(update={"did": did[lead_id]}) for row, (lead_id, _) in zip(rows, wanted, strict=True))
    return WorklistPage(tuple(shown), None, at)


def search_leads(
    search: Search, person_keys: tuple[str, ...], staff: Staff, listing: Listing, at: datetime
) -> WorklistPage:
    """Finds leads by reference (whole or half), phone number (whole or last digits), email address or name.

    Leads found by a whole reference, number or address are listed latest first, and others most urgent first.

    person_keys: the secrets that hash phone numbers, addresses and names, the current one first.

    Raises: NotAllowed, StoreUnavailable.
    """
    must_read(staff)
    leads = listing.leads
    looked_for, *formerly = (search_keys(search, key) for key in person_keys)
    lead_id = leads.id_of(looked_for.reference) if looked_for.reference else None
    lead = leads.get(lead_id) if lead_id else None
    found: dict[UUID, LeadSummary] = {}
    if lead is not None:
        found[lead.lead_id] = LeadSummary.of(lead)
    else:
        by_key = (leads.of_person(keys.phone_key, keys.email_key) for keys in (looked_for, *formerly))
        found.update(chain.from_iterable(by_key))
    shown = sorted(found.items(), key=lambda each: each[1].received_at, reverse=True)[:SAME_PERSON]
    more = len(found) >= SAME_PERSON
    if not found:
        ways = {way for key in person_keys for way in partial_search(search.q, key)}
        ids = sorted({lead_id for way in ways for lead_id in listing.counts.found_by(way)})
        shown = list(leads.summaries(ids[:MOST_FOUND]).items())[:SAME_PERSON] if ids else []
        more = len(ids) > SAME_PERSON
    rows = named_rows(shown, leads.names, staff, listing.accesses, at)
    return WorklistPage(rows, None, at, more=more)


def named_rows(
    found: Sequence[tuple[UUID, LeadSummary]],
    read_names: Callable[[Sequence[UUID]], Mapping[UUID, str]],
    staff: Staff,
    accesses: Accesses,
    at: datetime,
) -> tuple[LeadRow, ...]:
    """Returns the leads as rows with patients' names, and records in the access log that the names were shown.

    If the names cannot be read or the access cannot be recorded, returns the rows without names.
    """
    if not found:
        return ()
    names: Mapping[UUID, str] = {}
    with suppress(StoreUnavailable):
        accesses.add_page([summary.reference for _, summary in found], staff, at)
        names = read_names([lead_id for lead_id, _ in found])
    return tuple(summary.named(names.get(lead_id, "")) for lead_id, summary in found)


def _totals(seen: Sequence[LeadSummary], counts: OpenCounts, *, all_listed: bool) -> tuple[Mapping[str, int], int]:
    """Returns tier -> number of leads without an owner, and the number of all open leads.

    seen: the first rows of the worklist.
    all_listed: whether these rows are all open leads.
    """
    kept: Mapping[Cell, int] = {}
    with suppress(StoreUnavailable):  # without the stored counts, only the rows in `seen` count
        kept = counts.open_leads()
    by_tier = {cell[1]: number for cell, number in kept.items() if cell[0] == UNTAKEN}
    shown = [(summary.tier, bool(summary.owner)) for summary in seen]
    untaken = untaken_leads(shown, all_listed=all_listed, kept=by_tier)
    taken = sum(owned for _, owned in shown)
    if not all_listed:
        taken = max(taken, sum(number for cell, number in kept.items() if cell[0] == TAKEN))
    return untaken, sum(untaken.values()) + taken
