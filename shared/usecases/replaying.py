"""What waited in the spool becomes a lead: the same write as for a submission, once, however often it is delivered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.errors import LeadChanged, LeadErased, StoreUnavailable
from shared.domain.leads.lead import CANARY, Lead
from shared.domain.leads.resubmission import Merge, NewLead, resubmission
from shared.domain.leads.spool_entry import inside, readable, rescued, spooled_lead
from shared.domain.opening_hours import OpeningHours
from shared.usecases.ports import Leads, RuleSets, Undeliverable
from shared.usecases.rules import rule_set_for, rule_set_of


@dataclass(frozen=True, slots=True)
class Replay:
    """What it takes to deliver what waited."""

    leads: Leads
    rule_sets: RuleSets
    undeliverable: Undeliverable
    hours: OpeningHours


@dataclass(frozen=True, slots=True)
class Replayed:
    """`lead`: what is stored now; None when nothing is, because it was erased meanwhile or nothing could be read.

    `created`: it was not there before. `error`: the kind of what went wrong; then the entry is in the failure queue.
    """

    lead: Lead | None
    created: bool
    error: str = ""

    @property
    def counted(self) -> Lead | None:
        """The lead, when it is new and somebody's."""
        return self.lead if self.lead and self.created and self.lead.source != CANARY else None


def replay_submissions(entry: str, replay: Replay, at: datetime) -> Replayed:
    """Store one entry of the spool.

    An entry that cannot be stored as it is goes to the failure queue, for whoever runs the service, and what can be
    read of it becomes a lead, for staff. Raises StoreUnavailable: the entry must stay in the spool.
    """
    lead = spooled_lead(entry)
    try:
        if lead is not None:
            return _deliver(lead, replay)
        error = "unreadable"
    except StoreUnavailable:
        raise
    except Exception as failure:  # noqa: BLE001  whatever is wrong with this entry, the next one is waiting
        error = type(failure).__name__
    try:
        rescue = _add(lead.as_separate() if lead else _rescued(entry, replay, at), replay.leads)
    except StoreUnavailable:
        raise
    except Exception:  # noqa: BLE001  as above: the failure queue has it
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
    return _repeated(stored, lead, replay)


def _repeated(stored: Lead, lead: Lead, replay: Replay) -> Replayed:
    """The id came before. The person has a receipt for this entry already, and it may be late."""
    tiers = rule_set_of(stored, replay.rule_sets).tiers
    decided = resubmission(stored, lead, tiers, replay.hours, was_accepted=True)
    if isinstance(decided, NewLead):
        return _add(decided.lead, replay.leads)
    if not isinstance(decided, Merge):
        return Replayed(stored, created=False)
    try:
        replay.leads.replace(stored, decided.lead)
    except LeadChanged as error:  # staff got in between: the next delivery sees what they did
        raise StoreUnavailable from error
    return Replayed(decided.lead, created=False)


def _add(lead: Lead | None, leads: Leads) -> Replayed:
    """Store it unless it is there already."""
    if lead is None:
        return Replayed(None, created=False)
    try:
        stored = leads.add(lead)
    except LeadErased:
        return Replayed(None, created=False)
    return Replayed(stored or lead, created=stored is None)


def _rescued(entry: str, replay: Replay, at: datetime) -> Lead | None:
    fields = readable(entry)
    rule_set = rule_set_for(replay.rule_sets, str(inside(fields, "submitted").get("questionnaire")))
    return rescued(fields, rule_set, replay.hours, at)
