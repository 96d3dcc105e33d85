"""What waited in the spool becomes a lead: the same write as for a submission, once, however often it is delivered."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from shared.domain.advice import ShownMessage
from shared.domain.errors import LeadChanged, LeadErased, StoreUnavailable
from shared.domain.lead import CANARY, Lead
from shared.domain.opening_hours import OpeningHours
from shared.domain.returning import came_too_often, with_late, with_return
from shared.domain.spooled import readable, rescued, spooled_lead
from shared.domain.value import Value
from shared.usecases.ports import Leads, RuleSets
from shared.usecases.rules import rule_set_for, rule_set_of


class Undeliverable(Protocol):
    def put_back(self, entry: str, /) -> None:
        """Keep an entry for a person to look at. Raises StoreUnavailable."""


class Replay(Value):
    """What it takes to deliver what waited."""

    leads: Leads
    rule_sets: RuleSets
    undeliverable: Undeliverable
    hours: OpeningHours


class Replayed(Value):
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
        rescue = _add(lead.set_aside() if lead else _rescued(entry, replay, at), replay.leads)
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
    return _again(stored, lead, replay)


def _again(stored: Lead, lead: Lead, replay: Replay) -> Replayed:
    """The id is taken. An entry may be late: what came after it counts, a red flag of before stands, a finished form
    wins over an unfinished one. Two finished forms with other content are two leads, since the person was told that we
    have each."""
    seen = {stored.content_hash, *(before.content_hash for before in stored.earlier)}
    late = lead.received_at <= stored.received_at
    trails = not lead.complete and not lead.red_flag and (stored.complete or late)
    if lead.content_hash in seen or trails or stored.revoked_after(lead.received_at):
        return Replayed(stored, created=False)
    if (stored.complete and lead.complete) or came_too_often(stored):
        return _add(lead.set_aside(), replay.leads)
    tiers = rule_set_of(stored, replay.rule_sets).tiers
    if late and not lead.complete:
        after = with_late(stored, lead, tiers, replay.hours)
    else:
        after = with_return(stored, lead, tiers, replay.hours)
    after = after.replaced(messages_shown=_both(after, lead))
    try:
        replay.leads.replace(stored, after)
    except LeadChanged as error:  # staff got in between: the next delivery sees what they did
        raise StoreUnavailable from error
    return Replayed(after, created=False)


def _both(after: Lead, told: Lead) -> tuple[ShownMessage, ...]:
    """Of a red flag that stands, and what the person was told without knowing of it."""
    known = {message.id for message in after.messages_shown}
    return (*after.messages_shown, *(message for message in told.messages_shown if message.id not in known))


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
    rule_set = rule_set_for(replay.rule_sets, str(fields.get("questionnaire")))
    return rescued(fields, rule_set, replay.hours, at)
