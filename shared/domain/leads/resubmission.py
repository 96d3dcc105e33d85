"""A visitor comes back, or a submission arrives twice or late: what "this id came before" means.

`resubmission` decides; capture and replay carry it out. Decision 15 says why. In short:

- The same content changes nothing.
- A red flag is never withdrawn by answering again.
- A lead that was done opens again.
- A clinician's judgement ends where there is something new to judge.
- The owner keeps the lead, unless the visitor brings a warning sign that the owner has not seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.leads.consent import continued
from shared.domain.leads.escalation import NEVER, Escalation
from shared.domain.leads.history import ALERTED_AGAIN, OPENED_AGAIN, RETURNED, SYSTEM, HistoryEntry, WorkState
from shared.domain.leads.lead import EarlierAnswers, Lead, Submitted
from shared.domain.opening_hours import OpeningHours
from shared.domain.rules.advice import ShownMessage
from shared.domain.rules.triage import Tier

MOST_EARLIER = 5
MOST_RETURNS = 20  # each makes the lead larger, and the table holds 400 kB of one


@dataclass(frozen=True, slots=True)
class Keep:
    """Nothing changes: the stored lead answers for this submission."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """The id belongs to a finished form with other content."""


@dataclass(frozen=True, slots=True)
class Merge:
    """The stored lead becomes this one."""

    lead: Lead


@dataclass(frozen=True, slots=True)
class NewLead:
    """The submission becomes a lead of its own, under this id."""

    lead: Lead


Resubmission = Keep | Conflict | Merge | NewLead


def resubmission(
    stored: Lead, new: Lead, tiers: Mapping[str, Tier], hours: OpeningHours, *, was_accepted: bool
) -> Resubmission:
    """What to do with `new`, whose id is that of `stored`.

    `was_accepted`: the person has a receipt for it already, because it waited in the spool. Then it may be late, and
    two finished forms with other content are two leads rather than a conflict.
    """
    if was_accepted:
        return _accepted_before(stored, new, tiers, hours)
    if _is_repeat(stored, new, of_unfinished_too=False) or _trails(stored, new):
        return Keep()
    if stored.submitted.complete and new.submitted.complete:
        return Conflict()
    if came_too_often(stored):
        return NewLead(new.as_separate())
    return Merge(merge_resubmission(stored, new, tiers, hours))


def _accepted_before(stored: Lead, new: Lead, tiers: Mapping[str, Tier], hours: OpeningHours) -> Resubmission:
    late = new.assessment.received_at <= stored.assessment.received_at
    superseded = late and not new.submitted.complete and not new.assessment.red_flag
    if (
        _is_repeat(stored, new, of_unfinished_too=True)
        or _trails(stored, new)
        or superseded
        or stored.revoked_after(new.assessment.received_at)
    ):
        return Keep()
    if (stored.submitted.complete and new.submitted.complete) or came_too_often(stored):
        return NewLead(new.as_separate())
    merge = merge_late if late and not new.submitted.complete else merge_resubmission
    return Merge(_with_messages_of(merge(stored, new, tiers, hours), new))


def came_too_often(lead: Lead) -> bool:
    """Whether the visitor came back as often as one lead can hold."""
    return sum(entry.action == RETURNED for entry in lead.history) >= MOST_RETURNS


def merge_resubmission(earlier: Lead, later: Lead, tiers: Mapping[str, Tier], hours: OpeningHours) -> Lead:
    """The lead after the visitor sent `later` under the same id: ledger, history and earlier answers go on."""
    return _Merging(earlier, later, tiers, hours).lead()


def merge_late(lead: Lead, late: Lead, tiers: Mapping[str, Tier], hours: OpeningHours) -> Lead:
    """Merge a submission that arrived out of order. Its red flags still alert staff; its answers do not replace newer
    ones."""
    after = merge_resubmission(lead, late, tiers, hours)
    earlier = (*lead.earlier, _as_earlier(late))[-MOST_EARLIER:]
    return after.model_copy(update={"submitted": lead.submitted, "earlier": earlier})


def _is_repeat(stored: Lead, new: Lead, *, of_unfinished_too: bool) -> bool:
    """Whether this content is stored already."""
    counts = stored.submitted.complete or of_unfinished_too
    seen = {before.content_hash for before in stored.earlier} if counts else set()
    return new.submitted.content_hash in {stored.submitted.content_hash, *seen}


def _trails(stored: Lead, new: Lead) -> bool:
    """An unfinished form after the finished one: it says nothing new, unless it has a red flag."""
    return stored.submitted.complete and not new.submitted.complete and not new.assessment.red_flag


def _with_messages_of(after: Lead, accepted: Lead) -> Lead:
    """Those of a red flag that still counts, and those that the person was shown without knowing of it."""
    messages = _both(after.assessment.messages_shown, accepted.assessment.messages_shown)
    return after.model_copy(update={"assessment": replace(after.assessment, messages_shown=messages)})


def _both(first: tuple[ShownMessage, ...], second: tuple[ShownMessage, ...]) -> tuple[ShownMessage, ...]:
    known = {message.id for message in first}
    return (*first, *(message for message in second if message.id not in known))


@dataclass(frozen=True, slots=True)
class _Merging:
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
            assessment=self.counts.assessment,
            escalation=self._escalation(),
            work=self._work(),
            history=(*earlier.history, self._entry()),
            earlier=(*earlier.earlier, _as_earlier(earlier))[-MOST_EARLIER:],
        )

    @property
    def counts(self) -> Lead:
        """Whose answers the tier comes from: the later ones, unless they leave a red flag out."""
        earlier, later = self.earlier.assessment, self.later.assessment
        by = self._rank(later.triage.tier) - self._rank(earlier.triage.tier)
        as_grave = by < 0 or (by == 0 and later.red_flag)
        return self.earlier if earlier.red_flag and not as_grave else self.later

    @property
    def staff_tier(self) -> str:
        """What staff raised stays raised. What a clinician lowered stays only while the same red flag counts, and the
        visitor brings none, and nothing more urgent."""
        kept, later = self.earlier.work.staff_tier, self.later.assessment
        if kept not in self.tiers:
            return ""
        raised = self._rank(kept) < self._rank(self.counts.assessment.triage.tier)
        more = later.red_flag or self._rank(later.triage.tier) < self._rank(kept)
        return kept if raised or (self.counts is self.earlier and not more) else ""

    @property
    def tier(self) -> str:
        return self.staff_tier or self.counts.assessment.triage.tier

    @property
    def is_news(self) -> bool:
        """A red flag that staff have not seen, or more urgent than what they work by."""
        triages = (self.earlier.assessment.triage, *(before.triage for before in self.earlier.earlier))
        known = {rule.id for triage in triages for rule in triage.safety_rules}
        later = self.later.assessment
        unseen = any(rule.id not in known for rule in later.triage.safety_rules)
        return (later.red_flag and unseen) or self._rank(self.tier) < self._rank(self.earlier.tier)

    @property
    def alerts_again(self) -> bool:
        """Whether staff are alerted from the first level, and nobody has the lead until somebody takes it."""
        earlier = self.earlier
        if earlier.work.is_done:  # the visitor was shown again that somebody calls
            return self.tiers[self.tier].escalates
        if earlier.work.status == "acknowledged":
            return self.is_news
        waiting = earlier.assessment.red_flag and earlier.escalation.next_at not in (None, NEVER)  # do not restart it
        unchanged = self.counts is earlier and not self.later.assessment.red_flag
        return self.is_news or not (waiting or unchanged)

    def _submitted(self) -> Submitted:
        before, after = self.earlier.submitted, self.later.submitted
        return replace(
            after,
            complete=before.complete or after.complete,
            consent_records=continued(before.consent_records, after.consent_records),
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
        first_look = self.later.escalation.next_at if self.counts is self.later else None
        return escalation.restarted(at, escalates=self.tiers[self.tier].escalates, first_look=first_look)

    def _deadline(self) -> datetime | None:
        """The nearer one, but for what was done or is less urgent now: then it counts from the return."""
        earlier = self.earlier
        span = self.tiers[self.tier].deadline
        anew = span.after(self.later.assessment.received_at, self.hours) if span else None
        done = earlier.work.is_done and self.alerts_again
        if done or self._rank(self.tier) > self._rank(earlier.tier):
            return anew
        return min(filter(None, (earlier.escalation.deadline, anew)), default=None)

    def _entry(self) -> HistoryEntry:
        detail = ""
        if self.alerts_again and self.earlier.work.status != "new":
            detail = ALERTED_AGAIN if self.earlier.work.status == "acknowledged" else OPENED_AGAIN
        return HistoryEntry(
            at=self.later.assessment.received_at,
            by=SYSTEM,
            by_name="",
            action=RETURNED,
            version=self.earlier.version + 1,
            detail=detail,
        )

    def _rank(self, tier: str) -> int:
        return self.tiers[tier].rank


def _as_earlier(lead: Lead) -> EarlierAnswers:
    found, submitted = lead.assessment, lead.submitted
    return EarlierAnswers(found.received_at, submitted.answers, found.triage, submitted.content_hash)
