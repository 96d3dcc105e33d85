"""Stores each lead from the spool exactly once, even if the queue delivers it several times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.errors import LeadChanged, LeadErased, StoreUnavailable
from shared.domain.leads.lead import CANARY, Lead
from shared.domain.leads.resubmission import Merge, NewLead, resubmission
from shared.domain.leads.spool_entry import json_object, nested_object, rescued_lead, spooled_lead
from shared.domain.opening_hours import OpeningHours
from shared.usecases.ports import Leads, RuleSets, Undeliverable
from shared.usecases.scoring import rule_set_for, rule_set_of


@dataclass(frozen=True, slots=True)
class Replay:
    leads: Leads
    rule_sets: RuleSets
    undeliverable: Undeliverable
    hours: OpeningHours


@dataclass(frozen=True, slots=True)
class Replayed:
    """The result of replaying one entry of the spool.

    lead: the lead as stored now, perhaps with only the readable parts of the entry; None if no lead is stored.
    created: whether the lead was not stored before.
    error: if the entry is now in the failure queue, the class of the error or "unreadable"; otherwise "".
    """

    lead: Lead | None
    created: bool
    error: str = ""

    @property
    def counted(self) -> Lead | None:
        return self.lead if self.lead and self.created and self.lead.source != CANARY else None


def replay_submissions(entry: str, replay: Replay, at: datetime) -> Replayed:
    """Stores the lead that one spool entry contains.

    An entry that cannot be stored goes to the failure queue. Its readable parts become a lead for staff.

    Raises: StoreUnavailable if the entry must stay in the spool.
    """
    lead = spooled_lead(entry)
    try:
        if lead is not None:
            return _deliver(lead, replay)
        error = "unreadable"
    except StoreUnavailable:
        raise
    except Exception as failure:  # noqa: BLE001  whatever is wrong with this entry, others must still be replayed
        error = type(failure).__name__
    try:
        rescue = _add(lead.as_separate() if lead else _rescue(entry, replay, at), replay.leads)
    except StoreUnavailable:
        raise
    except Exception:  # noqa: BLE001  an entry that cannot even be rescued goes to the failure queue
        rescue = Replayed(None, created=False)
    replay.undeliverable.put_back(entry)
    return Replayed(rescue.lead, rescue.created, error)


def _deliver(lead: Lead, replay: Replay) -> Replayed:
    try:
        stored = replay.leads.add(lead)
    except LeadErased:
        return Replayed(None, created=False)
    if stored is None:
        return Replayed(lead, created=True)
    return _resubmitted(stored, lead, replay)


def _resubmitted(stored: Lead, lead: Lead, replay: Replay) -> Replayed:
    """Carries out what `resubmission` decides about a spooled lead whose id is already stored.

    The spooled lead already has a receipt, and may be older than the stored lead.
    """
    tiers = rule_set_of(stored, replay.rule_sets).tiers
    decided = resubmission(stored, lead, tiers, replay.hours, was_accepted=True)
    if isinstance(decided, NewLead):
        return _add(decided.lead, replay.leads)
    if not isinstance(decided, Merge):
        return Replayed(stored, created=False)
    try:
        replay.leads.replace(stored, decided.lead)
    except LeadChanged as error:  # the queue delivers the entry again
        raise StoreUnavailable from error
    return Replayed(decided.lead, created=False)


def _add(lead: Lead | None, leads: Leads) -> Replayed:
    if lead is None:
        return Replayed(None, created=False)
    try:
        stored = leads.add(lead)
    except LeadErased:
        return Replayed(None, created=False)
    return Replayed(stored or lead, created=stored is None)


def _rescue(entry: str, replay: Replay, at: datetime) -> Lead | None:
    fields = json_object(entry)
    rule_set = rule_set_for(replay.rule_sets, str(nested_object(fields, "submitted").get("questionnaire")))
    return rescued_lead(fields, rule_set, replay.hours, at)
