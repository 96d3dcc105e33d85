"""Staff look for leads, open them and work them to an end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.domain.errors import LeadChanged, NotAllowed, NotFound, StoreUnavailable
from shared.domain.leads.lead import Lead
from shared.domain.leads.lead_view import LeadSummary, lead_view
from shared.domain.leads.staff import Staff
from shared.domain.leads.work import Action, WorkRules, possible, work
from shared.domain.leads.worklist import Search, WorklistQuery, reference_in, search_keys
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.triage import Change, RuleSet
from shared.usecases.ports import ATTEMPTS_TO_WORK, Accesses, RuleSets, Worklist
from shared.usecases.rules import rule_set_of

PAGE_OF_LEADS = 100
READ_FOR_A_PAGE = 3_000  # leads; an empty page may come with a cursor: filters are applied to what was read


@dataclass(frozen=True, slots=True)
class Practice:
    """What it takes to open and work leads."""

    leads: Worklist
    rule_sets: RuleSets
    accesses: Accesses
    hours: OpeningHours


@dataclass(frozen=True, slots=True)
class WorklistPage:
    """`onward`: the cursor of the next page; None when this is the last."""

    leads: tuple[LeadSummary, ...]
    onward: str | None
    at: datetime

    def shown(self) -> dict[str, object]:
        """As staff's page gets it: plain JSON values."""
        return {
            "leads": [summary.model_dump(mode="json") for summary in self.leads],
            "cursor": self.onward,
            "now": self.at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Worked:
    """`shown`: the lead as it is now. `taken_after`: how long nobody had it; None unless this action took it."""

    shown: dict[str, Any]
    reference: str
    tier: str
    taken_after: timedelta | None


def list_leads(query: WorklistQuery, staff: Staff, leads: Worklist, at: datetime) -> WorklistPage:
    """A page of the worklist: what the query wants, and where to go on. Raises NotAllowed, InvalidInput or
    StoreUnavailable."""
    must_read(staff)
    lists = {"open": leads.open_leads, "mine": leads.taken_leads, "closed": leads.closed_leads}
    found: list[LeadSummary] = []
    for read, (summary, cursor) in enumerate(lists[query.view](query.cursor), start=1):
        if query.wants(summary, staff.id):
            found.append(summary)
        if len(found) >= PAGE_OF_LEADS or read >= READ_FOR_A_PAGE:
            return WorklistPage(tuple(found), cursor, at)
    return WorklistPage(tuple(found), None, at)


def search_leads(search: Search, person_key: str, staff: Staff, leads: Worklist, at: datetime) -> WorklistPage:
    """Leads by their reference, or by the phone number or e-mail address of a person. Raises NotAllowed or
    StoreUnavailable."""
    must_read(staff)
    looked_for = search_keys(search, person_key)
    lead_id = leads.id_of(looked_for.reference) if looked_for.reference else None
    lead = leads.get(lead_id) if lead_id else None
    if lead is not None:
        return WorklistPage((LeadSummary.of(lead),), None, at)
    return WorklistPage(leads.of_person(looked_for.phone_key, looked_for.email_key), None, at)


def show_lead(reference: str, staff: Staff, practice: Practice, at: datetime) -> dict[str, Any]:
    """Everything about a lead, for whoever opens it. The lead stays as it is; the access log has one entry more.

    Raises NotAllowed, NotFound or StoreUnavailable.
    """
    must_read(staff)
    lead = lead_by_reference(reference, practice.leads)
    practice.accesses.add(lead.lead_id, staff, "opened", at)
    return _seen(lead, staff, practice, at)


def work_lead(reference: str, action: Action, staff: Staff, practice: Practice, at: datetime) -> Worked:
    """Do something with a lead, and show it as it is then. An alert that goes out at the same moment is no conflict.

    Raises NotAllowed, InvalidInput, NotFound, AlreadyTaken, WrongState or StoreUnavailable.
    """
    must_read(staff)
    lead = lead_by_reference(reference, practice.leads)
    practice.accesses.add(lead.lead_id, staff, action.action, at)
    before, after = _worked(lead, action, staff, practice, at)
    taken = after.work.acknowledged_at if before.work.acknowledged_at is None else None
    waited = taken - after.assessment.received_at if taken else None
    return Worked(_seen(after, staff, practice, at), after.reference, after.tier, waited)


def show_rules(staff: Staff, rule_sets: Iterable[RuleSet]) -> list[dict[str, str]]:
    """Which rules are in use, and whether a physician has approved them. Raises NotAllowed."""
    must_read(staff)
    return [
        {
            "id": rule_set.id,
            "version": rule_set.version,
            "content_hash": rule_set.content_hash,
            **_last_change(rule_set),
            "approved_by": rule_set.approved_by,
            "approved_on": rule_set.approved_on,
            "questionnaire": rule_set.questionnaire.id,
            "questionnaire_version": rule_set.questionnaire.version,
            "questionnaire_approved_by": rule_set.questionnaire.approved_by,
            "questionnaire_approved_on": rule_set.questionnaire.approved_on,
        }
        for rule_set in rule_sets
    ]


def _last_change(rule_set: RuleSet) -> dict[str, str]:
    """Empty texts where no change is written down."""
    last = rule_set.changes[-1] if rule_set.changes else Change("", "", "", "")
    return {"changed_on": last.on, "change": last.what, "changed_by": last.by}


def must_read(staff: Staff) -> None:
    if not staff.may_read:
        raise NotAllowed("Ask an administrator to add you to a group: clinician, desk or admin.")


def lead_by_reference(reference: str, leads: Worklist) -> Lead:
    written = reference_in(reference)
    lead_id = leads.id_of(written) if written else None
    lead = leads.get(lead_id) if lead_id else None
    if lead is None:
        raise NotFound
    return lead


def current(lead: Lead, leads: Worklist) -> Lead:
    """The lead as last written. Raises NotFound when it was erased meanwhile."""
    found = leads.get(lead.lead_id)
    if found is None:
        raise NotFound
    return found


def _worked(lead: Lead, action: Action, staff: Staff, practice: Practice, at: datetime) -> tuple[Lead, Lead]:
    """The lead before and after."""
    rules = _work_rules(lead, practice)
    for _ in range(ATTEMPTS_TO_WORK):
        after = work(lead, action, staff, at, rules)
        if after is lead:
            return lead, lead
        try:
            practice.leads.replace(lead, after)
        except LeadChanged:
            lead = current(lead, practice.leads)
        else:
            return lead, after
    raise StoreUnavailable


def _work_rules(lead: Lead, practice: Practice) -> WorkRules:
    rule_set = rule_set_of(lead, practice.rule_sets)
    return WorkRules(rule_set.tiers, practice.hours)


def _seen(lead: Lead, staff: Staff, practice: Practice, at: datetime) -> dict[str, Any]:
    same_person = practice.leads.of_person(lead.submitted.phone_key, lead.submitted.email_key)
    others = [summary for summary in same_person if summary.reference != lead.reference]
    actions = possible(lead, staff, at, _work_rules(lead, practice))
    return lead_view(lead, rule_set_of(lead, practice.rule_sets), others, actions, at)
