"""Exports the leads that arrived in a period, a single lead, or everything that is stored about one person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.domain.errors import FieldProblem, InvalidInput, LeadGone, NotAllowed, NotFound
from shared.domain.leads.export import ExportQuery, PersonQuery
from shared.domain.leads.lead import Lead
from shared.domain.leads.person_keys import SAME_PERSON
from shared.domain.leads.staff import Staff
from shared.domain.rules.triage import RuleSet
from shared.usecases.inbox import Workspace, lead_by_reference, must_administer, must_export
from shared.usecases.ports import Archive
from shared.usecases.scoring import rule_set_of

LEADS_IN_EXPORT = 100  # a few hundred kilobytes of CSV
# The most stored bytes of a page. FHIR triples the size, and a response may have at most 6 MB.
BYTES_IN_EXPORT = 1_000_000
READS_FOR_EXPORT = 300


@dataclass(frozen=True, slots=True)
class Exported:
    """A page of exported leads, each with the current rule set of its questionnaire.

    next_cursor: the cursor for the next page; None on the last page.
    """

    leads: tuple[tuple[Lead, RuleSet | None], ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class PersonExport:
    """A page of the leads of one person, each with the current rule set of its questionnaire.

    complete: False if the person may have more than SAME_PERSON leads.
    next_cursor: the cursor for the next leads; None on the last page.
    """

    leads: tuple[tuple[Lead, RuleSet], ...]
    complete: bool
    next_cursor: str | None
    at: datetime


def export_leads(query: ExportQuery, staff: Staff, workspace: Workspace[Archive], at: datetime) -> Exported:
    """Returns a page of leads that arrived in a period, in order of arrival. Records each lead in the access log.

    An empty page may still have a next page.

    Raises: NotAllowed, InvalidInput, StoreUnavailable.
    """
    must_export(staff)
    if query.tier is not None and query.tier not in workspace.rule_sets.tier_names:
        raise InvalidInput((FieldProblem("/tier", "This option is not on the list."),))
    zone = workspace.hours.zone
    found: list[Lead] = []
    size, next_cursor = 0, query.cursor
    for reads, (lead_id, cursor) in enumerate(workspace.leads.arrivals(query.period(at, zone), next_cursor)):
        if len(found) >= LEADS_IN_EXPORT or size >= BYTES_IN_EXPORT or reads >= READS_FOR_EXPORT:
            break
        next_cursor, lead = cursor, workspace.leads.get(lead_id)
        if lead is not None and query.tier in (None, lead.tier):
            found.append(lead)
            size += len(lead.model_dump_json())
    else:
        next_cursor = None
    return Exported(tuple(_record_export(lead, staff, workspace, at) for lead in found), next_cursor)


def export_lead(reference: str, staff: Staff, workspace: Workspace[Archive], at: datetime) -> Exported:
    """Raises NotAllowed, NotFound, LeadGone or StoreUnavailable."""
    if not staff.may_hand_out:
        raise NotAllowed("Only clinicians, managers and administrators can export a lead.")
    return Exported((_record_export(lead_by_reference(reference, workspace.leads), staff, workspace, at),), None)


def export_person(
    reference: str, query: PersonQuery, staff: Staff, workspace: Workspace[Archive], at: datetime
) -> PersonExport:
    """Returns everything that is stored about the person of a lead, to hand to that person.

    Adds at most SAME_PERSON leads with the same phone number, and as many with the same email address.
    Their names may differ, because a family may share a number. Records each lead in the access log.

    Raises: NotAllowed, NotFound, LeadGone, InvalidInput, StoreUnavailable.
    """
    must_administer(staff)
    lead = lead_by_reference(reference, workspace.leads)
    same_person = workspace.leads.of_person(lead.submitted.phone_key, lead.submitted.email_key)
    others = [summary.reference for _, summary in same_person if summary.reference != lead.reference]
    left = [lead.reference, *others]
    if query.cursor is not None:
        if query.cursor not in left:
            raise InvalidInput((FieldProblem("/cursor", "This lead is gone. Start again without a cursor."),))
        left = left[left.index(query.cursor) :]
    found: list[tuple[Lead, RuleSet]] = []
    size, next_cursor = 0, None
    for each in _still_there(left, workspace.leads):
        if size >= BYTES_IN_EXPORT:
            next_cursor = each.reference
            break
        _record_export(each, staff, workspace, at)
        found.append((each, rule_set_of(each, workspace.rule_sets)))
        size += len(each.model_dump_json())
    return PersonExport(tuple(found), len(same_person) < SAME_PERSON, next_cursor, at)


def _still_there(references: Iterable[str], leads: Archive) -> Iterator[Lead]:
    """Leaves out erased leads."""
    for reference in references:
        try:
            yield lead_by_reference(reference, leads)
        except (NotFound, LeadGone):
            continue


def _record_export(
    lead: Lead, staff: Staff, workspace: Workspace[Archive], at: datetime
) -> tuple[Lead, RuleSet | None]:
    workspace.accesses.add(lead.lead_id, staff, "exported", at)
    return lead, workspace.rule_sets.of(lead.submitted.questionnaire)
