"""A visitor comes back to a lead and sends more: which answers count, who of staff has it, and who must be told.

Decision 15 says why. In short: what a red flag called for is never taken back by answering again; what is done opens
again; what a clinician judged ends where there is something new to judge; and whoever has the lead keeps it, unless the
visitor brings what they have not seen.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.consent import continued
from shared.domain.history import OPENED_AGAIN, RETURNED, SYSTEM, TOLD_AGAIN, HistoryEntry, Standing
from shared.domain.lead import NEVER, EarlierAnswers, Lead
from shared.domain.opening_hours import OpeningHours
from shared.domain.triage import Tier
from shared.domain.value import Value

MOST_EARLIER = 5
JUDGED = (  # what the rules made of the answers that count
    *("triage", "shadow", "disposition", "messages_shown", "received_at", "suspicion", "red_flag"),
)
SAID = (  # by the visitor, of themselves
    *("answers", "contact", "content_hash", "questionnaire", "questionnaire_version", "language", "attribution"),
    *("complete", "consent_records", "phone_key", "email_key"),
)
LADDER = ("alert_due", "alert_delivered", "next_at")
MOST_RETURNS = 20  # each makes the lead larger, and the table holds 400 kB of one: what comes then is a lead of its own


def came_too_often(lead: Lead) -> bool:
    """Whether the visitor came back as often as one lead can hold."""
    return sum(entry.action == RETURNED for entry in lead.history) >= MOST_RETURNS


def with_return(earlier: Lead, later: Lead, tiers: Mapping[str, Tier], hours: OpeningHours) -> Lead:
    """The lead after the visitor sent `later` under the same id: ledger, history and earlier answers go on."""
    return _Return(earlier, later, tiers, hours).lead()


def with_late(lead: Lead, late: Lead, tiers: Mapping[str, Tier], hours: OpeningHours) -> Lead:
    """The lead after something that the visitor sent before it came late: a red flag of it is told like that of a
    return, and what they said last stays what they said last."""
    after = with_return(lead, late, tiers, hours)
    said_last: dict[str, object] = {name: getattr(lead, name) for name in SAID}
    return after.replaced(**said_last, earlier=(*lead.earlier, _as_earlier(late))[-MOST_EARLIER:])


class _Return(Value):
    earlier: Lead
    later: Lead
    tiers: Mapping[str, Tier]
    hours: OpeningHours

    def lead(self) -> Lead:
        earlier, later = self.earlier, self.later
        changes: dict[str, object] = {
            "version": earlier.version + 1,
            "complete": earlier.complete or later.complete,
            "earlier": (*earlier.earlier, _as_earlier(earlier))[-MOST_EARLIER:],
            "consent_records": continued(earlier.consent_records, later.consent_records),
            "attempts": earlier.attempts,
            "history": (*earlier.history, self._entry()),
            "staff_tier": self.staff_tier,
            "deadline": self._deadline(),
        }
        changes |= {name: getattr(self.counts, name) for name in JUDGED}
        if self.tells_anew:
            return later.replaced(**changes, **Standing().model_dump(), **self._ladder_anew())
        goes_on = (*LADDER, *Standing.model_fields)
        kept = {name: getattr(earlier, name) for name in goes_on}
        return later.replaced(**changes, **kept, ladder_from=earlier.ladder_start)

    @property
    def counts(self) -> Lead:
        """Whose answers the tier comes from: the later ones, unless they leave a red flag out."""
        earlier, later = self.earlier, self.later
        by = self._rank(later.triage.tier) - self._rank(earlier.triage.tier)
        as_grave = by < 0 or (by == 0 and later.red_flag)
        return earlier if earlier.red_flag and not as_grave else later

    @property
    def staff_tier(self) -> str:
        """What staff raised stays raised. What a clinician lowered stays only while the same red flag counts, and the
        visitor brings none, and nothing more urgent."""
        earlier, later = self.earlier, self.later
        kept = earlier.staff_tier
        if kept not in self.tiers:
            return ""
        raised = self._rank(kept) < self._rank(self.counts.triage.tier)
        more = later.red_flag or self._rank(later.triage.tier) < self._rank(kept)
        return kept if raised or (self.counts is earlier and not more) else ""

    @property
    def tier(self) -> str:
        return self.staff_tier or self.counts.triage.tier

    @property
    def is_news(self) -> bool:
        """A red flag that staff have not seen, or more urgent than what they work by."""
        earlier = self.earlier
        triages = (earlier.triage, *(before.triage for before in earlier.earlier))
        known = {rule.id for triage in triages for rule in triage.safety_rules}
        unseen = any(rule.id not in known for rule in self.later.triage.safety_rules)
        return (self.later.red_flag and unseen) or self._rank(self.tier) < self._rank(self.earlier.tier)

    @property
    def tells_anew(self) -> bool:
        """Whether staff hear of it from the first step of the ladder, and nobody has it until somebody takes it."""
        earlier = self.earlier
        if earlier.status in ("booked", "closed"):  # the visitor was told again that somebody calls
            return self.tiers[self.tier].climbs
        if earlier.status == "acknowledged":
            return self.is_news
        waiting = earlier.red_flag and earlier.next_at not in (None, NEVER)  # its ladder must not begin anew each time
        stands = self.counts is earlier and not self.later.red_flag
        return self.is_news or not (waiting or stands)

    def _ladder_anew(self) -> dict[str, object]:
        climbs = self.tiers[self.tier].climbs
        at = self.later.received_at
        first_look = (self.later.next_at or at) if self.counts is self.later else at
        return {
            "ladder_from": at,
            "alert_due": int(climbs),
            "alert_delivered": 0,
            "next_at": first_look if climbs else None,
        }

    def _deadline(self) -> object:
        """The nearer one, but for what was done or is less urgent now: then it counts from the return."""
        earlier = self.earlier
        span = self.tiers[self.tier].deadline
        anew = span.after(self.later.received_at, self.hours) if span else None
        done = earlier.status in ("booked", "closed") and self.tells_anew
        if done or self._rank(self.tier) > self._rank(earlier.tier):
            return anew
        return min(filter(None, (earlier.deadline, anew)), default=None)

    def _entry(self) -> HistoryEntry:
        detail = ""
        if self.tells_anew and self.earlier.status != "new":
            detail = TOLD_AGAIN if self.earlier.status == "acknowledged" else OPENED_AGAIN
        return HistoryEntry(
            at=self.later.received_at,
            by=SYSTEM,
            by_name="",
            action=RETURNED,
            version=self.earlier.version + 1,
            detail=detail,
        )

    def _rank(self, tier: str) -> int:
        return self.tiers[tier].rank


def _as_earlier(lead: Lead) -> EarlierAnswers:
    return EarlierAnswers(
        received_at=lead.received_at, answers=lead.answers, triage=lead.triage, content_hash=lead.content_hash
    )
