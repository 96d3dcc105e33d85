"""Decides what to do with a resubmission, which has the id of a stored submission (docs/decisions/0015).

- Equal content changes nothing.
- Answering again never withdraws a red flag.
- Changed content reopens a booked or closed lead if the tier alerts staff.
- The owner loses the lead only after a new red flag or a more urgent tier.
- Another person's submission becomes a separate lead, because two people may share a device.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.intake.submission import Contact
from shared.domain.leads.consent import extended_ledger
from shared.domain.leads.escalation import NEVER, Escalation
from shared.domain.leads.history import (
    ALERTED_AGAIN,
    ASKED,
    OPENED_AGAIN,
    RETURNED,
    SENT_AFTER_ALL,
    SYSTEM,
    WITHDRAWN,
    HistoryEntry,
    WorkState,
)
from shared.domain.leads.lead import EarlierAnswers, Lead, Submitted
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.advice import ShownMessage
from shared.domain.rules.triage import Tier

MAX_EARLIER = 5
SIMILAR = 0.8  # how similar (0 to 1) two words must be for one to be a misspelling of the other
MAX_RESUBMISSIONS = 20  # each resubmission enlarges the lead, and a table item holds at most 400 kB


@dataclass(frozen=True, slots=True)
class Keep:
    pass


@dataclass(frozen=True, slots=True)
class Conflict:
    """The decision to refuse a submission, because its id belongs to another finished form."""


@dataclass(frozen=True, slots=True)
class Merge:
    lead: Lead


@dataclass(frozen=True, slots=True)
class NewLead:
    lead: Lead


Resubmission = Keep | Conflict | Merge | NewLead


def resubmission(
    stored: Lead, new: Lead, tiers: Mapping[str, Tier], hours: OpeningHours, *, was_accepted: bool
) -> Resubmission:
    """Decides what to do with the lead `new`, which has the same id as the lead `stored`.

    was_accepted: True if `new` comes from the spool, so that the person already has a receipt for it.
    """
    if _is_repeat(stored, new, of_unfinished_too=was_accepted):
        return Keep()
    finished_twice = stored.submitted.complete and new.submitted.complete
    # a correction of a sent form is a conflict, so that the page asks whether to send it as a new form
    corrects = finished_twice and not was_accepted and share_a_way(stored, new)
    if of_another_person(stored, new) and not corrects:
        return NewLead(new.as_separate())
    if was_accepted:
        return _resubmission_from_spool(stored, new, tiers, hours)
    if _is_late_unfinished(stored, new):
        return Keep()
    if finished_twice:
        return Conflict()
    if resubmitted_too_often(stored):
        return NewLead(new.as_separate())
    return Merge(merge_resubmission(stored, new, tiers, hours))


def _resubmission_from_spool(stored: Lead, new: Lead, tiers: Mapping[str, Tier], hours: OpeningHours) -> Resubmission:
    late = new.assessment.received_at <= stored.assessment.received_at
    superseded = late and not new.submitted.complete and not new.assessment.red_flag
    if _is_late_unfinished(stored, new) or superseded or stored.revoked_after(new.assessment.received_at):
        return Keep()
    finished_twice = stored.submitted.complete and new.submitted.complete
    if finished_twice or resubmitted_too_often(stored):
        return NewLead(new.as_separate())
    merge = merge_late if late and not new.submitted.complete else merge_resubmission
    return Merge(_with_messages_of(merge(stored, new, tiers, hours), new))


def resubmitted_too_often(lead: Lead) -> bool:
    return sum(entry.action in (RETURNED, ASKED) for entry in lead.history) >= MAX_RESUBMISSIONS


def of_another_person(stored: Lead, new: Lead) -> bool:
    """Returns whether the two leads are about different people, who may share a device.

    One name may correct the other if the leads share a phone number or email address.
    In doubt, two leads are safer, because nobody's answers then appear under another name.
    """
    before, after = stored.submitted.contact, new.submitted.contact
    phones, emails = _ways(stored, new)
    if not (before.name and after.name):
        return _differ(*phones) and _differ(*emails)
    return not have_one_name(before, after, corrected=share_a_way(stored, new) and not _differ(*phones))


def share_a_way(stored: Lead, new: Lead) -> bool:
    return any(one and one == other for one, other in _ways(stored, new))


def _ways(stored: Lead, new: Lead) -> tuple[tuple[str, str], tuple[str, str]]:
    before, after = stored.submitted.contact, new.submitted.contact
    emails = (before.email or "").casefold(), (after.email or "").casefold()
    return (before.phone or "", after.phone or ""), emails


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and one != other


def have_one_name(one: Contact, other: Contact, *, corrected: bool) -> bool:
    """Returns whether both names can belong to one person. True if a name is missing.

    "J. Example" can be Jordan Example, but Ann Example cannot be Bob Example.
    corrected: whether one name may correct the other, such as Jordan and "Jrodan".
    """
    fewer, more = sorted((_words(one.name), _words(other.name)), key=len)
    if fewer and corrected and _is_one_word(fewer[0], more[0], corrected=True):
        return True
    return all(any(_is_one_word(word, known, corrected=corrected) for known in more) for word in fewer)


def _words(name: str | None) -> list[str]:
    plain = unicodedata.normalize("NFKD", (name or "").casefold())
    return re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)))


def _is_one_word(one: str, other: str, *, corrected: bool) -> bool:
    initial = min(len(one), len(other)) == 1 and one[0] == other[0]
    return one == other or initial or (corrected and difflib.SequenceMatcher(None, one, other).ratio() >= SIMILAR)


def merge_resubmission(earlier: Lead, later: Lead, tiers: Mapping[str, Tier], hours: OpeningHours) -> Lead:
    """Merges the lead `later` into `earlier`, and drops the answers of a withdrawn form."""
    return _Merger(earlier, later, tiers, hours).lead()


def merge_late(lead: Lead, late: Lead, tiers: Mapping[str, Tier], hours: OpeningHours) -> Lead:
    """Merges a late submission from the spool, whose answers do not replace those of `lead`.

    Its red flags still alert staff.
    """
    after = merge_resubmission(lead, late, tiers, hours)
    earlier = (*lead.earlier, _as_earlier(late))[-MAX_EARLIER:]
    return after.changed(submitted=lead.submitted, earlier=earlier, version=after.version)


def _is_repeat(stored: Lead, new: Lead, *, of_unfinished_too: bool) -> bool:
    """`of_unfinished_too`: True to compare with earlier answers even if the stored form is unfinished."""
    check_earlier = stored.submitted.complete or of_unfinished_too
    earlier = {before.content_hash for before in stored.earlier} if check_earlier else set()
    return new.submitted.content_hash in {stored.submitted.content_hash, *earlier}


def _is_late_unfinished(stored: Lead, new: Lead) -> bool:
    return stored.submitted.complete and not new.submitted.complete and not new.assessment.red_flag


def _with_messages_of(after: Lead, accepted: Lead) -> Lead:
    messages = _without_duplicates(after.assessment.messages_shown, accepted.assessment.messages_shown)
    return after.changed(assessment=replace(after.assessment, messages_shown=messages), version=after.version)


def _without_duplicates(first: tuple[ShownMessage, ...], second: tuple[ShownMessage, ...]) -> tuple[ShownMessage, ...]:
    known = {message.id for message in first}
    return (*first, *(message for message in second if message.id not in known))


@dataclass(frozen=True, slots=True)
class _Merger:
    earlier: Lead
    later: Lead
    tiers: Mapping[str, Tier]
    hours: OpeningHours

    def lead(self) -> Lead:
        earlier = self.earlier
        return Lead(
            lead_id=earlier.lead_id,
            version=earlier.version + 1,
            reference=earlier.reference,
            source=self.later.source,
            submitted=self._submitted(),
            assessment=self.decisive.assessment,
            escalation=self._escalation(),
            work=self._work(),
            mail=earlier.mail,
            history=(*earlier.history, self._entry()),
            earlier=() if self.was_withdrawn else (*earlier.earlier, _as_earlier(earlier))[-MAX_EARLIER:],
        )

    @property
    def was_withdrawn(self) -> bool:
        """True if the visitor withdrew the earlier form, so that none of it may be shown."""
        return self.earlier.work.closed_reason == WITHDRAWN

    @property
    def decisive(self) -> Lead:
        """The lead whose assessment counts. A red flag of `earlier` outweighs a less serious `later`."""
        earlier, later = self.earlier.assessment, self.later.assessment
        by = self._rank(later.triage.tier) - self._rank(earlier.triage.tier)
        as_grave = by < 0 or (by == 0 and later.red_flag)
        return self.earlier if earlier.red_flag and not as_grave else self.later

    @property
    def staff_tier(self) -> str:
        """The tier that staff set; "" if it no longer applies."""
        kept, later = self.earlier.work.staff_tier, self.later.assessment
        if kept not in self.tiers:
            return ""
        raised = self._rank(kept) < self._rank(self.decisive.assessment.triage.tier)
        more = later.red_flag or self._rank(later.triage.tier) < self._rank(kept)
        return kept if raised or (self.decisive is self.earlier and not more) else ""

    @property
    def tier(self) -> str:
        return self.staff_tier or self.decisive.assessment.triage.tier

    @property
    def brings_news(self) -> bool:
        triages = (self.earlier.assessment.triage, *(before.triage for before in self.earlier.earlier))
        known = {rule.id for triage in triages for rule in triage.safety_rules}
        later = self.later.assessment
        unseen = any(rule.id not in known for rule in later.triage.safety_rules)
        return (later.red_flag and unseen) or self._rank(self.tier) < self._rank(self.earlier.tier)

    @property
    def alerts_again(self) -> bool:
        earlier = self.earlier
        if earlier.work.is_done:  # the new receipt promised the visitor another call
            return self.tiers[self.tier].escalates
        if earlier.work.status == "acknowledged":
            return self.brings_news
        # running alerts about the earlier red flag do not restart
        waiting = earlier.assessment.red_flag and earlier.escalation.next_at not in (
            None,
            NEVER,
        )
        unchanged = self.decisive is earlier and not self.later.assessment.red_flag
        return self.brings_news or not (waiting or unchanged)

    def _submitted(self) -> Submitted:
        before, after = self.earlier.submitted, self.later.submitted
        return replace(
            after,
            complete=before.complete or after.complete,
            consent_records=extended_ledger(before.consent_records, after.consent_records),
        )

    def _work(self) -> WorkState:
        before = self.earlier.work
        if self.alerts_again:
            return WorkState(staff_tier=self.staff_tier, attempts=before.attempts)
        return replace(before, staff_tier=self.staff_tier)

    def _escalation(self) -> Escalation:
        escalation = replace(self.earlier.escalation, deadline=self._deadline(), tier_rank=self._rank(self.tier))
        if not self.alerts_again:
            return escalation
        at = self.later.assessment.received_at
        first_look = self.later.escalation.next_at if self.decisive is self.later else None
        return escalation.restarted(at, escalates=self.tiers[self.tier].escalates, first_look=first_look)

    def _deadline(self) -> datetime | None:
        """Returns the new deadline if the lead is reopened or less urgent, otherwise the earlier of both deadlines."""
        earlier = self.earlier
        span = self.tiers[self.tier].deadline
        new = span.after(self.later.assessment.received_at, self.hours) if span else None
        reopened = earlier.work.is_done and self.alerts_again
        if reopened or self._rank(self.tier) > self._rank(earlier.tier):
            return new
        return min(filter(None, (earlier.escalation.deadline, new)), default=None)

    def _entry(self) -> HistoryEntry:
        detail = ""
        if self.alerts_again and self.earlier.work.status != "new" and not self.was_withdrawn:
            detail = ALERTED_AGAIN if self.earlier.work.status == "acknowledged" else OPENED_AGAIN
        return HistoryEntry(
            at=self.later.assessment.received_at,
            by=SYSTEM,
            by_name="",
            action=SENT_AFTER_ALL if self.was_withdrawn else RETURNED,
            version=self.earlier.version + 1,
            detail=detail,
        )

    def _rank(self, tier: str) -> int:
        return self.tiers[tier].rank


def _as_earlier(lead: Lead) -> EarlierAnswers:
    found, submitted = lead.assessment, lead.submitted
    return EarlierAnswers(found.received_at, submitted.answers, found.triage, submitted.content_hash, submitted.contact)
