"""Leads leave: to another system, to the person they are about, or for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.domain.errors import LeadChanged, NotAllowed, NotFound, StoreUnavailable
from shared.domain.leads.erasure import Tombstone, erased
from shared.domain.leads.export import ExportQuery, person_data
from shared.domain.leads.lead import Lead
from shared.domain.leads.person import SAME_PERSON
from shared.domain.leads.retention import Retention, Stage, retired
from shared.domain.leads.staff import Staff
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.triage import RuleSet
from shared.usecases.inbox import current, lead_by_reference
from shared.usecases.ports import ATTEMPTS_TO_WORK, Accesses, Archive, RuleSets
from shared.usecases.rules import rule_set_of

LEADS_IN_EXPORT = 100  # on a page, and then in an answer of a few hundred kilobytes
BYTES_IN_EXPORT = 1_000_000  # as stored; as FHIR three times that, and an answer may have six million
READS_FOR_EXPORT = 300


@dataclass(frozen=True, slots=True)
class Records:
    """What it takes to export and erase leads."""

    leads: Archive
    rule_sets: RuleSets
    accesses: Accesses
    hours: OpeningHours


@dataclass(frozen=True, slots=True)
class Exported:
    """A page of leads, each with the present rule set of its questionnaire. `onward`: the cursor of the next page; None
    on the last."""

    leads: tuple[tuple[Lead, RuleSet | None], ...]
    onward: str | None


@dataclass(frozen=True, slots=True)
class Retired:
    """How many leads lost something in each stage, and those where that failed."""

    done: dict[Stage, int]
    failed: tuple[tuple[UUID, Exception], ...]


def export_leads(query: ExportQuery, staff: Staff, records: Records, at: datetime) -> Exported:
    """A page of the leads of some days, in the order of arrival, each noted in the access log. A page may be empty and
    still have more after it.

    Raises NotAllowed, InvalidInput or StoreUnavailable.
    """
    _must_administer(staff)
    zone = records.hours.zone
    found: list[Lead] = []
    size, onward = 0, query.cursor
    for reads, (lead_id, cursor) in enumerate(records.leads.arrivals(query.period(at, zone), onward)):
        if len(found) >= LEADS_IN_EXPORT or size >= BYTES_IN_EXPORT or reads >= READS_FOR_EXPORT:
            break
        onward, lead = cursor, records.leads.get(lead_id)
        if lead is not None and query.tier in (None, lead.tier):
            found.append(lead)
            size += len(lead.model_dump_json())
    else:
        onward = None
    return Exported(tuple(_taken_out(lead, staff, records, at) for lead in found), onward)


def export_lead(reference: str, staff: Staff, records: Records, at: datetime) -> Exported:
    """One lead, for the clinic's own system. Raises NotAllowed, NotFound or StoreUnavailable."""
    if not staff.may_hand_out:
        raise NotAllowed("Only clinicians and administrators can export a lead.")
    return Exported((_taken_out(lead_by_reference(reference, records.leads), staff, records, at),), None)


def export_person(reference: str, staff: Staff, records: Records, at: datetime) -> dict[str, Any]:
    """What is stored about the person behind a lead, for them: every lead with the same number or address, and the
    names on them, since a family may share a number. `complete`: False when there may be more than are looked up.

    Raises NotAllowed, NotFound or StoreUnavailable.
    """
    _must_administer(staff)
    lead = lead_by_reference(reference, records.leads)
    same_person = records.leads.of_person(lead.submitted.phone_key, lead.submitted.email_key)
    others = [summary.reference for summary in same_person if summary.reference != lead.reference]
    leads = [lead, *_still_there(others, records.leads)]
    return {
        "exported_at": at.isoformat(),
        "complete": len(same_person) < SAME_PERSON,
        "leads": [
            person_data(taken, rule_set_of(taken, records.rule_sets), at)
            for taken, _ in (_taken_out(each, staff, records, at) for each in leads)
        ],
    }


def _still_there(references: Iterable[str], leads: Archive) -> Iterator[Lead]:
    """The index may still name what was erased a moment ago."""
    for reference in references:
        try:
            yield lead_by_reference(reference, leads)
        except NotFound:
            continue


def erase_lead(reference: str, person_key: str, staff: Staff, records: Records, at: datetime) -> Tombstone:
    """Leave a tombstone and the ledger of consents with hashed contacts in the place of a lead.

    Raises NotAllowed, NotFound or StoreUnavailable.
    """
    _must_administer(staff)
    lead = lead_by_reference(reference, records.leads)
    records.accesses.add(lead.lead_id, staff, "erased", at)
    for _ in range(ATTEMPTS_TO_WORK):
        left = erased(lead, staff.id, at, person_key)
        try:
            records.leads.replace(lead, left)
        except LeadChanged:  # an alert went out, or a colleague was at it: it goes all the same
            lead = current(lead, records.leads)
        else:
            return left
    raise StoreUnavailable


def retire_leads(leads: Archive, retention: Retention, clock: Callable[[], datetime], until: datetime) -> Retired:
    """Let go of what has been kept long enough. Reads only what is due; one lead that fails never holds up the others.

    Stops taking leads at `until`; the next run goes on. Raises StoreUnavailable when what is due cannot be read.
    """
    done = dict.fromkeys(Stage, 0)
    failed: list[tuple[UUID, Exception]] = []
    for stage in Stage:
        for lead_id in leads.in_stage(stage, retention.began_before(stage, clock())):
            if clock() >= until:
                return Retired(done, tuple(failed))
            try:
                done[stage] += _retire(lead_id, leads, retention, clock())
            except LeadChanged:  # somebody works on it: tomorrow is early enough
                continue
            except Exception as error:  # noqa: BLE001  whatever is wrong with this lead, the next one is due too
                failed.append((lead_id, error))
    return Retired(done, tuple(failed))


def _retire(lead_id: UUID, leads: Archive, retention: Retention, at: datetime) -> bool:
    kept = leads.kept(lead_id)
    after = retired(kept, retention, at) if kept else None
    if kept is None or after is kept:  # the index was a little behind
        return False
    if after is None:
        leads.remove(kept)
    else:
        leads.replace(kept, after)
    return True


def _taken_out(lead: Lead, staff: Staff, records: Records, at: datetime) -> tuple[Lead, RuleSet | None]:
    records.accesses.add(lead.lead_id, staff, "exported", at)
    return lead, records.rule_sets.of(lead.submitted.questionnaire)


def _must_administer(staff: Staff) -> None:
    if not staff.may_administer:
        raise NotAllowed("Only an administrator can do this.")
