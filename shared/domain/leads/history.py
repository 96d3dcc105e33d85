"""The work state and the history of a lead. History entries are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Status = Literal["new", "acknowledged", "booked", "closed"]
SYSTEM = "system"
RETURNED = "returned"  # the visitor sent a resubmission. Its details:
OPENED_AGAIN = "opened_again"  # the lead was booked or closed
ALERTED_AGAIN = "told_again"  # the lead had an owner, who had not seen the new red flag


@dataclass(frozen=True, slots=True)
class WorkState:
    """Who owns a lead and what they did with it. Undoing an action restores the whole state.

    owner: the id of the member of staff who owns the lead; "" for nobody.
    staff_tier: the tier that staff set; "" while the rules' tier counts.
    attempts: how many contact attempts were made.
    """

    status: Status = "new"
    owner: str = ""
    owner_name: str = ""
    acknowledged_at: datetime | None = None
    closed_reason: str = ""
    closed_at: datetime | None = None
    staff_tier: str = ""
    attempts: int = 0

    @property
    def is_done(self) -> bool:
        return self.status in ("booked", "closed")


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One action on a lead.

    version: of the lead after the action.
    detail: a code, such as an outcome or a tier.
    text: what staff wrote.
    before: the state that an undo restores; None if the action cannot be undone.
    undo_of: the version of the entry that this one undoes.
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
