"""Plans what staff do next about a lead, and by when.

A member of staff takes a lead and becomes its owner.
The owner calls until the person is reached or all planned calls are made, and then books or closes the lead.
An owner who does not act in time is removed and alerts restart, so that no lead is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from shared.domain.leads.history import WorkState
    from shared.domain.leads.lead import Lead
    from shared.domain.opening_hours import OpeningHours, Span
    from shared.domain.rules.triage import Tier

TAKE: Final = "take"
CALL: Final = "call"
CALL_AGAIN: Final = "call_again"
OTHER_WAY: Final = "other_way"
CONFIRM_BOOKING: Final = "confirm_booking"
CLOSE: Final = "close"
UNANSWERED = frozenset({"no_answer", "left_message"})
WRONG_NUMBER = "wrong_number"
NOT_REACHED = UNANSWERED | {WRONG_NUMBER}
CALL_AT = "call_at"  # the outcome if the person asked to be called at another time
TO_BE_BOOKED = "to_be_booked"  # the outcome if the person wants an appointment, but no time is agreed yet
AFTERNOON = time(13)
EVENING = time(16)


@dataclass(frozen=True, slots=True)
class Call:
    """The last recorded call. `again_at`: when the person wants another call, or None."""

    at: datetime
    outcome: str
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NextAction:
    """What staff do next about a lead.

    what: OTHER_WAY (after a wrong number) is stored as CALL_AGAIN.
    due: for CALL_AGAIN, the time of the call; None if the lead has no deadline.
    remind_at: when the owner is reminded; None for never.
    returns_at: when the lead loses its owner if the action is not done; None for never.
    """

    what: Literal["take", "call", "call_again", "other_way", "confirm_booking", "close"]
    due: datetime | None
    remind_at: datetime | None = None
    returns_at: datetime | None = None


def next_action(lead: Lead) -> NextAction | None:
    if not lead.needs_someone:
        return None
    if lead.work.status == "new":
        return NextAction(CLOSE if lead.contact_revoked else TAKE, lead.escalation.deadline)
    planned, call = lead.work.next_action or NextAction(CALL, lead.escalation.deadline), lead.work.last_call
    if lead.contact_revoked:
        return replace(planned, what=CLOSE)
    wrong = planned.what == CALL_AGAIN and call is not None and call.outcome == WRONG_NUMBER
    return replace(planned, what=OTHER_WAY) if wrong else planned


def is_tried_again(outcome: str, tier: Tier) -> bool:
    return outcome in (NOT_REACHED if tier.safety else UNANSWERED)


def planned(work: WorkState, tier: Tier, hours: OpeningHours, best_time: str | None, at: datetime) -> NextAction:
    """Plans the owner's next action at the time `at`.

    best_time: when the person prefers calls (morning, afternoon or evening); None for any time.
    """
    call, follow_up = work.last_call, tier.follow_up
    if call is None:
        remind_at, due = follow_up.remind.after(at, hours), follow_up.call.after(at, hours)
        return NextAction(CALL, due, min(remind_at, due), due)
    if call.again_at is not None:
        return _call_again(call.again_at, tier, hours, at)
    tries = max(1, work.unanswered)  # `unanswered` is 0 if the tier was raised after a wrong number
    if is_tried_again(call.outcome, tier) and tries <= len(follow_up.again):
        due = _at_best_time(follow_up.again[tries - 1], call.at, best_time, hours)
        return _call_again(due, tier, hours, at)
    due = max(at, follow_up.decide.after(call.at, hours))
    returns_at = follow_up.decide.after(due, hours)
    return NextAction(CONFIRM_BOOKING if call.outcome == TO_BE_BOOKED else CLOSE, due, due, returns_at)


def _call_again(due: datetime, tier: Tier, hours: OpeningHours, at: datetime) -> NextAction:
    remind_at = max(at, due)
    return NextAction(CALL_AGAIN, due, remind_at, tier.follow_up.call.after(remind_at, hours))


def _at_best_time(pause: Span, since: datetime, best_time: str | None, hours: OpeningHours) -> datetime:
    """A pause until opening time is extended to the person's best time, if the clinic is open then."""
    due = pause.after(since, hours)
    if pause.mornings is None or best_time not in ("afternoon", "evening"):
        return due
    later = hours.at_time(due, AFTERNOON if best_time == "afternoon" else EVENING)
    return later if hours.is_open(later) else due
