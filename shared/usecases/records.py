"""Leads leave: to another system, to the person they are about, or for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.domain.errors import LeadChanged, NotAllowed, NotFound, StoreUnavailable
from shared.domain.leads.erasure import Tombstone, erased
from shared.domain.leads.export import ExportQuery
from shared.domain.leads.lead import Lead
from shared.domain.leads.person import SAME_PERSON
from shared.domain.leads.retention import Retention, Stage, retired
from shared.domain.leads.staff import Staff
from shared.domain.rules.triage import RuleSet
from shared.usecases.inbox import Workspace, current, lead_by_reference
from shared.usecases.ports import ATTEMPTS_TO_WORK, Archive
from shared.usecases.rules import rule_set_of

LEADS_IN_EXPORT = 100  # on a page, and then in an answer of a few hundred kilobytes
BYTES_IN_EXPORT = 1_000_000  # as stored; as FHIR three times that, and an answer may have six million
READS_FOR_EXPORT = 300


@dataclass(frozen=True, slots=True)
class Exported:
    """A page of leads, each with the present rule set of its questionnaire. `onward`: the cursor of the next page; None
    on the last."""

    leads: tuple[tuple[Lead, RuleSet | None], ...]
    onward: str | None


@dataclass(frozen=True, slots=True)
class PersonExport:
    """One person's leads. `complete`: False when there may be more than are looked up."""

    leads: tuple[tuple[Lead, RuleSet], ...]
    complete: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Retired:
    """How many leads lost something in each stage, and those where that failed."""

    done: dict[Stage, int]
    failed: tuple[tuple[UUID, Exception], ...]


def export_leads(query: ExportQuery, staff: Staff, workspace: Workspace, at: datetime) -> Exported:
    """A page of the leads of some days, in the order of arrival, each noted in the access log. A page may be empty and
    still have more after it.

    Raises NotAllowed, InvalidInput or StoreUnavailable.
    """
    _must_administer(staff)
    zone = workspace.hours.zone
    found: list[Lead] = []
    size, onward = 0, query.cursor
    for reads, (lead_id, cursor) in enumerate(workspace.leads.arrivals(query.period(at, zone), onward)):
        if len(found) >= LEADS_IN_EXPORT or size >= BYTES_IN_EXPORT or reads >= READS_FOR_EXPORT:
            break
        onward, lead = cursor, workspace.leads.get(lead_id)
        if lead is not None and query.tier in (None, lead.tier):
            found.append(lead)
            size += len(lead.model_dump_json())
    else:
        onward = None
    return Exported(tuple(_taken_out(lead, staff, workspace, at) for lead in found), onward)


def export_lead(reference: str, staff: Staff, workspace: Workspace, at: datetime) -> Exported:
    """One lead, for the clinic's own system. Raises NotAllowed, NotFound or StoreUnavailable."""
    if not staff.may_hand_out:
        raise NotAllowed("Only clinicians and administrators can export a lead.")
    return Exported((_taken_out(lead_by_reference(reference, workspace.leads), staff, workspace, at),), None)


def export_person(reference: str, staff: Staff, workspace: Workspace, at: datetime) -> PersonExport:
    """What is stored about the person behind a lead, for them: every lead with the same number or address, and the
    names on them, since a family may share a number.

    Raises NotAllowed, NotFound or StoreUnavailable.
    """
    _must_administer(staff)
    lead = lead_by_reference(reference, workspace.leads)
    same_person = workspace.leads.of_person(lead.submitted.phone_key, lead.submitted.email_key)
    others = [summary.reference for summary in same_person if summary.reference != lead.reference]
    found = [_taken_out(each, staff, workspace, at) for each in (lead, *_still_there(others, workspace.leads))]
    return PersonExport(
        tuple((each, rule_set_of(each, workspace.rule_sets)) for each, _ in found), len(same_person) < SAME_PERSON, at
    )


def _still_there(references: Iterable[str], leads: Archive) -> Iterator[Lead]:
    """The index may still name what was erased a moment ago."""
    for reference in references:
        try:
            yield lead_by_reference(reference, leads)
        except NotFound:
            continue


def erase_lead(reference: str, person_key: str, staff: Staff, workspace: Workspace, at: datetime) -> Tombstone:
    """Leave a tombstone and the ledger of consents with hashed contacts in the place of a lead.

    Raises NotAllowed, NotFound or StoreUnavailable.
    """
    _must_administer(staff)
    lead = lead_by_reference(reference, workspace.leads)
    workspace.accesses.add(lead.lead_id, staff, "erased", at)
    for _ in range(ATTEMPTS_TO_WORK):
        left = erased(lead, staff.id, at, person_key)
        try:
            workspace.leads.replace(lead, left)
        except LeadChanged:  # an alert went out, or a colleague was at it: it goes all the same
            lead = current(lead, workspace.leads)
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


def _taken_out(lead: Lead, staff: Staff, workspace: Workspace, at: datetime) -> tuple[Lead, RuleSet | None]:
    workspace.accesses.add(lead.lead_id, staff, "exported", at)
    return lead, workspace.rule_sets.of(lead.submitted.questionnaire)


def _must_administer(staff: Staff) -> None:
    if not staff.may_administer:
        raise NotAllowed("Only an administrator can do this.")
