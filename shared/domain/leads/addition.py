"""Adds later answers or a callback request to a stored lead.

An addition never makes a lead less urgent, and never withdraws a red flag.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.leads.consent import extended_ledger
from shared.domain.leads.escalation import NEVER, Escalation
from shared.domain.leads.history import (
    ADDED,
    ALERTED_AGAIN,
    ASKED,
    OPENED_AGAIN,
    RETURNED,
    SYSTEM,
    HistoryEntry,
    WorkState,
)
from shared.domain.leads.lead import Assessment, EarlierAnswers, Lead, Submitted
from shared.domain.leads.resubmission import MAX_EARLIER, have_one_name, resubmitted_too_often
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.questionnaire import Answer, Answers
from shared.domain.rules.triage import FiredRule, Tier


def is_known(lead: Lead, answers: Answers) -> bool:
    """Returns whether the current answers, or one set of earlier answers, include all of `answers`."""
    versions = (lead.submitted.answers, *(before.answers for before in lead.earlier))
    return any(
        all(code in known and _same(known[code], answer) for code, answer in answers.items()) for known in versions
    )


def with_answers(
    lead: Lead, answers: Answers, rescored: Assessment, at: datetime, tiers: Mapping[str, Tier], hours: OpeningHours
) -> Lead:
    """Returns the next version of the lead, with these answers added.

    If an answer replaces another, the former answers are kept in `earlier`.
    rescored: the assessment of old and new answers together.
    """
    before = lead.submitted
    replaces = any(code in before.answers and not _same(before.answers[code], answers[code]) for code in answers)
    kept = EarlierAnswers(at, before.answers, lead.assessment.triage, before.content_hash, before.contact)
    return _Addition(
        lead,
        ADDED,
        rescored,
        at,
        tiers,
        hours,
        replace(before, answers={**before.answers, **answers}),
        (*lead.earlier, kept)[-MAX_EARLIER:] if replaces else lead.earlier,
    ).lead()


def may_join(callback: Lead, lead: Lead) -> bool:
    """Returns whether a callback request may be added to `lead`, which has the same phone number.

    The lead must be open, because staff would not notice a request on another lead.
    The names must match, because two people may share a number.
    """
    return (
        lead.needs_someone
        and lead.submitted.questionnaire == callback.submitted.questionnaire
        and not lead.assessment.suspicion.suspect
        and not resubmitted_too_often(lead)
        and have_one_name(callback.submitted.contact, lead.submitted.contact, corrected=True)
    )


def with_callback(
    lead: Lead, callback: Lead, rescored: Assessment, tiers: Mapping[str, Tier], hours: OpeningHours
) -> Lead:
    """Returns the next version of the lead, with a callback request added.

    callback: the request as a separate lead.
    rescored: the assessment of the answers of both leads together.
    """
    sent, before = callback.submitted, lead.submitted
    at = callback.assessment.received_at
    beside = EarlierAnswers(
        at, sent.answers, callback.assessment.triage, sent.content_hash, sent.contact, callback.reference
    )
    contact = replace(
        before.contact,
        name=before.contact.name or sent.contact.name,
        best_time=sent.contact.best_time or before.contact.best_time,
    )
    ledger = extended_ledger(before.consent_records, sent.consent_records)
    return _Addition(
        lead,
        ASKED,
        rescored,
        at,
        tiers,
        hours,
        replace(before, contact=contact, consent_records=ledger),
        (*lead.earlier, beside)[-MAX_EARLIER:],
    ).lead()


def _same(one: Answer, other: Answer) -> bool:
    return sorted(one) == sorted(other) if isinstance(one, list) and isinstance(other, list) else one == other


@dataclass(frozen=True, slots=True)
class _Addition:
    """Makes the next version of the lead `before`. `action` is ADDED or ASKED."""

    before: Lead
    action: str
    rescored: Assessment
    at: datetime
    tiers: Mapping[str, Tier]
    hours: OpeningHours
    submitted: Submitted
    earlier: tuple[EarlierAnswers, ...]

    def lead(self) -> Lead:
        return self.before.changed(
            submitted=self.submitted,
            assessment=self._assessment(),
            escalation=self._escalation(),
            work=self._work(),
            history=self._history(),
            earlier=self.earlier,
        )

    @property
    def brings_red_flag(self) -> bool:
        return self.rescored.red_flag and bool(self._new_rules())

    @property
    def decides(self) -> bool:
        """True if the new assessment is at least as serious as the old one, and so replaces it."""
        old, new = self.before.assessment, self.rescored
        by = self._rank(new.triage.tier) - self._rank(old.triage.tier)
        return by < 0 or (by == 0 and (new.red_flag or not old.red_flag))

    @property
    def staff_tier(self) -> str:
        """The tier that staff set; "" if they set none, or if a new red flag is more urgent."""
        kept = self.before.work.staff_tier
        if kept not in self.tiers:
            return ""
        outdated = self.brings_red_flag and self._rank(self.rescored.triage.tier) < self._rank(kept)
        return "" if outdated else kept

    @property
    def tier(self) -> str:
        return self.staff_tier or (self.rescored if self.decides else self.before.assessment).triage.tier

    @property
    def raises(self) -> bool:
        return self._rank(self.tier) < self._rank(self.before.tier)

    @property
    def alerts_again(self) -> bool:
        """True if alerts restart at level 1, which removes the owner."""
        if self.before.work.status != "new":
            return self.brings_red_flag
        if self.raises:
            return True
        escalation = self.before.escalation
        if self.action == ASKED and not self.before.submitted.complete and escalation.alert_delivered == 0:
            return True
        waiting = escalation.next_at not in (None, NEVER)
        return not waiting and (self.brings_red_flag or self.action == ASKED)

    def _assessment(self) -> Assessment:
        old, new = self.before.assessment, self.rescored
        if not self.decides:
            added, fit = self._new_rules(), new.triage
            triage = replace(
                old.triage,
                safety_rules=(*old.triage.safety_rules, *added),
                fit_score=fit.fit_score,
                fit_rules=fit.fit_rules,
                tags=fit.tags,
            )
            return replace(old, triage=triage)
        return new if self.raises or self.brings_red_flag else replace(new, messages_shown=old.messages_shown)

    def _new_rules(self) -> tuple[FiredRule, ...]:
        triages = (self.before.assessment.triage, *(earlier.triage for earlier in self.before.earlier))
        known = {rule.id for triage in triages for rule in triage.safety_rules}
        return tuple(rule for rule in self.rescored.triage.safety_rules if rule.id not in known)

    def _work(self) -> WorkState:
        before = self.before.work
        if self.alerts_again:
            return WorkState(staff_tier=self.staff_tier, attempts=before.attempts)
        return replace(before, staff_tier=self.staff_tier)

    def _escalation(self) -> Escalation:
        escalation = replace(self.before.escalation, deadline=self._deadline(), tier_rank=self._rank(self.tier))
        if not self.alerts_again:
            return escalation
        return escalation.restarted(self.at, escalates=self.tiers[self.tier].escalates)

    def _deadline(self) -> datetime | None:
        """Only a booked or closed lead can get a later deadline."""
        old, span = self.before.escalation.deadline, self.tiers[self.tier].deadline
        if not (self.raises or self.alerts_again) or span is None:
            return old
        new = span.after(self.at, self.hours)
        return new if old is None or self.before.work.is_done else min(old, new)

    def _history(self) -> tuple[HistoryEntry, ...]:
        """Consecutive additions of answers share one history entry."""
        history = self.before.history
        if history and history[-1].action == self.action == ADDED and not self.alerts_again:
            history = history[:-1]
        detail = ""
        if self.alerts_again and self.before.work.status != "new":
            detail = ALERTED_AGAIN if self.before.work.status == "acknowledged" else OPENED_AGAIN
        entry = HistoryEntry(
            at=self.at,
            by=SYSTEM,
            by_name="",
            action=RETURNED if self.alerts_again else self.action,
            version=self.before.version + 1,
            detail=detail,
        )
        return (*history, entry)

    def _rank(self, tier: str) -> int:
        return self.tiers[tier].rank
