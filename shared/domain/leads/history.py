"""What happened to a lead since it came in: entries are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Status = Literal["new", "acknowledged", "booked", "closed"]
SYSTEM = "system"
RETURNED = "returned"  # the visitor came back and sent more; its detail:
OPENED_AGAIN = "opened_again"  # the lead was done
ALERTED_AGAIN = "told_again"  # somebody had it, who had not seen this


@dataclass(frozen=True, slots=True)
class WorkState:
    """Who of staff has a lead and what they made of it; undoing an action restores it as a whole.

    `owner`: the id of the member of staff who has it. `staff_tier`: the tier that staff set; "" while the rules' tier
    counts. `attempts`: contact attempts so far.
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
    """`version`: of the lead that the action made. `detail`: a code, such as an outcome or a tier. `text`: in the words
    of staff. `before`: what undoing it restores; None where it cannot be undone. `undo_of`: the undone entry's version.
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
