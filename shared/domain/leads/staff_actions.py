"""Carries out the actions of staff on a lead.

A request names the version of the lead that the member of staff saw. An ADDITIVE action never conflicts.
Any other action conflicts with newer actions of colleagues that are not ADDITIVE.
An AFTER_CALLS action also conflicts with a newer call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import get_args

from shared.domain.errors import AlreadyTaken, FieldProblem, InvalidInput, NotAllowed, WrongState
from shared.domain.leads.action import Action, ActionName, example, problems_of
from shared.domain.leads.booking import Booking
from shared.domain.leads.consent import reinstatement
from shared.domain.leads.escalation import Escalation
from shared.domain.leads.history import ADDED, ASKED, GIVEN_BACK, UNDO_WITHIN, HistoryEntry, WorkState
from shared.domain.leads.lead import Lead, Submitted
from shared.domain.leads.next_action import NOT_REACHED, WRONG_NUMBER, Call, is_tried_again, planned
from shared.domain.leads.staff import CLINICIAN, Staff
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.triage import Tier

LONGEST_HISTORY = 200  # entries; a lead must fit into one table item
LONGEST_TEXTS = 50_000
# the longest wait for another call in a safety tier
SAFETY_WAIT = timedelta(hours=24)
# stands for any colleague, to check whether a lead can be handed over
SOMEBODY = Staff("-", "-", frozenset({CLINICIAN}))
# actions that are accepted at any time, because what they record must not be lost
ADDITIVE = frozenset({"contact_attempt", "note", "revoke_consent", ADDED, ASKED})
# actions that depend on how the last calls went
AFTER_CALLS = frozenset({"book", "close", "lower_tier", "reopen"})


@dataclass(frozen=True, slots=True)
class WorkRules:
    tiers: Mapping[str, Tier]
    hours: OpeningHours

    def rank(self, tier: str) -> int:
        return self.tiers[tier].rank

    def is_safety(self, tier: str) -> bool:
        return self.tiers[tier].safety

    def deadline(self, tier: str, since: datetime) -> datetime | None:
        span = self.tiers[tier].deadline
        return span.after(since, self.hours) if span else None


def work(
    lead: Lead, action: Action, staff: Staff, at: datetime, rules: WorkRules, colleague: Staff | None = None
) -> Lead:
    """Returns the same lead if nothing changes.

    colleague: the member of staff named in the action's `to`; None if nobody has this name.
    Raises: NotAllowed, InvalidInput, AlreadyTaken, WrongState.
    """
    if not staff.may_work:
        raise NotAllowed("Only clinicians and the lead desk can work leads.")
    if problems := tuple(problems_of(action, rules.tiers, at)):
        raise InvalidInput(problems)
    _check_history_limit(lead, action)
    if action.action not in ADDITIVE:
        _check_conflict(lead, action, staff)
    do: Callable[[], Lead] = getattr(_Actions(lead, action, staff, at, rules, colleague), action.action)
    return do()


def possible_actions(lead: Lead, staff: Staff, at: datetime, rules: WorkRules) -> tuple[str, ...]:
    found = []
    for name in get_args(ActionName):
        try:
            after = work(lead, example(name, lead, at, rules.tiers.values()), staff, at, rules, SOMEBODY)
        except (NotAllowed, AlreadyTaken, WrongState):
            continue
        if after is not lead:
            found.append(name)
    return tuple(found)


def _check_history_limit(lead: Lead, action: Action) -> None:
    """Refuses notes and contact attempts if the history is full. Other actions stay possible."""
    if action.action not in ADDITIVE or action.action == "revoke_consent":
        return
    too_long = sum(len(entry.text) for entry in lead.history) + len(action.text) > LONGEST_TEXTS
    if len(lead.history) >= LONGEST_HISTORY or too_long:
        raise WrongState("The history of this lead is full.")


def _check_conflict(lead: Lead, action: Action, staff: Staff) -> None:
    since = [entry for entry in lead.history if entry.version > action.version and entry.by != staff.id]
    changes = [entry for entry in since if entry.action not in ADDITIVE]
    if changes and lead.work.status == "acknowledged" and lead.work.owner != staff.id:
        raise AlreadyTaken(lead.work.owner_name, lead.owned_since)
    calls = [entry for entry in since if entry.action == "contact_attempt" and action.action in AFTER_CALLS]
    if last := max([*changes, *calls], key=lambda entry: entry.version, default=None):
        raise WrongState("The lead has changed since you opened it.", last.by_name, last.action, last.at)


@dataclass(frozen=True, slots=True)
class _Actions:
    """The actions on one lead. Each public method must have the name of its action."""

    lead: Lead
    action: Action
    staff: Staff
    at: datetime
    rules: WorkRules
    colleague: Staff | None

    def acknowledge(self) -> Lead:
        lead, work = self.lead, self.lead.work
        if work.status == "acknowledged" and work.owner == self.staff.id:
            return lead
        if work.status == "acknowledged":
            raise AlreadyTaken(work.owner_name, lead.owned_since)
        self._must_be_open()
        return self._planned(self._entry(before=work), replace(self._owned(), status="acknowledged"))

    def take_over(self) -> Lead:
        before = self.lead.work
        if before.status != "acknowledged" or before.owner == self.staff.id:
            raise WrongState("No colleague has this lead.")
        work = replace(before, owner=self.staff.id, owner_name=self.staff.name, handed_by="")
        return self._planned(self._entry(before=before), work)

    def hand_over(self) -> Lead:
        """Gives the lead to a colleague. The planned next action stays the same."""
        before, to = self.lead.work, self.colleague
        if before.status != "acknowledged":
            raise WrongState("You do not have this lead.")
        if before.owner != self.staff.id:
            raise AlreadyTaken(before.owner_name, self.lead.owned_since)
        if to is None or not to.may_work or to.id == self.staff.id:
            raise InvalidInput((FieldProblem("/to", "Choose a colleague who works leads."),))
        entry = self._entry(to.name, before=before)
        work = replace(before, owner=to.id, owner_name=to.name, handed_by=self.staff.name)
        plan = before.next_action
        if plan is None or plan.remind_at is None or plan.returns_at is None:
            return self._planned(entry, work)
        remind_at = max(self.at, plan.remind_at)
        plan = replace(plan, remind_at=remind_at, returns_at=max(remind_at, plan.returns_at))
        escalation = self.lead.escalation.reminds_at(remind_at)
        return self._changed(entry, work=replace(work, next_action=plan), escalation=escalation)

    def contact_attempt(self) -> Lead:
        before, outcome, again_at = self.lead.work, self.action.outcome or "", self.action.again_at
        if again_at and again_at > self.at + SAFETY_WAIT and self.rules.is_safety(self.lead.tier):
            raise InvalidInput((FieldProblem("/again_at", f"For tier {self.lead.tier}: a time within 24 hours."),))
        work = replace(
            before,
            attempts=before.attempts + 1,
            last_call=Call(self.at, outcome, again_at.astimezone(UTC) if again_at else None),
            unanswered=before.unanswered + 1 if is_tried_again(outcome, self.rules.tiers[self.lead.tier]) else 0,
        )
        entry = self._entry(outcome, before=before)
        return self._planned(entry, work) if work.status == "acknowledged" else self._changed(entry, work=work)

    def book(self) -> Lead:
        """Books an appointment or moves it.

        In a safety tier, a booking without a successful call needs a written reason.
        """
        sent, before = self.action.booking, self.lead.work
        booking = Booking(sent.at.astimezone(UTC), sent.with_whom, sent.note) if sent else None
        if before.status == "booked" and booking == before.booking:
            return self.lead
        if before.status != "booked":
            self._must_be_open()
            self._must_have_called(misses=NOT_REACHED)
        closed_at = before.closed_at if before.status == "booked" else self.at
        work = replace(self._owned(), status="booked", closed_at=closed_at, booking=booking, next_action=None)
        return self._done(work, self._entry(booking.at.isoformat() if booking else "", before=before))

    def close(self) -> Lead:
        """Closes the lead.

        In a safety tier, only a clinician can close a lead as not a fit, because that is a medical judgement.
        Closing as unreachable sends a mail, and so needs a reason if the last call reached the person.
        """
        self._must_be_open()
        reason, tier = self.action.reason, self.lead.tier
        if reason == "not_a_fit" and self.rules.is_safety(tier) and not self.staff.may_judge:
            raise NotAllowed(f"Only a clinician can close a lead in tier {tier} as not a fit.")
        machine = reason == "spam" and self.lead.assessment.suspicion.suspect
        if not machine:
            self._must_have_called(misses=frozenset({WRONG_NUMBER}))
        call = self.lead.work.last_call
        if reason == "unreachable" and call and call.outcome not in NOT_REACHED and not self.action.text:
            raise InvalidInput((FieldProblem("/text", "The last call reached the person: say what has changed."),))
        work = replace(self._owned(), status="closed", closed_reason=reason or "", closed_at=self.at, next_action=None)
        return self._done(work, self._entry(reason, before=self.lead.work))

    def reopen(self) -> Lead:
        """Reopens a booked or closed lead, or gives back an open lead, and restarts its alerts.

        Alerts of a lead that was given back wait for the time `FollowUp.release`.
        """
        work = self.lead.work
        if work.status == "new":
            raise WrongState("The lead is already open.")
        fresh = WorkState(staff_tier=work.staff_tier, attempts=work.attempts)
        first_look = None if work.is_done else self._released_at(self.lead.tier)
        entry = self._entry("" if work.is_done else GIVEN_BACK, before=work)
        return self._changed(entry, work=fresh, escalation=self._restarted(self.lead.tier, first_look))

    def note(self) -> Lead:
        return self._changed(self._entry())

    def raise_tier(self) -> Lead:
        lead, tier = self.lead, self.action.tier or ""
        self._must_be_open()
        if self.rules.rank(tier) >= self.rules.rank(lead.tier):
            raise WrongState(f"The lead's tier is already {lead.tier} or more urgent.")
        deadlines = (lead.escalation.deadline, self.rules.deadline(tier, self.at))
        return self._retiered(tier, min(filter(None, deadlines), default=None))

    def lower_tier(self) -> Lead:
        lead, tier = self.lead, self.action.tier or ""
        if not self.staff.may_judge:
            raise NotAllowed("Only a clinician can lower a tier.")
        self._must_be_open()
        if self.rules.rank(tier) <= self.rules.rank(lead.tier):
            raise WrongState(f"The lead's tier is already {lead.tier} or less urgent.")
        return self._retiered(tier, self.rules.deadline(tier, lead.assessment.received_at))

    def revoke_consent(self) -> Lead:
        consent = self.action.consent or ""
        after = self.lead.revoked(consent, self.action.text, self.at)
        if after is self.lead:
            return after
        entry = self._entry(consent, before=self.lead.work)
        return self._changed(entry, submitted=after.submitted, escalation=after.escalation)

    def undo(self) -> Lead:
        """Restores the work state and any changed tier, deadline or consent."""
        lead = self.lead
        last = lead.history[-1] if lead.history else None
        if last is None or last.before is None or last.by != self.staff.id or self.at - last.at > UNDO_WITHIN:
            raise WrongState("Nothing to undo: you can undo only your own last action, within ten minutes.")
        undone = GIVEN_BACK if (last.action, last.detail) == ("reopen", GIVEN_BACK) else last.action
        entry, work, escalation = self._entry(undone, undo_of=last.version), last.before, lead.escalation
        retiered, revoked = last.action in ("raise_tier", "lower_tier"), last.action == "revoke_consent"
        submitted = self._reinstated(last.detail) if revoked else lead.submitted
        if retiered:
            rank = self.rules.rank(work.staff_tier or lead.assessment.triage.tier)
            escalation = replace(escalation, deadline=last.deadline, tier_rank=rank)
        if work.status == "acknowledged":
            escalation = escalation.reminds_at(work.next_action.remind_at if work.next_action else None)
        elif work.is_done:
            escalation = escalation.stopped()
        elif retiered or revoked or lead.work.status != "new":
            resumed = lead.changed(work=work, submitted=submitted)
            since = self._released_at(resumed.tier) if work.status != lead.work.status else self.at
            escalation = self._resumed(resumed, escalation, since)
        return self._changed(entry, work=work, escalation=escalation, submitted=submitted)

    def _reinstated(self, consent: str) -> Submitted:
        ledger = self.lead.submitted.consent_records
        latest = [record for record in ledger if record.consent == consent][-1]
        entry = reinstatement(latest, self.at, ledger[-1].hash)
        return replace(self.lead.submitted, consent_records=(*ledger, entry))

    def _released_at(self, tier: str) -> datetime:
        return self.rules.tiers[tier].follow_up.release.after(self.at, self.rules.hours)

    def _resumed(self, lead: Lead, escalation: Escalation, since: datetime) -> Escalation:
        """Continues the alerts at the former level, but not before `since`."""
        if not self.rules.tiers[lead.tier].escalates:
            return escalation.restarted(self.at, escalates=False)
        ladder = lead.ladder(self.rules.tiers, self.rules.hours)
        due = ladder.next_at(escalation.started_at, escalation.alert_delivered)
        return replace(escalation, next_at=max(since, due), alert_due=max(1, escalation.alert_due))

    def _must_be_open(self) -> None:
        if self.lead.work.is_done:
            raise WrongState("The lead is booked or closed. Reopen it first.")

    def _must_have_called(self, misses: frozenset[str]) -> None:
        """In a safety tier, requires a call or a written reason.

        misses: outcomes with which the last call does not count.
        """
        call = self.lead.work.last_call
        if self.action.text or not self.rules.is_safety(self.lead.tier) or (call and call.outcome not in misses):
            return
        missed = "The last call did not reach the person: say why you do this now."
        why = missed if call else "Record a call first, or say why there was none."
        raise InvalidInput((FieldProblem("/text", why),))

    def _owned(self) -> WorkState:
        work = self.lead.work
        if work.owner:
            return work
        return replace(work, owner=self.staff.id, owner_name=self.staff.name, acknowledged_at=self.at)

    def _planned(
        self, entry: HistoryEntry, work: WorkState, escalation: Escalation | None = None, tier: str = ""
    ) -> Lead:
        best_time = self.lead.submitted.contact.best_time
        plan = planned(work, self.rules.tiers[tier or self.lead.tier], self.rules.hours, best_time, self.at)
        escalation = (escalation or self.lead.escalation).reminds_at(plan.remind_at)
        return self._changed(entry, work=replace(work, next_action=plan), escalation=escalation)

    def _done(self, work: WorkState, entry: HistoryEntry) -> Lead:
        return self._changed(entry, work=work, escalation=self.lead.escalation.stopped())

    def _retiered(self, tier: str, deadline: datetime | None) -> Lead:
        """Changes the tier. Alerts of a lead without an owner restart with the new levels."""
        before = self.lead.work
        escalation = self._restarted(tier) if before.status == "new" else self.lead.escalation
        work = replace(before, staff_tier=tier)
        entry = replace(self._entry(tier, before=before), deadline=self.lead.escalation.deadline)
        escalation = replace(escalation, deadline=deadline, tier_rank=self.rules.rank(tier))
        if before.status == "acknowledged":
            return self._planned(entry, work, escalation, tier)
        return self._changed(entry, work=work, escalation=escalation)

    def _restarted(self, tier: str, first_look: datetime | None = None) -> Escalation:
        escalates = self.rules.tiers[tier].escalates
        return self.lead.escalation.restarted(self.at, escalates=escalates, first_look=first_look)

    def _changed(
        self,
        entry: HistoryEntry,
        *,
        submitted: Submitted | None = None,
        escalation: Escalation | None = None,
        work: WorkState | None = None,
    ) -> Lead:
        history = (*self.lead.history, entry)
        return self.lead.changed(submitted=submitted, escalation=escalation, work=work, history=history)

    def _entry(
        self, detail: str | None = "", *, before: WorkState | None = None, undo_of: int | None = None
    ) -> HistoryEntry:
        return HistoryEntry(
            at=self.at,
            by=self.staff.id,
            by_name=self.staff.name,
            action=self.action.action,
            version=self.lead.version + 1,
            detail=detail or "",
            text=self.action.text,
            before=before,
            undo_of=undo_of,
        )
