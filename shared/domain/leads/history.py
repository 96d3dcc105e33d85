"""Defines the work state and the history of a lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.domain.leads.booking import Booking
from shared.domain.leads.next_action import Call, NextAction

Status = Literal["new", "acknowledged", "booked", "closed"]
SYSTEM = "system"
UNDO_WITHIN = timedelta(minutes=10)  # how long a member of staff can undo their last action
# actions of visitors
RETURNED = "returned"  # sent the form again, or added something that alerts staff again
ADDED = "added"  # answered the questions after Send, which needs no new alert
ASKED = "asked_for_call"  # asked for a call while a lead was open, which needs no new alert
WITHDRAWN = "withdrawn"  # unticked the consent before Send
SENT_AFTER_ALL = "sent_after_all"  # sent the form after WITHDRAWN had closed the lead
RELEASED = "released"  # the service removed an owner who did not act in time
# detail of "reopen" for a lead that its owner gave back
GIVEN_BACK = "given_back"
PASSED_ON = frozenset({"take_over", "hand_over"})
VISITOR_ACTIONS = frozenset({RETURNED, ADDED, ASKED})
OPENED_AGAIN = "opened_again"  # detail of RETURNED for a lead that was booked or closed
ALERTED_AGAIN = "told_again"  # detail of RETURNED for a lead that lost its owner


@dataclass(frozen=True, slots=True)
class WorkState:
    """The owner of a lead and what staff did with the lead. An undo restores the whole work state.

    owner: the id of a member of staff; "" for nobody.
    handed_by: the name of the colleague who handed over the lead; "" if the owner took it.
    staff_tier: the tier that staff set; "" while the tier from the rules applies.
    booking: None if the lead is not booked, or if the time of the appointment is unknown.
    last_call: reset when staff reopen the lead, and when a submission restarts the alerts.
    unanswered: how many of the latest calls in a row require another try.
    """

    status: Status = "new"
    owner: str = ""
    owner_name: str = ""
    handed_by: str = ""
    acknowledged_at: datetime | None = None
    closed_reason: str = ""
    closed_at: datetime | None = None
    staff_tier: str = ""
    attempts: int = 0
    booking: Booking | None = None
    last_call: Call | None = None
    unanswered: int = 0
    next_action: NextAction | None = None

    @property
    def is_done(self) -> bool:
        return self.status in ("booked", "closed")


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """The record of one action on a lead.

    by: the id of the member of staff, or SYSTEM.
    version: the version of the lead after the action.
    detail: a code for the result of the action, such as an outcome or a tier.
    before: the work state that an undo restores; None if the action cannot be undone.
    deadline: the former deadline, which an undo of a tier change restores.
    undo_of: for an undo, the `version` of the entry that it undoes.
    """

    at: datetime
    by: str
    by_name: str
    action: str
    version: int
    detail: str = ""
    text: str = ""
    before: WorkState | None = None
    undo_of: int | None = None
    deadline: datetime | None = None

    @property
    def moved(self) -> bool:
        former = self.before.booking if self.before else None
        return self.action == "book" and former is not None and self.detail not in ("", former.at.isoformat())
