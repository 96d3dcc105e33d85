"""Serves the staff inbox: staff open leads and carry out actions on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from shared.domain.errors import LeadChanged, LeadGone, NotAllowed, NotFound, StoreUnavailable
from shared.domain.leads.action import Action
from shared.domain.leads.history import GIVEN_BACK
from shared.domain.leads.lead import Lead
from shared.domain.leads.lead_summary import LeadRow
from shared.domain.leads.staff import Staff
from shared.domain.leads.staff_actions import WorkRules, possible_actions, work
from shared.domain.leads.worklist import reference_in
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.triage import RuleSet
from shared.usecases.listing import must_read, named_rows
from shared.usecases.ports import ATTEMPTS_TO_WORK, Accesses, Colleagues, LeadsByReference, RuleSets
from shared.usecases.scoring import rule_set_of

Leads_co = TypeVar("Leads_co", bound=LeadsByReference, covariant=True)


@dataclass(frozen=True, slots=True)
class Workspace(Generic[Leads_co]):
    """The clients and settings that the staff inbox needs.

    leads: the stored leads. Exports and erasures need an Archive here.
    sends_mail: whether this stack sends mail to patients.
    """

    leads: Leads_co
    rule_sets: RuleSets
    accesses: Accesses
    hours: OpeningHours
    sends_mail: bool = False


@dataclass(frozen=True, slots=True)
class OpenedLead:
    """A lead that a member of staff has opened.

    rule_set: the current rule set of the lead's questionnaire.
    translation: the rule set in the patient's language; None if the original language applies.
    sends_mail: whether this stack sends mail to patients.
    others: other leads with the same phone number or email address.
    actions: the names of the actions that the member of staff can take now.
    hides_contact: whether to hide contact details, because the patient revoked the consent to contact.
    """

    lead: Lead
    rule_set: RuleSet
    others: tuple[LeadRow, ...]
    actions: tuple[str, ...]
    hours: OpeningHours
    at: datetime
    hides_contact: bool = False
    translation: RuleSet | None = None
    sends_mail: bool = False


@dataclass(frozen=True, slots=True)
class Worked:
    """A lead after an action of staff.

    taken_after: how long the lead waited for its owner, if the action gave it one.
    """

    opened: OpenedLead
    taken_after: timedelta | None


def show_lead(
    reference: str, staff: Staff, workspace: Workspace[LeadsByReference], at: datetime, *, medical_reason: bool
) -> OpenedLead:
    """Opens a lead and records the access in the access log. Does not change the lead.

    medical_reason: whether to show contact details even if the patient revoked the consent to contact.

    Raises: NotAllowed, NotFound, LeadGone, StoreUnavailable.
    """
    must_read(staff)
    lead = lead_by_reference(reference, workspace.leads)
    if medical_reason and not staff.may_work:
        raise NotAllowed("Only clinicians and the lead desk can see this number.")
    what = "contact shown for a medical reason" if medical_reason and lead.contact_revoked else "opened"
    workspace.accesses.add(lead.lead_id, staff, what, at)
    return _opened(lead, staff, workspace, at, medical_reason=medical_reason)


def work_lead(
    reference: str,
    action: Action,
    staff: Staff,
    workspace: Workspace[LeadsByReference],
    at: datetime,
    colleagues: Colleagues,
) -> Worked:
    """Carries out an action of staff on a lead. Tries again if the lead changes at the same time.

    colleagues: the staff to whom a lead can be handed over.

    Raises: NotAllowed, InvalidInput, NotFound, LeadGone, AlreadyTaken, WrongState, StoreUnavailable.
    """
    must_read(staff)
    lead = lead_by_reference(reference, workspace.leads)
    colleague = next((one for one in colleagues.who_work() if one.name == action.to), None) if action.to else None
    before, after = _work_and_store(lead, action, staff, workspace, at, colleague)
    taken = after.work.acknowledged_at if before.work.acknowledged_at is None else None
    waited = taken - after.assessment.received_at if taken else None
    return Worked(_opened(after, staff, workspace, at), waited)


def must_administer(staff: Staff) -> None:
    if not staff.may_administer:
        raise NotAllowed("Only an administrator can do this.")


def must_export(staff: Staff) -> None:
    if not staff.may_export:
        raise NotAllowed("Only a manager or an administrator can do this.")


def lead_by_reference(reference: str, leads: LeadsByReference) -> Lead:
    """Returns the lead with this reference, in any spelling that `reference_in` accepts.

    Raises: NotFound, LeadGone, StoreUnavailable.
    """
    normalised = reference_in(reference)
    lead_id = leads.id_of(normalised) if normalised else None
    if lead_id is None:
        raise NotFound
    return _lead(lead_id, leads)


def current(lead: Lead, leads: LeadsByReference) -> Lead:
    return _lead(lead.lead_id, leads)


def _work_and_store(
    lead: Lead,
    action: Action,
    staff: Staff,
    workspace: Workspace[LeadsByReference],
    at: datetime,
    colleague: Staff | None,
) -> tuple[Lead, Lead]:
    """Carries out an action and stores the changed lead. Returns the lead before and after the action.

    The access log gets its entry before the lead is stored. A refused action gets no entry.
    """
    rules = _work_rules(lead, workspace)
    for attempt in range(ATTEMPTS_TO_WORK):
        after = work(lead, action, staff, at, rules, colleague)
        if attempt == 0:
            released = action.action == "reopen" and not lead.work.is_done
            workspace.accesses.add(lead.lead_id, staff, GIVEN_BACK if released else action.action, at)
        if after is lead:
            return lead, lead
        try:
            workspace.leads.replace(lead, after)
        except LeadChanged:
            lead = current(lead, workspace.leads)
        else:
            return lead, after
    raise StoreUnavailable


def _work_rules(lead: Lead, workspace: Workspace[LeadsByReference]) -> WorkRules:
    rule_set = rule_set_of(lead, workspace.rule_sets)
    return WorkRules(rule_set.tiers, workspace.hours)


def _opened(
    lead: Lead, staff: Staff, workspace: Workspace[LeadsByReference], at: datetime, *, medical_reason: bool = False
) -> OpenedLead:
    same_person = workspace.leads.of_person(lead.submitted.phone_key, lead.submitted.email_key)
    others = [(lead_id, summary) for lead_id, summary in same_person if lead_id != lead.lead_id]
    rows = named_rows(others, workspace.leads.names, staff, workspace.accesses, at)
    actions = possible_actions(lead, staff, at, _work_rules(lead, workspace))
    hides = lead.contact_revoked and not medical_reason
    rule_set = rule_set_of(lead, workspace.rule_sets)
    spoken = workspace.rule_sets.of(lead.submitted.questionnaire, lead.submitted.language)
    translation = None if spoken is rule_set else spoken
    return OpenedLead(
        lead,
        rule_set,
        rows,
        actions,
        workspace.hours,
        at,
        hides_contact=hides,
        translation=translation,
        sends_mail=workspace.sends_mail,
    )


def _lead(lead_id: UUID, leads: LeadsByReference) -> Lead:
    kept = leads.kept(lead_id)
    if kept is None:
        raise NotFound
    if not isinstance(kept, Lead):
        raise LeadGone(kept.at)
    return kept
